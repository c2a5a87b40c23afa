//! DD2012: racks and regions exist, and a network that is local to a rack is used only there. DD0507: that network exists.

use crate::{
    diagnostic::{Code, Diagnostic, nearest_among, quote},
    field::FieldPath,
    names::{Kind, RackName},
    resolve::{ResolvedDesign, ResolvedNode},
    source::Document,
    span::Span,
    validate::{DocumentRule, NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct Region;

impl DocumentRule for Region {
    fn codes(&self) -> &'static [Code] {
        &[Code::LOCATION]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        let written = document
            .metadata
            .as_ref()
            .and_then(|metadata| metadata.field("region"));
        let Some((value, name)) = written.and_then(|value| Some((value, value.as_text()?))) else {
            return;
        };
        let unread = || design.is_perhaps_unread(Kind::Region, name);
        if !design.regions.contains_key(name) && !unread() {
            let message = format!("there is no region {}", quote(name));
            let diagnostic = Diagnostic::new(Code::LOCATION, message).about(&document.id);
            let diagnostic = diagnostic.at(value.span, "");
            report.push(match nearest_among(name, &design.regions, |_| true) {
                Some(meant) => diagnostic
                    .help(format!("did you mean `{meant}`?"))
                    .edit(value.span, meant),
                None => diagnostic.help("write a Region of this name, or name one that exists"),
            });
        }
    }
}

#[derive(Debug)]
pub(super) struct LocalNetworks;

impl DocumentRule for LocalNetworks {
    fn codes(&self) -> &'static [Code] {
        &[Code::BAD_REFERENCE]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        let rack = design
            .racks
            .get(document.id.name.as_str())
            .filter(|_| document.id.kind == Kind::Rack);
        let local = rack.into_iter().flat_map(|rack| rack.local_networks.iter());
        for name in local.filter(|name| !design.networks.contains_key(*name)) {
            let message = format!("there is no network {}", quote(name));
            let help = "write a Network of this name, or name one that exists";
            report
                .document(
                    Code::BAD_REFERENCE,
                    document,
                    FieldPath::of(["local_networks", name]),
                    message,
                )
                .meant_among(name, &design.networks, help);
        }
    }
}

#[derive(Debug)]
pub(super) struct RackOfNode;

impl NodeRule for RackOfNode {
    fn codes(&self) -> &'static [Code] {
        &[Code::LOCATION]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let rack = node.spec.metadata.rack.as_ref();
        let missing = |name: &&RackName| {
            !design.racks.contains_key(*name) && !design.is_perhaps_unread(Kind::Rack, name)
        };
        if let Some(name) = rack.filter(missing) {
            let message = format!("there is no rack {}", quote(name));
            let help = "write a Rack of this name, or name one that exists";
            report
                .node(
                    Code::LOCATION,
                    node,
                    design,
                    FieldPath::of(["metadata", "rack"]),
                    message,
                )
                .meant_among(name, &design.racks, help);
        }
        for interface in &node.interfaces {
            for network in &interface.networks {
                let owner = design.rack_of_network(&network.name);
                let Some(owner) = owner.filter(|owner| Some(*owner) != rack) else {
                    continue;
                };
                let keys = ["interfaces", &interface.name, "networks", &network.name];
                let message = format!("network {} ends in rack {owner}", quote(&network.name));
                let standing = node.value.at(["metadata", "rack"]);
                let standing = standing.map_or(Span::NONE, |rack| rack.span);
                let written = design.document(Kind::Rack, owner);
                let written =
                    written.and_then(|document| Some(document.spec.field("local_networks")?.span));
                report
                    .node(Code::LOCATION, node, design, FieldPath::of(keys), message)
                    .also(written.unwrap_or_default(), "said here")
                    .also(standing, "the node's rack")
                    .help("use a network that reaches the node's rack");
            }
        }
    }
}
