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
        let mounted = volumes(node);
        let at = |mountpoint: &str| {
            let found = mounted.iter().find(|(_, volume)| {
                volume
                    .filesystem
                    .as_ref()
                    .and_then(|fs| fs.mountpoint.as_deref())
                    == Some(mountpoint)
            });
            found.cloned()
        };
        match at("/") {
            None => {
                let field = FieldPath::of(["storage"]);
                if design.in_doubt(&node.chain, &field) {
                    return;
                }
                report
                    .node(
                        Code::ROOT_FILE_SYSTEM,
                        node,
                        design,
                        field,
                        "no file system is mounted at `/`".into(),
                    )
                    .help("give a partition or a logical volume `filesystem: {mountpoint: /}`");
            }
            Some((field, volume)) => too_small(node, design, report, field, volume, "/", ROOT),
        }
        if let Some((field, volume)) = at("/boot") {
            too_small(node, design, report, field, volume, "/boot", BOOT);
        }
    }
}

fn too_small(
    node: &ResolvedNode,
    design: &ResolvedDesign,
    report: &mut Report<'_>,
    field: FieldPath,
    volume: &ResolvedVolume,
    mountpoint: &str,
    least: u64,
) {
    let field = field.join("size");
    // One without a size is reported by DD1003, as any other.
    let Some(size) = volume.size else {
        return;
    };
    if size.fixed_bytes().is_some_and(|bytes| bytes < least) {
        let message = format!("{size} is too small for `{mountpoint}`");
        let help = format!("give it at least {} GB", least / 1_000_000_000);
        report
            .node(Code::ROOT_FILE_SYSTEM, node, design, field, message)
            .help(help);
    }
}

/// Every partition and logical volume with its field.
pub(super) fn volumes(node: &ResolvedNode) -> Vec<(FieldPath, &ResolvedVolume)> {
    let partitions = node.disks.iter().flat_map(|disk| {
        let field = FieldPath::of([
            "storage",
            "physical_devices",
            &disk.device.name,
            "partitions",
        ]);
        disk.partitions
            .iter()
            .map(move |p| (field.join(p.name.clone()), p))
    });
    let logical = node.volume_groups.iter().flat_map(|group| {
        let field = FieldPath::of(["storage", "volume_groups", &group.name, "logical_volumes"]);
        group
            .volumes
            .iter()
            .map(move |v| (field.join(v.name.clone()), v))
    });
    partitions.chain(logical).collect()
}
