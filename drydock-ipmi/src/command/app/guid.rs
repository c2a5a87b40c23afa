//! Get Device GUID and Get System GUID (IPMI 2.0 §20.8, §22.14).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};
use std::fmt;

/// Asks which BMC it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetDeviceGuid;

impl Command for GetDeviceGuid {
    type Answer = Guid;

    fn name(&self) -> &'static str {
        "Get Device GUID"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x08, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Guid, Malformed> {
        Ok(Guid(Octets::new(data).array()?))
    }
}

/// Asks which machine it is the BMC of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSystemGuid;

impl Command for GetSystemGuid {
    type Answer = Guid;

    fn name(&self) -> &'static str {
        "Get System GUID"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x37, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Guid, Malformed> {
        Ok(Guid(Octets::new(data).array()?))
    }
}

/// A GUID as it is on the wire.
///
/// The specification puts its last octet first (table 20-10); many BMCs put it as RFC 4122 or SMBIOS do. The octets do not
/// say which, so there are three readings. To compare with a serial or a UUID of elsewhere, try all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// As the specification puts it: the last octet first.
    pub fn ipmi(&self) -> String {
        let mut octets = self.0;
        octets.reverse();
        text(octets)
    }

    /// As RFC 4122 puts it: the first octet first.
    pub fn rfc4122(&self) -> String {
        text(self.0)
    }

    /// As SMBIOS puts it: the first three fields little-endian.
    pub fn smbios(&self) -> String {
        let [a, b, c, d, e, f, g, h, rest @ ..] = self.0;
        let [i, j, k, l, m, n, o, p] = rest;
        text([d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p])
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ipmi())
    }
}

fn text(octets: [u8; 16]) -> String {
    let number = u128::from_be_bytes(octets);
    let part = |shift: u32, bits: u32| (number >> shift) & !(u128::MAX << bits);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 32),
        part(80, 16),
        part(64, 16),
        part(48, 16),
        part(0, 48)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_three_readings() {
        let data: Vec<u8> = (0..16).collect();
        let guid = GetSystemGuid.answer(&data).unwrap();
        assert_eq!(guid.to_string(), "0f0e0d0c-0b0a-0908-0706-050403020100");
        assert_eq!(guid.rfc4122(), "00010203-0405-0607-0809-0a0b0c0d0e0f");
        assert_eq!(guid.smbios(), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(GetDeviceGuid.answer(&data), Ok(guid));
        let short = data.get(..15).unwrap();
        assert!(GetSystemGuid.answer(short).is_err() && GetDeviceGuid.answer(short).is_err());
    }
}
