//! DD1009: one disk at most is named as the boot drive, by the label `bootdrive`.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{NodeRule, Report, report::span_of_node},
};

#[derive(Debug)]
pub(super) struct BootDrive;

impl NodeRule for BootDrive {
    fn codes(&self) -> &'static [Code] {
        &[Code::BOOT_DRIVE]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let disks = node.spec.storage.physical_devices.iter();
        let mut named = disks.filter(|(_, disk)| disk.labels.find("bootdrive") == Some("true"));
        let Some((first, _)) = named.next() else {
            return;
        };
        let field = |name: &str| {
            FieldPath::of(["storage", "physical_devices", name, "labels", "bootdrive"])
        };
        for (name, _) in named {
            let message = format!(
                "{} and {} are both the boot drive",
                quote(first),
                quote(name)
            );
            report
                .node(Code::BOOT_DRIVE, node, design, field(name), message)
                .also(
                    span_of_node(node, design, &field(first)),
                    "named here already",
                )
                .help("leave the label on one of them");
        }
    }
}
