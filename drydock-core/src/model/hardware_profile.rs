//! HardwareProfile: one model of hardware, and the names of its devices.

use super::{Any, Free, Keyed, Set, Text, shape::record};
use smol_str::SmolStr;

record! {
    /// The spec of a HardwareProfile.
    pub struct HardwareProfile {
        /// Who makes it.
        vendor: Option<Text>,
        /// The generation of the model.
        generation: Option<Text>,
        /// The version within its generation.
        hw_version: Option<Text>,
        /// The certified version of its firmware.
        bios_version: Option<Text>,
        /// `bios` or `uefi`.
        boot_mode: Option<Text>,
        /// `pxe`, `usb` or `hdd`.
        bootstrap_protocol: Option<Text>,
        /// The NIC it boots from: an alias, or its number in the firmware.
        pxe_interface: Option<Text>,
        /// Names of devices, so that host profiles fit every model.
        device_aliases: Keyed<DeviceAlias>,
        /// Sets of CPUs by name, as kernel parameters write them.
        cpu_sets: Free,
        /// Huge pages by name.
        hugepages: Keyed<Hugepages>,
        /// Kernel drivers of third parties.
        drivers: Keyed<KernelDriver>,
        /// Kept as written in this release.
        firmware: Any,
        /// Kept as written in this release.
        raid: Any,
        /// Kept as written in this release.
        manifest: Any,
    }
}

record! {
    /// A device, found by its bus address.
    pub struct DeviceAlias key "alias" {
        /// A bus address, or `regexp:RE` that matches exactly one device.
        address: Option<Text>,
        /// What is expected there.
        dev_type: Option<Text> | "type",
        /// The bus, `pci` or `scsi`.
        bus_type: Option<Text>,
    }
}

record! {
    /// Huge pages to reserve.
    pub struct Hugepages {
        /// The size of one, as kernel parameters write it: `1G`.
        size: Option<Text>,
        /// How many.
        count: Option<u32>,
    }
}

record! {
    /// A kernel driver of a third party.
    pub struct KernelDriver {
        /// The repository that has it.
        repository: Option<Text>,
        /// The package.
        package: Option<Text>,
        /// The module aliases it serves.
        modaliases: Set<SmolStr>,
    }
}
