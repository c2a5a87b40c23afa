//! What planning looks at: servers, networks and switch ports, in bulk, a driver at a time.

use crate::{
    driver::{Context, DriverError, Drivers, NetworkTarget, ServerDriver, ports_of},
    names::DriverName,
    plan::Observations,
    resolve::{ResolvedDesign, ResolvedNode},
};
use std::sync::Arc;

/// Observes these nodes, their switch ports and every network of the design; and where these are all the nodes that there
/// are, what else the server drivers have. A target that no driver serves is left out; planning says so.
pub async fn observe_all(
    cx: &Context,
    design: &ResolvedDesign,
    drivers: &Drivers,
    nodes: &[Arc<ResolvedNode>],
) -> Observations {
    let mut seen = Observations::default();
    let served = nodes
        .iter()
        .filter_map(|node| Some((drivers.server_of(node).ok()?, node.clone())));
    for (driver, nodes) in grouped(served) {
        let answers = driver.observe(cx, &nodes).await;
        for (node, answer) in answered(nodes, answers) {
            seen.servers.insert(node.name.clone(), answer);
        }
    }
    let served = design.networks.values();
    let served =
        served.filter_map(|network| Some((drivers.network_of(network).ok()??, network.clone())));
    for (driver, networks) in grouped(served) {
        let targets: Vec<_> = networks
            .iter()
            .cloned()
            .map(NetworkTarget::Network)
            .collect();
        let answers = driver.observe(cx, &targets).await;
        for (network, answer) in answered(networks, answers) {
            seen.networks.insert(network.name.clone(), answer);
        }
    }
    let ports = nodes.iter().flat_map(|node| ports_of(node));
    let served =
        ports.filter_map(|port| Some((drivers.port_of(design, &port).ok()??, port.production)));
    for (driver, ports) in grouped(served) {
        let targets: Vec<_> = ports.iter().cloned().map(NetworkTarget::Port).collect();
        let answers = driver.observe(cx, &targets).await;
        for (port, answer) in answered(ports, answers) {
            seen.ports
                .insert((port.switch.clone(), port.port.clone()), answer);
        }
    }
    // To look for what nobody asked about, a driver has to look at all it has.
    if nodes.len() == design.nodes.len() {
        unclaimed(cx, drivers, nodes, &mut seen).await;
    }
    seen
}

async fn unclaimed(
    cx: &Context,
    drivers: &Drivers,
    nodes: &[Arc<ResolvedNode>],
    seen: &mut Observations,
) {
    let mut asked: Vec<&Arc<dyn ServerDriver>> = Vec::new();
    for (_, driver) in drivers.servers() {
        // One driver may be there for several selectors.
        if asked.iter().any(|known| Arc::ptr_eq(known, driver)) {
            continue;
        }
        asked.push(driver);
        let answer = driver
            .unclaimed(cx, nodes)
            .await
            .map_err(|error| error.to_string());
        seen.unclaimed
            .insert(DriverName::new(driver.name()), answer);
    }
}

const NO_ANSWER: &str =
    "the driver gave fewer answers than it was asked for; this is a bug in the driver";

/// Each target with its answer, or with the error that there is none.
fn answered<T, O>(
    targets: Vec<T>,
    answers: Vec<Result<O, DriverError>>,
) -> impl Iterator<Item = (T, Result<O, String>)> {
    let mut answers = answers.into_iter();
    targets.into_iter().map(move |target| {
        let answer = answers.next();
        let answer = answer.map(|answer| answer.map_err(|error| error.to_string()));
        (target, answer.unwrap_or_else(|| Err(NO_ANSWER.into())))
    })
}

/// The targets of each driver, drivers and targets in the order in which they come.
fn grouped<'a, D: ?Sized, T>(
    served: impl Iterator<Item = (&'a Arc<D>, T)>,
) -> Vec<(&'a Arc<D>, Vec<T>)> {
    let mut groups: Vec<(&Arc<D>, Vec<T>)> = Vec::new();
    for (driver, target) in served {
        match groups
            .iter_mut()
            .find(|(other, _)| Arc::ptr_eq(other, driver))
        {
            Some((_, targets)) => targets.push(target),
            None => groups.push((driver, vec![target])),
        }
    }
    groups
}
