//! FRU device locators and management controller locators (IPMI 2.0 §43.8, §43.9).

use super::{Entity, IdString};
use crate::octets::{Octets, Short};

/// Where a FRU's inventory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FruLocator {
    /// The address of the controller that has it, as on the wire; 0x20 is the BMC.
    pub controller: u8,
    /// Its FRU device id there, or its bus address.
    pub device: u8,
    /// How it is reached, as on the wire. Bit 7: by FRU commands.
    pub access: u8,
    /// The channel, in the upper four bits.
    pub channel: u8,
    /// What device it is, and more about that.
    pub device_type: [u8; 2],
    /// What it belongs to.
    pub entity: Entity,
    /// The manufacturer's.
    pub oem: u8,
    /// Its name.
    pub name: IdString,
}

impl FruLocator {
    /// Its FRU device id, if the BMC can be asked for it with FRU commands at logical unit 0.
    pub fn device_id(&self) -> Option<u8> {
        let of_bmc = self.controller == 0x20 && self.access & 0x98 == 0x80;
        of_bmc.then_some(self.device)
    }

    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let [controller, device, access, channel, _] = octets.array()?;
        let device_type = octets.array()?;
        let [id, instance, oem] = octets.array()?;
        Ok(Self {
            controller,
            device,
            access,
            channel,
            device_type,
            entity: Entity { id, instance },
            oem,
            name: IdString::read(octets)?,
        })
    }

    pub(super) fn emit(&self) -> Vec<u8> {
        let mut body = vec![self.controller, self.device, self.access, self.channel, 0];
        body.extend(self.device_type);
        body.extend([self.entity.id, self.entity.instance, self.oem]);
        self.name.emit(&mut body);
        body
    }
}

/// A management controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McLocator {
    /// Its address, as on the wire; 0x20 is the BMC.
    pub address: u8,
    /// The channel by which it is reached.
    pub channel: u8,
    /// How it starts and what power states it tells, as on the wire.
    pub initialization: u8,
    /// What it has, as on the wire; as in Get Device ID.
    pub capabilities: u8,
    /// What it belongs to.
    pub entity: Entity,
    /// The manufacturer's.
    pub oem: u8,
    /// Its name.
    pub name: IdString,
}

impl McLocator {
    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let [address, channel, initialization, capabilities] = octets.array()?;
        let [_, _, _] = octets.array()?;
        let [id, instance, oem] = octets.array()?;
        Ok(Self {
            address,
            channel: channel & 0x0f,
            initialization,
            capabilities,
            entity: Entity { id, instance },
            oem,
            name: IdString::read(octets)?,
        })
    }

    pub(super) fn emit(&self) -> Vec<u8> {
        let mut body = vec![self.address, self.channel & 0x0f, self.initialization];
        body.extend([self.capabilities, 0, 0, 0]);
        body.extend([self.entity.id, self.entity.instance, self.oem]);
        self.name.emit(&mut body);
        body
    }
}
