//! What planning looks at: servers, networks and switch ports, in bulk, a driver at a time. Says what to ask and what the
//! answers mean; who asks decides how long an answer may take.

use crate::{
    driver::{
        Context, DriverError, Drivers, NetworkDriver, NetworkTarget, PortIntent, ServerDriver,
        ports_of,
    },
    names::DriverName,
    plan::Observations,
    resolve::{ResolvedDesign, ResolvedNetwork, ResolvedNode},
};
use smol_str::SmolStr;
use std::sync::Arc;

/// Observes these nodes, their switch ports and every network of the design, one call after the other and each for as long
/// as it takes; and where these are all the nodes that there are, what else the server drivers have. A target that no
/// driver serves is left out; planning says so.
pub async fn observe_all(
    cx: &Context,
    design: &ResolvedDesign,
    drivers: &Drivers,
    nodes: &[Arc<ResolvedNode>],
) -> Observations {
    let mut seen = Observations::default();
    for look in looks(design, drivers, nodes) {
        seen.add(look.ask(cx).await);
    }
    seen
}

/// One call of one driver that only looks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Look(Asked);

#[derive(Debug, Clone)]
enum Asked {
    Servers(Arc<dyn ServerDriver>, Arc<[Arc<ResolvedNode>]>),
    Networks(Arc<dyn NetworkDriver>, Arc<[Arc<ResolvedNetwork>]>),
    Ports(Arc<dyn NetworkDriver>, Arc<[Arc<PortIntent>]>),
    Unclaimed(Arc<dyn ServerDriver>, Arc<[Arc<ResolvedNode>]>),
}

/// The calls that observe these nodes, their switch ports and every network of the design; and where these are all the
/// nodes that there are, what else the server drivers have. None needs another one's answer.
pub fn looks(design: &ResolvedDesign, drivers: &Drivers, nodes: &[Arc<ResolvedNode>]) -> Vec<Look> {
    let servers = nodes
        .iter()
        .filter_map(|node| Some((drivers.server_of(node).ok()?, node.clone())));
    let networks = design.networks.values();
    let networks =
        networks.filter_map(|network| Some((drivers.network_of(network).ok()??, network.clone())));
    let ports = nodes.iter().flat_map(|node| ports_of(node));
    let ports =
        ports.filter_map(|port| Some((drivers.port_of(design, &port).ok()??, port.production)));
    let mut looks = grouped(servers, Asked::Servers);
    looks.extend(grouped(networks, Asked::Networks));
    looks.extend(grouped(ports, Asked::Ports));
    // To look for what nobody asked about, a driver has to look at all it has.
    if nodes.len() == design.nodes.len() {
        let known: Arc<[_]> = nodes.into();
        let mut asked: Vec<&Arc<dyn ServerDriver>> = Vec::new();
        for (_, driver) in drivers.servers() {
            // One driver may be there for several selectors.
            if !asked.iter().any(|other| Arc::ptr_eq(other, driver)) {
                asked.push(driver);
                looks.push(Look(Asked::Unclaimed(driver.clone(), known.clone())));
            }
        }
    }
    looks
}

impl Look {
    /// The driver that is asked.
    pub fn driver(&self) -> DriverName {
        DriverName::new(match &self.0 {
            Asked::Servers(driver, _) | Asked::Unclaimed(driver, _) => driver.name(),
            Asked::Networks(driver, _) | Asked::Ports(driver, _) => driver.name(),
        })
    }

    /// Makes the call: for each target what was seen of it, or why nothing was.
    pub async fn ask(&self, cx: &Context) -> Observations {
        let mut seen = Observations::default();
        match &self.0 {
            Asked::Servers(driver, nodes) => {
                let answers = answered(nodes, driver.observe(cx, nodes).await);
                seen.servers = answers.map(|(node, it)| (node.name.clone(), it)).collect();
            }
            Asked::Networks(driver, networks) => {
                let targets: Vec<_> = networks
                    .iter()
                    .cloned()
                    .map(NetworkTarget::Network)
                    .collect();
                let answers = answered(networks, driver.observe(cx, &targets).await);
                seen.networks = answers.map(|(of, it)| (of.name.clone(), it)).collect();
            }
            Asked::Ports(driver, ports) => {
                let targets: Vec<_> = ports.iter().cloned().map(NetworkTarget::Port).collect();
                let answers = answered(ports, driver.observe(cx, &targets).await);
                seen.ports = answers.map(|(port, it)| (place(port), it)).collect();
            }
            Asked::Unclaimed(driver, known) => {
                let answer = driver.unclaimed(cx, known).await;
                let answer = answer.map_err(|error| error.to_string());
                seen.unclaimed.insert(self.driver(), answer);
            }
        }
        seen
    }

    /// What is known where no answer came: that, of each target.
    pub fn unanswered(&self, why: &str) -> Observations {
        let mut seen = Observations::default();
        let why = || why.to_owned();
        match &self.0 {
            Asked::Servers(_, nodes) => {
                let unseen = nodes.iter().map(|node| (node.name.clone(), Err(why())));
                seen.servers = unseen.collect();
            }
            Asked::Networks(_, networks) => {
                let unseen = networks.iter().map(|of| (of.name.clone(), Err(why())));
                seen.networks = unseen.collect();
            }
            Asked::Ports(_, ports) => {
                seen.ports = ports.iter().map(|port| (place(port), Err(why()))).collect();
            }
            Asked::Unclaimed(..) => drop(seen.unclaimed.insert(self.driver(), Err(why()))),
        }
        seen
    }
}

const NO_ANSWER: &str =
    "the driver gave fewer answers than it was asked for; this is a bug in the driver";

fn place(port: &PortIntent) -> (SmolStr, SmolStr) {
    (port.switch.clone(), port.port.clone())
}

/// Each target with its answer, or with the error that there is none.
fn answered<T, O>(
    targets: &[T],
    answers: Vec<Result<O, DriverError>>,
) -> impl Iterator<Item = (&T, Result<O, String>)> {
    let mut answers = answers.into_iter();
    targets.iter().map(move |target| {
        let answer = answers.next();
        let answer = answer.map(|answer| answer.map_err(|error| error.to_string()));
        (target, answer.unwrap_or_else(|| Err(NO_ANSWER.into())))
    })
}

/// A call for the targets of each driver, drivers and targets in the order in which they come.
fn grouped<'a, D: ?Sized + 'a, T>(
    served: impl Iterator<Item = (&'a Arc<D>, T)>,
    asked: impl Fn(Arc<D>, Arc<[T]>) -> Asked,
) -> Vec<Look> {
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
    let looks = groups.into_iter();
    looks
        .map(|(driver, targets)| Look(asked(driver.clone(), targets.into())))
        .collect()
}
