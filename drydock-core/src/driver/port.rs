//! Which switch ports a node is plugged into, and what each shall carry when. Follows from the resolved node alone.

use super::{PortIntent, PortPhase};
use crate::{
    model::{Attachment, BondMode},
    names::NetworkName,
    resolve::{ResolvedInterface, ResolvedNode},
};
use smol_str::{SmolStr, format_smolstr};
use std::sync::Arc;

/// The switch port of one NIC of a node, and what it is set up for in the life of that node.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodePort {
    /// The NIC: a slave of one of the node's interfaces.
    pub slave: SmolStr,
    /// Untagged the network that the node boots from; none for a NIC that it does not boot from.
    pub boot: Option<Arc<PortIntent>>,
    /// The networks of the interface that the NIC belongs to.
    pub production: Arc<PortIntent>,
}

impl NodePort {
    /// Every network that it carries in one phase or the other.
    pub fn networks(&self) -> impl Iterator<Item = &NetworkName> {
        let boot = self.boot.iter().flat_map(|intent| intent.networks());
        self.production.networks().chain(boot)
    }
}

/// The switch ports of a node's `attachments`, in their order. A NIC that no interface has, or whose port is not written
/// in full, is left out.
pub fn ports_of(node: &ResolvedNode) -> Vec<NodePort> {
    if node.spec.attachments.is_empty() {
        return Vec::new();
    }
    let boots = boot_interface(node);
    let attachments = node.spec.attachments.iter();
    attachments
        .filter_map(|(slave, attachment)| port(node, boots, slave, attachment))
        .collect()
}

/// The port of this node that is this port of this switch.
pub(crate) fn port_at(node: &ResolvedNode, switch: &str, port_name: &str) -> Option<NodePort> {
    let mut attachments = node.spec.attachments.iter();
    let (slave, attachment) = attachments.find(|(_, attachment)| {
        attachment.switch.as_deref() == Some(switch)
            && attachment.port.as_deref() == Some(port_name)
    })?;
    port(node, boot_interface(node), slave, attachment)
}

fn port(
    node: &ResolvedNode,
    boots: Option<Boots<'_>>,
    slave: &SmolStr,
    attachment: &Attachment,
) -> Option<NodePort> {
    let (switch, port) = (attachment.switch.as_ref()?, attachment.port.as_ref()?);
    let interface = node
        .interfaces
        .iter()
        .find(|interface| has_slave(interface, slave))?;
    let intent = |phase| PortIntent::new(switch.clone(), port.clone(), node.name.clone(), phase);
    let boot = boots
        .filter(|boots| boots.slave.is_none_or(|boots| boots == slave))
        .filter(|boots| boots.interface.name == interface.name)
        .map(|boots| {
            let mut intent = intent(PortPhase::Boot);
            intent.untagged = Some(boots.network.clone());
            Arc::new(intent)
        });
    let mut production = intent(PortPhase::Production);
    for network in &interface.networks {
        match (network.tagged, &production.untagged) {
            (false, None) => production.untagged = Some(network.name.clone()),
            _ => production.tagged.push(network.name.clone()),
        }
    }
    let lag = || format_smolstr!("{}-{}", node.name, interface.name);
    production.lag = aggregated(interface).then(lag);
    Some(NodePort {
        slave: slave.clone(),
        boot,
        production: Arc::new(production),
    })
}

/// What a node boots from: one slave of an interface, or any of them, and the network that is untagged there.
#[derive(Clone, Copy)]
struct Boots<'a> {
    interface: &'a ResolvedInterface,
    slave: Option<&'a str>,
    network: &'a NetworkName,
}

/// The interface that the hardware profile's `pxe_interface` names or enslaves; where it names none of the node's, such
/// as by a number of the firmware's, the first one with an untagged network.
fn boot_interface(node: &ResolvedNode) -> Option<Boots<'_>> {
    let hardware = node.hardware.as_ref();
    let pxe = hardware.and_then(|hardware| hardware.pxe_interface.as_deref());
    let interfaces = || {
        let untagged =
            |interface: &'_ ResolvedInterface| interface.networks.iter().any(|n| !n.tagged);
        node.interfaces
            .iter()
            .filter(move |interface| untagged(interface))
    };
    let named = pxe.and_then(|pxe| {
        let slave = interfaces().find(|interface| has_slave(interface, pxe));
        let whole = || interfaces().find(|interface| interface.name == pxe);
        slave
            .map(|interface| (interface, Some(pxe)))
            .or_else(|| whole().map(|interface| (interface, None)))
    });
    let (interface, slave) =
        named.or_else(|| interfaces().next().map(|interface| (interface, None)))?;
    let network = interface.networks.iter().find(|network| !network.tagged)?;
    Some(Boots {
        interface,
        slave,
        network: &network.name,
    })
}

fn has_slave(interface: &ResolvedInterface, slave: &str) -> bool {
    interface.slaves.iter().any(|device| device.name == slave)
}

/// Whether the switch has to take the slaves for one: a switch knows nothing of `active-backup`.
fn aggregated(interface: &ResolvedInterface) -> bool {
    let mode = interface.bond.as_ref().and_then(|bond| bond.mode);
    matches!(mode, Some(BondMode::Lacp | BondMode::BalanceRr))
}
