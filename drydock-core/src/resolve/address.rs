//! Addresses for `address: auto`. An address once given stays: allocations are an input of resolving and an output beside
//! the design; hosts keep them.
//!
//! Only what has none is given the lowest free address of its network's static ranges, nodes in the order of their names.
//! The allocation of a node that left the design is kept, for the machine may still be running with that address.

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    field::FieldPath,
    model::{Address, HostProfile, RangeType},
    names::{NetworkName, NodeName},
    source::{Document, Value},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::Arc,
};

use super::resolved::ResolvedNetwork;

/// The addresses that have been given, by node and network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Allocations(pub BTreeMap<NodeName, BTreeMap<NetworkName, IpAddr>>);

impl Allocations {
    fn of(&self, node: &str, network: &str) -> Option<IpAddr> {
        self.0.get(node)?.get(network).copied()
    }
}

/// A node that is being resolved.
pub(super) struct Unallocated<'a> {
    pub(super) document: &'a Document,
    pub(super) value: &'a Value,
    pub(super) spec: &'a mut HostProfile,
}

/// Gives every `auto` address of these nodes, which come in the order of their names.
pub(super) fn allocate(
    nodes: &mut [Unallocated<'_>],
    networks: &BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    allocations: &mut Allocations,
    diagnostics: &mut Diagnostics,
) {
    let written = nodes.iter().flat_map(|node| node.spec.addressing.iter());
    let written: BTreeSet<IpAddr> = written.filter_map(|(_, a)| a.address?.ip()).collect();
    let mut pools: BTreeMap<NetworkName, Pool> = BTreeMap::new();
    for node in nodes {
        let name = NodeName::new(node.document.id.name.clone());
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
                let new = || Pool::new(resolved, &written, allocations);
                pools.entry(network.clone()).or_insert_with(new).take()
            });
            match given {
                Some(address) => {
                    addressing.address = Some(Address::Ip(address));
                    allocations
                        .0
                        .entry(name.clone())
                        .or_default()
                        .insert(network, address);
                }
                None => {
                    let field = FieldPath::of(["addressing", &network, "address"]);
                    let keys = field.keys().iter().map(|key| key.as_str());
                    let span = node
                        .value
                        .at(keys)
                        .map(|value| value.span)
                        .unwrap_or_default();
                    let message = format!("network {} has no free address", quote(&network));
                    let diagnostic = Diagnostic::new(Code::NO_FREE_ADDRESS, message);
                    let diagnostic = diagnostic
                        .about(&node.document.id)
                        .field(field)
                        .at(span, "");
                    let help = format!(
                        "give network {network} a larger static range, or write the address"
                    );
                    diagnostics.push(diagnostic.help(help));
                }
            }
        }
    }
}

/// The addresses of one network that are still to be had, lowest first.
struct Pool {
    /// First and last of each static range, as numbers.
    ranges: Vec<(u128, u128)>,
    /// First and last of what is never given.
    barred: Vec<(u128, u128)>,
    taken: BTreeSet<u128>,
    v4: bool,
}

impl Pool {
    fn new(
        network: &ResolvedNetwork,
        written: &BTreeSet<IpAddr>,
        allocations: &Allocations,
    ) -> Self {
        let spec = &network.spec;
        let mut ranges: Vec<(u128, u128)> = Vec::new();
        let mut barred: Vec<(u128, u128)> = Vec::new();
        for range in spec.ranges.iter() {
            if let (Some(start), Some(end)) = (range.start, range.end) {
                let kind = range.kind == Some(RangeType::Static);
                if kind { &mut ranges } else { &mut barred }.push((number(start), number(end)));
            }
        }
        ranges.sort_unstable();
        let v4 = spec.cidr.is_some_and(|cidr| cidr.addr().is_ipv4());
        if let Some(cidr) = spec.cidr {
            // IPv6 has no broadcast address, but its first one belongs to the routers (RFC 4291 §2.6.1).
            barred.push((number(cidr.network()), number(cidr.network())));
            barred.extend(v4.then(|| (number(cidr.broadcast()), number(cidr.broadcast()))));
        }
        let gateways = network.routes.iter().filter_map(|route| route.gateway);
        let fixed = gateways
            .chain(spec.dhcp_relay.self_ip)
            .chain(written.iter().copied());
        let given = allocations
            .0
            .values()
            .filter_map(|of_node| of_node.get(&network.name).copied());
        Self {
            ranges,
            barred,
            taken: fixed.chain(given).map(number).collect(),
            v4,
        }
    }

    fn take(&mut self) -> Option<IpAddr> {
        for &(first, last) in &self.ranges {
            let mut next = first;
            while next <= last {
                if let Some((_, end)) = self
                    .barred
                    .iter()
                    .find(|(lo, hi)| (*lo..=*hi).contains(&next))
                {
                    next = end.checked_add(1)?;
                } else if self.taken.insert(next) {
                    return Some(address(next, self.v4));
                } else {
                    next = next.checked_add(1)?;
                }
            }
        }
        None
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn address(number: u128, v4: bool) -> IpAddr {
    if v4 {
        IpAddr::V4((number as u32).into())
    } else {
        IpAddr::V6(number.into())
    }
}
