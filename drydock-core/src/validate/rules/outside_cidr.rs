//! DD2002: addresses and gateways lie inside their network, and are none that nobody can have.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    model::Network,
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode, decode},
    source::Document,
    validate::{DocumentRule, NodeRule, Report},
};
use ipnet::IpNet;
use std::net::IpAddr;

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
            let message = if !cidr.contains(&ip) {
                format!("address {ip} is outside of network {name}, {cidr}")
            } else if let Some(what) = nobodys(cidr, ip) {
                format!("address {ip} is the {what} of network {name}, {cidr}")
            } else {
                continue;
            };
            let written = design
                .document(Kind::Network, name)
                .and_then(|d| Some(d.spec.field("cidr")?.span));
            let field = FieldPath::of(["addressing", name, "address"]);
            report
                .node(Code::OUTSIDE_CIDR, node, design, field, message)
                .also(written.unwrap_or_default(), "the network")
                .help("give the node an address of that network");
        }
    }
}

/// What an address of an IPv4 network is if no machine can have it: the first or last one, unless there are two or less
/// (RFC 3021).
pub(super) fn nobodys(cidr: IpNet, ip: IpAddr) -> Option<&'static str> {
    if !ip.is_ipv4() || cidr.prefix_len() > 30 {
        return None;
    }
    let first = (ip == cidr.network()).then_some("own address");
    first.or((ip == cidr.broadcast()).then_some("broadcast address"))
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
        let written = document.spec.field("cidr").map(|value| value.span);
        for (n, route) in network.routes.iter().enumerate() {
            let Some(gateway) = route.gateway else {
                continue;
            };
            let message = if !cidr.contains(&gateway) {
                format!("gateway {gateway} is outside of {cidr}")
            } else if let Some(what) = nobodys(cidr, gateway) {
                format!("gateway {gateway} is the {what} of {cidr}")
            } else {
                continue;
            };
            let field = FieldPath::of(["routes", &n.to_string(), "gateway"]);
            report
                .document(Code::OUTSIDE_CIDR, document, field, message)
                .also(written.unwrap_or_default(), "the network")
                .help("a gateway is reached directly, so it has an address of this network");
        }
    }
}
