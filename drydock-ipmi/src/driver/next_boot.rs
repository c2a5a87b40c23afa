//! What a machine boots next: Drydock's word for it and IPMI's. Pure.

use crate::command::boot::{BootDevice as Selector, BootDifference, BootFlags, BootSet};
use drydock_core::driver::BootDevice;

/// What of a machine decides how it is told what to boot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Firmware {
    /// It boots by UEFI, by its design.
    pub(super) uefi: bool,
    /// See [`Quirk::DiskIsRemoteMedium`](super::quirks::Quirk::DiskIsRemoteMedium).
    pub(super) disk_is_remote_medium: bool,
}

/// The flags that make the next boot, and only that, one from the device; none for one that IPMI has no word for.
pub(super) fn wanted(device: BootDevice, firmware: Firmware) -> Option<BootFlags> {
    let selector = match device {
        BootDevice::Pxe => Selector::Pxe,
        BootDevice::Disk if firmware.uefi && firmware.disk_is_remote_medium => {
            Selector::RemotePrimary
        }
        BootDevice::Disk => Selector::Disk,
        BootDevice::Bios => Selector::BiosSetup,
        BootDevice::Cdrom => Selector::Cd,
        _ => return None,
    };
    let flags = BootFlags::once(selector);
    Some(match firmware.uefi {
        true => flags.efi(),
        false => flags,
    })
}

/// The device that the machine boots from next; none where nothing overrides its firmware's order, or what does has no word
/// in Drydock.
pub(super) fn seen(flags: BootFlags, firmware: Firmware) -> Option<BootDevice> {
    if !flags.valid {
        return None;
    }
    match flags.device {
        Selector::Pxe => Some(BootDevice::Pxe),
        Selector::Disk => Some(BootDevice::Disk),
        Selector::RemotePrimary if firmware.uefi && firmware.disk_is_remote_medium => {
            Some(BootDevice::Disk)
        }
        Selector::BiosSetup => Some(BootDevice::Bios),
        Selector::Cd => Some(BootDevice::Cdrom),
        _ => None,
    }
}

/// What came of asking for it: notes for people, or what the BMC kept instead although it said ok.
///
/// A machine that would boot from something else, or for ever, is an error: it would be installed when nobody asked, or
/// not when somebody did. Whether by EFI is a note: many BMCs do not keep that and the machine does it all the same.
pub(super) fn verdict(set: &BootSet) -> Result<Vec<String>, String> {
    let (mut notes, mut wrong) = (Vec::new(), Vec::new());
    for difference in set.differences() {
        match difference {
            BootDifference::Efi(_) => notes.push(difference.to_string()),
            _ => wrong.push(difference.to_string()),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong.join(", "));
    }
    if !set.kept_after_a_minute {
        let note = "the BMC forgets it after 60 s without a power action";
        notes.push(note.to_owned());
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Firmware = Firmware {
        uefi: false,
        disk_is_remote_medium: false,
    };
    const UEFI: Firmware = Firmware {
        uefi: true,
        ..PLAIN
    };

    fn kept(wanted: BootFlags, read: BootFlags) -> BootSet {
        BootSet {
            wanted,
            read,
            kept_after_a_minute: true,
        }
    }

    #[test]
    fn every_device_is_asked_for_once_and_seen_again() {
        let odd = Firmware {
            disk_is_remote_medium: true,
            ..UEFI
        };
        for firmware in [PLAIN, UEFI, odd] {
            for device in BootDevice::ALL {
                let flags = wanted(*device, firmware);
                let flags = flags.unwrap_or_default();
                assert!(flags.valid && !flags.persistent, "{device}");
                assert_eq!(flags.efi, firmware.uefi);
                assert_eq!(seen(flags, firmware), Some(*device));
            }
        }
        assert_eq!(
            wanted(BootDevice::Disk, odd).map(|flags| flags.device),
            Some(Selector::RemotePrimary)
        );
        // Only UEFI has it another way.
        let of_old = Firmware { uefi: false, ..odd };
        let disk = wanted(BootDevice::Disk, of_old);
        assert_eq!(disk.map(|flags| flags.device), Some(Selector::Disk));
        assert_eq!(seen(BootFlags::once(Selector::RemotePrimary), PLAIN), None);
    }

    #[test]
    fn flags_that_do_not_count_are_no_next_boot() {
        let flags = BootFlags {
            valid: false,
            ..BootFlags::once(Selector::Pxe)
        };
        assert_eq!(seen(flags, PLAIN), None);
        assert_eq!(seen(BootFlags::CLEAR, PLAIN), None);
    }

    #[test]
    fn what_the_bmc_kept_of_it_is_judged() {
        let pxe = BootFlags::once(Selector::Pxe);
        assert_eq!(verdict(&kept(pxe, pxe)), Ok(vec![]));
        assert_eq!(
            verdict(&kept(pxe.efi(), pxe)),
            Ok(vec!["it does not boot by EFI".to_owned()])
        );
        for read in [
            BootFlags::once(Selector::Disk),
            pxe.persistent(),
            BootFlags::CLEAR,
        ] {
            assert!(verdict(&kept(pxe, read)).is_err(), "{read:?}");
        }
        let short = BootSet {
            kept_after_a_minute: false,
            ..kept(pxe, pxe)
        };
        let notes = verdict(&short).unwrap_or_default();
        assert!(notes.concat().contains("60 s"), "{notes:?}");
    }
}
