//! DD2007: address ranges are whole, lie inside their network, are in order and do not overlap; static addresses lie in static ranges
//! (a warning), never in dhcp ones.

use super::outside_cidr::nobodys;
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    field::FieldPath,
    model::{Range, RangeType},
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNetwork, ResolvedNode},
    source::Document,
    span::Span,
    validate::{DocumentRule, NodeRule, Report, report::span_of_node},
};
use ipnet::IpNet;
use std::net::IpAddr;

#[derive(Debug)]
pub(super) struct Ranges;

impl DocumentRule for Ranges {
    fn codes(&self) -> &'static [Code] {
        &[Code::RANGES]
    }

    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::Network {
            return;
        }
        let Some(network) = design.networks.get(document.id.name.as_str()) else {
            return;
        };
        let field = |n: usize| FieldPath::of(["ranges", &n.to_string()]);
        for (n, range) in network.spec.ranges.iter().enumerate() {
            let parts = [
                ("type", range.kind.is_some()),
                ("start", range.start.is_some()),
                ("end", range.end.is_some()),
            ];
            let id = std::slice::from_ref(&document.id);
            for (part, _) in parts.into_iter().filter(|(_, is_there)| !is_there) {
                if !design.in_doubt(id, &field(n)) {
                    report
                        .document(
                            Code::RANGES,
                            document,
                            field(n),
                            format!("a range without `{part}`"),
                        )
                        .help("write it like {type: static, start: 10.0.0.10, end: 10.0.0.99}");
                }
            }
        }
        let mut before: Vec<(usize, IpAddr, IpAddr)> = Vec::new();
        for (n, start, end) in bounds(network) {
            for (key, address) in [("start", start), ("end", end)] {
                if let Some(cidr) = network.spec.cidr.filter(|cidr| !cidr.contains(&address)) {
                    let message = format!("{address} is outside of {cidr}");
                    report
                        .document(Code::RANGES, document, field(n).join(key), message)
                        .also(written(document, ["cidr"]), "the network")
                        .help("a range lies inside its network");
                }
            }
            if start > end {
                let message = format!("the range ends at {end}, before it starts at {start}");
                report
                    .document(Code::RANGES, document, field(n), message)
                    .help("swap start and end");
                continue;
            }
            if let Some((first, ..)) = before.iter().find(|(_, lo, hi)| start <= *hi && *lo <= end)
            {
                let message = format!("the range {start} to {end} overlaps another");
                report
                    .document(Code::RANGES, document, field(n), message)
                    .also(
                        written(document, ["ranges", &first.to_string()]),
                        "this one",
                    )
                    .help("each address is for one thing: shorten one of them");
            }
            before.push((n, start, end));
        }
    }
}

/// Where the document writes the value at these keys.
fn written<const N: usize>(document: &Document, keys: [&str; N]) -> Span {
    document
        .spec
        .at(keys)
        .map_or(Span::NONE, |value| value.span)
}

fn bounds(network: &ResolvedNetwork) -> impl Iterator<Item = (usize, IpAddr, IpAddr)> + '_ {
    let whole = |(n, range): (usize, &Range)| Some((n, range.start?, range.end?));
    network.spec.ranges.iter().enumerate().filter_map(whole)
}

#[derive(Debug)]
pub(super) struct AddressInRange;

impl NodeRule for AddressInRange {
    fn codes(&self) -> &'static [Code] {
        &[Code::RANGES]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        for (name, addressing) in node.spec.addressing.iter() {
            let Some(network) = design.networks.get(name.as_str()) else {
                continue;
            };
            let Some(ip) = addressing.address.and_then(|address| address.ip()) else {
                continue;
            };
            // One outside of the network altogether, or that nobody can have, is reported as that.
            let possible = |cidr: IpNet| cidr.contains(&ip) && nobodys(cidr, ip).is_none();
            if !network.spec.cidr.is_some_and(possible) {
                continue;
            }
            // One that a gateway has is reported as used twice.
            if network.routes.iter().any(|route| route.gateway == Some(ip)) {
                continue;
            }
            let mut inside = network.spec.ranges.iter().enumerate().filter(|(_, range)| {
                matches!((range.start, range.end), (Some(lo), Some(hi)) if lo <= ip && ip <= hi)
            });
            let inside = inside.next();
            let is_static = |range: &Range| range.kind == Some(RangeType::Static);
            let first_static = network.spec.ranges.iter().position(is_static);
            let place = |n: usize| {
                let document = design.document(Kind::Network, name);
                document.map_or(Span::NONE, |d| written(d, ["ranges", &n.to_string()]))
            };
            let field = || FieldPath::of(["addressing", name, "address"]);
            match (inside.map(|(n, range)| (n, range.kind)), first_static) {
                (Some((n, Some(RangeType::Dhcp))), _) => {
                    let message = format!("{ip} lies in a dhcp range of network {name}");
                    report
                        .node(Code::RANGES, node, design, field(), message)
                        .also(place(n), "this range")
                        .help("a DHCP server gives that address to others: choose one outside");
                }
                (Some((_, Some(RangeType::Static))), _) | (_, None) => {}
                (_, Some(n)) => {
                    let message = format!("{ip} lies in no static range of network {name}");
                    let mut warning = Diagnostic::new(Code::RANGES, message).about(&node.id());
                    warning.severity = Severity::Warning;
                    let span = span_of_node(node, design, &field());
                    let help = "choose an address of a static range, or widen the range";
                    let warning = warning.field(field()).at(span, "");
                    report.push(warning.also(place(n), "a static range").help(help));
                }
            }
        }
    }
}
