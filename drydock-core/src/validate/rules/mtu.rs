//! DD2003: an MTU is from 1280 (the least that IPv6 runs on, RFC 8200 §5) to 65535, and that of a VLAN fits into its link's and
//! its interface's.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode},
    source::Document,
    validate::{DocumentRule, NodeRule, Report},
};

fn is_possible(mtu: u32) -> bool {
    (1280..=65535).contains(&mtu)
}

const HELP: &str = "write a number from 1280 to 65535";

#[derive(Debug)]
pub(super) struct Mtu;

impl DocumentRule for Mtu {
    fn codes(&self) -> &'static [Code] {
        &[Code::MTU]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        let name = document.id.name.as_str();
        let mtu = match document.id.kind {
            Kind::NetworkLink => design.links.get(name).and_then(|link| link.mtu),
            Kind::Network => design
                .networks
                .get(name)
                .and_then(|network| network.spec.mtu),
            _ => None,
        };
        let Some(mtu) = mtu else { return };
        let field = FieldPath::of(["mtu"]);
        if !is_possible(mtu) {
            let message = format!("an MTU of {mtu} is not possible");
            report
                .document(Code::MTU, document, field, message)
                .help(HELP);
            return;
        }
        let link = design
            .networks
            .get(name)
            .filter(|_| document.id.kind == Kind::Network);
        let Some(link) = link.and_then(|network| network.link.as_ref()) else {
            return;
        };
        let least = design
            .links
            .get(link)
            .and_then(|link| link.mtu)
            .unwrap_or(1500);
        if mtu > least {
            let message = format!("an MTU of {mtu} does not fit into that of link {link}, {least}");
            let written = design.document(Kind::NetworkLink, link);
            let place = written.map(|document| match document.spec.field("mtu") {
                Some(mtu) => (mtu.span, "the link's"),
                None => (document.name_span, "the link, 1500 where it says nothing"),
            });
            let (place, text) = place.unwrap_or_default();
            report
                .document(Code::MTU, document, field, message)
                .also(place, text)
                .help("lower it, or raise the link's");
        }
    }
}

#[derive(Debug)]
pub(super) struct InterfaceMtu;

impl NodeRule for InterfaceMtu {
    fn codes(&self) -> &'static [Code] {
        &[Code::MTU]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        for (name, interface) in node.spec.interfaces.iter() {
            if let Some(mtu) = interface.mtu.filter(|&mtu| !is_possible(mtu)) {
                let field = FieldPath::of(["interfaces", name, "mtu"]);
                let message = format!("an MTU of {mtu} is not possible");
                report
                    .node(Code::MTU, node, design, field, message)
                    .help(HELP);
            }
        }
        for interface in &node.interfaces {
            let Some(own) = node
                .spec
                .interfaces
                .find(&interface.name)
                .and_then(|i| i.mtu)
            else {
                continue;
            };
            for network in interface
                .networks
                .iter()
                .filter(|network| network.mtu > own)
            {
                let field = FieldPath::of(["interfaces", &interface.name, "mtu"]);
                let message = format!(
                    "network {} has an MTU of {}, its interface {own}",
                    quote(&network.name),
                    network.mtu
                );
                let written = design.document(Kind::Network, &network.name);
                let written = written.and_then(|document| Some(document.spec.field("mtu")?.span));
                report
                    .node(Code::MTU, node, design, field, message)
                    .also(written.unwrap_or_default(), "the network's")
                    .help("raise the interface's, or leave it out");
            }
        }
    }
}
