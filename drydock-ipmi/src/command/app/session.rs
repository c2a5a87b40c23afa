//! Set Session Privilege Level and Close Session (IPMI 2.0 §22.18, §22.19).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::{NetFn, Privilege},
};

/// Asks for a privilege level in the session in which it is sent. Every session begins as USER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetSessionPrivilege(pub Privilege);

impl Command for SetSessionPrivilege {
    /// The level that the session has now, if the BMC names one.
    type Answer = Option<Privilege>;

    fn name(&self) -> &'static str {
        "Set Session Privilege Level"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x3b, [self.0.number()])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Self::Answer, Malformed> {
        Ok(Privilege::new(Octets::new(data).u8()? & 0x0f))
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[
            (0x80, "this user cannot have the privilege level"),
            (
                0x81,
                "the privilege level is above the limit of the user or the channel",
            ),
            (0x82, "user level authentication cannot be disabled"),
        ]
    }
}

/// Closes a session.
///
/// It may be sent again: the ids of sessions do not come back soon, and that it is closed already is answered 0x87.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseSession {
    /// The BMC's id of the session.
    pub session_id: u32,
}

impl Command for CloseSession {
    type Answer = ();

    fn name(&self) -> &'static str {
        "Close Session"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x3c, self.session_id.to_le_bytes())
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, _: &[u8]) -> Result<(), Malformed> {
        Ok(())
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[(0x87, "no such session"), (0x88, "no such session handle")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command::Response, wire::CompletionCode};

    #[test]
    fn the_level_is_that_of_the_answer() {
        let set = SetSessionPrivilege(Privilege::Operator);
        assert_eq!(set.request().data, [3]);
        assert_eq!(set.answer(&[3]), Ok(Some(Privilege::Operator)));
        assert_eq!(set.answer(&[0]), Ok(None));
        assert!(set.answer(&[]).is_err());
        let refused = set.outcome(&Response::refused(CompletionCode(0x81)));
        assert!(refused.unwrap_err().to_string().contains("above the limit"));
    }

    #[test]
    fn the_id_is_little_endian() {
        let session_id = 0x0403_0201;
        let request = CloseSession { session_id }.request();
        assert_eq!((request.command, &*request.data), (0x3c, &[1, 2, 3, 4][..]));
    }
}
