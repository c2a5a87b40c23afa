//! What nodes name: regions, racks, links, networks, hardware profiles and boot actions, decoded.

use super::{
    decode::{DecodeError, decode},
    incremental::{Found, set},
    network,
    resolved::ResolvedDesign,
    touched::Touched,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::Network,
    names::{DocumentId, Kind, NetworkName},
    source::Document,
};
use std::{collections::BTreeMap, sync::Arc};

/// Decodes what has changed, and works out again the networks if one of them or a link has.
pub(super) fn update(design: &mut ResolvedDesign, derived: &mut Found, touched: &mut Touched) {
    let mut specs: BTreeMap<NetworkName, Option<Network>> = BTreeMap::new();
    let mut relinked = false;
    for (id, (_, document)) in touched.documents() {
        let mut found = Vec::new();
        let (document, found_ref) = (document.as_deref(), &mut found);
        match id.kind {
            Kind::Region => put(&mut design.regions, id, document, found_ref),
            Kind::Rack => put(&mut design.racks, id, document, found_ref),
            Kind::HardwareProfile => put(&mut design.hardware, id, document, found_ref),
            Kind::BootAction => put(&mut design.boot_actions, id, document, found_ref),
            Kind::NetworkLink => {
                relinked = true;
                put(&mut design.links, id, document, found_ref);
            }
            Kind::Network => {
                let spec = document.and_then(|document| decoded(document, found_ref));
                specs.insert(id.name.clone().into(), spec);
            }
            Kind::HostProfile | Kind::BaremetalNode | Kind::Other(_) => continue,
        }
        set(derived, id, found);
    }
    if touched.is_any_changed(&Kind::Rack) {
        design.find_local_networks();
    }
    if relinked || !specs.is_empty() {
        networks(design, specs, touched);
    }
}

/// A document whose value, although it was checked, does not fit its type.
pub(super) fn undecoded(id: &DocumentId, error: DecodeError) -> Diagnostic {
    Diagnostic::new(Code::WRONG_VALUE, error.message)
        .about(id)
        .at(error.span, "")
}

fn decoded<T: serde::de::DeserializeOwned>(
    document: &Document,
    found: &mut Vec<Diagnostic>,
) -> Option<T> {
    match decode(&document.spec) {
        Ok(decoded) => Some(decoded),
        Err(error) => {
            found.push(undecoded(&document.id, error));
            None
        }
    }
}

fn put<N: Ord + From<smol_str::SmolStr>, T: serde::de::DeserializeOwned>(
    all: &mut BTreeMap<N, Arc<T>>,
    id: &DocumentId,
    document: Option<&Document>,
    found: &mut Vec<Diagnostic>,
) {
    let name = N::from(id.name.clone());
    match document.and_then(|document| decoded(document, found)) {
        Some(spec) => drop(all.insert(name, Arc::new(spec))),
        None => drop(all.remove(&name)),
    }
}

/// Resolves all networks, for each may lead to each other by a route domain; those that come out the same are kept.
fn networks(
    design: &mut ResolvedDesign,
    changed: BTreeMap<NetworkName, Option<Network>>,
    touched: &mut Touched,
) {
    let before = std::mem::take(&mut design.networks);
    let known = before.iter();
    let mut specs: BTreeMap<NetworkName, Network> = known
        .map(|(name, network)| (name.clone(), network.spec.clone()))
        .collect();
    for (name, spec) in changed {
        match spec {
            Some(spec) => drop(specs.insert(name, spec)),
            None => drop(specs.remove(&name)),
        }
    }
    let (mut after, domains) = network::networks(specs, &design.links, &design.documents);
    for (name, network) in &mut after {
        match before.get(name) {
            Some(same) if same == network => *network = same.clone(),
            _ => drop(touched.networks.insert(name.clone())),
        }
    }
    let gone = before.into_keys().filter(|name| !after.contains_key(name));
    touched.networks.extend(gone);
    design.networks = after;
    design.route_domains = domains;
}
