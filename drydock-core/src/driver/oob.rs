//! Machines beside their operating system: power and the next boot device.

use super::{
    BootDevice, Context, DriverError, OobAction, OobObservation, PowerAction, Unsupported,
};
use crate::resolve::ResolvedNode;
use async_trait::async_trait;
use std::{fmt, sync::Arc};

/// Reaches machines through their BMC, a hypervisor or a power strip. See [the contract](super).
///
/// The executor makes power converge: it observes, asks once, and observes until it is so. A driver only reads and asks.
#[async_trait]
pub trait OobDriver: fmt::Debug + Send + Sync + 'static {
    /// Stable name, written in plans and journals, such as `ipmi`.
    fn name(&self) -> &str;

    /// Whether the action can be taken on the node; asked at plan time and answered without a call.
    ///
    /// # Errors
    /// Says why not.
    fn supports(&self, node: &ResolvedNode, action: OobAction) -> Result<(), Unsupported>;

    /// Looks at the machines and changes nothing. One answer a node, in the order of `nodes`.
    async fn observe(
        &self,
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>>;

    /// Asks for a power action; answers when it is accepted, not when it has happened.
    ///
    /// # Errors
    /// [`super::ErrorKind::Indeterminate`] when it may have been accepted.
    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError>;

    /// Asks for the next boot device; answers when it is accepted.
    ///
    /// # Errors
    /// [`super::ErrorKind::Indeterminate`] when it may have been accepted.
    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError>;
}
