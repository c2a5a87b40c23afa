//! DD1003: the percentages of a disk's partitions, and of a volume group's logical volumes, add up to 100 at most, and every
//! one of them has a size.

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
            let percent = |volume: &ResolvedVolume| match volume.size?.amount {
                Amount::Percent(percent) => Some(u32::from(percent)),
                Amount::Bytes(_) => None,
            };
            let sum: u32 = volumes.iter().filter_map(percent).sum();
            if sum > 100 {
                let message = format!("{sum}% of {what} {} are given away", quote(name));
                let mut finding = report
                    .node(Code::SIZES, node, design, field(), message)
                    .help("let the parts add up to 100% at most");
                for volume in volumes.iter().filter(|volume| percent(volume).is_some()) {
                    let size = field().join(volume.name.clone()).join("size");
                    finding = finding.also(span_of_node(node, design, &size), "");
                }
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
