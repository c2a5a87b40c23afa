//! The OOB driver of a simulated site.

use super::{CallKind, SimulatedSite, call::Answer, durations::stretched, world::World};
use drydock_core::{
    async_trait,
    driver::{
        BootDevice, Context, DriverError, ErrorKind, OobAction, OobDriver, OobObservation,
        PowerAction, Unsupported,
    },
    resolve::ResolvedNode,
};
use std::sync::Arc;

/// Reaches the BMCs of a simulated site.
#[derive(Debug)]
pub(super) struct SimulatedOobDriver(pub(super) SimulatedSite);

#[async_trait]
impl OobDriver for SimulatedOobDriver {
    fn name(&self) -> &str {
        "simulated-oob"
    }

    fn supports(&self, _node: &ResolvedNode, _action: OobAction) -> Result<(), Unsupported> {
        Ok(())
    }

    async fn observe(
        &self,
        _cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        let mut world = self.0.world();
        world.settle();
        let mut see = |node: &Arc<ResolvedNode>| {
            world.begin(CallKind::ObserveOob, &node.name)?;
            let machine = world
                .machines
                .get(&node.name)
                .ok_or_else(|| unknown(node))?;
            let mut seen = OobObservation::new(machine.node.power);
            seen.next_boot = machine.node.next_boot;
            Ok(seen)
        };
        nodes.iter().map(&mut see).collect()
    }

    async fn set_power(
        &self,
        _cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        let answer = self.0.world().set_power(node, action);
        answer.arrive().await
    }

    async fn set_next_boot(
        &self,
        _cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        let answer = self.0.world().set_next_boot(node, device);
        answer.arrive().await
    }
}

impl World {
    fn set_power(&mut self, node: &ResolvedNode, action: PowerAction) -> Answer<()> {
        let (now, kind) = (self.settle_one(&node.name), CallKind::SetPower);
        let fault = match self.begin(kind, &node.name) {
            Ok(fault) => fault,
            Err(error) => return Answer::Ready(Err(error)),
        };
        let takes = stretched(self.durations.power, self.faults.slowness(&node.name));
        let Some(machine) = self.machines.get(&node.name) else {
            return Answer::Ready(Err(unknown(node)));
        };
        if let Err(why) = self.may_switch(machine, action) {
            let (action, state) = (format!("power {action}"), machine.node.state);
            return Answer::Ready(Err(self.violated(&node.name, action, state, why)));
        }
        let silent = self.faults.is_silent(&node.name);
        let changed = self.machines.get_mut(&node.name).is_some_and(|machine| {
            if silent && !machine.has_ignored {
                machine.has_ignored = true;
                return false;
            }
            machine.switch(action, now, takes)
        });
        self.end((kind, &node.name), fault, ((), changed))
    }

    fn set_next_boot(&mut self, node: &ResolvedNode, device: BootDevice) -> Answer<()> {
        let kind = CallKind::SetNextBoot;
        self.settle_one(&node.name);
        let fault = match self.begin(kind, &node.name) {
            Ok(fault) => fault,
            Err(error) => return Answer::Ready(Err(error)),
        };
        let Some(machine) = self.machines.get_mut(&node.name) else {
            return Answer::Ready(Err(unknown(node)));
        };
        let changed = machine.node.next_boot.replace(device) != Some(device);
        self.end((kind, &node.name), fault, ((), changed))
    }
}

fn unknown(node: &ResolvedNode) -> DriverError {
    DriverError::new(
        ErrorKind::NotFound,
        format!("{}: no BMC answers there", node.name),
    )
}
