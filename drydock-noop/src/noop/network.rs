//! Networks and switch ports that nobody touches.

use super::NAME;
use crate::locked;
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, NetworkAction, NetworkDriver, NetworkObservation,
        NetworkState, NetworkTarget, PortPhase, Progress, Risk, Unsupported,
    },
    field::FieldPath,
};
use std::{collections::BTreeMap, sync::Mutex};

/// Makes networks in memory alone. Every target is Absent at first.
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

/// One name for one target.
fn key(target: &NetworkTarget) -> String {
    match target {
        NetworkTarget::Network(network) => format!("network {}", network.name),
        NetworkTarget::Port(port) => format!("port {} of {}", port.port, port.switch),
        _ => format!("{target:?}"),
    }
}

/// What a target was set up for last: a port for one phase at a time.
fn phase(target: &NetworkTarget) -> Option<PortPhase> {
    match target {
        NetworkTarget::Port(port) => Some(port.phase),
        _ => None,
    }
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
        let see = |target| match ensured.get(&key(target)) {
            Some(Some(phase)) => {
                NetworkObservation::new(NetworkState::Present).fact("phase", phase.to_string())
            }
            Some(None) => NetworkObservation::new(NetworkState::Present),
            None => NetworkObservation::new(NetworkState::Absent),
        };
        targets.iter().map(|target| Ok(see(target))).collect()
    }

    fn differences(&self, target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
        let change = |field: &str, designed: String, observed| {
            let field = FieldPath::of([field]);
            vec![Change::new(field, designed, observed, Risk::Reversible)]
        };
        if seen.state != NetworkState::Present {
            return change("state", "present".to_owned(), None);
        }
        let (designed, seen) = (phase(target), seen.facts.get("phase"));
        match designed.map(|phase| phase.to_string()) {
            Some(phase) if seen.is_none_or(|seen| **seen != phase) => {
                change("phase", phase, seen.map(ToString::to_string))
            }
            _ => Vec::new(),
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
            let phase = phase.map_or(String::new(), |phase| format!(" for {phase}"));
            cx.note(format!("noop: would {action} {key}{phase}"));
        }
        Ok(Progress::Done)
    }
}
