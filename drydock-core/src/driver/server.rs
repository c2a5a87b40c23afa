//! Servers: commission, configure, deploy, release.

use super::{
    Change, Context, DriverError, Progress, ServerAction, ServerObservation, UnclaimedServer,
    Unsupported,
};
use crate::{model::Catalog, resolve::ResolvedNode};
use async_trait::async_trait;
use std::{fmt, sync::Arc};

/// Takes servers through their life. See [the contract](super).
#[async_trait]
pub trait ServerDriver: fmt::Debug + Send + Sync + 'static {
    /// Stable name, written in plans and journals, such as `maas`.
    fn name(&self) -> &str;

    /// What can be installed.
    ///
    /// # Errors
    /// When the other side cannot be asked.
    async fn catalog(&self, cx: &Context) -> Result<Catalog, DriverError>;

    /// Whether the action can be taken on the node; asked at plan time and answered from what is known, without a call.
    ///
    /// # Errors
    /// Says why not.
    fn supports(&self, node: &ResolvedNode, action: ServerAction) -> Result<(), Unsupported>;

    /// Looks at the nodes and changes nothing. One answer a node, in the order of `nodes`; a node that the other side
    /// does not know is [`super::ServerState::Absent`], not an error.
    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<ServerObservation, DriverError>>;

    /// Which servers the other side has beside these nodes, which are all that the design names; also those of other
    /// drivers. Asked when a whole site is looked at, changes nothing, and is only told: such a server is never touched. A
    /// driver that cannot know answers with none.
    ///
    /// # Errors
    /// When the other side cannot be asked.
    async fn unclaimed(
        &self,
        cx: &Context,
        known: &[Arc<ResolvedNode>],
    ) -> Result<Vec<UnclaimedServer>, DriverError>;

    /// What of a node is not as designed. Pure: the same arguments give the same answer, in the same order.
    fn differences(&self, node: &ResolvedNode, seen: &ServerObservation) -> Vec<Change>;

    /// One bounded exchange towards the action's goal; called again until it answers [`Progress::Done`].
    ///
    /// # Errors
    /// The error's kind decides what happens next, see [`super::ErrorKind`].
    async fn apply(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: ServerAction,
        seen: &ServerObservation,
    ) -> Result<Progress, DriverError>;
}
