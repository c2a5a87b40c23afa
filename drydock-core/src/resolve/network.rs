//! Networks with what follows from their links and route domains.

use super::{chain::Documents, resolved::ResolvedNetwork};
use crate::{
    model::{Network, NetworkLink, Route},
    names::{DocumentId, Kind, LinkName, NetworkName},
};
use std::{collections::BTreeMap, sync::Arc};

/// The MTU of a link that does not say (Ethernet, IEEE 802.3).
pub(super) const DEFAULT_MTU: u32 = 1500;

pub(super) fn networks(
    specs: BTreeMap<NetworkName, Network>,
    links: &BTreeMap<LinkName, Arc<NetworkLink>>,
    documents: &Documents,
) -> BTreeMap<NetworkName, Arc<ResolvedNetwork>> {
    let resolve = |(name, spec): (&NetworkName, &Network)| {
        let link = links
            .iter()
            .find(|(_, link)| link.allowed_networks.contains(name));
        let document = documents.get(&DocumentId::new(Kind::Network, name.as_str()))?;
        let network = ResolvedNetwork {
            name: name.clone(),
            value: document.spec.clone(),
            metadata: document.metadata.clone(),
            link: link.map(|(name, _)| name.clone()),
            mtu: spec
                .mtu
                .or(link.and_then(|(_, link)| link.mtu))
                .unwrap_or(DEFAULT_MTU),
            routes: routes(name, spec, &specs),
            spec: spec.clone(),
        };
        Some((name.clone(), Arc::new(network)))
    };
    specs.iter().filter_map(resolve).collect()
}

/// The written routes; one to a route domain becomes one to each of its networks but this.
fn routes(name: &NetworkName, spec: &Network, all: &BTreeMap<NetworkName, Network>) -> Vec<Route> {
    let mut routes = Vec::new();
    for route in spec.routes.iter() {
        let Some(domain) = &route.routedomain else {
            routes.push(route.clone());
            continue;
        };
        let members = all
            .iter()
            .filter(|(other, n)| *other != name && n.routedomain.as_ref() == Some(domain));
        for (_, member) in members {
            if let Some(cidr) = member.cidr.filter(|cidr| Some(*cidr) != spec.cidr) {
                routes.push(Route {
                    subnet: Some(cidr),
                    routedomain: None,
                    ..route.clone()
                });
            }
        }
    }
    routes
}
