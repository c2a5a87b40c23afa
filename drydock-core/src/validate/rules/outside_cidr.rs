//! DD2002: addresses and gateways lie inside their network.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    model::Network,
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode, decode},
    source::Document,
    validate::{DocumentRule, NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct AddressOutsideCidr;

impl NodeRule for AddressOutsideCidr {
    fn codes(&self) -> &'static [Code] {
        &[Code::OUTSIDE_CIDR]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        for (name, addressing) in node.spec.addressing.iter() {
            let network = design.networks.get(name.as_str());
            let cidr = network.and_then(|network| network.spec.cidr);
            let (Some(cidr), Some(ip)) =
                (cidr, addressing.address.and_then(|address| address.ip()))
            else {
                continue;
            };
            if !cidr.contains(&ip) {
                let written = design
                    .document(Kind::Network, name)
                    .and_then(|d| Some(d.spec.field("cidr")?.span));
                let field = FieldPath::of(["addressing", name, "address"]);
                let message = format!("address {ip} is outside of network {name}, {cidr}");
                report
                    .node(Code::OUTSIDE_CIDR, node, design, field, message)
                    .also(written.unwrap_or_default(), "the network")
                    .help("give the node an address of that network");
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct GatewayOutsideCidr;

impl DocumentRule for GatewayOutsideCidr {
    fn codes(&self) -> &'static [Code] {
        &[Code::OUTSIDE_CIDR]
    }

    fn check(&self, document: &Document, _design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::Network {
            return;
        }
        let Ok(network) = decode::<Network>(&document.spec) else {
            return;
        };
        let Some(cidr) = network.cidr else { return };
        for (n, route) in network.routes.iter().enumerate() {
            if let Some(gateway) = route.gateway.filter(|gateway| !cidr.contains(gateway)) {
                let field = FieldPath::of(["routes", &n.to_string(), "gateway"]);
                let message = format!("gateway {gateway} is outside of {cidr}");
                let written = document.spec.field("cidr").map(|value| value.span);
                report
                    .document(Code::OUTSIDE_CIDR, document, field, message)
                    .also(written.unwrap_or_default(), "the network")
                    .help("a gateway is reached directly, so it has an address of this network");
            }
        }
    }
}
