//! Full sensor records (IPMI 2.0 §43.1): sensors with a value.

use super::{IdString, SensorHead, sensor_head::Abilities};
use crate::{
    command::{
        event::{EventType, SensorType},
        sensor::{Conversion, Unit},
    },
    octets::{Octets, Short},
};

/// A sensor with a value.
#[derive(Debug, Clone, PartialEq)]
pub struct FullSensor {
    /// Which sensor.
    pub head: SensorHead,
    /// How it is set up, as on the wire.
    pub initialization: u8,
    /// What it can do, as on the wire.
    pub capabilities: u8,
    /// What it is of.
    pub sensor_type: SensorType,
    /// How it is to be read.
    pub event_type: EventType,
    /// Its event and reading masks, as on the wire. The third is, for thresholds: which can be read (low octet) and which
    /// can be set (high octet).
    pub masks: [u16; 3],
    /// What its value is in.
    pub unit: Unit,
    /// How its raw readings become values.
    pub conversion: Conversion,
    /// Which of nominal (bit 0), normal maximum (1) and minimum (2) are given.
    pub given: u8,
    /// Raw: nominal reading, normal maximum, normal minimum, sensor maximum, sensor minimum.
    pub typical: [u8; 5],
    /// Raw thresholds, as they are when the sensor is set up: upper non-recoverable, critical, non-critical, then the lower.
    pub thresholds: [u8; 6],
    /// Raw: positive and negative hysteresis.
    pub hysteresis: [u8; 2],
    /// The manufacturer's.
    pub oem: u8,
    /// Its name.
    pub name: IdString,
}

impl FullSensor {
    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let head = SensorHead::read(octets)?;
        let abilities = Abilities::read(octets)?;
        let [first, base, modifier] = abilities.units;
        let linearization = octets.u8()?;
        let conversion = Conversion::new(first >> 6, linearization, octets.array()?);
        let given = octets.u8()?;
        let typical = octets.array()?;
        let thresholds = octets.array()?;
        let hysteresis = octets.array()?;
        let [_, _, oem] = octets.array()?;
        Ok(Self {
            head,
            initialization: abilities.initialization,
            capabilities: abilities.capabilities,
            sensor_type: abilities.sensor_type,
            event_type: abilities.event_type,
            masks: abilities.masks,
            unit: Unit::new(first, base, modifier),
            conversion,
            given,
            typical,
            thresholds,
            hysteresis,
            oem,
            name: IdString::read(octets)?,
        })
    }

    pub(super) fn emit(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(64);
        self.head.emit(&mut body);
        let (first, base, modifier) = self.unit.emit();
        let format = self.conversion.format() << 6;
        let abilities = Abilities {
            initialization: self.initialization,
            capabilities: self.capabilities,
            sensor_type: self.sensor_type,
            event_type: self.event_type,
            masks: self.masks,
            units: [first | format, base, modifier],
        };
        abilities.emit(&mut body);
        body.push(self.conversion.linearization());
        body.extend(self.conversion.factors());
        body.push(self.given);
        body.extend(self.typical);
        body.extend(self.thresholds);
        body.extend(self.hysteresis);
        body.extend([0, 0, self.oem]);
        self.name.emit(&mut body);
        body
    }

    /// Which thresholds can be read, as a mask of [`Threshold::bit`](crate::command::event::Threshold::bit).
    pub fn readable_thresholds(&self) -> u8 {
        let [_, _, mask] = self.masks;
        let [readable, _] = mask.to_le_bytes();
        let has_thresholds = self.event_type == EventType::Threshold;
        if has_thresholds { readable & 0x3f } else { 0 }
    }
}
