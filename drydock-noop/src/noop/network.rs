//! Networks and switch ports that nobody touches.

use super::NAME;
use crate::locked;
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, NetworkAction, NetworkDriver, NetworkObservation,
        NetworkState, NetworkTarget, PortIntent, PortPhase, Progress, Risk, Unsupported,
    },
    field::FieldPath,
};
use std::{collections::BTreeMap, sync::Mutex};

/// The fact that tells what a port was last set up for.
const PHASE: &str = "phase";

/// Makes networks and switch ports in memory alone. Every target is Absent at first; of a port it keeps what it was last
/// set up for.
#[derive(Debug, Default)]
pub struct NoopNetworkDriver {
    ensured: Mutex<BTreeMap<String, Option<PortPhase>>>,
}

impl NoopNetworkDriver {
    /// A driver that was asked nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// One word for one target.
fn key(target: &NetworkTarget) -> String {
    match target {
        NetworkTarget::Network(network) => format!("network {}", network.name),
        NetworkTarget::Port(port) => format!("port {} {}", port.switch, port.port),
        _ => format!("{target:?}"),
    }
}

/// What a port is for; none for networks.
fn phase(target: &NetworkTarget) -> Option<PortPhase> {
    match target {
        NetworkTarget::Port(port) => Some(port.phase),
        _ => None,
    }
}

/// What would be carried to whom.
fn told(port: &PortIntent) -> String {
    let untagged = port.untagged.iter().map(|network| network.to_string());
    let tagged = port
        .tagged
        .iter()
        .map(|network| format!("{network} tagged"));
    let networks: Vec<String> = untagged.chain(tagged).collect();
    format!(
        " for {} of {}: {}",
        port.phase,
        port.node,
        networks.join(", ")
    )
}

#[async_trait]
impl NetworkDriver for NoopNetworkDriver {
    fn name(&self) -> &str {
        NAME
    }

    fn supports(&self, _target: &NetworkTarget, _action: NetworkAction) -> Result<(), Unsupported> {
        Ok(())
    }

    async fn observe(
        &self,
        _cx: &Context,
        targets: &[NetworkTarget],
    ) -> Vec<Result<NetworkObservation, DriverError>> {
        let ensured = locked(&self.ensured);
        let seen = |target| match ensured.get(&key(target)) {
            Some(Some(phase)) => {
                NetworkObservation::new(NetworkState::Present).fact(PHASE, phase.to_string())
            }
            Some(None) => NetworkObservation::new(NetworkState::Present),
            None => NetworkObservation::new(NetworkState::Absent),
        };
        targets.iter().map(|target| Ok(seen(target))).collect()
    }

    fn differences(&self, target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
        let is_for = seen.facts.get(PHASE);
        match (seen.state, phase(target)) {
            (NetworkState::Present, Some(phase))
                if is_for.is_some_and(|is| *is != *phase.to_string()) =>
            {
                let observed = is_for.map(ToString::to_string);
                let field = FieldPath::of([PHASE]);
                vec![Change::new(field, phase, observed, Risk::Disruptive)]
            }
            (NetworkState::Present, _) => Vec::new(),
            _ => vec![Change::new(
                FieldPath::of(["state"]),
                "present",
                None,
                Risk::Reversible,
            )],
        }
    }

    async fn apply(
        &self,
        cx: &Context,
        target: &NetworkTarget,
        action: NetworkAction,
        _seen: &NetworkObservation,
    ) -> Result<Progress, DriverError> {
        let (key, phase) = (key(target), phase(target));
        if locked(&self.ensured).insert(key.clone(), phase) != Some(phase) {
            let told = match target {
                NetworkTarget::Port(port) => told(port),
                _ => String::new(),
            };
            cx.note(format!("noop: would {action} {key}{told}"));
        }
        Ok(Progress::Done)
    }
}
