//! What planning looks at: servers and networks, in bulk, a driver at a time.

use crate::{
    driver::{Context, DriverError, Drivers, NetworkTarget},
    plan::Observations,
    resolve::{ResolvedDesign, ResolvedNode},
};
use std::sync::Arc;

/// Observes these nodes and every network of the design. A target that no driver serves is left out; planning says so.
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
    seen
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
