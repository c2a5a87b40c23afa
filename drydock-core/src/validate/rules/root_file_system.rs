//! DD1001: a root file system is mounted at `/`, on a partition or a logical volume, and boot storage is large enough.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode, ResolvedVolume},
    validate::{NodeRule, Report},
};

/// The smallest root file system an installation fits on, and the smallest `/boot` that holds two kernels: 20 GB and
/// 1 GB, the ancestor's bounds.
const ROOT: u64 = 20_000_000_000;
const BOOT: u64 = 1_000_000_000;

#[derive(Debug)]
pub(super) struct RootFileSystem;

impl NodeRule for RootFileSystem {
    fn codes(&self) -> &'static [Code] {
        &[Code::ROOT_FILE_SYSTEM]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let at = |mountpoint: &'static str| {
            volumes(node).filter(move |(_, volume)| {
                let filesystem = volume.filesystem.as_ref();
                filesystem.and_then(|fs| fs.mountpoint.as_deref()) == Some(mountpoint)
            })
        };
        let in_doubt = |field| design.in_doubt_but_for(&node.chain, field, SAY_NOTHING_OF_MOUNTS);
        let field = || FieldPath::of(["storage"]);
        if at("/").next().is_none() && !in_doubt(&field()) {
            let message = "no file system is mounted at `/`".to_owned();
            report
                .node(Code::ROOT_FILE_SYSTEM, node, design, field(), message)
                .help("give a partition or a logical volume `filesystem: {mountpoint: /}`");
        }
        for (mountpoint, least) in [("/", ROOT), ("/boot", BOOT)] {
            for (place, volume) in at(mountpoint) {
                too_small(node, design, report, place, volume, mountpoint, least);
            }
        }
    }
}

/// Whatever was written here and not understood, it mounted nothing.
const SAY_NOTHING_OF_MOUNTS: &[&str] = &[
    "size",
    "bootable",
    "part_uuid",
    "lv_uuid",
    "vg_uuid",
    "fstype",
    "mount_options",
    "fs_uuid",
    "fs_label",
];

fn too_small(
    node: &ResolvedNode,
    design: &ResolvedDesign,
    report: &mut Report<'_>,
    place: Place<'_>,
    volume: &ResolvedVolume,
    mountpoint: &str,
    least: u64,
) {
    // One without a size is reported by DD1003, as any other.
    let Some(size) = volume.size else {
        return;
    };
    if size.fixed_bytes().is_some_and(|bytes| bytes < least) {
        let message = format!("{size} is too small for `{mountpoint}`");
        let help = format!("give it at least {} GB", least / 1_000_000_000);
        let field = FieldPath::of(place).join("size");
        report
            .node(Code::ROOT_FILE_SYSTEM, node, design, field, message)
            .help(help);
    }
}

/// The keys of a partition's or logical volume's field.
pub(super) type Place<'a> = [&'a str; 5];

/// Every partition and logical volume with its place.
pub(super) fn volumes(node: &ResolvedNode) -> impl Iterator<Item = (Place<'_>, &ResolvedVolume)> {
    let partitions = node.disks.iter().flat_map(|disk| {
        let of_disk = disk.partitions.iter();
        let name = &*disk.device.name;
        of_disk.map(move |p| {
            (
                ["storage", "physical_devices", name, "partitions", &*p.name],
                p,
            )
        })
    });
    let logical = node.volume_groups.iter().flat_map(|group| {
        let of_group = group.volumes.iter();
        let name = &*group.name;
        of_group.map(move |v| {
            (
                [
                    "storage",
                    "volume_groups",
                    name,
                    "logical_volumes",
                    &*v.name,
                ],
                v,
            )
        })
    });
    partitions.chain(logical)
}
