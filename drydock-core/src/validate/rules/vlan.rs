//! DD2008: a VLAN is from 1 to 4094 (IEEE 802.1Q), and no two networks of one link and address family have the same.

use crate::{
    diagnostic::{Code, Diagnostic},
    field::FieldPath,
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode},
    source::Document,
    validate::{Claim, DocumentRule, IndexRule, Report, report::place},
};

#[derive(Debug)]
pub(super) struct VlanNumber;

impl DocumentRule for VlanNumber {
    fn codes(&self) -> &'static [Code] {
        &[Code::VLAN]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::Network {
            return;
        }
        let network = design.networks.get(document.id.name.as_str());
        let vlan = network.and_then(|network| network.spec.vlan);
        if let Some(vlan) = vlan.filter(|vlan| !(1..=4094).contains(vlan)) {
            let message = format!("there is no VLAN {vlan}");
            report
                .document(Code::VLAN, document, FieldPath::of(["vlan"]), message)
                .help("write a number from 1 to 4094, or leave it out for an untagged network");
        }
    }
}

#[derive(Debug)]
pub(super) struct VlanTwice;

impl IndexRule for VlanTwice {
    fn codes(&self) -> &'static [Code] {
        &[Code::VLAN]
    }

    fn claims_of_node(&self, _node: &ResolvedNode, _design: &ResolvedDesign) -> Vec<Claim> {
        Vec::new()
    }

    fn claims_of_document(&self, document: &Document, design: &ResolvedDesign) -> Vec<Claim> {
        if document.id.kind != Kind::Network {
            return Vec::new();
        }
        let Some(network) = design.networks.get(document.id.name.as_str()) else {
            return Vec::new();
        };
        let (Some(vlan), Some(link), Some(cidr)) =
            (network.spec.vlan, &network.link, network.spec.cidr)
        else {
            return Vec::new();
        };
        let family = if cidr.addr().is_ipv4() {
            "IPv4"
        } else {
            "IPv6"
        };
        let (subject, field, span) =
            place(document.id.clone(), &document.spec, FieldPath::of(["vlan"]));
        let what = format!("network {}", document.id.name);
        vec![Claim::new(
            format!("VLAN {vlan} of link {link} ({family})"),
            subject,
            field,
            span,
            what,
        )]
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        for claim in others {
            let diagnostic = Diagnostic::new(Code::VLAN, format!("{key} is two networks"))
                .about(&claim.subject)
                .field(claim.field.clone())
                .at(claim.span, claim.what.clone())
                .also(first.span, first.what.clone());
            report.push(diagnostic.help("give one of them another VLAN"));
        }
    }
}
