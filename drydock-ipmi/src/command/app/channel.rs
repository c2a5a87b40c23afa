//! Channels: Get Channel Authentication Capabilities and Get Channel Access (IPMI 2.0 §22.13, §22.23).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::{NetFn, Privilege},
};

/// A channel of the BMC, 0 to 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(u8);

impl Channel {
    /// The one by which the question comes.
    pub const THIS: Self = Self(0x0e);

    /// The channel of this number; none above 15.
    pub const fn new(number: u8) -> Option<Self> {
        if number < 16 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    pub(crate) const fn of_low_bits(octet: u8) -> Self {
        Self(octet & 0x0f)
    }
}

/// Asks, without a session, how one may log in. A login of RMCP+ does not need it; it is for discovery that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetAuthenticationCapabilities {
    /// The channel.
    pub channel: Channel,
    /// The privilege that is to be had.
    pub privilege: Privilege,
}

impl Command for GetAuthenticationCapabilities {
    type Answer = AuthenticationCapabilities;

    fn name(&self) -> &'static str {
        "Get Channel Authentication Capabilities"
    }

    fn request(&self) -> Request {
        let channel = self.channel.number() | 0x80;
        Request::new(NetFn::APP, 0x38, [channel, self.privilege.number()])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Self::Answer, Malformed> {
        let mut octets = Octets::new(data);
        let channel = Channel::of_low_bits(octets.u8()?);
        let types = octets.u8()?;
        let status = octets.u8()?;
        let extended = octets.u8()?;
        let is_extended = types & 0x80 != 0;
        Ok(AuthenticationCapabilities {
            channel,
            authentication_types: types & 0x3f,
            is_kg_set: is_extended && status & 0x20 != 0,
            has_named_users: status & 0x04 != 0,
            has_nameless_users: status & 0x02 != 0,
            has_anonymous_login: status & 0x01 != 0,
            speaks_v2: is_extended && extended & 0x02 != 0,
        })
    }
}

/// How one may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthenticationCapabilities {
    /// The channel.
    pub channel: Channel,
    /// The authentication types of sessions of IPMI 1.5, as on the wire; bit 0 is none at all.
    pub authentication_types: u8,
    /// Whether the channel has a K_g of its own.
    pub is_kg_set: bool,
    /// Whether there are users with a name.
    pub has_named_users: bool,
    /// Whether there are users without a name, but with a password.
    pub has_nameless_users: bool,
    /// Whether one may log in with neither.
    pub has_anonymous_login: bool,
    /// Whether it speaks RMCP+.
    pub speaks_v2: bool,
}

impl AuthenticationCapabilities {
    /// As a BMC answers whom asks for the extended form.
    pub fn emit(&self) -> Vec<u8> {
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        vec![
            self.channel.number(),
            (self.authentication_types & 0x3f) | 0x80,
            bit(self.is_kg_set, 0x20)
                | bit(self.has_named_users, 0x04)
                | bit(self.has_nameless_users, 0x02)
                | bit(self.has_anonymous_login, 0x01),
            bit(self.speaks_v2, 0x02) | bit(self.authentication_types != 0, 0x01),
            0,
            0,
            0,
            0,
        ]
    }
}

/// Of two settings that a BMC has, which is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The kept one, which counts after a restart.
    Kept,
    /// The one that counts now.
    Present,
}

/// Asks who may use a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetChannelAccess {
    /// The channel.
    pub channel: Channel,
    /// Which setting.
    pub setting: Setting,
}

impl Command for GetChannelAccess {
    type Answer = ChannelAccess;

    fn name(&self) -> &'static str {
        "Get Channel Access"
    }

    fn request(&self) -> Request {
        let which = match self.setting {
            Setting::Kept => 0x40,
            Setting::Present => 0x80,
        };
        Request::new(NetFn::APP, 0x41, [self.channel.number(), which])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Self::Answer, Malformed> {
        let mut octets = Octets::new(data);
        let access = octets.u8()?;
        Ok(ChannelAccess {
            alerting: access & 0x20 == 0,
            per_message_authentication: access & 0x10 == 0,
            user_level_authentication: access & 0x08 == 0,
            mode: ChannelAccessMode::of(access),
            privilege_limit: Privilege::new(octets.u8()? & 0x0f),
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[(0x82, "the channel has no sessions")]
    }
}

/// Who may use a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelAccess {
    /// Whether alerts go out by it.
    pub alerting: bool,
    /// Whether each message of a session of IPMI 1.5 is authenticated.
    pub per_message_authentication: bool,
    /// Whether commands of level USER are authenticated.
    pub user_level_authentication: bool,
    /// When it may be used.
    pub mode: ChannelAccessMode,
    /// The highest privilege that anybody has by it.
    pub privilege_limit: Option<Privilege>,
}

impl ChannelAccess {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let off = |is: bool, bit: u8| if is { 0 } else { bit };
        vec![
            off(self.alerting, 0x20)
                | off(self.per_message_authentication, 0x10)
                | off(self.user_level_authentication, 0x08)
                | self.mode as u8,
            self.privilege_limit.map_or(0, Privilege::number),
        ]
    }
}

/// When a channel may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ChannelAccessMode {
    /// Never.
    Disabled = 0,
    /// Before the machine has booted.
    PreBoot = 1,
    /// Always.
    Always = 2,
    /// Always, and shared with the machine's own software.
    Shared = 3,
}

impl ChannelAccessMode {
    fn of(octet: u8) -> Self {
        match octet & 0x07 {
            1 => Self::PreBoot,
            2 => Self::Always,
            3 => Self::Shared,
            _ => Self::Disabled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ASK: GetAuthenticationCapabilities = GetAuthenticationCapabilities {
        channel: Channel::THIS,
        privilege: Privilege::Operator,
    };

    #[test]
    fn capabilities_are_asked_in_the_extended_form() {
        assert_eq!(ASK.request().data, [0x8e, 0x03]);
        let answer = [0x01, 0x97, 0x24, 0x03, 0, 0, 0, 0];
        let capabilities = ASK.answer(&answer).unwrap();
        assert!(capabilities.speaks_v2 && capabilities.is_kg_set && capabilities.has_named_users);
        assert!(!capabilities.has_anonymous_login);
        assert_eq!(capabilities.emit(), answer);
    }

    #[test]
    fn without_the_extended_form_nothing_is_said_of_version_2() {
        let capabilities = ASK.answer(&[0x01, 0x17, 0x24, 0x03, 0, 0, 0, 0]).unwrap();
        assert!(!capabilities.speaks_v2 && !capabilities.is_kg_set);
    }

    #[test]
    fn access_says_when_and_up_to_what() {
        let (channel, setting) = (Channel::new(1).unwrap(), Setting::Present);
        let ask = GetChannelAccess { channel, setting };
        assert_eq!(ask.request().data, [0x01, 0x80]);
        let access = ask.answer(&[0x32, 0x04]).unwrap();
        assert_eq!(access.mode, ChannelAccessMode::Always);
        assert_eq!(access.privilege_limit, Some(Privilege::Administrator));
        assert!(!access.alerting && access.user_level_authentication);
        assert_eq!(access.emit(), [0x32, 0x04]);
        assert_eq!(Channel::new(16), None);
    }

    proptest! {
        #[test]
        fn any_octets_are_an_answer_or_too_short(data: Vec<u8>) {
            prop_assert_eq!(ASK.answer(&data).is_ok(), data.len() >= 4);
            let (channel, setting) = (Channel::THIS, Setting::Kept);
            let ask = GetChannelAccess { channel, setting };
            match ask.answer(&data) {
                Ok(access) => prop_assert_eq!(ask.answer(&access.emit()), Ok(access)),
                Err(_) => prop_assert!(data.len() < 2),
            }
        }
    }
}
