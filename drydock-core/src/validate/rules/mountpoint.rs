//! DD1004: no two file systems of a node have one mount point.

use super::root_file_system::{Place, volumes};
use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report, report::span_of_node},
};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Mountpoint;

impl NodeRule for Mountpoint {
    fn codes(&self) -> &'static [Code] {
        &[Code::MOUNTPOINT]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let mut mounted: BTreeMap<&str, Place<'_>> = BTreeMap::new();
        let field = |place: &Place<'_>| FieldPath::of(*place).join("filesystem").join("mountpoint");
        for (volume_place, volume) in volumes(node) {
            let filesystem = volume.filesystem.as_ref();
            let Some(mountpoint) = filesystem.and_then(|fs| fs.mountpoint.as_deref()) else {
                continue;
            };
            // Swap space is mounted nowhere; fstab(5) has `none` for it, and many write `swap`.
            if matches!(mountpoint, "none" | "swap") {
                continue;
            }
            // `/srv/` and `/srv` are one place.
            let place = mountpoint.trim_end_matches('/');
            match mounted.get(place) {
                None => drop(mounted.insert(place, volume_place)),
                Some(first) => {
                    let message = format!("two file systems are mounted at {}", quote(mountpoint));
                    report
                        .node(
                            Code::MOUNTPOINT,
                            node,
                            design,
                            field(&volume_place),
                            message,
                        )
                        .also(
                            span_of_node(node, design, &field(first)),
                            "mounted here already",
                        )
                        .help("mount one of them elsewhere");
                }
            }
        }
    }
}
