//! DD1003: the percentages of a disk's partitions, and of a volume group's logical volumes, add up to 100 at most, to less
//! beside fixed sizes, and every one of them has a size that is not nothing.
//!
//! A percentage is one of the whole, not of what is left, and `>` only says that a part may become larger. So what is
//! reported fits on no disk; whether the rest does, depends on the disk.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    model::Amount,
    resolve::{ResolvedDesign, ResolvedNode, ResolvedVolume},
    validate::{NodeRule, Report, report::span_of_node},
};

#[derive(Debug)]
pub(super) struct Sizes;

impl NodeRule for Sizes {
    fn codes(&self) -> &'static [Code] {
        &[Code::SIZES]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let mut whole = |place: [&str; 4], volumes: &[ResolvedVolume], what: &str| {
            let field = || FieldPath::of(place);
            let name = place[2];
            let amount = |volume: &ResolvedVolume| volume.size.map(|size| size.amount);
            let percent = |volume: &ResolvedVolume| match amount(volume) {
                Some(Amount::Percent(percent)) => u32::from(percent),
                _ => 0,
            };
            let is_fixed =
                |volume: &ResolvedVolume| matches!(amount(volume), Some(Amount::Bytes(1..)));
            let sum: u32 = volumes.iter().map(percent).sum();
            let beside = sum == 100 && volumes.iter().any(is_fixed);
            if sum > 100 || beside {
                let (more, help) = match beside {
                    true => (
                        ", and more beside them",
                        "write a size such as >20g where a part takes what the others leave",
                    ),
                    false => ("", "let the parts add up to 100% at most"),
                };
                let message = format!("{sum}% of {what} {} are given away{more}", quote(name));
                let mut finding = report
                    .node(Code::SIZES, node, design, field(), message)
                    .help(help);
                let part =
                    |volume: &&ResolvedVolume| percent(volume) > 0 || beside && is_fixed(volume);
                for volume in volumes.iter().filter(part) {
                    let size = field().join(volume.name.clone()).join("size");
                    finding = finding.also(span_of_node(node, design, &size), "");
                }
            }
            for volume in volumes.iter().filter(|volume| is_nothing(volume)) {
                let field = field().join(volume.name.clone()).join("size");
                let message = format!("{} is given nothing", quote(&volume.name));
                report
                    .node(Code::SIZES, node, design, field, message)
                    .help("write its size, such as 40g, or >0g for what is left");
            }
            for volume in volumes.iter().filter(|volume| volume.size.is_none()) {
                let field = field().join(volume.name.clone());
                if design.in_doubt(&node.chain, &field.join("size")) {
                    continue;
                }
                let message = format!("{} has no size", quote(&volume.name));
                report
                    .node(Code::SIZES, node, design, field, message)
                    .help("write its size, such as 40g, or >20g for what is left");
            }
        };
        for disk in &node.disks {
            let place = [
                "storage",
                "physical_devices",
                &*disk.device.name,
                "partitions",
            ];
            whole(place, &disk.partitions, "disk");
        }
        for group in &node.volume_groups {
            let place = ["storage", "volume_groups", &*group.name, "logical_volumes"];
            whole(place, &group.volumes, "volume group");
        }
    }
}

/// Whether it is nothing, whatever the disk. A file system that is too small is reported by DD1001.
fn is_nothing(volume: &ResolvedVolume) -> bool {
    let mountpoint = volume.filesystem.as_ref();
    let mountpoint = mountpoint.and_then(|filesystem| filesystem.mountpoint.as_deref());
    let Some(size) = volume.size.filter(|size| !size.at_least) else {
        return false;
    };
    match size.amount {
        Amount::Percent(percent) => percent == 0,
        Amount::Bytes(bytes) => bytes == 0 && !matches!(mountpoint, Some("/" | "/boot")),
    }
}
