//! Networks and switch ports.

use super::{
    Change, Context, DriverError, NetworkAction, NetworkObservation, PortPhase, Progress,
    Unsupported,
};
use crate::{
    names::{NetworkName, NodeName},
    resolve::ResolvedNetwork,
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{fmt, sync::Arc};

/// What a network driver works on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum NetworkTarget {
    /// A network of the design.
    Network(Arc<ResolvedNetwork>),
    /// A switch port that a node's NIC is plugged into.
    Port(Arc<PortIntent>),
}

/// What a switch port shall carry, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortIntent {
    /// The switch.
    pub switch: SmolStr,
    /// The port as the switch names it.
    pub port: SmolStr,
    /// The node behind it.
    pub node: NodeName,
    /// The network of untagged packets.
    pub untagged: Option<NetworkName>,
    /// Networks of tagged packets.
    pub tagged: Vec<NetworkName>,
    /// The aggregation group it belongs to.
    pub lag: Option<SmolStr>,
    /// Whether it is for booting or for production.
    pub phase: PortPhase,
}

impl PortIntent {
    /// A port that carries nothing yet.
    pub fn new(
        switch: impl Into<SmolStr>,
        port: impl Into<SmolStr>,
        node: NodeName,
        phase: PortPhase,
    ) -> Self {
        let (switch, port) = (switch.into(), port.into());
        Self {
            switch,
            port,
            node,
            untagged: None,
            tagged: Vec::new(),
            lag: None,
            phase,
        }
    }

    /// The networks that it carries, the untagged one first.
    pub fn networks(&self) -> impl Iterator<Item = &NetworkName> {
        self.untagged.iter().chain(&self.tagged)
    }
}

/// Makes networks and ports as designed. See [the contract](super).
///
/// A port is seen by its switch and its name: what is observed does not depend on the phase that it is wanted in, and
/// `differences` compares it with that phase. A driver that leaves ports to others finds no differences in them; one whose
/// switches cannot do what a design asks for says so in `supports`.
#[async_trait]
pub trait NetworkDriver: fmt::Debug + Send + Sync + 'static {
    /// Stable name, written in plans and journals.
    fn name(&self) -> &str;

    /// Whether the action can be taken on the target; asked at plan time and answered without a call.
    ///
    /// # Errors
    /// Says why not.
    fn supports(&self, target: &NetworkTarget, action: NetworkAction) -> Result<(), Unsupported>;

    /// Looks at the targets and changes nothing. One answer a target, in their order.
    async fn observe(
        &self,
        cx: &Context,
        targets: &[NetworkTarget],
    ) -> Vec<Result<NetworkObservation, DriverError>>;

    /// What of a target is not as designed. Pure.
    fn differences(&self, target: &NetworkTarget, seen: &NetworkObservation) -> Vec<Change>;

    /// One bounded exchange towards the action's goal; called again until it answers [`Progress::Done`].
    ///
    /// # Errors
    /// The error's kind decides what happens next, see [`super::ErrorKind`].
    async fn apply(
        &self,
        cx: &Context,
        target: &NetworkTarget,
        action: NetworkAction,
        seen: &NetworkObservation,
    ) -> Result<Progress, DriverError>;
}
