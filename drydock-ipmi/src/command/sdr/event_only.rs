//! Event-only records (IPMI 2.0 §43.3): sensors that are never read, but log.

use super::{IdString, SensorHead, Sharing};
use crate::{
    command::event::{EventType, SensorType},
    octets::{Octets, Short},
};

/// A sensor, or several, that only log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventOnlySensor {
    /// Which sensor; the first if there are several.
    pub head: SensorHead,
    /// What it is of.
    pub sensor_type: SensorType,
    /// How its events are to be read.
    pub event_type: EventType,
    /// How many sensors it is for.
    pub sharing: Sharing,
    /// The manufacturer's.
    pub oem: u8,
    /// Its name.
    pub name: IdString,
}

impl EventOnlySensor {
    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let head = SensorHead::read(octets)?;
        let [sensor_type, event_type, first, second, _, oem] = octets.array()?;
        Ok(Self {
            head,
            sensor_type: SensorType(sensor_type),
            event_type: EventType::new(event_type),
            sharing: Sharing([first, second]),
            oem,
            name: IdString::read(octets)?,
        })
    }

    pub(super) fn emit(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(32);
        self.head.emit(&mut body);
        let Sharing([first, second]) = self.sharing;
        body.extend([self.sensor_type.0, self.event_type.code()]);
        body.extend([first, second, 0, self.oem]);
        self.name.emit(&mut body);
        body
    }
}
