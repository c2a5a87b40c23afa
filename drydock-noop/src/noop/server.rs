//! Servers that nobody touches.

use super::NAME;
use crate::locked;
use drydock_core::{
    async_trait,
    driver::{
        Change, Context, DriverError, Identity, Progress, Risk, ServerAction, ServerDriver,
        ServerObservation, ServerState, UnclaimedServer, Unsupported,
    },
    field::FieldPath,
    model::Catalog,
    names::NodeName,
    resolve::ResolvedNode,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Takes servers through their life in memory alone. Every node it is asked about is New at first.
#[derive(Debug, Default)]
pub struct NoopServerDriver {
    states: Mutex<BTreeMap<NodeName, ServerState>>,
}

impl NoopServerDriver {
    /// A driver that was asked nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The node as it would be, recognised by whatever the design says of it.
    fn seen(&self, node: &ResolvedNode) -> ServerObservation {
        let states = locked(&self.states);
        let state = states.get(&node.name).copied().unwrap_or(ServerState::New);
        let macs = node.spec.metadata.boot_mac.into_iter().collect();
        let seen =
            ServerObservation::new(state).identity(Identity::new(node.spec.serial.clone(), macs));
        match &node.spec.platform.image {
            Some(image) if state == ServerState::Deployed => seen.image(image.clone()),
            _ => seen,
        }
    }
}

#[async_trait]
impl ServerDriver for NoopServerDriver {
    fn name(&self) -> &str {
        NAME
    }

    async fn catalog(&self, _cx: &Context) -> Result<Catalog, DriverError> {
        Ok(Catalog::default())
    }

    fn supports(&self, _node: &ResolvedNode, _action: ServerAction) -> Result<(), Unsupported> {
        Ok(())
    }

    async fn observe(
        &self,
        _cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>> {
        nodes.iter().map(|node| Ok(self.seen(node))).collect()
    }

    async fn unclaimed(
        &self,
        _cx: &Context,
        _known: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError> {
        Ok(Vec::new())
    }

    fn differences(&self, _node: &ResolvedNode, seen: &ServerObservation) -> Vec<Change> {
        if seen.state == ServerState::Deployed {
            return Vec::new();
        }
        let (field, designed) = (FieldPath::of(["state"]), ServerState::Deployed);
        let observed = Some(seen.state.to_string());
        vec![Change::new(field, designed, observed, Risk::Destructive).by(ServerAction::Deploy)]
    }

    async fn apply(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: ServerAction,
        seen: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        let goal = match action {
            ServerAction::Deploy => ServerState::Deployed,
            ServerAction::Commission | ServerAction::Release => ServerState::Ready,
            _ => seen.state,
        };
        if goal != seen.state {
            cx.note(format!("noop: would {action} {}", node.name));
            locked(&self.states).insert(node.name.clone(), goal);
        }
        Ok(Progress::Done)
    }
}
