//! Get SEL Info, Reserve SEL, Get SEL Time (IPMI 2.0 §31.2, §31.4, §31.10).

use super::ERASING;
use crate::{
    command::{Command, Malformed, Repeat, Request, Timestamp},
    octets::Octets,
    wire::NetFn,
};

/// Asks how full the SEL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSelInfo;

impl Command for GetSelInfo {
    type Answer = SelInfo;

    fn name(&self) -> &'static str {
        "Get SEL Info"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::STORAGE, 0x40, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<SelInfo, Malformed> {
        let mut octets = Octets::new(data);
        Ok(SelInfo {
            version: octets.u8()?,
            entries: octets.u16()?,
            free: octets.u16()?,
            last_addition: Timestamp::new(octets.u32()?),
            last_erasure: Timestamp::new(octets.u32()?),
            operations: octets.u8()?,
        })
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[ERASING]
    }
}

/// How full a SEL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelInfo {
    /// The version of its commands, as on the wire; 0x51.
    pub version: u8,
    /// How many entries it has.
    pub entries: u16,
    /// How many octets are free; 0xFFFF is as many or more.
    pub free: u16,
    /// When an entry was last added.
    pub last_addition: Timestamp,
    /// When entries were last erased.
    pub last_erasure: Timestamp,
    /// What it can do, as on the wire; bit 7 is that it ran over, bit 1 that it can be reserved.
    pub operations: u8,
}

impl SelInfo {
    /// Whether events were lost because it was full.
    pub fn has_overflowed(&self) -> bool {
        self.operations & 0x80 != 0
    }

    /// Whether it can be reserved.
    pub fn can_reserve(&self) -> bool {
        self.operations & 0x02 != 0
    }

    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let mut data = vec![self.version];
        data.extend(self.entries.to_le_bytes());
        data.extend(self.free.to_le_bytes());
        data.extend(self.last_addition.number().to_le_bytes());
        data.extend(self.last_erasure.number().to_le_bytes());
        data.push(self.operations);
        data
    }
}

/// Asks for a reservation: a number that is good until the SEL changes. One more cancels the one before, so twice is as
/// good as once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReserveSel;

impl Command for ReserveSel {
    type Answer = u16;

    fn name(&self) -> &'static str {
        "Reserve SEL"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::STORAGE, 0x42, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<u16, Malformed> {
        Ok(Octets::new(data).u16()?)
    }

    fn codes(&self) -> &'static [(u8, &'static str)] {
        &[ERASING]
    }
}

/// Asks what time it is by the SEL's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSelTime;

impl Command for GetSelTime {
    type Answer = Timestamp;

    fn name(&self) -> &'static str {
        "Get SEL Time"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::STORAGE, 0x48, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<Timestamp, Malformed> {
        Ok(Timestamp::new(Octets::new(data).u32()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn says_how_full_it_is() {
        let data = [
            0x51, 0x03, 0x00, 0x50, 0x3e, 0, 0xf4, 0x1a, 0x6b, 0xff, 0xff, 0xff, 0xff, 0x8a,
        ];
        let info = GetSelInfo.answer(&data).unwrap();
        assert_eq!((info.entries, info.free), (3, 0x3e50));
        assert_eq!(info.last_erasure, Timestamp::Unspecified);
        assert!(info.has_overflowed() && info.can_reserve());
        assert_eq!(info.emit(), data);
    }

    proptest! {
        #[test]
        fn any_octets_are_an_answer_or_too_short(data: Vec<u8>) {
            match GetSelInfo.answer(&data) {
                Ok(info) => prop_assert_eq!(GetSelInfo.answer(&info.emit()), Ok(info)),
                Err(_) => prop_assert!(data.len() < 14),
            }
            prop_assert_eq!(ReserveSel.answer(&data).is_ok(), data.len() >= 2);
            prop_assert_eq!(GetSelTime.answer(&data).is_ok(), data.len() >= 4);
        }
    }
}
