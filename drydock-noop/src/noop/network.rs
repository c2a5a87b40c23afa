//! Networks and switch ports that nobody touches.

use super::NAME;
use crate::locked;
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, NetworkAction, NetworkDriver, NetworkObservation,
        NetworkState, NetworkTarget, Progress, Risk, Unsupported,
    },
    field::FieldPath,
};
use std::{collections::BTreeSet, sync::Mutex};

/// Makes networks in memory alone. Every target is Absent at first.
#[derive(Debug, Default)]
pub struct NoopNetworkDriver {
    ensured: Mutex<BTreeSet<String>>,
}

impl NoopNetworkDriver {
    /// A driver that was asked nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// One word for one target; a port that is set up for booting is not yet set up for production.
fn key(target: &NetworkTarget) -> String {
    match target {
        NetworkTarget::Network(network) => format!("network {}", network.name),
        NetworkTarget::Port(port) => format!("port {} {} {}", port.switch, port.port, port.phase),
        _ => format!("{target:?}"),
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
        let state = |target| match ensured.contains(&key(target)) {
            true => NetworkState::Present,
            false => NetworkState::Absent,
        };
        targets
            .iter()
            .map(|target| Ok(NetworkObservation::new(state(target))))
            .collect()
    }

    fn differences(&self, _target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change> {
        match seen.state {
            NetworkState::Present => Vec::new(),
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
        let key = key(target);
        if locked(&self.ensured).insert(key.clone()) {
            cx.note(format!("noop: would {action} {key}"));
        }
        Ok(Progress::Done)
    }
}
