//! Addresses for `address: auto`. An address once given stays: allocations are an input of resolving and an output beside
//! the design; hosts keep them.
//!
//! Only what has none is given the lowest free address of its network's static ranges, nodes in the order of their names.
//! The allocation of a node that left the design is kept, for the machine may still be running with that address.

use super::resolved::{ResolvedNetwork, ResolvedNode};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    field::FieldPath,
    model::{Address, HostProfile, RangeType},
    names::{DocumentId, NetworkName, NodeName},
    source::Value,
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

/// A node and what it says of its addresses.
pub(super) struct Claimant<'a> {
    id: &'a DocumentId,
    written: Vec<(&'a str, Address, Span)>,
}

impl<'a> Claimant<'a> {
    /// What the value of a node says of its addresses, before any was given.
    pub(super) fn new(id: &'a DocumentId, value: &'a Value) -> Self {
        Self {
            id,
            written: written(value).collect(),
        }
    }

    fn addresses(&self) -> impl Iterator<Item = (&'a str, IpAddr, Span)> {
        let addresses = self.written.iter();
        addresses.filter_map(|(network, address, span)| {
            Some((*network, address.ip()?.to_canonical(), *span))
        })
    }

    fn finding(
        &self,
        code: Code,
        message: String,
        network: &str,
        place: (Span, String),
    ) -> Diagnostic {
        Diagnostic::new(code, message)
            .about(self.id)
            .field(FieldPath::of(["addressing", network, "address"]))
            .at(place.0, place.1)
    }
}

fn written(value: &Value) -> impl Iterator<Item = (&str, Address, Span)> {
    let entries = value.field("addressing").and_then(Value::as_map);
    entries.unwrap_or_default().iter().filter_map(|entry| {
        let address = entry.value.field("address")?;
        Some((&*entry.key, address.as_text()?.parse().ok()?, address.span))
    })
}

/// Whether a node has an address that is to be given.
pub(super) fn is_automatic(spec: &HostProfile) -> bool {
    let mut addressing = spec.addressing.iter();
    addressing.any(|(_, addressing)| addressing.address == Some(Address::Auto))
}

/// Puts the given addresses into a node that says `auto`. A network that is not defined is reported by its rule.
pub(super) fn give(
    spec: &mut HostProfile,
    node: &str,
    networks: &BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    allocations: &Allocations,
) {
    for (network, addressing) in &mut spec.addressing.0 {
        let to_give =
            addressing.address == Some(Address::Auto) && networks.contains_key(&**network);
        if let Some(given) = allocations.of(node, network).filter(|_| to_give) {
            addressing.address = Some(Address::Ip(given));
        }
    }
}

/// Whether a resolved node has the addresses that it would be given now.
pub(super) fn is_as_given(
    node: &ResolvedNode,
    networks: &BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    allocations: &Allocations,
) -> bool {
    let mut automatic = written(&node.value).filter(|(_, address, _)| *address == Address::Auto);
    automatic.all(|(network, ..)| {
        let given = allocations.of(&node.name, network);
        let given = given.filter(|_| networks.contains_key(network));
        let has = node.spec.addressing.find(network).and_then(|a| a.address);
        has == Some(given.map_or(Address::Auto, Address::Ip))
    })
}

/// Gives every `auto` address of these nodes, which come in the order of their names.
pub(super) fn allocate(
    nodes: &[Claimant<'_>],
    networks: &BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    allocations: &mut Allocations,
    diagnostics: &mut Diagnostics,
) {
    written_over(nodes, allocations, diagnostics);
    let mut taken = taken(nodes, networks, allocations);
    let mut pools: BTreeMap<&str, Pool> = BTreeMap::new();
    for node in nodes {
        for &(network, address, span) in &node.written {
            let Some(resolved) = networks.get(network).filter(|_| address == Address::Auto) else {
                continue;
            };
            if allocations.of(&node.id.name, network).is_some() {
                continue;
            }
            let pool = pools.entry(network).or_insert_with(|| Pool::new(resolved));
            if let Some(given) = pool.take(&mut taken) {
                let of_node = allocations.0.entry(NodeName::new(node.id.name.clone()));
                of_node.or_default().insert(resolved.name.clone(), given);
                continue;
            }
            let message = format!("network {} has no free address", quote(network));
            let help =
                format!("give network {network} a larger static range, or write the address");
            let place = (span, String::new());
            let finding = node.finding(Code::NO_FREE_ADDRESS, message, network, place);
            diagnostics.push(finding.help(help));
        }
    }
}

/// Reports written addresses that are kept for somebody whom the index of addresses does not see: a node that left the
/// design, or one that no longer says `auto`. A node may write down what it was given.
fn written_over(nodes: &[Claimant<'_>], allocations: &Allocations, diagnostics: &mut Diagnostics) {
    let is_auto = |node: &Claimant<'_>, network: &str| {
        let mut written = node.written.iter();
        written.any(|(name, address, _)| *name == network && *address == Address::Auto)
    };
    let by_name: BTreeMap<&str, &Claimant<'_>> =
        nodes.iter().map(|node| (&*node.id.name, node)).collect();
    let mut kept: BTreeMap<IpAddr, (&NodeName, &NetworkName)> = BTreeMap::new();
    for (node, network, address) in allocations.iter() {
        if !by_name.get(&**node).is_some_and(|n| is_auto(n, network)) {
            kept.entry(address).or_insert((node, network));
        }
    }
    for node in nodes {
        for (network, address, span) in node.addresses() {
            let Some(&(holder, on)) = kept.get(&address) else {
                continue;
            };
            if **holder == *node.id.name && **on == *network {
                continue;
            }
            let message = format!("address {address} is used twice");
            let label = format!("it is kept for {holder}, which was given it on network {on}");
            let finding = node.finding(Code::DUPLICATE_ADDRESS, message, network, (span, label));
            diagnostics.push(finding.help("write another address, or take the allocation away"));
        }
    }
}

/// What is never given: what is written, what was given, and what belongs to the networks themselves.
fn taken(
    nodes: &[Claimant<'_>],
    networks: &BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    allocations: &Allocations,
) -> BTreeSet<IpAddr> {
    let written = nodes.iter().flat_map(Claimant::addresses);
    let of_networks = networks.values().flat_map(|network| {
        let gateways = network.routes.iter().filter_map(|route| route.gateway);
        gateways.chain(network.spec.dhcp_relay.self_ip)
    });
    let given = allocations.iter().map(|(_, _, address)| address);
    let taken = written.map(|(_, address, _)| address).chain(given);
    taken
        .chain(of_networks.map(|address| address.to_canonical()))
        .collect()
}

/// The addresses of one network that are still to be had, lowest first.
struct Pool {
    /// What is left of each static range, the lowest last.
    ranges: Vec<(IpAddr, IpAddr)>,
    /// First and last of what is never given, in order and apart.
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
            // IPv6 has no broadcast address, but its first one belongs to the routers (RFC 4291 §2.6.1). Of two addresses
            // or one, all can be had (RFC 3021, RFC 6164).
            if cidr.max_prefix_len() - cidr.prefix_len() > 1 {
                barred.push((first, first));
                barred.extend(last.is_ipv4().then_some((last, last)));
            }
        }
        ranges.sort_unstable_by(|a, b| b.cmp(a));
        barred.sort_unstable();
        // What is left is apart, so one of them at most holds an address.
        barred.dedup_by(|next, before| {
            let meets = next.0 <= before.1;
            if meets {
                before.1 = before.1.max(next.1);
            }
            meets
        });
        Self { ranges, barred }
    }

    fn take(&mut self, taken: &mut BTreeSet<IpAddr>) -> Option<IpAddr> {
        loop {
            let (next, last) = *self.ranges.last()?;
            let later = self.barred.partition_point(|(lo, _)| *lo <= next);
            let barred = self.barred[..later].last();
            let skipped = barred.map(|(_, hi)| *hi).filter(|hi| *hi >= next);
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
