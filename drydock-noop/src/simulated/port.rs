//! What switch ports let through: a machine boots from the network only where its port leads to it, and its networks
//! work only where its ports carry them.
//!
//! A port that nobody has ever asked about is one that somebody has set up by hand: everything works there. From the
//! first look on, or from the beginning with [`super::SimulatedSite::closed_ports`], it carries what it was set up for.

use super::{ViolationKind, violation::No, world::World};
use drydock_core::{
    driver::{NetworkState, PortIntent, PortPhase, ServerState},
    names::NetworkName,
    resolve::{InterfaceNetwork, ResolvedInterface, ResolvedNode},
};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;

/// The name of a port in the simulated world.
pub(super) fn port_name(switch: &str, port: &str) -> SmolStr {
    format_smolstr!("{switch} {port}")
}

/// The interface and the network that a machine boots from: the untagged one of the interface that its hardware boots
/// from, else the first untagged one, else any.
fn boot_network(node: &ResolvedNode) -> Option<(&ResolvedInterface, &InterfaceNetwork)> {
    let pxe = node
        .hardware
        .as_ref()
        .and_then(|h| h.pxe_interface.as_deref());
    let of_pxe = |interface: &ResolvedInterface| {
        let mut slaves = interface.slaves.iter();
        pxe.is_some() && slaves.any(|slave| Some(&*slave.name) == pxe)
    };
    let carried = || {
        let interfaces = node.interfaces.iter();
        interfaces.flat_map(|interface| interface.networks.iter().map(move |n| (interface, n)))
    };
    carried()
        .find(|(interface, network)| of_pxe(interface) && !network.tagged)
        .or_else(|| carried().find(|(_, network)| !network.tagged))
        .or_else(|| carried().next())
}

/// The port of a NIC, where the design names it.
fn port_of(node: &ResolvedNode, nic: &str) -> Option<SmolStr> {
    let attachment = node.spec.attachments.find(nic)?;
    let (switch, port) = (attachment.switch.as_ref()?, attachment.port.as_ref()?);
    Some(port_name(switch, port))
}

/// The ports that the machine may boot through: the one of the NIC that its hardware boots from, else those of the
/// interface that carries its boot network.
fn boot_ports(node: &ResolvedNode, interface: &ResolvedInterface) -> Vec<SmolStr> {
    let pxe = node
        .hardware
        .as_ref()
        .and_then(|h| h.pxe_interface.as_deref());
    let named = pxe.and_then(|nic| port_of(node, nic));
    let others = interface.slaves.iter().map(|slave| &*slave.name);
    match named {
        Some(port) => vec![port],
        None => others.filter_map(|nic| port_of(node, nic)).collect(),
    }
}

impl World {
    /// Whether the network that the node boots from is there and reaches it.
    pub(super) fn may_boot_from_network(&self, node: &ResolvedNode) -> Result<(), No> {
        let Some((interface, network)) = boot_network(node) else {
            return Ok(());
        };
        self.is_present(&network.name)?;
        let ports = boot_ports(node, interface);
        if ports.is_empty() || ports.iter().any(|port| self.boots_through(port, network)) {
            return Ok(());
        }
        let fact = |port: &SmolStr, key: &str| {
            let fact = self
                .ports
                .get(port)
                .and_then(|port| port.network.facts.get(key));
            fact.cloned().unwrap_or_else(|| "nothing".into())
        };
        let told = ports.iter().map(|port| {
            let (phase, untagged) = (fact(port, "phase"), fact(port, "untagged"));
            format!("its port {port} is set up for {phase} and leads to {untagged}")
        });
        let told = told.collect::<Vec<_>>().join(", ");
        let why = format!("{told}, and it boots from {}", network.name);
        Err(No::new(ViolationKind::WrongPort, why))
    }

    /// Whether the port may be set up so now.
    pub(super) fn may_set_up(&self, port: &PortIntent) -> Result<(), No> {
        let carried = port.untagged.iter().chain(&port.tagged);
        for network in carried {
            self.is_present(network)?;
        }
        let Some(machine) = self.machines.get(&port.node) else {
            return Ok(());
        };
        let node = &machine.designed;
        let name = port_name(&port.switch, &port.port);
        let is_as_it_is = self.ports.get(&name).is_some_and(|known| {
            let phase = known.network.facts.get("phase").map(SmolStr::as_str);
            phase == Some(&*port.phase.to_string())
        });
        if node.spec.hold == Some(true) && !is_as_it_is {
            let why = format!("{} is held by its design", port.node);
            return Err(No::new(ViolationKind::Held, why));
        }
        let is_booting = matches!(
            machine.node.state,
            ServerState::Commissioning | ServerState::Deploying
        );
        let boots_here = boot_network(node)
            .is_some_and(|(interface, _)| boot_ports(node, interface).contains(&name));
        match is_booting && boots_here && port.phase != PortPhase::Boot && !is_as_it_is {
            true => {
                let (node, state) = (&port.node, machine.node.state);
                let why = format!("{node} is {state} and would lose the network it boots from");
                Err(No::new(ViolationKind::WrongPort, why))
            }
            false => Ok(()),
        }
    }

    /// The networks that reach the node now.
    pub(super) fn working_networks(&self, node: &ResolvedNode) -> BTreeSet<NetworkName> {
        let carried = node.interfaces.iter().flat_map(|interface| {
            let networks = interface.networks.iter();
            networks.filter(|network| self.reaches(node, interface, network))
        });
        carried.map(|network| network.name.clone()).collect()
    }

    /// Whether a port of the interface lets the network through.
    fn reaches(
        &self,
        node: &ResolvedNode,
        interface: &ResolvedInterface,
        network: &InterfaceNetwork,
    ) -> bool {
        let carries = |nic: &str| match port_of(node, nic) {
            Some(port) => self.is_open(&port) || self.carries(&port, network),
            None => true,
        };
        let mut nics = interface.slaves.iter();
        self.is_present(&network.name).is_ok()
            && (interface.slaves.is_empty() || nics.any(|nic| carries(&nic.name)))
    }

    fn boots_through(&self, port: &SmolStr, network: &InterfaceNetwork) -> bool {
        let is_for_boot = self.ports.get(port).is_some_and(|segment| {
            let facts = &segment.network.facts;
            let fact = |key: &str| facts.get(key).map(SmolStr::as_str);
            segment.state() == NetworkState::Present
                && fact("phase") == Some("boot")
                && fact("untagged") == Some(&*network.name)
        });
        is_for_boot || self.is_open(port)
    }

    fn carries(&self, port: &SmolStr, network: &InterfaceNetwork) -> bool {
        let Some(segment) = self.ports.get(port) else {
            return false;
        };
        let key = if network.tagged { "tagged" } else { "untagged" };
        let listed = segment.network.facts.get(key);
        let mut names = listed.iter().flat_map(|names| names.split(", "));
        names.any(|name| name == &*network.name)
    }

    /// Whether nobody has ever asked about the port.
    fn is_open(&self, port: &SmolStr) -> bool {
        !self.has_closed_ports && !self.ports.contains_key(port)
    }
}
