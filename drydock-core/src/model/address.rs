//! Addresses: what a node has on a network, and hardware addresses.

use super::shape::{Spelling, Word, WordForm, WordShape, from_text, ip};
use std::{borrow::Cow, fmt, net::IpAddr, str::FromStr};

/// The address of a node on a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Address {
    /// This one.
    Ip(IpAddr),
    /// Whatever a DHCP server gives.
    Dhcp,
    /// Whatever the node forms from a router's prefix (RFC 4862).
    Slaac,
    /// The one that Drydock has allocated and keeps.
    Auto,
}

impl Address {
    /// The address, if it is written down.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            Address::Ip(ip) => Some(ip),
            _ => None,
        }
    }
}

impl FromStr for Address {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "dhcp" => Address::Dhcp,
            "slaac" => Address::Slaac,
            "auto" => Address::Auto,
            ip => Address::Ip(ip.parse().map_err(|_| String::new())?),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Ip(ip) => write!(f, "{ip}"),
            Address::Dhcp => f.write_str("dhcp"),
            Address::Slaac => f.write_str("slaac"),
            Address::Auto => f.write_str("auto"),
        }
    }
}

impl Word for Address {
    const WORD: WordShape = WordShape {
        expected: "an IP address, dhcp, slaac or auto",
        form: WordForm::Text,
        spelling: Spelling::Pattern(concat!("^(dhcp|slaac|auto|", ip!(), ")$")),
        commas: false,
        single: false,
        check: |text| text.parse::<Address>().map(|_| Cow::Borrowed(text)),
    };
}
from_text!(Address);

/// The hardware address of a network interface; printed in lower case with colons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr(pub [u8; 6]);

impl FromStr for MacAddr {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let digits: Vec<u8> = text
            .bytes()
            .filter(|b| !matches!(b, b':' | b'-' | b'.'))
            .collect();
        let separators = text.len() - digits.len();
        let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
        if digits.len() != 12 || !matches!(separators, 0 | 2 | 5) {
            return Err(String::new());
        }
        let mut mac = [0; 6];
        for (byte, pair) in mac.iter_mut().zip(digits.chunks(2)) {
            *byte = digit(pair[0]).ok_or_else(String::new)? << 4
                | digit(pair[1]).ok_or_else(String::new)?;
        }
        Ok(Self(mac))
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl Word for MacAddr {
    const WORD: WordShape = WordShape {
        expected: "a hardware address such as 02:00:00:00:00:01",
        form: WordForm::Text,
        spelling: Spelling::Pattern(r"^[-:.]*([0-9A-Fa-f][-:.]*){12}$"),
        commas: false,
        single: false,
        check: |text| {
            text.parse::<MacAddr>()
                .map(|mac| Cow::Owned(mac.to_string()))
        },
    };
}
from_text!(MacAddr);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_is_one_address() {
        for text in [
            "02:AB:00:00:00:01",
            "02-ab-00-00-00-01",
            "02ab.0000.0001",
            "02ab00000001",
        ] {
            assert_eq!(
                text.parse::<MacAddr>().unwrap().to_string(),
                "02:ab:00:00:00:01"
            );
        }
        assert!("02:ab".parse::<MacAddr>().is_err() && "02ab0000000g".parse::<MacAddr>().is_err());
    }
}
