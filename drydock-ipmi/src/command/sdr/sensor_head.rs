//! What records of sensors begin with (IPMI 2.0 tables 43-1 to 43-3).

use super::Entity;
use crate::{
    command::event::{EventType, SensorType},
    octets::{Octets, Short},
};

/// Whose sensor it is, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SensorKey {
    /// Who has it, as on the wire: 0x20 is the BMC.
    pub owner: u8,
    /// The logical unit to ask, 0 to 3.
    pub lun: u8,
    /// Its number there.
    pub number: u8,
}

impl SensorKey {
    /// A sensor of the BMC.
    pub const fn of_bmc(number: u8) -> Self {
        Self {
            owner: 0x20,
            lun: 0,
            number,
        }
    }

    /// Whether the BMC has it, rather than a controller behind it.
    pub const fn is_of_bmc(self) -> bool {
        self.owner == 0x20
    }
}

/// What records of sensors begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SensorHead {
    /// Which sensor.
    pub key: SensorKey,
    /// The channel by which its owner is reached.
    pub channel: u8,
    /// What it belongs to.
    pub entity: Entity,
}

impl SensorHead {
    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let [owner, place, number, id, instance] = octets.array()?;
        Ok(Self {
            key: SensorKey {
                owner,
                lun: place & 0x03,
                number,
            },
            channel: place >> 4,
            entity: Entity { id, instance },
        })
    }

    pub(super) fn emit(&self, to: &mut Vec<u8>) {
        let place = (self.channel << 4) | (self.key.lun & 0x03);
        let entity = self.entity;
        to.extend([self.key.owner, place, self.key.number]);
        to.extend([entity.id, entity.instance]);
    }
}

/// What full and compact records have after that: how the sensor is set up, and what it can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abilities {
    pub(super) initialization: u8,
    pub(super) capabilities: u8,
    pub(super) sensor_type: SensorType,
    pub(super) event_type: EventType,
    pub(super) masks: [u16; 3],
    pub(super) units: [u8; 3],
}

impl Abilities {
    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let [initialization, capabilities, sensor_type, event_type] = octets.array()?;
        Ok(Self {
            initialization,
            capabilities,
            sensor_type: SensorType(sensor_type),
            event_type: EventType::new(event_type),
            masks: [octets.u16()?, octets.u16()?, octets.u16()?],
            units: octets.array()?,
        })
    }

    pub(super) fn emit(&self, to: &mut Vec<u8>) {
        to.extend([self.initialization, self.capabilities]);
        to.extend([self.sensor_type.0, self.event_type.code()]);
        to.extend(self.masks.iter().flat_map(|mask| mask.to_le_bytes()));
        to.extend(self.units);
    }
}
