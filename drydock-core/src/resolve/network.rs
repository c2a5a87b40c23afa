//! Networks with what follows from their links and route domains.

use super::{chain::Documents, resolved::ResolvedNetwork};
use crate::{
    model::{Network, NetworkLink, Route},
    names::{DocumentId, Kind, LinkName, NetworkName},
};
use ipnet::IpNet;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// The MTU of a link that does not say (Ethernet, IEEE 802.3).
pub(super) const DEFAULT_MTU: u32 = 1500;

pub(super) fn networks(
    specs: BTreeMap<NetworkName, Network>,
    links: &BTreeMap<LinkName, Arc<NetworkLink>>,
    documents: &Documents,
) -> BTreeMap<NetworkName, Arc<ResolvedNetwork>> {
    // A network that is on two links, which is an error, is on the first by name.
    let mut carriers: HashMap<&NetworkName, (&LinkName, &NetworkLink)> = HashMap::new();
    for (name, link) in links {
        for network in link.allowed_networks.iter() {
            carriers.entry(network).or_insert((name, link));
        }
    }
    let mut domains: Domains<'_> = HashMap::new();
    for (name, spec) in &specs {
        if let (Some(domain), Some(cidr)) = (&spec.routedomain, spec.cidr) {
            domains.entry(domain).or_default().push((name, cidr));
        }
    }
    let resolve = |(name, spec): (&NetworkName, &Network)| {
        let link = carriers.get(name);
        let document = documents.get(&DocumentId::new(Kind::Network, name.as_str()))?;
        let network = ResolvedNetwork {
            name: name.clone(),
            value: document.spec.clone(),
            metadata: document.metadata.clone(),
            link: link.map(|(name, _)| LinkName::clone(name)),
            mtu: spec
                .mtu
                .or(link.and_then(|(_, link)| link.mtu))
                .unwrap_or(DEFAULT_MTU),
            routes: routes(name, spec, &domains),
            spec: spec.clone(),
        };
        Some((name.clone(), Arc::new(network)))
    };
    specs.iter().filter_map(resolve).collect()
}

/// The networks of each route domain that have addresses, by name.
type Domains<'s> = HashMap<&'s str, Vec<(&'s NetworkName, IpNet)>>;

/// The written routes; one to a route domain becomes one to each of its networks but this.
fn routes(name: &NetworkName, spec: &Network, domains: &Domains<'_>) -> Vec<Route> {
    let mut routes = Vec::new();
    for route in spec.routes.iter() {
        let Some(domain) = &route.routedomain else {
            routes.push(route.clone());
            continue;
        };
        let members = domains.get(domain.as_str()).into_iter().flatten();
        for (_, cidr) in members.filter(|(other, _)| *other != name) {
            if Some(*cidr) != spec.cidr {
                routes.push(Route {
                    subnet: Some(*cidr),
                    routedomain: None,
                    ..route.clone()
                });
            }
        }
    }
    routes
}
