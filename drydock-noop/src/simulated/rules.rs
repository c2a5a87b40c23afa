//! What the simulated world allows. Each rule says why not.

use super::{
    Fault, ViolationKind,
    facts::{interface_facts, storage_facts},
    machine::Machine,
    violation::No,
    world::World,
};
use drydock_core::{
    driver::{BootDevice, NetworkState, PowerAction, PowerState, ServerAction, ServerState},
    resolve::ResolvedNode,
};
use std::time::Duration;

impl World {
    /// Whether a commissioning may begin on a New machine.
    pub(super) fn may_commission(
        &self,
        machine: &Machine,
        node: &ResolvedNode,
        now: Duration,
    ) -> Result<(), No> {
        self.may_boot_from_network(node)?;
        // Nobody can know better than its BMC says.
        if self.has_own_power(node) || machine.lies(now) {
            return Ok(());
        }
        if machine.node.power != PowerState::On || machine.power_changes() {
            return Err(No::state("it is not on, or not to stay so"));
        }
        match machine.node.booted_from {
            Some(BootDevice::Pxe) => Ok(()),
            Some(_) if machine.disturbed == Some(Fault::BootsFromDisk) => Ok(()),
            Some(other) => Err(No::state(format!(
                "it booted from {other} and not from pxe"
            ))),
            None => Err(No::state("it has not booted")),
        }
    }

    /// Whether disks or interfaces may be set up.
    pub(super) fn may_configure(&self, machine: &Machine) -> Result<(), No> {
        match machine.node.state {
            ServerState::Ready | ServerState::Allocated => Ok(()),
            _ => Err(No::state("it must be Ready or Allocated")),
        }
    }

    /// Whether every network that the node carries is there.
    pub(super) fn has_networks(&self, node: &ResolvedNode) -> Result<(), No> {
        node.networks()
            .try_for_each(|network| self.is_present(&network.name))
    }

    /// Whether a deployment may begin.
    pub(super) fn may_deploy(
        &mut self,
        node: &ResolvedNode,
        operation: &str,
        now: Duration,
    ) -> Result<(), No> {
        let before = self.depended_on(node);
        let Some(machine) = self.machines.get(&node.name) else {
            return Err(No::state("there is no such machine"));
        };
        if machine.node.state == ServerState::Deployed {
            let why = "it is Deployed, and was not released";
            return Err(No::new(ViolationKind::DeployedAgain, why));
        }
        self.may_configure(machine)?;
        if machine.part("storage") != storage_facts(node) {
            return Err(No::state("its storage is not as designed"));
        }
        if machine.part("interfaces") != interface_facts(node) {
            return Err(No::state("its interfaces are not as designed"));
        }
        self.has_networks(node)?;
        // The installer is booted from the network.
        self.may_boot_from_network(node)?;
        let others = before.iter().flat_map(|names| names.iter());
        let others = others.filter(|name| **name != node.name);
        for other in others.filter_map(|name| self.machines.get(name)) {
            if !other.is_deployed(now) {
                let (name, state) = (&other.node.name, other.node.state);
                let why = format!("it depends on {name}, which is {state}");
                return Err(No::new(ViolationKind::Order, why));
            }
        }
        match machine.has_begun(ServerAction::Deploy, operation) {
            true => {
                let why = format!("operation {operation} has deployed it once already");
                Err(No::new(ViolationKind::DoneTwice, why))
            }
            false => Ok(()),
        }
    }

    /// Whether a release may begin.
    pub(super) fn may_release(&self, machine: &Machine, operation: &str) -> Result<(), No> {
        match machine.node.state {
            ServerState::New | ServerState::Absent | ServerState::Commissioning => {
                Err(No::state("there is nothing to release"))
            }
            _ if machine.has_begun(ServerAction::Release, operation) => {
                let why = format!("operation {operation} has released it once already");
                Err(No::new(ViolationKind::DoneTwice, why))
            }
            _ => Ok(()),
        }
    }

    /// Whether its power may be changed.
    pub(super) fn may_switch(&self, machine: &Machine, action: PowerAction) -> Result<(), No> {
        let busy = matches!(
            machine.node.state,
            ServerState::Commissioning | ServerState::Deploying | ServerState::Releasing
        );
        match busy && action != PowerAction::On {
            true => Err(No::new(
                ViolationKind::PowerCut,
                "it must not lose power now",
            )),
            false => Ok(()),
        }
    }

    /// Whether the server driver switches the node's power itself, for no OOB driver can.
    pub(super) fn has_own_power(&self, node: &ResolvedNode) -> bool {
        self.server_has_power || matches!(node.spec.oob.kind.as_deref(), None | Some("manual"))
    }

    pub(super) fn is_present(&self, network: &str) -> Result<(), No> {
        match self
            .networks
            .get(network)
            .is_some_and(|n| n.state() == NetworkState::Present)
        {
            true => Ok(()),
            false => Err(No::new(
                ViolationKind::Order,
                format!("network {network} is not there"),
            )),
        }
    }
}
