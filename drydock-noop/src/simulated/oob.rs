//! The OOB driver of a simulated site.

use super::{
    CallKind, Fault, SimulatedSite,
    durations::stretched,
    exchange::{Look, Request, Step},
    loads::BMCS,
    machine::Way,
    world::World,
};
use drydock_core::{
    async_trait,
    driver::{
        BootDevice, Context, DriverError, ErrorKind, OobAction, OobDriver, OobObservation,
        PowerAction, PowerState, ServerState, Unsupported,
    },
    resolve::ResolvedNode,
};
use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;

/// How many times as long a machine takes to switch on whose BMC lies about it.
const LIE: f64 = 20.0;

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
        cx: &Context,
        nodes: &[Arc<ResolvedNode>],
    ) -> Vec<Result<OobObservation, DriverError>> {
        let coming = self.0.look(
            cx,
            (CallKind::ObserveOob, nodes),
            |world, node| (node.name.as_str().into(), world.bmc(node)),
            |world, node, look| world.seen_by_bmc(node, look),
        );
        coming.arrive().await
    }

    async fn set_power(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        action: PowerAction,
    ) -> Result<(), DriverError> {
        let bmc = self.0.world().bmc(node);
        let request = request(CallKind::SetPower, node, &bmc);
        let act = |world: &mut World| world.set_power(node, action);
        let coming = self.0.exchange(cx, &request, act);
        coming.arrive().await
    }

    async fn set_next_boot(
        &self,
        cx: &Context,
        node: &ResolvedNode,
        device: BootDevice,
    ) -> Result<(), DriverError> {
        let bmc = self.0.world().bmc(node);
        let request = request(CallKind::SetNextBoot, node, &bmc);
        let act = |world: &mut World| world.set_next_boot(node, device);
        let coming = self.0.exchange(cx, &request, act);
        coming.arrive().await
    }
}

fn request<'a>(kind: CallKind, node: &'a ResolvedNode, bmc: &'a SmolStr) -> Request<'a> {
    Request {
        kind,
        target: &node.name,
        endpoint: bmc,
        node: Some(node),
        seen: None,
    }
}

impl World {
    /// The endpoint of the node's BMC.
    fn bmc(&self, node: &ResolvedNode) -> SmolStr {
        let known = self.machines.get(&node.name);
        known.map_or_else(
            || format_smolstr!("{BMCS}/{}", node.name),
            |machine| machine.bmc.clone(),
        )
    }

    fn seen_by_bmc(
        &mut self,
        node: &ResolvedNode,
        look: Look,
    ) -> Result<OobObservation, DriverError> {
        let machine = self
            .machines
            .get_mut(&node.name)
            .ok_or_else(|| unknown(node))?;
        let mut seen = OobObservation::new(machine.node.power);
        seen.next_boot = machine.node.next_boot;
        if machine.lies(look.now) {
            seen = OobObservation::new(PowerState::On);
        }
        match &mut machine.last_seen {
            Some(last) if look.stale => return Ok(last.1.clone()),
            Some(last) => last.1 = seen.clone(),
            None => {}
        }
        Ok(seen)
    }

    fn set_power(&mut self, node: &ResolvedNode, action: PowerAction) -> Step<()> {
        let (now, kind) = (self.now(), CallKind::SetPower);
        let slowness = self.faults.slowness(&node.name);
        let mut takes = stretched(self.durations.power, slowness);
        let Some(machine) = self.machines.get(&node.name) else {
            return Err(unknown(node));
        };
        if let Err(no) = self.may_switch(machine, action) {
            let (action, state) = (format!("power {action}"), machine.node.state);
            let error = self.violated(&node.name, action, state, no);
            if state != ServerState::Deploying {
                return Err(error);
            }
            // What was being written to its disks is half there.
            if let Some(machine) = self.machines.get_mut(&node.name) {
                machine.fail("its power was cut while it was being deployed".into(), true);
            }
            return Ok(((), true));
        }
        if self.strikes(Fault::SilentBmc, &node.name, kind) {
            return Ok(((), false));
        }
        let switches_on = !matches!(action, PowerAction::Off | PowerAction::SoftOff);
        let machine = self.machines.get(&node.name);
        let from_network =
            machine.is_some_and(|machine| machine.node.next_boot == Some(BootDevice::Pxe));
        let mut way = Way::Open;
        if switches_on && from_network {
            if self.strikes(Fault::BootsFromDisk, &node.name, kind) {
                way = Way::Forgotten;
            } else if self.may_boot_from_network(node).is_err() {
                way = Way::Closed;
            }
        }
        let is_off = machine_is_off(self, node);
        let lies = action == PowerAction::On
            && is_off
            && self.strikes(Fault::LyingPower, &node.name, kind);
        if lies {
            takes = stretched(takes, LIE);
        }
        let Some(machine) = self.machines.get_mut(&node.name) else {
            return Err(unknown(node));
        };
        if way == Way::Forgotten {
            machine.disturbed = Some(Fault::BootsFromDisk);
        }
        if lies {
            machine.lies_until = Some(now.saturating_add(takes));
        }
        Ok(((), machine.switch(action, now, takes, way)))
    }

    fn set_next_boot(&mut self, node: &ResolvedNode, device: BootDevice) -> Step<()> {
        let Some(machine) = self.machines.get_mut(&node.name) else {
            return Err(unknown(node));
        };
        let changed = machine.node.next_boot.replace(device) != Some(device);
        Ok(((), changed))
    }
}

fn machine_is_off(world: &World, node: &ResolvedNode) -> bool {
    let machine = world.machines.get(&node.name);
    machine.is_some_and(|machine| machine.node.power == PowerState::Off)
}

fn unknown(node: &ResolvedNode) -> DriverError {
    DriverError::new(
        ErrorKind::NotFound,
        format!("{}: no BMC answers there", node.name),
    )
}
