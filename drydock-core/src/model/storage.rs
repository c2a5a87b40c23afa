//! How a host's disks are divided.

use super::{Free, Keyed, Size, Text, shape::record};
use smol_str::SmolStr;

record! {
    /// Disks and volume groups.
    pub struct Storage {
        /// Disks: aliases of the hardware profile, or names that the operating system gives.
        physical_devices: Keyed<PhysicalDevice>,
        /// Volume groups.
        volume_groups: Keyed<VolumeGroup>,
    }
    gone {
        "layout" => "write physical_devices with partitions, or volume_groups",
        "bootdisk" => "write physical_devices: {DISK: {partitions: [...]}}",
        "partitions" => "write physical_devices: {DISK: {partitions: [...]}}",
    }
}

record! {
    /// One disk: divided into partitions, or whole in a volume group.
    pub struct PhysicalDevice {
        /// What is known about the disk, such as `role: rootdisk`.
        labels: Free,
        /// The volume group it belongs to.
        volume_group: Option<SmolStr>,
        /// Its partitions.
        partitions: Keyed<Partition>,
    }
}

record! {
    /// One partition: with a file system, or in a volume group.
    pub struct Partition {
        /// How large it is.
        size: Option<Size>,
        /// Whether firmware may boot from it. Default false.
        bootable: Option<bool>,
        /// The partition's UUID.
        part_uuid: Option<Text>,
        /// What is known about it.
        labels: Free,
        /// The volume group it belongs to.
        volume_group: Option<SmolStr>,
        /// The file system on it.
        filesystem: FileSystem,
    }
}

record! {
    /// A file system.
    pub struct FileSystem {
        /// Where it is mounted.
        mountpoint: Option<Text>,
        /// Its type. Default ext4.
        fstype: Option<Text>,
        /// Mount options. Default `defaults`.
        mount_options: Option<Text>,
        /// Its UUID.
        fs_uuid: Option<Text>,
        /// Its label.
        fs_label: Option<Text>,
    }
}

impl FileSystem {
    /// Its type, the default included.
    pub fn fstype(&self) -> &str {
        self.fstype.as_deref().unwrap_or("ext4")
    }

    /// Its mount options, the default included.
    pub fn mount_options(&self) -> &str {
        self.mount_options.as_deref().unwrap_or("defaults")
    }
}

record! {
    /// A volume group.
    pub struct VolumeGroup {
        /// The volume group's UUID.
        vg_uuid: Option<Text>,
        /// Its logical volumes.
        logical_volumes: Keyed<LogicalVolume>,
    }
}

record! {
    /// A logical volume.
    pub struct LogicalVolume {
        /// How large it is.
        size: Option<Size>,
        /// The logical volume's UUID.
        lv_uuid: Option<Text>,
        /// The file system on it.
        filesystem: FileSystem,
    }
}
