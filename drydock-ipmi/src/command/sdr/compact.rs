//! Compact sensor records (IPMI 2.0 §43.2): sensors with states; one record may be for several.

use super::{IdString, SensorHead, sensor_head::Abilities};
use crate::{
    command::{
        event::{EventType, SensorType},
        sensor::Unit,
    },
    octets::{Octets, Short},
};

/// A sensor, or several, with states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactSensor {
    /// Which sensor; the first if there are several.
    pub head: SensorHead,
    /// How it is set up, as on the wire.
    pub initialization: u8,
    /// What it can do, as on the wire.
    pub capabilities: u8,
    /// What it is of.
    pub sensor_type: SensorType,
    /// How it is to be read.
    pub event_type: EventType,
    /// Its event and reading masks, as on the wire.
    pub masks: [u16; 3],
    /// What its value would be in.
    pub unit: Unit,
    /// How many sensors it is for.
    pub sharing: Sharing,
    /// Raw: positive and negative hysteresis.
    pub hysteresis: [u8; 2],
    /// The manufacturer's.
    pub oem: u8,
    /// Its name.
    pub name: IdString,
}

/// How many sensors a record is for, and how their names differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sharing(pub [u8; 2]);

impl Sharing {
    /// For one sensor.
    pub const ONE: Self = Self([1, 0]);

    /// How many sensors, 1 to 15; their numbers are in a row.
    pub fn count(self) -> u8 {
        let [first, _] = self.0;
        (first & 0x0f).max(1)
    }

    /// What is put behind the name of sensor `index`, from 0: a number, or a letter from A.
    pub fn suffix(self, index: u8) -> String {
        let [first, second] = self.0;
        if self.count() == 1 {
            return String::new();
        }
        let index = (second & 0x7f).wrapping_add(index);
        match (first >> 4) & 3 {
            1 => char::from(b'A'.wrapping_add(index % 26)).to_string(),
            _ => index.to_string(),
        }
    }

    /// Whether each sensor is of an entity of its own, in a row, too.
    pub fn has_own_entities(self) -> bool {
        let [_, second] = self.0;
        second & 0x80 != 0
    }
}

impl CompactSensor {
    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let head = SensorHead::read(octets)?;
        let abilities = Abilities::read(octets)?;
        let [first, base, modifier] = abilities.units;
        let sharing = Sharing(octets.array()?);
        let hysteresis = octets.array()?;
        let [_, _, _, oem] = octets.array()?;
        Ok(Self {
            head,
            initialization: abilities.initialization,
            capabilities: abilities.capabilities,
            sensor_type: abilities.sensor_type,
            event_type: abilities.event_type,
            masks: abilities.masks,
            unit: Unit::new(first, base, modifier),
            sharing,
            hysteresis,
            oem,
            name: IdString::read(octets)?,
        })
    }

    pub(super) fn emit(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(48);
        self.head.emit(&mut body);
        let (first, base, modifier) = self.unit.emit();
        const NO_ANALOG: u8 = 0xc0;
        let abilities = Abilities {
            initialization: self.initialization,
            capabilities: self.capabilities,
            sensor_type: self.sensor_type,
            event_type: self.event_type,
            masks: self.masks,
            units: [first | NO_ANALOG, base, modifier],
        };
        abilities.emit(&mut body);
        body.extend(self.sharing.0);
        body.extend(self.hysteresis);
        body.extend([0, 0, 0, self.oem]);
        self.name.emit(&mut body);
        body
    }
}
