//! Get LAN Configuration Parameters (IPMI 2.0 §23.2, table 23-4).

use crate::{
    command::{Command, Malformed, Repeat, Request, app::Channel},
    octets::Octets,
    wire::NetFn,
};
use std::{fmt, net::Ipv4Addr};

/// Asks for a parameter of a channel's LAN configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetLanParameter {
    /// The channel. Most BMCs want its number, and not [`Channel::THIS`].
    pub channel: Channel,
    /// Which parameter.
    pub kind: LanParameterKind,
}

/// A parameter of the LAN configuration, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum LanParameterKind {
    /// The IPv4 address.
    Address = 3,
    /// Where the address comes from.
    Source = 4,
    /// The MAC address.
    Mac = 5,
    /// The subnet mask.
    Netmask = 6,
    /// The default gateway.
    Gateway = 12,
    /// The VLAN.
    Vlan = 20,
    /// How many cipher suites there are.
    CipherSuiteCount = 22,
    /// Which cipher suites there are.
    CipherSuites = 23,
}

impl Command for GetLanParameter {
    type Answer = LanParameter;

    fn name(&self) -> &'static str {
        "Get LAN Configuration Parameters"
    }

    fn request(&self) -> Request {
        let data = [self.channel.number(), self.kind as u8, 0, 0];
        Request::new(NetFn::TRANSPORT, 0x02, data)
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<LanParameter, Malformed> {
        let mut octets = Octets::new(data);
        octets.u8()?;
        Ok(match self.kind {
            LanParameterKind::Address => LanParameter::Address(octets.array::<4>()?.into()),
            LanParameterKind::Netmask => LanParameter::Netmask(octets.array::<4>()?.into()),
            LanParameterKind::Gateway => LanParameter::Gateway(octets.array::<4>()?.into()),
            LanParameterKind::Mac => LanParameter::Mac(octets.array()?),
            LanParameterKind::Source => LanParameter::Source(AddressSource::of(octets.u8()?)),
            LanParameterKind::Vlan => LanParameter::Vlan(Vlan::of(octets.u16()?)),
            LanParameterKind::CipherSuiteCount => {
                LanParameter::CipherSuiteCount(octets.u8()? & 0x1f)
            }
            LanParameterKind::CipherSuites => {
                octets.u8()?;
                let suites = octets.rest().iter().take(16).copied();
                LanParameter::CipherSuites(suites.collect())
            }
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[(0x80, "the parameter is not supported")]
    }
}

/// A parameter of the LAN configuration with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LanParameter {
    /// The IPv4 address.
    Address(Ipv4Addr),
    /// Where the address comes from.
    Source(AddressSource),
    /// The MAC address.
    Mac([u8; 6]),
    /// The subnet mask.
    Netmask(Ipv4Addr),
    /// The default gateway; 0.0.0.0 is none.
    Gateway(Ipv4Addr),
    /// The VLAN.
    Vlan(Vlan),
    /// How many cipher suites there are.
    CipherSuiteCount(u8),
    /// Which cipher suites there are, sixteen at most.
    CipherSuites(Vec<u8>),
}

impl LanParameter {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        const REVISION: u8 = 0x11;
        let mut data = vec![REVISION];
        match self {
            Self::Address(address) | Self::Netmask(address) | Self::Gateway(address) => {
                data.extend(address.octets());
            }
            Self::Source(source) => data.push(source.number()),
            Self::Mac(mac) => data.extend(mac),
            Self::Vlan(vlan) => data.extend(vlan.number().to_le_bytes()),
            Self::CipherSuiteCount(count) => data.push(*count & 0x1f),
            Self::CipherSuites(suites) => {
                data.push(0);
                data.extend(suites.iter().take(16));
            }
        }
        data
    }
}

/// Where an address comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressSource {
    /// It is not said.
    Unspecified,
    /// Somebody set it.
    Static,
    /// DHCP.
    Dhcp,
    /// The firmware or other software of the machine.
    Firmware,
    /// Another one, by its number.
    Other(u8),
}

impl AddressSource {
    fn of(octet: u8) -> Self {
        match octet & 0x0f {
            0 => Self::Unspecified,
            1 => Self::Static,
            2 => Self::Dhcp,
            3 => Self::Firmware,
            number => Self::Other(number),
        }
    }

    fn number(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::Static => 1,
            Self::Dhcp => 2,
            Self::Firmware => 3,
            Self::Other(number) => number & 0x0f,
        }
    }
}

impl fmt::Display for AddressSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unspecified => f.write_str("unspecified"),
            Self::Static => f.write_str("static"),
            Self::Dhcp => f.write_str("DHCP"),
            Self::Firmware => f.write_str("firmware"),
            Self::Other(number) => write!(f, "source {number}"),
        }
    }
}

/// The VLAN that a BMC is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Vlan {
    /// Its number, 0 to 4095.
    pub id: u16,
    /// Whether the BMC uses it.
    pub enabled: bool,
}

impl Vlan {
    fn of(number: u16) -> Self {
        Self {
            id: number & 0x0fff,
            enabled: number & 0x8000 != 0,
        }
    }

    fn number(self) -> u16 {
        (self.id & 0x0fff) | if self.enabled { 0x8000 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [LanParameterKind; 8] = [
        LanParameterKind::Address,
        LanParameterKind::Source,
        LanParameterKind::Mac,
        LanParameterKind::Netmask,
        LanParameterKind::Gateway,
        LanParameterKind::Vlan,
        LanParameterKind::CipherSuiteCount,
        LanParameterKind::CipherSuites,
    ];

    fn ask(kind: LanParameterKind) -> GetLanParameter {
        let channel = Channel::new(1).unwrap();
        GetLanParameter { channel, kind }
    }

    #[test]
    fn each_parameter_has_its_form() {
        assert_eq!(ask(LanParameterKind::Vlan).request().data, [1, 20, 0, 0]);
        let value = |kind, data: &[u8]| ask(kind).answer(data).unwrap();
        assert_eq!(
            value(LanParameterKind::Address, &[0x11, 10, 1, 2, 3]),
            LanParameter::Address(Ipv4Addr::new(10, 1, 2, 3))
        );
        assert_eq!(
            value(LanParameterKind::Vlan, &[0x11, 0x64, 0x80]),
            LanParameter::Vlan(Vlan {
                id: 100,
                enabled: true
            })
        );
        assert_eq!(
            value(LanParameterKind::Source, &[0x11, 0x02]),
            LanParameter::Source(AddressSource::Dhcp)
        );
        // As ipmi_sim answers.
        let suites = value(LanParameterKind::CipherSuites, &[0x11, 0, 1, 2, 3, 17]);
        assert_eq!(suites, LanParameter::CipherSuites(vec![1, 2, 3, 17]));
    }

    proptest! {
        #[test]
        fn any_octets_are_a_value_or_too_short(data: Vec<u8>, kind in 0..8_usize) {
            let ask = ask(KINDS[kind]);
            match ask.answer(&data) {
                Ok(value) => prop_assert_eq!(ask.answer(&value.emit()), Ok(value)),
                Err(_) => prop_assert!(data.len() < 7),
            }
        }
    }
}
