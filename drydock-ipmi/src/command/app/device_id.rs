//! Get Device ID (IPMI 2.0 §20.1).

use crate::{
    command::{Command, Malformed, Repeat, Request},
    octets::Octets,
    wire::NetFn,
};

/// Asks the BMC what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetDeviceId;

impl Command for GetDeviceId {
    type Answer = DeviceId;

    fn name(&self) -> &'static str {
        "Get Device ID"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x01, [])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<DeviceId, Malformed> {
        DeviceId::parse(data)
    }
}

/// What a BMC is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceId {
    /// The manufacturer's number for the device.
    pub device_id: u8,
    /// Its revision, 0 to 15.
    pub device_revision: u8,
    /// Whether it has device SDRs.
    pub provides_device_sdrs: bool,
    /// Whether it is updating itself or starting; then it answers hardly anything else.
    pub updating: bool,
    /// The firmware's major revision, 0 to 127.
    pub firmware_major: u8,
    /// The firmware's minor revision, in BCD.
    pub firmware_minor: u8,
    /// The version of IPMI that it speaks, as on the wire: 0x02 is 2.0, 0x51 is 1.5.
    pub ipmi_version: u8,
    /// What else it is, as on the wire: see the `is_` and `has_` methods.
    pub support: u8,
    /// The manufacturer, by its IANA enterprise number (20 bits).
    pub manufacturer: u32,
    /// The manufacturer's number for the product.
    pub product: u16,
    /// More about the firmware, if it says so, in the manufacturer's way.
    pub auxiliary: Option<[u8; 4]>,
}

impl DeviceId {
    /// # Errors
    /// When it is shorter than eleven octets.
    fn parse(data: &[u8]) -> Result<Self, Malformed> {
        let mut octets = Octets::new(data);
        let device_id = octets.u8()?;
        let revision = octets.u8()?;
        let firmware = octets.u8()?;
        let firmware_minor = octets.u8()?;
        let ipmi_version = octets.u8()?;
        let support = octets.u8()?;
        let [low, middle, high] = octets.array()?;
        Ok(Self {
            device_id,
            device_revision: revision & 0x0f,
            provides_device_sdrs: revision & 0x80 != 0,
            updating: firmware & 0x80 != 0,
            firmware_major: firmware & 0x7f,
            firmware_minor,
            ipmi_version,
            support,
            manufacturer: u32::from_le_bytes([low, middle, high & 0x0f, 0]),
            product: octets.u16()?,
            auxiliary: octets.array().ok(),
        })
    }

    /// As a BMC answers.
    pub fn emit(&self) -> Vec<u8> {
        let flag = |is: bool| if is { 0x80 } else { 0 };
        let mut data = vec![
            self.device_id,
            (self.device_revision & 0x0f) | flag(self.provides_device_sdrs),
            (self.firmware_major & 0x7f) | flag(self.updating),
            self.firmware_minor,
            self.ipmi_version,
            self.support,
        ];
        let [low, middle, high, _] = self.manufacturer.to_le_bytes();
        data.extend([low, middle, high & 0x0f]);
        data.extend(self.product.to_le_bytes());
        data.extend(self.auxiliary.iter().flatten());
        data
    }

    /// The firmware's revision, such as `2.11`.
    pub fn firmware(&self) -> String {
        format!("{}.{:02x}", self.firmware_major, self.firmware_minor)
    }

    /// The version of IPMI, such as `2.0`.
    pub fn ipmi(&self) -> String {
        format!("{}.{}", self.ipmi_version & 0x0f, self.ipmi_version >> 4)
    }

    /// Whether it is a chassis device.
    pub fn is_chassis(&self) -> bool {
        self.support & 0x80 != 0
    }

    /// Whether it has FRU inventory.
    pub fn has_fru(&self) -> bool {
        self.support & 0x08 != 0
    }

    /// Whether it has a SEL.
    pub fn has_sel(&self) -> bool {
        self.support & 0x04 != 0
    }

    /// Whether it has an SDR repository.
    pub fn has_sdr_repository(&self) -> bool {
        self.support & 0x02 != 0
    }

    /// Whether it has sensors.
    pub fn has_sensors(&self) -> bool {
        self.support & 0x01 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn says_what_the_bmc_is() {
        let data = [
            0x01, 0x02, 0x02, 0x11, 0x02, 0x9f, 0x7c, 0x2a, 0x00, 0x01, 0x0b,
        ];
        let id = GetDeviceId.answer(&data).unwrap();
        assert_eq!((id.firmware(), id.ipmi()), ("2.11".into(), "2.0".into()));
        assert_eq!((id.manufacturer, id.product), (0x2a7c, 0x0b01));
        assert!(id.is_chassis() && id.has_fru() && id.has_sel() && id.has_sdr_repository());
        assert!(!id.updating && id.auxiliary.is_none());
        assert_eq!(id.emit(), data);
    }

    #[test]
    fn half_of_the_auxiliary_revision_is_none() {
        let mut data = vec![0x20, 0x81, 0x87, 0x45, 0x51, 0xbf, 0xa2, 0x02, 0x00, 0, 1];
        data.extend([1, 2, 3]);
        let id = GetDeviceId.answer(&data).unwrap();
        assert!(id.updating && id.provides_device_sdrs && id.auxiliary.is_none());
        assert_eq!((id.firmware(), id.ipmi()), ("7.45".into(), "1.5".into()));
        data.push(4);
        let id = GetDeviceId.answer(&data).unwrap();
        assert_eq!(id.auxiliary, Some([1, 2, 3, 4]));
        assert_eq!(id.emit(), data);
    }

    proptest! {
        #[test]
        fn any_octets_are_an_id_or_too_short(data: Vec<u8>) {
            match GetDeviceId.answer(&data) {
                Ok(id) => prop_assert_eq!(GetDeviceId.answer(&id.emit()), Ok(id)),
                Err(_) => prop_assert!(data.len() < 11),
            }
        }
    }
}
