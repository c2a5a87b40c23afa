//! DD2008: a VLAN is from 1 to 4094 (IEEE 802.1Q), and no two networks of one link and address family have the same.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    names::Kind,
    resolve::ResolvedDesign,
    source::Document,
    validate::{Claim, DocumentRule, IndexRule, Report, Subject},
};
use smol_str::{SmolStr, format_smolstr};

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

    fn keys(&self, subject: Subject<'_>, design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        if let Subject::Document(document) = subject {
            keys.extend(key(document, design));
        }
    }

    fn claims(&self, subject: Subject<'_>, design: &ResolvedDesign) -> Vec<Claim> {
        let Subject::Document(document) = subject else {
            return Vec::new();
        };
        let claim = |key| {
            let what = format!("network {}", document.id.name);
            Claim::by_field(subject, key, FieldPath::of(["vlan"]), what)
        };
        key(document, design).map(claim).into_iter().collect()
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let [first, others @ ..] = claims else { return };
        for claim in others {
            let finding = report.clash(Code::VLAN, claim, first, format!("{key} is two networks"));
            finding.help("give one of them another VLAN");
        }
    }
}

fn key(document: &Document, design: &ResolvedDesign) -> Option<SmolStr> {
    let is_network = document.id.kind == Kind::Network;
    let network = design.networks.get(document.id.name.as_str());
    let network = network.filter(|_| is_network)?;
    let (vlan, link) = (network.spec.vlan?, network.link.as_ref()?);
    let family = match network.spec.cidr?.addr().is_ipv4() {
        true => "IPv4",
        false => "IPv6",
    };
    Some(format_smolstr!("VLAN {vlan} of link {link} ({family})"))
}
