//! DD2005: no address is used twice, by nodes, BMCs or gateways. Compared as addresses, not as texts; gateways of one
//! network may be named by many routes.

use crate::{
    diagnostic::{Code, Diagnostic},
    field::FieldPath,
    model::Network,
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
        let mut claims: Vec<Claim> = Vec::new();
        for (n, route) in network.routes.iter().enumerate() {
            let Some(gateway) = route.gateway else {
                continue;
            };
            let key = key(gateway);
            if claims.iter().all(|claim| claim.key != key) {
                let field = FieldPath::of(["routes", &n.to_string(), "gateway"]);
                let (subject, field, span) = place(document.id.clone(), &document.spec, field);
                let what = format!("it is a gateway of network {}", document.id.name);
                claims.push(Claim::new(key, subject, field, span, what));
            }
        }
        claims
    }

    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>) {
        // Documents come in the order of their kinds, gateways before nodes: whoever comes first keeps the address.
        let [first, others @ ..] = claims else { return };
        for claim in others {
            if claim.subject.kind == Kind::Network && first.subject.kind == Kind::Network {
                continue;
            }
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

/// An IPv4 address written inside IPv6 is the same address.
fn key(ip: IpAddr) -> String {
    ip.to_canonical().to_string()
}
