//! Machines whose power nobody touches.

use super::NAME;
use crate::locked;
use drydock_core::{
    async_trait,
    driver::{
        BootDevice, Context, DriverError, OobAction, OobDriver, OobObservation, PowerAction,
        PowerState, Unsupported,
    },
    names::NodeName,
    resolve::ResolvedNode,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

/// Switches power in memory alone. Nobody can say whether a machine is on before it was switched.
#[derive(Debug, Default)]
pub struct NoopOobDriver {
    asked: Mutex<BTreeMap<NodeName, OobObservation>>,
}

impl NoopOobDriver {
    /// A driver that was asked nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl OobDriver for NoopOobDriver {
    fn name(&self) -> &str {
        NAME
    }

    fn supports(&self, _node: &ResolvedNode, _action: OobAction) -> Result<(), Unsupported> {
        Ok(())
    }

    async fn observe(
        &self,
        _cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        let asked = locked(&self.asked);
        nodes
            .iter()
            .map(|node| Ok(asked.get(&node.name).cloned().unwrap_or_default()))
            .collect()
    }

    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        cx.note(format!("noop: would switch {}: power {action}", node.name));
        let mut asked = locked(&self.asked);
        let seen = asked.entry(node.name.clone()).or_default();
        match action {
            PowerAction::Off | PowerAction::SoftOff => seen.power = PowerState::Off,
            PowerAction::On if seen.power == PowerState::On => {}
            _ => *seen = OobObservation::new(PowerState::On),
        }
        Ok(())
    }

    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        cx.note(format!("noop: would boot {} from {device} next", node.name));
        locked(&self.asked)
            .entry(node.name.clone())
            .or_default()
            .next_boot = Some(device);
        Ok(())
    }
}
