//! DD1011: no machine is two nodes. What a node says of its machine is compared as a run compares it with what the machine
//! shows: a serial number as it is written, where an empty one is none, and the boot MAC as an address.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    resolve::{ResolvedDesign, ResolvedNode},
    validate::{Claim, IndexRule, Report, Subject},
};
use smol_str::{SmolStr, format_smolstr};

/// What keys of serial numbers begin with; a serial number may look like a MAC.
const SERIAL: &str = "serial number ";

#[derive(Debug)]
pub(super) struct MachineTwice;

impl IndexRule for MachineTwice {
    fn codes(&self) -> &'static [Code] {
        &[Code::MACHINE_TWICE]
    }

    fn keys(&self, subject: Subject<'_>, _design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        if let Subject::Node(node) = subject {
            keys.extend(serial(node).into_iter().chain(boot_mac(node)));
        }
    }

    fn claims(&self, subject: Subject<'_>, _design: &ResolvedDesign) -> Vec<Claim> {
        let Subject::Node(node) = subject else {
            return Vec::new();
        };
        let claim = |key, field| {
            Claim::by_field(subject, key, field, format!("the machine of {}", node.name))
        };
        let serial = serial(node).map(|key| claim(key, FieldPath::of(["serial"])));
        let mac = boot_mac(node).map(|key| claim(key, FieldPath::of(["metadata", "boot_mac"])));
        serial.into_iter().chain(mac).collect()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        let shown = match key.strip_prefix(SERIAL) {
            Some(serial) => format!("{SERIAL}{}", quote(serial)),
            None => key.to_owned(),
        };
        for claim in others {
            let message = format!("two nodes are the machine with {shown}");
            let finding = report.clash(Code::MACHINE_TWICE, claim, first, message);
            finding.help("look at the machines and correct the one that is wrong");
        }
    }
}

fn serial(node: &ResolvedNode) -> Option<SmolStr> {
    Some(format_smolstr!("{SERIAL}{}", node.serial()?))
}

fn boot_mac(node: &ResolvedNode) -> Option<SmolStr> {
    Some(format_smolstr!("boot MAC {}", node.spec.metadata.boot_mac?))
}
