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
use std::{collections::BTreeMap, net::IpAddr};

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
        let mut sound: Vec<(usize, IpAddr, IpAddr)> = Vec::new();
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
            if start.is_ipv4() != end.is_ipv4() {
                // Where the network is known, one of them is outside of it.
                if network.spec.cidr.is_none() {
                    let message = format!("the range starts at {start} and ends at {end}");
                    report
                        .document(Code::RANGES, document, field(n), message)
                        .help("write both as IPv4 or both as IPv6");
                }
                continue;
            }
            if start > end {
                let message = format!("the range ends at {end}, before it starts at {start}");
                report
                    .document(Code::RANGES, document, field(n), message)
                    .help("swap start and end");
                continue;
            }
            sound.push((n, start, end));
        }
        for ((n, start, end), first) in overlapping(sound) {
            let message = format!("the range {start} to {end} overlaps another");
            report
                .document(Code::RANGES, document, field(n), message)
                .also(
                    written(document, ["ranges", &first.to_string()]),
                    "this one",
                )
                .help("each address is for one thing: shorten one of them");
        }
    }
}

/// The ranges that share something with one before them, each with the number of such a one. Of those before, only the
/// ones that lie inside no other are looked at, in order, for a network may have very many.
fn overlapping<T: Ord + Copy>(ranges: Vec<(usize, T, T)>) -> Vec<((usize, T, T), usize)> {
    let mut found = Vec::new();
    // By their starts; their ends are in the same order, for none lies inside another.
    let mut before: BTreeMap<T, (T, usize)> = BTreeMap::new();
    for (n, start, end) in ranges {
        let earlier = before.range(..=start).next_back();
        let reaches = earlier.filter(|(_, (far, _))| *far >= start);
        let inside = reaches.is_some_and(|(_, (far, _))| *far >= end);
        let other = reaches.or_else(|| before.range(start..=end).next());
        found.extend(other.map(|(_, (_, first))| ((n, start, end), *first)));
        if inside {
            continue;
        }
        while let Some((&first, (last, _))) = before.range(start..).next()
            && *last <= end
        {
            before.remove(&first);
        }
        before.insert(start, (end, n));
    }
    found
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::Cell, cmp::Ordering};

    thread_local! {
        static COMPARED: Cell<usize> = const { Cell::new(0) };
    }

    /// A number that counts how often it is compared.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Counted(usize);

    impl Ord for Counted {
        fn cmp(&self, other: &Self) -> Ordering {
            COMPARED.set(COMPARED.get() + 1);
            self.0.cmp(&other.0)
        }
    }
    impl PartialOrd for Counted {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    #[test]
    fn it_finds_what_comparing_each_with_those_before_it_finds() {
        let mut state = 11_u64;
        let mut random = |n: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            (state >> 33) % n
        };
        for _ in 0..400 {
            let mut ranges = Vec::new();
            for n in 0..12 {
                let start = random(60);
                ranges.push((n, start, start + random(12)));
            }
            let meets =
                |(_, a, b): &(usize, u64, u64), (_, c, d): &(usize, u64, u64)| a <= d && c <= b;
            let later = ranges.iter().filter(|range| {
                let before = ranges.iter().take_while(|other| other.0 < range.0);
                before.into_iter().any(|other| meets(other, range))
            });
            let expected: Vec<usize> = later.map(|range| range.0).collect();
            let found = overlapping(ranges.clone());
            let numbers: Vec<usize> = found.iter().map(|(range, _)| range.0).collect();
            assert_eq!(numbers, expected, "{ranges:?}");
            let apart = found
                .iter()
                .find(|(range, first)| *first >= range.0 || !meets(&ranges[*first], range));
            assert_eq!(apart, None, "{ranges:?}");
        }
    }

    #[test]
    fn very_many_are_not_compared_with_each_other() {
        const MANY: usize = 20_000;
        let apart = |n: usize| (4 * n, 4 * n + 1);
        let nested = |n: usize| (n, 2 * MANY - n);
        let around = |n: usize| (MANY - n, MANY + n);
        let all = |n: usize| {
            if n == 0 {
                (0, 8 * MANY)
            } else {
                (4 * n, 4 * n + 1)
            }
        };
        let last = |n: usize| {
            if n == MANY - 1 {
                (0, 8 * MANY)
            } else {
                (4 * n, 4 * n + 1)
            }
        };
        type Bounds = fn(usize) -> (usize, usize);
        let shapes: [(Bounds, usize); 5] = [
            (apart, 0),
            (nested, MANY - 1),
            (around, MANY - 1),
            (all, MANY - 1),
            (last, 1),
        ];
        for (shape, overlaps) in shapes {
            let ranges = (0..MANY).map(|n| {
                let (start, end) = shape(n);
                (n, Counted(start), Counted(end))
            });
            COMPARED.set(0);
            assert_eq!(overlapping(ranges.collect()).len(), overlaps);
            // So many for each as a search in order takes.
            assert!(COMPARED.get() < MANY * 300, "{}", COMPARED.get());
        }
    }
}
