//! What there is at a simulated site, for whoever reads it.

use super::facts::Facts;
use drydock_core::{
    driver::{BootDevice, Identity, NetworkState, PowerState, ServerState},
    names::NodeName,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A machine as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SimulatedNode {
    /// Its name.
    pub name: NodeName,
    /// Where it is in its life.
    pub state: ServerState,
    /// Why it is Broken.
    pub cause: Option<String>,
    /// Whether it is on.
    pub power: PowerState,
    /// Where it boots from next; once, then from its disk again.
    pub next_boot: Option<BootDevice>,
    /// Where it booted from when it was last switched on; none while it is off.
    pub booted_from: Option<BootDevice>,
    /// By what it is known.
    pub identity: Identity,
    /// The image that is installed.
    pub image: Option<SmolStr>,
    /// The kernel that is installed.
    pub kernel: Option<SmolStr>,
    /// The kernel's parameters.
    pub kernel_params: Option<SmolStr>,
    /// How its disks and network interfaces are set up, by field path.
    pub facts: Facts,
    /// Its tags.
    pub tags: Vec<SmolStr>,
    /// Its owner data.
    pub owner_data: Facts,
    /// The operation key that the last long request left.
    pub operation: Option<SmolStr>,
    /// What was done to it.
    pub counters: Counters,
}

/// How often something was begun on a machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counters {
    /// Commissionings.
    pub commissioned: u32,
    /// Deployments.
    pub deployed: u32,
    /// Releases.
    pub released: u32,
    /// How often it was switched on or reset from outside.
    pub power_cycled: u32,
}

/// A network, or a switch port, as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SimulatedNetwork {
    /// The network's name, or the switch and the port.
    pub name: SmolStr,
    /// Whether it is there.
    pub state: NetworkState,
    /// How it is set up, by field path.
    pub facts: Facts,
    /// How often it was changed.
    pub ensured: u32,
}
