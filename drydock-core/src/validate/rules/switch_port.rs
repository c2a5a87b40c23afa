//! DD2013: one NIC is plugged into a switch port. DD2014: the switch stands in the node's rack, and the NIC is one of the
//! node's.

use crate::{
    diagnostic::{Code, ordered, quote},
    field::FieldPath,
    names::{DocumentId, Kind},
    resolve::{ResolvedDesign, ResolvedNode},
    span::Span,
    validate::{Claim, IndexRule, NodeRule, Report, Subject},
};
use smol_str::{SmolStr, format_smolstr};

#[derive(Debug)]
pub(super) struct PortTwice;

impl IndexRule for PortTwice {
    fn codes(&self) -> &'static [Code] {
        &[Code::PORT_TWICE]
    }

    fn keys(&self, subject: Subject<'_>, _design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        if let Subject::Node(node) = subject {
            keys.extend(ports(node).map(|(_, key)| key));
        }
    }

    fn claims(&self, subject: Subject<'_>, _design: &ResolvedDesign) -> Vec<Claim> {
        let Subject::Node(node) = subject else {
            return Vec::new();
        };
        let claims = ports(node).map(|(slave, key)| {
            let field = FieldPath::of(["attachments", slave, "port"]);
            Claim::by_field(subject, key, field, format!("{slave} of {}", node.name))
        });
        claims.collect()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        for claim in others {
            let message = format!("{key} is used twice");
            let finding = report.clash(Code::PORT_TWICE, claim, first, message);
            finding.help("correct the one that is wrong");
        }
    }
}

/// The NICs of a node that are plugged in, each with its port.
fn ports(node: &ResolvedNode) -> impl Iterator<Item = (&SmolStr, SmolStr)> {
    let attachments = node.spec.attachments.iter();
    attachments.filter_map(|(slave, attachment)| {
        let (switch, port) = (attachment.switch.as_ref()?, attachment.port.as_ref()?);
        Some((slave, format_smolstr!("port {port} of switch {switch}")))
    })
}

#[derive(Debug)]
pub(super) struct SwitchOfRack;

impl NodeRule for SwitchOfRack {
    fn codes(&self) -> &'static [Code] {
        &[Code::UNKNOWN_SWITCH]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let Some(name) = node.spec.metadata.rack.as_ref() else {
            return;
        };
        let Some(rack) = design.racks.get(name) else {
            return;
        };
        let in_doubt = |switch: &SmolStr| {
            let id = DocumentId::new(Kind::Rack, name.as_str());
            design.in_doubt(&[id], &FieldPath::of(["tor_switches", switch]))
        };
        let known = ordered(rack.tor_switches.iter().map(|(name, _)| name));
        for (slave, attachment) in node.spec.attachments.iter() {
            let Some(switch) = &attachment.switch else {
                continue;
            };
            if !known.contains(&**switch) && !in_doubt(switch) {
                let written = design.document(Kind::Rack, name);
                let written = written.and_then(|rack| rack.spec.entry("tor_switches"));
                let switches = written.map_or(Span::NONE, |entry| entry.key_span);
                let field = FieldPath::of(["attachments", slave, "switch"]);
                let message = format!("rack {name} has no switch {}", quote(switch));
                let help = "add it to the rack's tor_switches, or name one that is there";
                report
                    .node(Code::UNKNOWN_SWITCH, node, design, field, message)
                    .also(switches, "the rack's switches")
                    .meant_among(switch, &known, help);
            }
        }
    }
}
