//! What a BMC kept of the boot flags that were written. Many say that all is done and keep half of it.

use super::{BootDevice, BootFlags};
use std::fmt;

/// A flag that a BMC has another way than it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BootDifference {
    /// The machine would boot from this device.
    Device(BootDevice),
    /// The flags do not count, or count although they should not.
    Valid(bool),
    /// They stay, or do not stay, for later boots.
    Persistent(bool),
    /// It would boot by EFI, or not.
    Efi(bool),
}

impl BootFlags {
    /// How what was read differs from these flags, which were written.
    ///
    /// Without an override nothing else matters: flags that do not count, and flags without a device, are both no override.
    pub fn differences(&self, read: &Self) -> Vec<BootDifference> {
        let mut differences = Vec::new();
        let overrides = |flags: &Self| flags.valid && flags.device != BootDevice::None;
        if !overrides(self) && !overrides(read) {
            return differences;
        }
        let mut differ = |is: bool, difference| {
            if is {
                differences.push(difference);
            }
        };
        differ(
            self.device != read.device,
            BootDifference::Device(read.device),
        );
        differ(self.valid != read.valid, BootDifference::Valid(read.valid));
        differ(
            self.persistent != read.persistent,
            BootDifference::Persistent(read.persistent),
        );
        differ(self.efi != read.efi, BootDifference::Efi(read.efi));
        differences
    }
}

impl fmt::Display for BootDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(device) => write!(f, "the boot device is {device}"),
            Self::Valid(true) => f.write_str("the flags count"),
            Self::Valid(false) => f.write_str("the flags do not count"),
            Self::Persistent(true) => f.write_str("it is for all boots"),
            Self::Persistent(false) => f.write_str("it is for one boot"),
            Self::Efi(true) => f.write_str("it boots by EFI"),
            Self::Efi(false) => f.write_str("it does not boot by EFI"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PXE: BootFlags = BootFlags::once(BootDevice::Pxe);

    #[test]
    fn each_flag_that_is_lost_is_told() {
        assert_eq!(
            PXE.efi().persistent().differences(&PXE.efi().persistent()),
            []
        );
        let kept = BootFlags {
            device: BootDevice::Pxe,
            ..BootFlags::CLEAR
        };
        assert_eq!(
            PXE.efi().persistent().differences(&kept),
            [
                BootDifference::Valid(false),
                BootDifference::Persistent(false),
                BootDifference::Efi(false)
            ]
        );
        let disk = BootFlags::once(BootDevice::Disk);
        let [difference] = &*PXE.differences(&disk) else {
            panic!()
        };
        assert_eq!(difference.to_string(), "the boot device is disk");
        assert_eq!(PXE.differences(&PXE.efi()), [BootDifference::Efi(true)]);
    }

    #[test]
    fn no_override_is_no_override_however_it_is_written() {
        let valid_none = BootFlags::once(BootDevice::None);
        let invalid_pxe = BootFlags {
            valid: false,
            ..PXE
        };
        assert_eq!(BootFlags::CLEAR.differences(&valid_none), []);
        assert_eq!(BootFlags::CLEAR.differences(&invalid_pxe), []);
        assert_eq!(
            BootFlags::CLEAR.differences(&PXE),
            [
                BootDifference::Device(BootDevice::Pxe),
                BootDifference::Valid(true)
            ]
        );
    }
}
