//! Get SDR Repository Info and the reservation of SDRs (IPMI 2.0 §33.9, §33.11, §35.4).

use super::SdrSource;
use crate::{
    command::{Command, Malformed, Repeat, Request, Timestamp},
    octets::Octets,
    wire::NetFn,
};

/// Asks how many records the SDR repository has, and when it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetSdrRepositoryInfo;

impl Command for GetSdrRepositoryInfo {
    type Answer = SdrRepositoryInfo;

    fn name(&self) -> &'static str {
        "Get SDR Repository Info"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::STORAGE, 0x20, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<SdrRepositoryInfo, Malformed> {
        let mut octets = Octets::new(data);
        Ok(SdrRepositoryInfo {
            version: octets.u8()?,
            records: octets.u16()?,
            free: octets.u16()?,
            last_addition: Timestamp::new(octets.u32()?),
            last_erasure: Timestamp::new(octets.u32()?),
            operations: octets.u8()?,
        })
    }
}

/// How many records an SDR repository has, and when it changed. As long as these are the same, so are the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SdrRepositoryInfo {
    /// The version of its commands, as on the wire; 0x51.
    pub version: u8,
    /// How many records it has.
    pub records: u16,
    /// How many octets are free.
    pub free: u16,
    /// When a record was last added.
    pub last_addition: Timestamp,
    /// When records were last erased.
    pub last_erasure: Timestamp,
    /// What it can do, as on the wire.
    pub operations: u8,
}

impl SdrRepositoryInfo {
    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let mut data = vec![self.version];
        data.extend(self.records.to_le_bytes());
        data.extend(self.free.to_le_bytes());
        data.extend(self.last_addition.number().to_le_bytes());
        data.extend(self.last_erasure.number().to_le_bytes());
        data.push(self.operations);
        data
    }
}

/// Asks for a reservation, which reading a record in parts needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReserveSdrs(pub SdrSource);

impl Command for ReserveSdrs {
    type Answer = u16;

    fn name(&self) -> &'static str {
        match self.0 {
            SdrSource::Repository => "Reserve SDR Repository",
            SdrSource::Device => "Reserve Device SDR Repository",
        }
    }

    fn request(&self) -> Request {
        match self.0 {
            SdrSource::Repository => Request::new(NetFn::STORAGE, 0x22, []),
            SdrSource::Device => Request::new(NetFn::SENSOR, 0x22, []),
        }
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<u16, Malformed> {
        Ok(Octets::new(data).u16()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_how_many_records_there_are() {
        let data = [0x51, 6, 0, 0xfe, 0xff, 0xa8, 0x14, 4, 0x6b, 0, 0, 0, 0, 2];
        let info = GetSdrRepositoryInfo.answer(&data).unwrap();
        assert_eq!(
            (info.records, info.last_addition.number()),
            (6, 0x6b04_14a8)
        );
        assert_eq!(info.emit(), data);
        assert!(
            GetSdrRepositoryInfo
                .answer(data.get(..13).unwrap())
                .is_err()
        );
        assert_eq!(
            ReserveSdrs(SdrSource::Device).request().net_fn,
            NetFn::SENSOR
        );
    }
}
