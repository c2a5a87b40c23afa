//! Records of the SEL (IPMI 2.0 §32): sixteen octets each.

use super::SystemEvent;
use crate::{
    command::{Malformed, Timestamp, event::Health},
    octets::Octets,
};
use std::fmt;

/// A record of the SEL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelRecord {
    /// Its number. Numbers need not be in a row.
    pub id: u16,
    /// What it says.
    pub content: SelContent,
}

/// What a record of the SEL says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelContent {
    /// An event of a sensor (type 0x02).
    Event(SystemEvent),
    /// A manufacturer's record with a time (0xC0 to 0xDF).
    OemTimed {
        /// The record's type.
        kind: u8,
        /// When.
        time: Timestamp,
        /// The manufacturer, by its IANA enterprise number.
        manufacturer: u32,
        /// What it says, in the manufacturer's way.
        data: [u8; 6],
    },
    /// A manufacturer's record without a time (0xE0 to 0xFF).
    Oem {
        /// The record's type.
        kind: u8,
        /// What it says, in the manufacturer's way.
        data: [u8; 13],
    },
    /// A record of a type that is reserved.
    Unknown {
        /// The record's type.
        kind: u8,
        /// What it says.
        data: [u8; 13],
    },
}

impl SelRecord {
    /// A record of its octets; what follows the sixteenth is not looked at.
    ///
    /// # Errors
    /// When there are fewer than sixteen.
    pub fn parse(data: &[u8]) -> Result<Self, Malformed> {
        let mut octets = Octets::new(data);
        let id = octets.u16()?;
        let kind = octets.u8()?;
        let data: [u8; 13] = octets.array()?;
        let content = match kind {
            0x02 => SelContent::Event(SystemEvent::parse(data)),
            0xc0..=0xdf => {
                let [a, b, c, d, e, f, g, data @ ..] = data;
                SelContent::OemTimed {
                    kind,
                    time: Timestamp::new(u32::from_le_bytes([a, b, c, d])),
                    manufacturer: u32::from_le_bytes([e, f, g, 0]),
                    data,
                }
            }
            0xe0.. => SelContent::Oem { kind, data },
            _ => SelContent::Unknown { kind, data },
        };
        Ok(Self { id, content })
    }

    /// Its sixteen octets.
    pub fn emit(&self) -> Vec<u8> {
        let mut octets = self.id.to_le_bytes().to_vec();
        match &self.content {
            SelContent::Event(event) => {
                octets.push(0x02);
                octets.extend(event.emit());
            }
            SelContent::OemTimed {
                kind,
                time,
                manufacturer,
                data,
            } => {
                octets.push(*kind);
                octets.extend(time.number().to_le_bytes());
                octets.extend(manufacturer.to_le_bytes().iter().take(3));
                octets.extend(data);
            }
            SelContent::Oem { kind, data } | SelContent::Unknown { kind, data } => {
                octets.push(*kind);
                octets.extend(data);
            }
        }
        octets
    }

    /// When it was logged, if it says so.
    pub fn time(&self) -> Option<Timestamp> {
        match &self.content {
            SelContent::Event(event) => Some(event.time),
            SelContent::OemTimed { time, .. } => Some(*time),
            SelContent::Oem { .. } | SelContent::Unknown { .. } => None,
        }
    }

    /// What it says of the machine's health. Of manufacturers' records that is not known: `Ok`.
    pub fn health(&self) -> Health {
        match &self.content {
            SelContent::Event(event) => event.health(),
            _ => Health::Ok,
        }
    }
}

/// What it says in words, without number and time.
impl fmt::Display for SelRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            SelContent::Event(event) => event.fmt(f),
            SelContent::OemTimed {
                kind,
                manufacturer,
                data,
                ..
            } => write!(
                f,
                "OEM record 0x{kind:02x} of manufacturer {manufacturer}: {data:02x?}"
            ),
            SelContent::Oem { kind, data } => write!(f, "OEM record 0x{kind:02x}: {data:02x?}"),
            SelContent::Unknown { kind, data } => write!(f, "record 0x{kind:02x}: {data:02x?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_oem_record_keeps_what_it_says() {
        let octets = [
            0x07, 0x00, 0xc1, 0x20, 0x04, 0x1a, 0x6b, 0xa2, 0x02, 0x00, 1, 2, 3, 4, 5, 6,
        ];
        let record = SelRecord::parse(&octets).unwrap();
        assert_eq!(record.time().unwrap().to_string(), "2026-12-10 01:45:04");
        assert_eq!(
            record.to_string(),
            "OEM record 0xc1 of manufacturer 674: [01, 02, 03, 04, 05, 06]"
        );
        assert_eq!(record.emit(), octets);
        let mut untimed = octets;
        untimed[2] = 0xe0;
        let record = SelRecord::parse(&untimed).unwrap();
        assert_eq!((record.time(), record.health()), (None, Health::Ok));
    }

    proptest! {
        #[test]
        fn any_sixteen_octets_are_a_record(data: Vec<u8>) {
            match SelRecord::parse(&data) {
                Ok(record) => {
                    prop_assert_eq!(&*record.emit(), data.get(..16).unwrap());
                    let _ = (record.to_string(), record.health());
                }
                Err(_) => prop_assert!(data.len() < 16),
            }
        }
    }
}
