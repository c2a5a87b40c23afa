//! DD2005: no address is used twice, by nodes, BMCs or gateways. Compared as addresses, not as texts; a gateway may be
//! named by many routes.
//!
//! The ends of ranges are held against gateways alone: a range whose addresses are given away must not begin or end with
//! a gateway. A reserved range may, for nobody is given its addresses.

use crate::{
    diagnostic::{Code, Diagnostic},
    field::FieldPath,
    model::{Network, Range, RangeType},
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode, decode},
    source::Document,
    validate::{Claim, IndexRule, Report, report::place},
};
use std::net::IpAddr;

#[derive(Debug)]
pub(super) struct DuplicateAddress;

impl IndexRule for DuplicateAddress {
    fn codes(&self) -> &'static [Code] {
        &[Code::DUPLICATE_ADDRESS]
    }

    fn claims_of_node(&self, node: &ResolvedNode, _design: &ResolvedDesign) -> Vec<Claim> {
        let addresses = node.spec.addressing.iter();
        let claims = addresses.filter_map(|(network, addressing)| {
            let ip = addressing.address?.ip()?;
            let field = FieldPath::of(["addressing", network, "address"]);
            let (subject, field, span) = place(node.id(), &node.value, field);
            let what = format!("{} has it on network {network}", node.name);
            Some(Claim::new(key(ip), subject, field, span, what))
        });
        claims.collect()
    }

    fn claims_of_document(&self, document: &Document, _design: &ResolvedDesign) -> Vec<Claim> {
        if document.id.kind != Kind::Network {
            return Vec::new();
        }
        let Ok(network) = decode::<Network>(&document.spec) else {
            return Vec::new();
        };
        let claim = |address: IpAddr, field: FieldPath, what: &str| {
            let (subject, field, span) = place(document.id.clone(), &document.spec, field);
            let what = format!("it is {what} of network {}", document.id.name);
            Claim::new(key(address), subject, field, span, what)
        };
        let mut claims: Vec<Claim> = Vec::new();
        for (n, route) in network.routes.iter().enumerate() {
            if let Some(gateway) = route.gateway
                && claims.iter().all(|claim| claim.key != key(gateway))
            {
                let field = FieldPath::of(["routes", &n.to_string(), "gateway"]);
                claims.push(claim(gateway, field, "a gateway"));
            }
        }
        let given = |range: &&Range| range.kind != Some(RangeType::Reserved);
        let ranges = network.ranges.iter().enumerate();
        for (n, range) in ranges.filter(|(_, range)| given(range)) {
            for (end, address) in [("start", range.start), ("end", range.end)] {
                let field = FieldPath::of([RANGES, &n.to_string(), end]);
                let what = format!("the {end} of a range");
                claims.extend(address.map(|address| claim(address, field, &what)));
            }
        }
        claims
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        let is_end = |claim: &&Claim| claim.field.starts_with(&FieldPath::of([RANGES]));
        let (ends, users): (Vec<_>, Vec<_>) = claims.iter().partition(is_end);
        // Documents come in the order of their kinds, gateways before nodes: whoever comes first keeps the address.
        let [first, others @ ..] = users.as_slice() else {
            return;
        };
        let is_gateway = |claim: &Claim| claim.subject.kind == Kind::Network;
        let others = others.iter().filter(|claim| !is_gateway(claim));
        for claim in others.chain(ends.iter().filter(|_| is_gateway(first))) {
            let diagnostic = Diagnostic::new(
                Code::DUPLICATE_ADDRESS,
                format!("address {key} is used twice"),
            )
            .about(&claim.subject)
            .field(claim.field.clone())
            .at(claim.span, claim.what.clone())
            .also(first.span, first.what.clone());
            report.push(diagnostic.help("give one of them another address"));
        }
    }
}

/// Where the ends of ranges are written.
const RANGES: &str = "ranges";

/// An IPv4 address written inside IPv6 is the same address.
fn key(ip: IpAddr) -> String {
    ip.to_canonical().to_string()
}
