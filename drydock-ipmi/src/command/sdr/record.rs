//! A record of the SDR repository, of whatever type.

use super::{
    CompactSensor, EventOnlySensor, FruLocator, FullSensor, McLocator,
    body::{HEADER, record},
};
use crate::{command::Malformed, octets::Octets};

/// A record of the SDR repository.
#[derive(Debug, Clone, PartialEq)]
pub struct SdrRecord {
    /// Its id.
    pub id: u16,
    /// What it says.
    pub content: SdrContent,
}

/// What a record of the SDR repository says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SdrContent {
    /// A sensor with a value (0x01).
    Full(Box<FullSensor>),
    /// A sensor with states (0x02).
    Compact(Box<CompactSensor>),
    /// A sensor that only logs (0x03).
    EventOnly(EventOnlySensor),
    /// Where a FRU's inventory is (0x11).
    Fru(FruLocator),
    /// A management controller (0x12).
    Mc(McLocator),
    /// Another type.
    Other {
        /// The type.
        kind: u8,
        /// What follows the header.
        body: Vec<u8>,
    },
}

impl SdrRecord {
    /// A record of its octets. What is beyond the length that it claims is not looked at.
    ///
    /// # Errors
    /// When it is shorter than it claims or than its type needs.
    pub fn parse(data: &[u8]) -> Result<Self, Malformed> {
        let mut octets = Octets::new(data);
        let id = octets.u16()?;
        let [_, kind, length] = octets.array()?;
        let body = octets.take(usize::from(length))?;
        let mut octets = Octets::new(body);
        let content = match kind {
            0x01 => SdrContent::Full(Box::new(FullSensor::read(&mut octets)?)),
            0x02 => SdrContent::Compact(Box::new(CompactSensor::read(&mut octets)?)),
            0x03 => SdrContent::EventOnly(EventOnlySensor::read(&mut octets)?),
            0x11 => SdrContent::Fru(FruLocator::read(&mut octets)?),
            0x12 => SdrContent::Mc(McLocator::read(&mut octets)?),
            kind => SdrContent::Other {
                kind,
                body: body.to_vec(),
            },
        };
        Ok(Self { id, content })
    }

    /// Its octets.
    pub fn emit(&self) -> Vec<u8> {
        match &self.content {
            SdrContent::Full(sensor) => record(self.id, 0x01, &sensor.emit()),
            SdrContent::Compact(sensor) => record(self.id, 0x02, &sensor.emit()),
            SdrContent::EventOnly(sensor) => record(self.id, 0x03, &sensor.emit()),
            SdrContent::Fru(locator) => record(self.id, 0x11, &locator.emit()),
            SdrContent::Mc(locator) => record(self.id, 0x12, &locator.emit()),
            SdrContent::Other { kind, body } => record(self.id, *kind, body),
        }
    }

    /// How many octets a record has, by its first five; none if there are fewer.
    pub(super) fn length(start: &[u8]) -> Option<usize> {
        let length = start.get(4)?;
        Some(usize::from(*length).saturating_add(HEADER))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::command::event::{EventType, SensorType};
    use proptest::prelude::*;

    /// As `ipmi_sim` answers for what `sdrcomp` made of a temperature, a voltage, a power supply, a watchdog and an MC.
    pub(crate) const TEMPERATURE: [u8; 57] = [
        0x03, 0x00, 0x51, 0x01, 0x34, 0x20, 0x00, 0x01, 0x03, 0x01, 0x45, 0x08, 0x01, 0x01, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x01, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0xc9, b'C', b'P', b'U', b'1', b' ', b'T', b'e', b'm', b'p',
    ];
    pub(crate) const VOLTAGE: [u8; 51] = [
        0x05, 0x00, 0x51, 0x01, 0x2e, 0x20, 0x00, 0x03, 0x07, 0x01, 0x41, 0x00, 0x02, 0x01, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x06, 0x00, 0x00, 0x01, 0x01, 0xe0,
        0x00, 0x00, 0x00, 0x00, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0xc3, b'1', b'2', b'V',
    ];
    pub(crate) const SUPPLY: [u8; 36] = [
        0x06, 0x00, 0x51, 0x02, 0x1f, 0x20, 0x00, 0x04, 0x0a, 0x01, 0x00, 0x00, 0x08, 0x6f, 0x03,
        0x00, 0x03, 0x00, 0x03, 0x00, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0xc4, b'P', b'S', b'U', b'1',
    ];
    const WATCHDOG: [u8; 25] = [
        0x02, 0x00, 0x51, 0x03, 0x14, 0x20, 0x00, 0x00, 0x07, 0x01, 0x23, 0x6f, 0x00, 0x00, 0x00,
        0x00, 0xc8, b'w', b'a', b't', b'c', b'h', b'd', b'o', b'g',
    ];
    const MC: [u8; 27] = [
        0x01, 0x00, 0x51, 0x12, 0x16, 0x20, 0x00, 0x00, 0x8f, 0x00, 0x00, 0x00, 0x07, 0x01, 0x00,
        0xcb, b'd', b'r', b'y', b'd', b'o', b'c', b'k', b'-', b'l', b'a', b'b',
    ];

    #[test]
    fn recorded_records_are_read_and_written_again() {
        for octets in [&TEMPERATURE[..], &VOLTAGE, &SUPPLY, &WATCHDOG, &MC] {
            let claimed = SdrRecord::length(octets).unwrap();
            // The simulator pads some records; what is written has no padding.
            let mut padded = octets.to_vec();
            padded.resize(claimed.max(octets.len()), 0);
            let record = SdrRecord::parse(&padded).unwrap();
            let mut written = record.emit();
            assert_eq!(SdrRecord::parse(&written), Ok(record));
            written[4] = octets[4];
            assert_eq!(written, octets);
        }
    }

    #[test]
    fn a_sensor_is_told_by_name_type_and_entity() {
        let SdrContent::Full(sensor) = SdrRecord::parse(&TEMPERATURE).unwrap().content else {
            panic!("no full record");
        };
        assert_eq!(sensor.name.text(), "CPU1 Temp");
        assert_eq!(sensor.sensor_type, SensorType::TEMPERATURE);
        assert_eq!(sensor.event_type, EventType::Threshold);
        assert_eq!(sensor.head.entity.to_string(), "processor 1");
        assert_eq!(
            (sensor.head.key.number, sensor.unit.to_string()),
            (1, "°C".into())
        );
    }

    #[test]
    fn a_record_that_claims_more_than_there_is_is_malformed() {
        for octets in [&TEMPERATURE[..], &SUPPLY, &WATCHDOG, &MC] {
            for cut in 0..octets.len() {
                let mut short = octets.get(..cut).unwrap().to_vec();
                let record = SdrRecord::parse(&short);
                assert!(record.is_err(), "{cut}: {record:?}");
                if let Some(length) = short.get_mut(4) {
                    *length = u8::try_from(cut - 5).unwrap();
                    let _ = SdrRecord::parse(&short);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_octets_are_a_record_or_malformed(
            kind in prop_oneof![Just(1_u8), Just(2), Just(3), Just(0x11), Just(0x12), any::<u8>()],
            mut data in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            if let Some([at_kind, at_length]) = data.get_mut(3..5) {
                (*at_kind, *at_length) = (kind, (*at_length).min(72));
            }
            if let Ok(record) = SdrRecord::parse(&data) {
                let again = SdrRecord::parse(&record.emit());
                prop_assert_eq!(format!("{again:?}"), format!("{:?}", Ok::<_, Malformed>(record)));
            }
        }
    }
}
