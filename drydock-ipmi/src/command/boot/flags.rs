//! Boot flags, parameter 5 (IPMI 2.0 table 28-14).

use crate::{command::Malformed, octets::Octets};
use std::fmt;

/// What a machine is to boot.
///
/// Beside what is named here the five octets have locks, verbosity and console settings; these are written as 0, and not
/// read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct BootFlags {
    /// Whether the flags count at all. A BMC clears this when the machine has booted, or after 60 s.
    pub valid: bool,
    /// Whether they stay for all later boots as well.
    pub persistent: bool,
    /// Whether it boots by EFI, and not as a PC of old.
    pub efi: bool,
    /// From what.
    pub device: BootDevice,
}

impl BootFlags {
    /// No override: the machine boots as its firmware is set up.
    pub const CLEAR: Self = Self {
        valid: false,
        persistent: false,
        efi: false,
        device: BootDevice::None,
    };

    /// The next boot, and only that, from a device.
    pub const fn once(device: BootDevice) -> Self {
        Self {
            valid: true,
            persistent: false,
            efi: false,
            device,
        }
    }

    /// By EFI.
    #[must_use]
    pub const fn efi(mut self) -> Self {
        self.efi = true;
        self
    }

    /// All later boots as well.
    #[must_use]
    pub const fn persistent(mut self) -> Self {
        self.persistent = true;
        self
    }

    /// The five octets.
    pub fn emit(&self) -> [u8; 5] {
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let first = bit(self.valid, 0x80) | bit(self.persistent, 0x40) | bit(self.efi, 0x20);
        [first, (self.device.number() & 0x0f) << 2, 0, 0, 0]
    }

    /// What the octets say. Some BMCs answer fewer than five; two are enough.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn parse(data: &[u8]) -> Result<Self, Malformed> {
        let [first, second] = Octets::new(data).array()?;
        Ok(Self {
            valid: first & 0x80 != 0,
            persistent: first & 0x40 != 0,
            efi: first & 0x20 != 0,
            device: BootDevice::of(second >> 2),
        })
    }
}

/// From what a machine boots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum BootDevice {
    /// No override.
    #[default]
    None,
    /// The network.
    Pxe,
    /// The default hard drive.
    Disk,
    /// The default hard drive, in safe mode.
    DiskSafeMode,
    /// The diagnostic partition.
    Diagnostic,
    /// The default CD or DVD.
    Cd,
    /// The firmware's setup.
    BiosSetup,
    /// A removable medium that is attached remotely.
    RemoteRemovable,
    /// A CD or DVD that is attached remotely.
    RemoteCd,
    /// The primary remote medium.
    RemotePrimary,
    /// A hard drive that is attached remotely.
    RemoteDisk,
    /// The primary removable medium.
    Removable,
    /// A reserved number, 10, 12, 13 or 14.
    Other(u8),
}

impl BootDevice {
    fn of(number: u8) -> Self {
        match number & 0x0f {
            0x0 => Self::None,
            0x1 => Self::Pxe,
            0x2 => Self::Disk,
            0x3 => Self::DiskSafeMode,
            0x4 => Self::Diagnostic,
            0x5 => Self::Cd,
            0x6 => Self::BiosSetup,
            0x7 => Self::RemoteRemovable,
            0x8 => Self::RemoteCd,
            0x9 => Self::RemotePrimary,
            0xb => Self::RemoteDisk,
            0xf => Self::Removable,
            number => Self::Other(number),
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        match self {
            Self::None => 0x0,
            Self::Pxe => 0x1,
            Self::Disk => 0x2,
            Self::DiskSafeMode => 0x3,
            Self::Diagnostic => 0x4,
            Self::Cd => 0x5,
            Self::BiosSetup => 0x6,
            Self::RemoteRemovable => 0x7,
            Self::RemoteCd => 0x8,
            Self::RemotePrimary => 0x9,
            Self::RemoteDisk => 0xb,
            Self::Removable => 0xf,
            Self::Other(number) => number & 0x0f,
        }
    }
}

impl fmt::Display for BootDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Pxe => "PXE",
            Self::Disk => "disk",
            Self::DiskSafeMode => "disk in safe mode",
            Self::Diagnostic => "diagnostic partition",
            Self::Cd => "CD",
            Self::BiosSetup => "BIOS setup",
            Self::RemoteRemovable => "remote removable medium",
            Self::RemoteCd => "remote CD",
            Self::RemotePrimary => "remote medium",
            Self::RemoteDisk => "remote disk",
            Self::Removable => "removable medium",
            Self::Other(number) => return write!(f, "device {number}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn flags_are_as_others_write_them() {
        let pxe = BootFlags::once(BootDevice::Pxe);
        assert_eq!(pxe.emit(), [0x80, 0x04, 0, 0, 0]);
        assert_eq!(pxe.efi().emit(), [0xa0, 0x04, 0, 0, 0]);
        assert_eq!(pxe.efi().persistent().emit(), [0xe0, 0x04, 0, 0, 0]);
        let setup = BootFlags::once(BootDevice::BiosSetup);
        assert_eq!(setup.emit(), [0x80, 0x18, 0, 0, 0]);
        assert_eq!(BootFlags::CLEAR.emit(), [0; 5]);
    }

    proptest! {
        #[test]
        fn any_two_octets_are_flags(data: Vec<u8>) {
            match BootFlags::parse(&data) {
                Ok(flags) => prop_assert_eq!(BootFlags::parse(&flags.emit()), Ok(flags)),
                Err(_) => prop_assert!(data.len() < 2),
            }
        }
    }
}
