//! The sensor data records of a simulated BMC (IPMI 2.0 §43), built of its sensors once for all BMCs of the same settings.

use super::sensor::{Conversion, SensorForm, SimulatedSensor, Thresholds};

/// The BMC's own address on its bus.
const BMC: u8 = 0x20;

/// Records in the order of the repository. The id of a record is its place, counted from 1.
#[derive(Debug, Clone)]
pub(super) struct Repository(Vec<Vec<u8>>);

impl Repository {
    /// A record for each sensor, and those that tell of the BMC and of its FRU.
    pub(super) fn of(sensors: &[SimulatedSensor]) -> Self {
        let mut records = Self(Vec::new());
        records.add(0x12, &management_controller("Drydock BMC"));
        for sensor in sensors {
            match &sensor.form {
                SensorForm::Analog(conversion) => records.add(0x01, &full(sensor, conversion)),
                SensorForm::Discrete { reading_type } => {
                    records.add(0x02, &compact(sensor, *reading_type))
                }
            }
        }
        records.add(0x11, &fru_locator("Builtin FRU"));
        records
    }

    pub(super) fn len(&self) -> u16 {
        u16::try_from(self.0.len()).unwrap_or(u16::MAX)
    }

    /// The record of this id, and the id after it. 0 is the first, 0xffff the last.
    pub(super) fn record(&self, id: u16) -> Option<(&[u8], u16)> {
        let id = match id {
            0 => 1,
            0xffff => self.len(),
            id => id,
        };
        let record = self.0.get(usize::from(id.checked_sub(1)?))?;
        let next = if id == self.len() {
            0xffff
        } else {
            id.wrapping_add(1)
        };
        Some((record, next))
    }

    fn add(&mut self, kind: u8, body: &[u8]) {
        let [low, high] = self.len().wrapping_add(1).to_le_bytes();
        let length = u8::try_from(body.len()).unwrap_or(u8::MAX);
        let mut record = vec![low, high, 0x51, kind, length];
        record.extend(body);
        self.0.push(record);
    }
}

/// Type 01h, full sensor record (IPMI 2.0 §43.1).
fn full(sensor: &SimulatedSensor, conversion: &Conversion) -> Vec<u8> {
    let mask = conversion.thresholds.mask();
    let mut body = key(sensor);
    body.extend([
        0x7f, // initialised, scanned and with events
        0x48, // re-arms itself, thresholds can be read and set
        sensor.kind,
        0x01, // reads thresholds
    ]);
    // Which events there are follows from which thresholds there are; both directions of each.
    body.extend([0x00, 0x00, 0x00, 0x00]);
    body.extend([mask, mask]);
    let format = if conversion.signed { 0x80 } else { 0x00 };
    body.extend([format, conversion.unit, 0x00]);
    let ([m, m_high], [b, b_high]) = (ten_bits(conversion.m), ten_bits(conversion.b));
    body.extend([0x00, m, m_high, b, b_high, 0x00]);
    body.push(
        (conversion.exponent.cast_unsigned() << 4) | (conversion.b_exponent.cast_unsigned() & 0x0f),
    );
    let (most, least) = if conversion.signed {
        (0x7f, 0x80)
    } else {
        (0xff, 0x00)
    };
    body.extend([0x00, 0x00, 0x00, 0x00, most, least]);
    let Thresholds {
        lower_noncritical: lnc,
        lower_critical: lcr,
        lower_nonrecoverable: lnr,
        upper_noncritical: unc,
        upper_critical: ucr,
        upper_nonrecoverable: unr,
    } = conversion.thresholds;
    body.extend([unr, ucr, unc, lnr, lcr, lnc].map(Option::unwrap_or_default));
    body.extend([0x01, 0x01, 0x00, 0x00, 0x00]);
    name(&mut body, &sensor.name);
    body
}

/// Type 02h, compact sensor record (IPMI 2.0 §43.2).
fn compact(sensor: &SimulatedSensor, reading_type: u8) -> Vec<u8> {
    let mut body = key(sensor);
    body.extend([0x67, 0x40, sensor.kind, reading_type]);
    body.extend([0xff, 0x00, 0xff, 0x00, 0xff, 0x00]);
    body.extend([0xc0, 0x00, 0x00]);
    body.extend([0x00; 8]);
    name(&mut body, &sensor.name);
    body
}

fn key(sensor: &SimulatedSensor) -> Vec<u8> {
    vec![BMC, 0x00, sensor.number, sensor.entity, 0x01]
}

/// Type 12h, management controller device locator (IPMI 2.0 §43.9).
fn management_controller(called: &str) -> Vec<u8> {
    // Chassis, FRU inventory, SEL, SDR repository and sensor device.
    let mut body = vec![BMC, 0x00, 0x00, 0x8f, 0x00, 0x00, 0x00, 0x07, 0x01, 0x00];
    name(&mut body, called);
    body
}

/// Type 11h, FRU device locator (IPMI 2.0 §43.8): the logical FRU 0 of the BMC.
fn fru_locator(called: &str) -> Vec<u8> {
    let mut body = vec![BMC, 0x00, 0x80, 0x00, 0x00, 0x10, 0x00, 0x07, 0x01, 0x00];
    name(&mut body, called);
    body
}

/// A name with its type and length octet: 8-bit ASCII, 16 octets at most (IPMI 2.0 §43.15).
fn name(body: &mut Vec<u8>, called: &str) {
    let called: Vec<u8> = called.bytes().take(16).collect();
    body.push(0xc0 | u8::try_from(called.len()).unwrap_or(0));
    body.extend(called);
}

/// A number of 10 bits with sign: its low octet, and its high bits where the record wants them.
fn ten_bits(number: i16) -> [u8; 2] {
    let [low, high] = number.to_le_bytes();
    [low, high << 6]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_the_lengths_of_their_kinds() {
        let repository = Repository::of(&SimulatedSensor::of_a_server());
        let (first, mut next) = repository.record(0).unwrap();
        assert_eq!(first[3], 0x12);
        let mut kinds = vec![];
        while next != 0xffff {
            let (record, after) = repository.record(next).unwrap();
            assert_eq!(usize::from(record[4]), record.len() - 5);
            // The name's octet stands where the record's kind has it.
            let at = match record[3] {
                0x01 => 47,
                0x02 => 31,
                _ => 15,
            };
            assert_eq!(usize::from(record[at] & 0x1f), record.len() - at - 1);
            kinds.push(record[3]);
            next = after;
        }
        assert_eq!(kinds, [1, 1, 1, 1, 2, 0x11]);
        assert!(repository.record(8).is_none());
    }

    #[test]
    fn numbers_of_ten_bits_keep_their_sign() {
        assert_eq!(ten_bits(-1), [0xff, 0xc0]);
        assert_eq!(ten_bits(0x123), [0x23, 0x40]);
    }
}
