//! DD2005: no address is used twice, by nodes, BMCs or gateways. Compared as addresses, not as texts; a gateway may be
//! named by many routes.
//!
//! The ends of ranges are held against gateways alone: a range whose addresses are given away must not begin or end with
//! a gateway. A reserved range may, for nobody is given its addresses.
//!
//! Two BMCs at one address are DD5003, which knows their ports.

use crate::{
    diagnostic::Code,
    field::FieldPath,
    model::{Network, Range, RangeType},
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode, decode},
    source::Document,
    validate::{Claim, IndexRule, Report, Subject},
};
use smol_str::{SmolStr, format_smolstr};
use std::net::IpAddr;

#[derive(Debug)]
pub(super) struct DuplicateAddress;

impl IndexRule for DuplicateAddress {
    fn codes(&self) -> &'static [Code] {
        &[Code::DUPLICATE_ADDRESS]
    }

    fn keys(&self, subject: Subject<'_>, _design: &ResolvedDesign, keys: &mut Vec<SmolStr>) {
        match subject {
            Subject::Node(node) => keys.extend(of_node(node).map(|(_, ip)| key(ip))),
            Subject::Document(document) => {
                keys.extend(of_network(document).map(|(_, ip, _)| key(ip)))
            }
        }
    }

    fn claims(&self, subject: Subject<'_>, _design: &ResolvedDesign) -> Vec<Claim> {
        match subject {
            Subject::Node(node) => {
                let claims = of_node(node).map(|(network, ip)| {
                    let field = FieldPath::of(["addressing", network, "address"]);
                    let name = &node.name;
                    let of_bmc = node.spec.oob.network.as_deref() == Some(network.as_str());
                    let what = match of_bmc {
                        true => format!("the BMC of {name} has it"),
                        false => format!("{name} has it on network {network}"),
                    };
                    let claim = Claim::by_field(subject, key(ip), field, what);
                    match of_bmc {
                        true => Claim {
                            field: bmc(network),
                            ..claim
                        },
                        false => claim,
                    }
                });
                claims.collect()
            }
            Subject::Document(document) => {
                let claims = of_network(document).map(|(field, ip, what)| {
                    let what = format!("it is {what} of network {}", document.id.name);
                    Claim::by_field(subject, key(ip), field, what)
                });
                claims.collect()
            }
        }
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
        let others = others.filter(|claim| !(is_bmc(first) && is_bmc(claim)));
        for claim in others.chain(ends.iter().filter(|_| is_gateway(first))) {
            let message = format!("address {key} is used twice");
            let finding = report.clash(Code::DUPLICATE_ADDRESS, claim, first, message);
            finding.help("give one of them another address");
        }
    }
}

/// The field of a BMC's address: the whole entry, which tells it from the addresses of interfaces.
fn bmc(network: &str) -> FieldPath {
    FieldPath::of(["addressing", network])
}

fn is_bmc(claim: &Claim) -> bool {
    claim.subject.kind == Kind::BaremetalNode && claim.field.keys().len() == 2
}

/// Where the ends of ranges are written.
const RANGES: &str = "ranges";

/// An IPv4 address written inside IPv6 is the same address.
pub(super) fn key(ip: IpAddr) -> SmolStr {
    format_smolstr!("{}", ip.to_canonical())
}

/// The addresses of a node, by network.
fn of_node(node: &ResolvedNode) -> impl Iterator<Item = (&SmolStr, IpAddr)> {
    let addresses = node.spec.addressing.iter();
    addresses.filter_map(|(network, addressing)| Some((network, addressing.address?.ip()?)))
}

/// The gateways of a network, each once, and the ends of the ranges whose addresses are given away.
fn of_network(document: &Document) -> impl Iterator<Item = (FieldPath, IpAddr, String)> + use<> {
    let is_network = document.id.kind == Kind::Network;
    let network = is_network.then(|| decode::<Network>(&document.spec));
    let network = network.and_then(Result::ok).unwrap_or_default();
    let mut used: Vec<(FieldPath, IpAddr, String)> = Vec::new();
    for (n, route) in network.routes.iter().enumerate() {
        if let Some(gateway) = route.gateway.map(|gateway| gateway.to_canonical())
            && used.iter().all(|(_, other, _)| *other != gateway)
        {
            let field = FieldPath::of(["routes", &n.to_string(), "gateway"]);
            used.push((field, gateway, "a gateway".to_owned()));
        }
    }
    let given = |range: &&Range| range.kind != Some(RangeType::Reserved);
    let ranges = network.ranges.iter().enumerate();
    for (n, range) in ranges.filter(|(_, range)| given(range)) {
        for (end, address) in [("start", range.start), ("end", range.end)] {
            let field = FieldPath::of([RANGES, &n.to_string(), end]);
            let what = format!("the {end} of a range");
            used.extend(address.map(|address| (field, address, what)));
        }
    }
    used.into_iter()
}
