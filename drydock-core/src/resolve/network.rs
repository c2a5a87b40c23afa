//! Networks with what follows from their links and route domains.

use super::{chain::Documents, resolved::ResolvedNetwork};
use crate::{
    model::{Network, NetworkLink, Route},
    names::{DocumentId, Kind, LinkName, NetworkName},
};
use ipnet::IpNet;
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// How many routes all route domains of a design may add together. Each network that leads to a domain gets one for each
/// network of it, so without a bound they would grow with the square of a design's size.
pub(crate) const MOST_ROUTES: usize = 500_000;

/// The route domains of a design.
#[derive(Debug, Clone, Default)]
pub(super) struct RouteDomains {
    /// Those that networks belong to.
    pub(super) known: BTreeSet<SmolStr>,
    /// Those that nobody is led to, because that would take too many routes.
    pub(super) left_out: BTreeSet<SmolStr>,
}

/// The MTU of a link that does not say (Ethernet, IEEE 802.3).
pub(super) const DEFAULT_MTU: u32 = 1500;

pub(super) fn networks(
    specs: BTreeMap<NetworkName, Network>,
    links: &BTreeMap<LinkName, Arc<NetworkLink>>,
    documents: &Documents,
) -> (BTreeMap<NetworkName, Arc<ResolvedNetwork>>, RouteDomains) {
    // A network that is on two links, which is an error, is on the first by name.
    let mut carriers: HashMap<&NetworkName, (&LinkName, &NetworkLink)> = HashMap::new();
    for (name, link) in links {
        for network in link.allowed_networks.iter() {
            carriers.entry(network).or_insert((name, link));
        }
    }
    let mut domains: Domains<'_> = HashMap::new();
    let mut known: BTreeSet<SmolStr> = BTreeSet::new();
    for (name, spec) in &specs {
        known.extend(spec.routedomain.clone());
        if let (Some(domain), Some(cidr)) = (&spec.routedomain, spec.cidr) {
            domains.entry(domain).or_default().push((name, cidr));
        }
    }
    let left_out = left_out(&specs, &domains);
    domains.retain(|domain, _| !left_out.contains(*domain));
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
    let networks = specs.iter().filter_map(resolve).collect();
    (networks, RouteDomains { known, left_out })
}

/// The domains that would need too many routes: those that need the most, whatever order they are written in.
fn left_out(specs: &BTreeMap<NetworkName, Network>, domains: &Domains<'_>) -> BTreeSet<SmolStr> {
    let mut wanted: BTreeMap<&SmolStr, usize> = BTreeMap::new();
    let routes = specs.values().flat_map(|spec| spec.routes.iter());
    for domain in routes.filter_map(|route| route.routedomain.as_ref()) {
        let members = domains.get(domain.as_str()).map_or(0, Vec::len);
        let wanted = wanted.entry(domain).or_default();
        *wanted = wanted.saturating_add(members);
    }
    let mut wanted: Vec<(usize, &SmolStr)> = wanted.into_iter().map(|(d, n)| (n, d)).collect();
    wanted.sort_unstable();
    let mut all = 0_usize;
    let left_out = wanted.into_iter().filter(|(routes, _)| {
        all = all.saturating_add(*routes);
        all > MOST_ROUTES
    });
    left_out.map(|(_, domain)| domain.clone()).collect()
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
