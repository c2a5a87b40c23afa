//! Set User Password (IPMI 2.0 §22.30): sets and tests passwords, enables and disables users.

use super::UserId;
use crate::{
    account::Password,
    command::{Command, Malformed, Repeat, Request},
    wire::NetFn,
};
use zeroize::Zeroize;

/// Sets or tests a user's password, or enables or disables the user. Nothing shows the password.
///
/// A password of more than sixteen octets is stored and tested in twenty, others in sixteen, which is what a BMC that
/// speaks IPMI 1.5 too can use everywhere.
#[derive(Debug, Clone)]
pub struct SetUserPassword {
    /// Whose.
    pub user: UserId,
    /// What is done.
    pub operation: PasswordOperation,
}

/// What is done with a user or its password.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PasswordOperation {
    /// The user can no longer log in.
    Disable,
    /// The user can log in.
    Enable,
    /// The password becomes this one.
    Set(Password),
    /// Whether this is the password. That it is not is answered 0x80.
    Test(Password),
}

const IN_SIXTEEN: usize = 16;

impl Command for SetUserPassword {
    type Answer = ();

    fn name(&self) -> &'static str {
        match self.operation {
            PasswordOperation::Disable => "Set User Password (disable user)",
            PasswordOperation::Enable => "Set User Password (enable user)",
            PasswordOperation::Set(_) => "Set User Password",
            PasswordOperation::Test(_) => "Set User Password (test password)",
        }
    }

    fn request(&self) -> Request {
        let (number, password) = match &self.operation {
            PasswordOperation::Disable => (0, None),
            PasswordOperation::Enable => (1, None),
            PasswordOperation::Set(password) => (2, Some(password)),
            PasswordOperation::Test(password) => (3, Some(password)),
        };
        let Some(password) = password else {
            return Request::new(NetFn::APP, 0x47, [self.user.number(), number]);
        };
        let mut octets = *password.expose();
        let (sixteen, rest) = octets.split_at(IN_SIXTEEN);
        let in_twenty = rest.iter().any(|octet| *octet != 0);
        // All at once, so that no growing vector leaves a copy behind.
        let data = match in_twenty {
            true => [&[self.user.number() | 0x80, number][..], sixteen, rest].concat(),
            false => [&[self.user.number(), number][..], sixteen].concat(),
        };
        octets.zeroize();
        let mut request = Request::new(NetFn::APP, 0x47, data);
        request.is_secret = true;
        request
    }

    fn repeat(&self) -> Repeat {
        match self.operation {
            // Late, it could undo what somebody else set in between. Test which password counts before it is sent again.
            PasswordOperation::Set(_) | PasswordOperation::Disable | PasswordOperation::Enable => {
                Repeat::Never
            }
            PasswordOperation::Test(_) => Repeat::Freely,
        }
    }

    fn answer(&self, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[
            (0x80, "it is not the password"),
            (
                0x81,
                "it is not the password: it is stored in another length",
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operation: PasswordOperation) -> Request {
        let user = UserId::new(2).unwrap();
        SetUserPassword { user, operation }.request()
    }

    #[test]
    fn a_password_is_sent_in_sixteen_or_twenty_octets() {
        let short = Password::new("secret").unwrap();
        let set = request(PasswordOperation::Set(short.clone()));
        assert_eq!(set.data, b"\x02\x02secret\0\0\0\0\0\0\0\0\0\0");
        let test = request(PasswordOperation::Test(short));
        assert_eq!(test.data.get(..2).unwrap(), [0x02, 0x03]);
        let sixteen = Password::new("sixteencharacter").unwrap();
        let set = request(PasswordOperation::Set(sixteen));
        assert_eq!(set.data, b"\x02\x02sixteencharacter");
        let long = Password::new("seventeencharacte").unwrap();
        let set = request(PasswordOperation::Set(long));
        assert_eq!(set.data, b"\x82\x02seventeencharacte\0\0\0");
        assert_eq!(request(PasswordOperation::Disable).data, [2, 0]);
        assert_eq!(request(PasswordOperation::Enable).data, [2, 1]);
    }

    #[test]
    fn nothing_shows_a_password() {
        let user = UserId::FIRST;
        let operation = PasswordOperation::Set(Password::new("canary-0451").unwrap());
        let set = SetUserPassword { user, operation };
        assert!(set.request().is_secret);
        assert_eq!(set.repeat(), Repeat::Never);
        for text in [format!("{set:?}"), format!("{:?}", set.request())] {
            assert!(
                !text.contains("canary") && !text.contains("63, 61"),
                "{text}"
            );
        }
    }
}
