//! HostProfile: what nodes inherit. BaremetalNode has the same fields, so one type serves both.

use super::{
    Addressing, Attachment, Free, Interface, Keyed, MacAddr, Oob, Platform, Selector, Set, Storage,
    shape::{Shape, Shaped, Word, record, words},
};
use crate::names::{HardwareName, NetworkName, ProfileName, RackName};
use smol_str::SmolStr;
use std::sync::Arc;

record! {
    /// The spec of a HostProfile or a BaremetalNode.
    pub struct HostProfile {
        /// The profiles it inherits from, composed from left to right; one name, or a list.
        host_profile: Parents => Own,
        /// The hardware profile that names the node's devices.
        hardware_profile: Option<HardwareName>,
        /// The network that gives the node its domain, DNS servers and default route.
        primary_network: Option<NetworkName>,
        /// How the node is reached beside its operating system.
        oob: Arc<Oob>,
        /// How its disks are divided.
        storage: Arc<Storage>,
        /// What is installed on it.
        platform: Arc<Platform>,
        /// Its network interfaces, by device name.
        interfaces: Arc<Keyed<Interface>>,
        /// What is known about it.
        metadata: NodeMetadata,
        /// Nodes that must be deployed before it.
        depends_on: Set<Selector>,
        /// Whether nothing disruptive or destructive may touch it. Default false.
        hold: Option<bool>,
        /// What must not be done to it.
        protect: Set<Protection>,
        /// Its address on each network.
        addressing: Keyed<Addressing> => NodeOnly,
        /// The switch port of each network interface.
        attachments: Keyed<Attachment> => NodeOnly,
        /// The machine's serial number.
        serial: Option<SmolStr> => NodeOnly,
    }
}

record! {
    /// What is known about a node.
    pub struct NodeMetadata {
        /// Tags that the server driver gives it.
        tags: Set<SmolStr>,
        /// Free facts that the server driver keeps with it.
        owner_data: Free,
        /// The rack it stands in.
        rack: Option<RackName>,
        /// The hardware address it boots from.
        boot_mac: Option<MacAddr> => NodeOnly,
        /// What selectors choose by.
        labels: Free,
    }
    gone {
        "roles" => "write labels: {role: ...}",
        "introspection_url" => "the program that serves introspection knows its own address",
    }
}

words! {
    /// What must not be done to a node.
    pub enum Protection, "release or redeploy" {
        /// It is never released.
        Release = "release",
        /// It is never deployed again.
        Redeploy = "redeploy",
    }
}

/// The parents of a document, composed from left to right.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct Parents(pub Vec<ProfileName>);

impl Shaped for Parents {
    const SHAPE: Shape = Shape::List(&Shape::Word(&super::shape::WordShape {
        expected: "the name of a host profile",
        single: true,
        ..ProfileName::WORD
    }));
}
