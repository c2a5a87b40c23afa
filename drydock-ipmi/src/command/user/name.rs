//! Get User Name (IPMI 2.0 §22.29).

use super::UserId;
use crate::{
    command::{Command, Malformed, Repeat, Request, text},
    octets::Octets,
    wire::NetFn,
};

/// Asks for a user's name. It is empty if the user has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetUserName(pub UserId);

impl Command for GetUserName {
    type Answer = String;

    fn name(&self) -> &'static str {
        "Get User Name"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x46, [self.0.number()])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<String, Malformed> {
        let name: [u8; 16] = Octets::new(data).array()?;
        let name = name.split(|octet| *octet == 0).next();
        Ok(text::latin1(name.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_ends_at_its_first_nul() {
        let ask = GetUserName(UserId::FIRST);
        assert_eq!(
            ask.answer(b"admin\0\0\0\0\0\0\0\0\0\0\0"),
            Ok("admin".into())
        );
        assert_eq!(ask.answer(b"ad\0min\0\0\0\0\0\0\0\0\0\0"), Ok("ad".into()));
        assert_eq!(
            ask.answer(b"sixteencharacter"),
            Ok("sixteencharacter".into())
        );
        assert_eq!(ask.answer(&[0; 16]), Ok("".into()));
    }

    proptest! {
        #[test]
        fn any_octets_are_a_name_or_too_short(data: Vec<u8>) {
            let name = GetUserName(UserId::FIRST).answer(&data);
            prop_assert_eq!(name.is_ok(), data.len() >= 16);
        }
    }
}
