//! What the simulated world allows. Each rule says why not.

use super::{
    facts::{interface_facts, storage_facts},
    machine::Machine,
    world::World,
};
use drydock_core::{
    driver::{BootDevice, NetworkState, PowerAction, PowerState, ServerAction, ServerState},
    resolve::{InterfaceNetwork, ResolvedNode},
};
use std::time::Duration;

/// Why something may not be done.
pub(super) type No = String;

/// The network that a machine boots from: the untagged one of the interface that its hardware boots from, else the
/// first untagged one, else any.
pub(super) fn boot_network(node: &ResolvedNode) -> Option<&InterfaceNetwork> {
    let pxe = node
        .hardware
        .as_ref()
        .and_then(|hardware| hardware.pxe_interface.as_deref());
    let boots = node.interfaces.iter().find(|interface| {
        interface
            .slaves
            .iter()
            .any(|slave| Some(&*slave.name) == pxe)
            && interface.networks.iter().any(|network| !network.tagged)
    });
    let of_pxe = boots.and_then(|interface| interface.networks.iter().find(|n| !n.tagged));
    of_pxe
        .or_else(|| node.networks().find(|n| !n.tagged))
        .or_else(|| node.networks().next())
}

impl World {
    /// Whether a commissioning may begin on a New machine.
    pub(super) fn may_commission(&self, machine: &Machine, node: &ResolvedNode) -> Result<(), No> {
        if let Some(network) = boot_network(node) {
            self.is_present(&network.name)?;
        }
        if self.has_own_power(node) {
            return Ok(());
        }
        if machine.node.power != PowerState::On || machine.power_changes() {
            return Err("it is not on, or not to stay so".to_owned());
        }
        match machine.node.booted_from {
            Some(BootDevice::Pxe) => Ok(()),
            Some(other) => Err(format!("it booted from {other} and not from pxe")),
            None => Err("it has not booted".to_owned()),
        }
    }

    /// Whether disks or interfaces may be set up.
    pub(super) fn may_configure(&self, machine: &Machine) -> Result<(), No> {
        match machine.node.state {
            ServerState::Ready | ServerState::Allocated => Ok(()),
            _ => Err("it must be Ready or Allocated".to_owned()),
        }
    }

    /// Whether every network that the node carries is there.
    pub(super) fn has_networks(&self, node: &ResolvedNode) -> Result<(), No> {
        node.networks()
            .try_for_each(|network| self.is_present(&network.name))
    }

    /// Whether a deployment may begin.
    pub(super) fn may_deploy(
        &self,
        machine: &Machine,
        node: &ResolvedNode,
        operation: &str,
        now: Duration,
    ) -> Result<(), No> {
        self.may_configure(machine)?;
        if machine.part("storage") != storage_facts(node) {
            return Err("its storage is not as designed".to_owned());
        }
        if machine.part("interfaces") != interface_facts(node) {
            return Err("its interfaces are not as designed".to_owned());
        }
        self.has_networks(node)?;
        self.has_what_it_depends_on(node, now)?;
        match machine.has_begun(ServerAction::Deploy, operation) {
            true => Err(format!(
                "operation {operation} has deployed it once already"
            )),
            false => Ok(()),
        }
    }

    /// Whether a release may begin.
    pub(super) fn may_release(&self, machine: &Machine, operation: &str) -> Result<(), No> {
        match machine.node.state {
            ServerState::New | ServerState::Absent | ServerState::Commissioning => {
                Err("there is nothing to release".to_owned())
            }
            _ if machine.has_begun(ServerAction::Release, operation) => Err(format!(
                "operation {operation} has released it once already"
            )),
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
            true => Err("it must not lose power now".to_owned()),
            false => Ok(()),
        }
    }

    /// Whether the server driver switches the node's power itself, for no OOB driver can.
    pub(super) fn has_own_power(&self, node: &ResolvedNode) -> bool {
        self.server_has_power || matches!(node.spec.oob.kind.as_deref(), None | Some("manual"))
    }

    fn is_present(&self, network: &str) -> Result<(), No> {
        match self
            .networks
            .get(network)
            .is_some_and(|n| n.state() == NetworkState::Present)
        {
            true => Ok(()),
            false => Err(format!("network {network} is not there")),
        }
    }

    fn has_what_it_depends_on(&self, node: &ResolvedNode, now: Duration) -> Result<(), No> {
        let awaited = |other: &&Machine| {
            let mut selectors = node.spec.depends_on.iter();
            other.node.name != node.name && selectors.any(|s| s.matches(&*other.designed))
        };
        let mut awaited = self.machines.values().filter(awaited);
        match awaited.find(|other| !other.is_deployed(now)) {
            Some(other) => Err(format!(
                "it depends on {}, which is {}",
                other.node.name, other.node.state
            )),
            None => Ok(()),
        }
    }
}
