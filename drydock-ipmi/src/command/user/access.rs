//! Get User Access (IPMI 2.0 §22.27).

use super::UserId;
use crate::{
    command::{Command, Malformed, Repeat, Request, app::Channel},
    octets::Octets,
    wire::{NetFn, Privilege},
};

/// Asks what a user may do by a channel, and how many users there can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetUserAccess {
    /// By which channel.
    pub channel: Channel,
    /// Which user.
    pub user: UserId,
}

impl Command for GetUserAccess {
    type Answer = UserAccess;

    fn name(&self) -> &'static str {
        "Get User Access"
    }

    fn request(&self) -> Request {
        let data = [self.channel.number(), self.user.number()];
        Request::new(NetFn::APP, 0x44, data)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<UserAccess, Malformed> {
        let [most, enabled, fixed, access] = Octets::new(data).array()?;
        Ok(UserAccess {
            most_users: most & 0x3f,
            enabled_users: enabled & 0x3f,
            fixed_names: fixed & 0x3f,
            enabled: match enabled >> 6 {
                1 => Some(true),
                2 => Some(false),
                _ => None,
            },
            callback_only: access & 0x40 != 0,
            link_authentication: access & 0x20 != 0,
            ipmi_messaging: access & 0x10 != 0,
            privilege: Privilege::new(access & 0x0f),
        })
    }
}

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserAccess {
    /// How many users there can be.
    pub most_users: u8,
    /// How many users are enabled.
    pub enabled_users: u8,
    /// How many users have names that cannot be changed.
    pub fixed_names: u8,
    /// Whether this user is enabled; not every BMC says so.
    pub enabled: Option<bool>,
    /// Whether it only may have itself called back.
    pub callback_only: bool,
    /// Whether its name and password count for the link, such as PPP.
    pub link_authentication: bool,
    /// Whether it may open sessions of IPMI.
    pub ipmi_messaging: bool,
    /// The highest privilege that it has; none is no access.
    pub privilege: Option<Privilege>,
}

impl UserAccess {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        const NO_ACCESS: u8 = 0x0f;
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let enabled = match self.enabled {
            Some(true) => 0x40,
            Some(false) => 0x80,
            None => 0,
        };
        vec![
            self.most_users & 0x3f,
            (self.enabled_users & 0x3f) | enabled,
            self.fixed_names & 0x3f,
            bit(self.callback_only, 0x40)
                | bit(self.link_authentication, 0x20)
                | bit(self.ipmi_messaging, 0x10)
                | self.privilege.map_or(NO_ACCESS, Privilege::number),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ASK: GetUserAccess = GetUserAccess {
        channel: Channel::THIS,
        user: UserId::FIRST,
    };

    #[test]
    fn access_is_as_recorded() {
        assert_eq!(ASK.request().data, [0x0e, 0x01]);
        let access = ASK.answer(&[0x3f, 0x04, 0x00, 0x14]).unwrap();
        assert_eq!((access.most_users, access.enabled_users), (63, 4));
        assert_eq!(access.privilege, Some(Privilege::Administrator));
        assert!(access.ipmi_messaging && access.enabled.is_none());
        let access = ASK.answer(&[0x10, 0x82, 0x01, 0x0f]).unwrap();
        assert_eq!((access.enabled, access.privilege), (Some(false), None));
    }

    proptest! {
        #[test]
        fn any_octets_are_an_answer_or_too_short(data: Vec<u8>) {
            match ASK.answer(&data) {
                Ok(access) => prop_assert_eq!(ASK.answer(&access.emit()), Ok(access)),
                Err(_) => prop_assert!(data.len() < 4),
            }
        }
    }
}
