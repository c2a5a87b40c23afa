//! What people write, one file a kind, and the parts that kinds share.
//!
//! Fields that nobody wrote are `None` or empty: defaults are given where a value is used, so that inheriting never
//! takes a default for something that was said.

pub mod shape;

mod address;
mod baremetal_node;
mod boot_action;
mod catalog;
mod collection;
pub(crate) mod config_item;
mod hardware_profile;
mod host_profile;
mod interface;
mod known;
mod network;
mod network_link;
mod node_filter;
mod oob;
mod platform;
mod rack;
mod region;
#[cfg(feature = "schema")]
mod schema;
mod selector;
mod size;
mod storage;
mod text;

pub use address::{Address, MacAddr};
pub use baremetal_node::{Addressing, Attachment};
pub use boot_action::{Asset, AssetType, BootAction};
pub use catalog::Catalog;
pub use collection::{Any, Commas, Free, FreeLists, Keyed, Listed, Set, Texts};
pub use config_item::{KindDefinition, KindError, Kinds};
pub use hardware_profile::{DeviceAlias, HardwareProfile, Hugepages, KernelDriver};
pub use host_profile::{HostProfile, NodeMetadata, Parents, Protection};
pub use interface::{Interface, Sriov};
pub use known::{UnknownField, known_field};
pub use network::{DhcpRelay, Dns, Network, Range, RangeType, Route};
pub use network_link::{BondMode, Bonding, NetworkLink, Trunking, TrunkingMode};
pub use node_filter::{FilterSetType, NodeCriteria, NodeCriteriaSets, NodeFilter};
pub use oob::Oob;
pub use platform::Platform;
pub use rack::{Rack, TorSwitch};
pub use region::{Region, Repositories, Repository, TagDefinition};
#[cfg(feature = "schema")]
pub use schema::{combined_schema, schema};
pub use selector::{Selectable, Selector};
pub use size::{Amount, Size};
pub use storage::{FileSystem, LogicalVolume, Partition, PhysicalDevice, Storage, VolumeGroup};
pub use text::{ByKey, Text};

use crate::names::Kind;
use shape::{Record, RecordShape};

/// The form of a kind's `spec`; none for configuration items.
pub fn shape_of(kind: &Kind) -> Option<&'static RecordShape> {
    Some(match kind {
        Kind::Region => &<Region as Record>::RECORD,
        Kind::Rack => &<Rack as Record>::RECORD,
        Kind::NetworkLink => &<NetworkLink as Record>::RECORD,
        Kind::Network => &<Network as Record>::RECORD,
        Kind::HardwareProfile => &<HardwareProfile as Record>::RECORD,
        Kind::HostProfile | Kind::BaremetalNode => &<HostProfile as Record>::RECORD,
        Kind::BootAction => &<BootAction as Record>::RECORD,
        Kind::Other(_) => return None,
    })
}
