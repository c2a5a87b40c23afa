//! Addresses for `address: auto`. An address once given stays: allocations are an input of resolving and an output beside
//! the design; hosts keep them.
//!
//! Only what has none is given the lowest free address of its network's static ranges, nodes in the order of their names.
//! The allocation of a node that left the design is kept, for the machine may still be running with that address.

use super::resolved::ResolvedNetwork;
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    field::FieldPath,
    model::{Address, HostProfile, RangeType},
    names::{NetworkName, NodeName},
    source::{Document, Value},
    span::Span,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
};

/// The addresses that have been given, by node and network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Allocations(pub BTreeMap<NodeName, BTreeMap<NetworkName, IpAddr>>);

impl Allocations {
    fn of(&self, node: &str, network: &str) -> Option<IpAddr> {
        self.0.get(node)?.get(network).copied()
    }

    fn iter(&self) -> impl Iterator<Item = (&NodeName, &NetworkName, IpAddr)> {
        self.0.iter().flat_map(|(node, given)| {
            given
                .iter()
                .map(move |(network, address)| (node, network, address.to_canonical()))
        })
    }
}

/// A node that is being resolved.
pub(super) struct Unallocated<'a> {
    pub(super) document: &'a Document,
    pub(super) value: &'a Value,
    pub(super) spec: &'a mut HostProfile,
}

impl Unallocated<'_> {
    fn written(&self) -> impl Iterator<Item = (&str, IpAddr)> {
        let addresses = self.spec.addressing.iter();
        addresses.filter_map(|(network, a)| Some((&**network, a.address?.ip()?.to_canonical())))
    }

    fn finding(&self, code: Code, message: String, network: &str, label: String) -> Diagnostic {
        let field = FieldPath::of(["addressing", network, "address"]);
        let written = self.value.at(field.keys().iter().map(|key| key.as_str()));
        let span = written.map_or(Span::NONE, |value| value.span);
        Diagnostic::new(code, message)
            .about(&self.document.id)
            .field(field)
            .at(span, label)
    }
}

/// Gives every `auto` address of these nodes, which come in the order of their names.
pub(super) fn allocate(
    nodes: &mut [Unallocated<'_>],
    networks: &BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    allocations: &mut Allocations,
    diagnostics: &mut Diagnostics,
) {
    written_over(nodes, allocations, diagnostics);
    let mut taken = taken(nodes, networks, allocations);
    let mut pools: BTreeMap<NetworkName, Pool> = BTreeMap::new();
    for node in nodes {
        let name = NodeName::new(node.document.id.name.clone());
        let mut without = Vec::new();
        for (network, addressing) in &mut node.spec.addressing.0 {
            if addressing.address != Some(Address::Auto) {
                continue;
            }
            let network = NetworkName::new(network.clone());
            // A network that is not defined is reported by its rule.
            let Some(resolved) = networks.get(&network) else {
                continue;
            };
            let given = allocations.of(&name, &network).or_else(|| {
                let pool = pools.entry(network.clone());
                pool.or_insert_with(|| Pool::new(resolved)).take(&mut taken)
            });
            let Some(address) = given else {
                without.push(network);
                continue;
            };
            addressing.address = Some(Address::Ip(address));
            let of_node = allocations.0.entry(name.clone()).or_default();
            of_node.insert(network, address);
        }
        for network in without {
            let message = format!("network {} has no free address", quote(&network));
            let help =
                format!("give network {network} a larger static range, or write the address");
            let finding = node.finding(Code::NO_FREE_ADDRESS, message, &network, String::new());
            diagnostics.push(finding.help(help));
        }
    }
}

/// Reports written addresses that are kept for somebody whom the index of addresses does not see: a node that left the
/// design, or one that no longer says `auto`. A node may write down what it was given.
fn written_over(
    nodes: &[Unallocated<'_>],
    allocations: &Allocations,
    diagnostics: &mut Diagnostics,
) {
    let is_auto = |node: &Unallocated<'_>, network: &str| {
        let addressing = node.spec.addressing.find(network);
        addressing.is_some_and(|a| a.address == Some(Address::Auto))
    };
    let by_name: BTreeMap<&str, &Unallocated<'_>> =
        nodes.iter().map(|n| (&*n.document.id.name, n)).collect();
    let mut kept: BTreeMap<IpAddr, (&NodeName, &NetworkName)> = BTreeMap::new();
    for (node, network, address) in allocations.iter() {
        if !by_name.get(&**node).is_some_and(|n| is_auto(n, network)) {
            kept.entry(address).or_insert((node, network));
        }
    }
    for node in nodes {
        for (network, address) in node.written() {
            let Some(&(holder, on)) = kept.get(&address) else {
                continue;
            };
            if **holder == *node.document.id.name && **on == *network {
                continue;
            }
            let message = format!("address {address} is used twice");
            let label = format!("it is kept for {holder}, which was given it on network {on}");
            let finding = node.finding(Code::DUPLICATE_ADDRESS, message, network, label);
            diagnostics.push(finding.help("write another address, or take the allocation away"));
        }
    }
}

/// What is never given: what is written, what was given, and what belongs to the networks themselves.
fn taken(
    nodes: &[Unallocated<'_>],
    networks: &BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    allocations: &Allocations,
) -> BTreeSet<IpAddr> {
    let written = nodes.iter().flat_map(Unallocated::written);
    let of_networks = networks.values().flat_map(|network| {
        let gateways = network.routes.iter().filter_map(|route| route.gateway);
        gateways.chain(network.spec.dhcp_relay.self_ip)
    });
    let given = allocations.iter().map(|(_, _, address)| address);
    let taken = written.map(|(_, address)| address).chain(given);
    taken
        .chain(of_networks.map(|address| address.to_canonical()))
        .collect()
}

/// The addresses of one network that are still to be had, lowest first.
struct Pool {
    /// What is left of each static range, the lowest last.
    ranges: Vec<(IpAddr, IpAddr)>,
    /// First and last of what is never given.
    barred: Vec<(IpAddr, IpAddr)>,
}

impl Pool {
    fn new(network: &ResolvedNetwork) -> Self {
        let spec = &network.spec;
        let (mut ranges, mut barred) = (Vec::new(), Vec::new());
        for range in spec.ranges.iter() {
            let (Some(start), Some(end)) = (range.start, range.end) else {
                continue;
            };
            if start.is_ipv4() != end.is_ipv4() {
                continue;
            }
            match range.kind {
                Some(RangeType::Static) => ranges.push((start, end)),
                _ => barred.push((start, end)),
            }
        }
        if let Some(cidr) = spec.cidr {
            let (first, last) = (cidr.network(), cidr.broadcast());
            // Whatever a range says, nobody can be reached by an address outside of its network; of a range of the other
            // family nothing is left.
            for (start, end) in &mut ranges {
                (*start, *end) = ((*start).max(first), (*end).min(last));
            }
            // IPv6 has no broadcast address, but its first one belongs to the routers (RFC 4291 §2.6.1).
            barred.push((first, first));
            barred.extend(last.is_ipv4().then_some((last, last)));
        }
        ranges.sort_unstable_by(|a, b| b.cmp(a));
        Self { ranges, barred }
    }

    fn take(&mut self, taken: &mut BTreeSet<IpAddr>) -> Option<IpAddr> {
        loop {
            let (next, last) = *self.ranges.last()?;
            let barred = self.barred.iter();
            let barred = barred.filter(|(lo, hi)| (*lo..=*hi).contains(&next));
            let skipped = barred.map(|(_, hi)| *hi).max();
            let free = skipped.is_none() && next <= last && taken.insert(next);
            self.ranges.pop();
            // What was looked at is never looked at again: addresses are only ever taken.
            let rest = after(skipped.unwrap_or(next)).filter(|rest| *rest <= last);
            self.ranges.extend(rest.map(|rest| (rest, last)));
            if free {
                return Some(next);
            }
        }
    }
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => u32::from(v4)
            .checked_add(1)
            .map(|next| IpAddr::V4(next.into())),
        IpAddr::V6(v6) => u128::from(v6)
            .checked_add(1)
            .map(|next| IpAddr::V6(next.into())),
    }
}
