//! DD1002: a disk has partitions or belongs to a volume group, a partition has a file system or belongs to one, and every
//! volume group has a physical volume.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report, report::span_of_node},
};
use std::collections::BTreeSet;

#[derive(Debug)]
pub(super) struct VolumeGroup;

impl NodeRule for VolumeGroup {
    fn codes(&self) -> &'static [Code] {
        &[Code::VOLUME_GROUP]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let place = |field: &FieldPath, key: &str| span_of_node(node, design, &field.join(key));
        for disk in &node.disks {
            let field = || FieldPath::of(["storage", "physical_devices", &disk.device.name]);
            if let Some(group) = &disk.volume_group {
                used.insert(group);
                if !disk.partitions.is_empty() {
                    let message = format!(
                        "disk {} has partitions and belongs to volume group {}",
                        quote(&disk.device.name),
                        quote(group)
                    );
                    report
                        .node(Code::VOLUME_GROUP, node, design, field(), message)
                        .also(place(&field(), "partitions"), "its partitions")
                        .also(place(&field(), "volume_group"), "its volume group")
                        .help("remove one of the two; a partition can belong to a volume group");
                }
            }
            for partition in &disk.partitions {
                used.extend(partition.volume_group.as_deref());
                if partition.volume_group.is_some() && partition.filesystem.is_some() {
                    let field = field().join("partitions").join(partition.name.clone());
                    let message = format!(
                        "partition {} has a file system and belongs to a volume group",
                        quote(&partition.name)
                    );
                    report
                        .node(Code::VOLUME_GROUP, node, design, field.clone(), message)
                        .also(place(&field, "filesystem"), "its file system")
                        .also(place(&field, "volume_group"), "its volume group")
                        .help("remove one of the two");
                }
            }
        }
        let groups = node.volume_groups.iter();
        let defined: BTreeSet<&str> = groups.map(|group| &*group.name).collect();
        let mut all_defined = true;
        for (field, group) in named_groups(node) {
            if !defined.contains(group) {
                all_defined = false;
                let written = FieldPath::of(["storage", "volume_groups", group]);
                if design.in_doubt(&node.chain, &written) {
                    continue;
                }
                let message = format!("there is no volume group {}", quote(group));
                report
                    .node(Code::VOLUME_GROUP, node, design, field, message)
                    .meant_among(group, &defined, "write it under storage.volume_groups");
            }
        }
        // A disk that names a group that is not there was likely meant for the one that has none.
        let empty = node
            .volume_groups
            .iter()
            .filter(|group| all_defined && !used.contains(&*group.name));
        for group in empty {
            let field = FieldPath::of(["storage", "volume_groups", &group.name]);
            if design.in_doubt(&node.chain, &FieldPath::of(["storage", "physical_devices"])) {
                continue;
            }
            let message = format!(
                "volume group {} has no disk and no partition",
                quote(&group.name)
            );
            report
                .node(Code::VOLUME_GROUP, node, design, field, message)
                .help("give a disk or a partition this volume_group");
        }
    }
}

/// The volume groups that disks and partitions name, each with the field that names it.
fn named_groups(node: &ResolvedNode) -> Vec<(FieldPath, &str)> {
    let mut named = Vec::new();
    for disk in &node.disks {
        let field = FieldPath::of(["storage", "physical_devices", &disk.device.name]);
        named.extend(
            disk.volume_group
                .as_deref()
                .map(|group| (field.join("volume_group"), group)),
        );
        for partition in &disk.partitions {
            let field = field.join("partitions").join(partition.name.clone());
            let group = partition.volume_group.as_deref();
            named.extend(group.map(|group| (field.join("volume_group"), group)));
        }
    }
    named
}
