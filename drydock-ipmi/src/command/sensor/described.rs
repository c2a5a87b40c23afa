//! Sensors as records describe them: one form for full and compact records, one for each sensor that a record is for.

use super::{Conversion, Unit};
use crate::command::{
    event::{EventType, SensorType},
    sdr::{Entity, SdrContent, SdrRecord, SensorKey},
};

/// A sensor that can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensor {
    /// Which sensor.
    pub key: SensorKey,
    /// Its name. Names need not differ.
    pub name: String,
    /// What it belongs to.
    pub entity: Entity,
    /// What it is of.
    pub sensor_type: SensorType,
    /// How it is to be read.
    pub event_type: EventType,
    /// What its value is in.
    pub unit: Unit,
    /// How its raw readings become values; none if it only has states.
    pub conversion: Option<Conversion>,
    /// Which thresholds can be asked for, as a mask of [`Threshold::bit`](crate::command::event::Threshold::bit).
    pub readable_thresholds: u8,
}

impl Sensor {
    /// The sensors of records, in their order. Those that only log are left out.
    pub fn all(records: &[SdrRecord]) -> Vec<Self> {
        records.iter().flat_map(Self::of).collect()
    }

    /// The sensors of a record: none, one, or several of one kind.
    pub fn of(record: &SdrRecord) -> Vec<Self> {
        match &record.content {
            SdrContent::Full(sensor) => vec![Self {
                key: sensor.head.key,
                name: sensor.name.text(),
                entity: sensor.head.entity,
                sensor_type: sensor.sensor_type,
                event_type: sensor.event_type,
                unit: sensor.unit,
                conversion: (sensor.conversion.format() != 3).then_some(sensor.conversion),
                readable_thresholds: sensor.readable_thresholds(),
            }],
            SdrContent::Compact(sensor) => (0..sensor.sharing.count())
                .map(|index| {
                    let (mut key, mut entity) = (sensor.head.key, sensor.head.entity);
                    key.number = key.number.wrapping_add(index);
                    if sensor.sharing.has_own_entities() {
                        entity.instance = entity.instance.wrapping_add(index);
                    }
                    Self {
                        key,
                        name: sensor.name.text() + &sensor.sharing.suffix(index),
                        entity,
                        sensor_type: sensor.sensor_type,
                        event_type: sensor.event_type,
                        unit: sensor.unit,
                        conversion: None,
                        readable_thresholds: 0,
                    }
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::sdr::recorded::{SUPPLY, VOLTAGE};

    fn sensors(octets: &[u8]) -> Vec<Sensor> {
        Sensor::of(&SdrRecord::parse(octets).unwrap())
    }

    #[test]
    fn a_record_may_be_for_several_sensors() {
        let mut octets = SUPPLY.to_vec();
        octets[23] = 0x03;
        octets[24] = 0x81;
        let supplies = sensors(&octets);
        let told: Vec<_> = supplies
            .iter()
            .map(|sensor| (&*sensor.name, sensor.key.number, sensor.entity.instance))
            .collect();
        assert_eq!(told, [("PSU11", 4, 1), ("PSU12", 5, 2), ("PSU13", 6, 3)]);
        octets[23] = 0x12;
        octets[24] = 0x00;
        let names: Vec<_> = sensors(&octets).iter().map(|s| s.name.clone()).collect();
        assert_eq!(names, ["PSU1A", "PSU1B"]);
    }

    #[test]
    fn a_full_record_is_for_one_with_a_value() {
        let mut octets = VOLTAGE.to_vec();
        octets.resize(51, 0);
        octets[4] = 46;
        let [volts] = &*sensors(&octets) else {
            panic!()
        };
        assert_eq!(volts.conversion.unwrap().value(0xc8), Some(12.0));
        assert_eq!((&*volts.name, volts.unit.to_string()), ("12V", "V".into()));
    }
}
