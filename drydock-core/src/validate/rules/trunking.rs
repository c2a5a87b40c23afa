//! DD2004: several networks on a link need 802.1Q, of which one at most is untagged; a link without it has a network that
//! needs no tag.

use crate::{
    diagnostic::{Code, quote},
    field::FieldPath,
    model::TrunkingMode,
    names::{DocumentId, Kind},
    resolve::ResolvedDesign,
    source::Document,
    span::Span,
    validate::{DocumentRule, Report, report::names},
};

#[derive(Debug)]
pub(super) struct Trunking;

impl DocumentRule for Trunking {
    fn codes(&self) -> &'static [Code] {
        &[Code::TRUNKING]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::NetworkLink {
            return;
        }
        let Some(link) = design.links.get(document.id.name.as_str()) else {
            return;
        };
        let allowed = &link.allowed_networks;
        let default = link.trunking.default_network.as_ref();
        let vlan = |name: &str| {
            design
                .networks
                .get(name)
                .and_then(|network| network.spec.vlan)
        };
        let network = |name: &str| design.document(Kind::Network, name);
        let is_trunk = link.trunking.mode == Some(TrunkingMode::Tagged);
        let field = |key: &'static str| FieldPath::of(["trunking", key]);
        if !is_trunk && allowed.len() > 1 {
            let message = format!("{} networks share a link without 802.1q", allowed.len());
            report
                .document(
                    Code::TRUNKING,
                    document,
                    FieldPath::of(["allowed_networks"]),
                    message,
                )
                .help("write trunking: {mode: 802.1q}, or leave one network");
        }
        if let Some(name) = default.filter(|name| !allowed.contains(name)) {
            let message = format!(
                "the untagged network {} is not allowed on the link",
                quote(name)
            );
            report
                .document(Code::TRUNKING, document, field("default_network"), message)
                .also(written(document, "allowed_networks"), "allowed here")
                .meant(
                    name,
                    &names(allowed.iter()),
                    "add it to allowed_networks, or name one that is there",
                );
        }
        if !is_trunk {
            if let Some((name, vlan)) = default.and_then(|name| Some((name, vlan(name)?))) {
                let message = format!(
                    "network {} has VLAN {vlan}, but its link has no tags",
                    quote(name)
                );
                report
                    .document(Code::TRUNKING, document, field("default_network"), message)
                    .also(
                        network(name).map_or(Span::NONE, |n| written(n, "vlan")),
                        "its VLAN",
                    )
                    .help("remove the network's vlan, or write trunking: {mode: 802.1q}");
            }
            return;
        }
        let known = |name: &str| {
            let id = DocumentId::new(Kind::Network, name);
            design.networks.contains_key(name) && !design.in_doubt(&[id], &FieldPath::of(["vlan"]))
        };
        if design.in_doubt(
            std::slice::from_ref(&document.id),
            &FieldPath::of(["trunking"]),
        ) {
            return;
        }
        let untagged = allowed
            .iter()
            .filter(|name| known(name) && vlan(name).is_none());
        for name in untagged.filter(|name| Some(*name) != default) {
            let message = format!(
                "network {} has no VLAN and is not the untagged one",
                quote(name)
            );
            report
                .document(
                    Code::TRUNKING,
                    document,
                    FieldPath::of(["allowed_networks", name]),
                    message,
                )
                .also(
                    network(name).map_or(Span::NONE, |n| n.name_span),
                    "the network",
                )
                .help("give the network a vlan, or make it the link's default_network");
        }
    }
}

/// Where the document writes this field.
fn written(document: &Document, field: &str) -> Span {
    let value = document.spec.field(field);
    value.map_or(Span::NONE, |value| value.span)
}
