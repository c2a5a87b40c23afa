//! The resolved design: what everything after the resolver works on. Immutable, self-contained, cheap to share.
//!
//! A driver finds in a node all it needs (VLAN, MTU, addresses, device selectors) and looks nothing up.

use super::{
    CommandLine,
    chain::{self, Chain},
    item::ResolvedItem,
    network::RouteDomains,
    unread::Unread,
};
use crate::{
    field::FieldPath,
    model::{
        Address, Bonding, BootAction, ByKey, Catalog, FileSystem, Free, HardwareProfile,
        HostProfile, Kinds, Network, NetworkLink, Rack, Region, Route, Size, Text,
    },
    names::{
        DocumentId, HardwareName, Kind, LinkName, NetworkName, NodeName, ProfileName, RackName,
        RegionName,
    },
    source::{Document, Federation, Value},
    span::SourceMap,
};
use ipnet::IpNet;
use serde::Serialize;
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    net::IpAddr,
    sync::Arc,
};

/// A whole site after inheritance.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct ResolvedDesign {
    /// Nodes by name.
    pub nodes: BTreeMap<NodeName, Arc<ResolvedNode>>,
    /// Networks by name.
    pub networks: BTreeMap<NetworkName, Arc<ResolvedNetwork>>,
    /// Links by name.
    pub links: BTreeMap<LinkName, Arc<NetworkLink>>,
    /// Racks by name.
    pub racks: BTreeMap<RackName, Arc<Rack>>,
    /// Regions by name.
    pub regions: BTreeMap<RegionName, Arc<Region>>,
    /// Hardware profiles by name.
    pub hardware: BTreeMap<HardwareName, Arc<HardwareProfile>>,
    /// Host profiles by name, each with what it inherits.
    pub profiles: BTreeMap<ProfileName, Arc<ResolvedProfile>>,
    /// Boot actions by name.
    pub boot_actions: BTreeMap<SmolStr, Arc<BootAction>>,
    /// Configuration items, those of registered kinds after inheritance.
    pub items: BTreeMap<DocumentId, Arc<ResolvedItem>>,
    /// What was written, checked and in its present spelling, before inheritance.
    pub documents: BTreeMap<DocumentId, Arc<Document>>,
    /// What each source gave of those documents that several sources gave, checked, by rank of the sources.
    pub fragments: BTreeMap<DocumentId, Vec<Arc<Document>>>,
    /// The sources it was composed of, and by what; empty for a lone source.
    pub federation: Arc<Federation>,
    /// The texts it was read from.
    pub files: SourceMap,
    /// What was written but not understood, by document and field. Each was reported.
    refused: BTreeMap<DocumentId, BTreeSet<FieldPath>>,
    /// Documents with a parent that is not there: what it would have said, nobody knows. Each was reported.
    orphans: BTreeSet<DocumentId>,
    /// How many documents name each profile and hardware profile.
    uses: HashMap<DocumentId, u32>,
    /// The rack that each network which ends in one ends in, the first where several say so.
    local_networks: BTreeMap<NetworkName, RackName>,
    /// The route domains of its networks.
    pub(super) route_domains: RouteDomains,
    /// The kinds that the host has registered, by which items inherit.
    pub(super) kinds: Kinds,
    /// What could not be read at all. That was reported.
    pub(super) unread: Unread,
}

impl ResolvedDesign {
    /// The document of this identity, as written.
    pub fn document(&self, kind: Kind, name: &str) -> Option<&Arc<Document>> {
        self.documents.get(&DocumentId::new(kind, name))
    }

    /// The documents that one consists of, where its kind inherits.
    pub fn chain_of(&self, id: &DocumentId) -> Option<&Chain> {
        let name = id.name.as_str();
        match id.kind {
            Kind::BaremetalNode => self.nodes.get(name).map(|node| &node.chain),
            Kind::HostProfile => self.profiles.get(name).map(|profile| &profile.chain),
            Kind::Other(_) => self.items.get(id).map(|item| &item.chain),
            _ => None,
        }
    }

    /// Whether something was written that could not be read. That was reported; a rule that misses something anywhere in
    /// the design asks, so that one cause stays one finding.
    pub fn may_be_unread(&self) -> bool {
        self.unread.is_any()
    }

    /// Whether this document, which is missing, may be one that could not be read. That was reported; a rule that misses
    /// a document asks, so that one cause stays one finding. A text that does not parse still tells what it was to be, if
    /// its kind and its name are words in it.
    pub fn is_perhaps_unread(&self, kind: Kind, name: &str) -> bool {
        self.unread.may_hold(&DocumentId::new(kind, name))
    }

    /// Whether something may be missing at this field only because a document of the chain says it in a way that was
    /// not understood. That was reported; a rule that misses something asks, so that one cause stays one finding.
    pub fn in_doubt<'c>(
        &self,
        chain: impl IntoIterator<Item = &'c DocumentId>,
        field: &FieldPath,
    ) -> bool {
        self.in_doubt_but_for(chain, field, &[])
    }

    /// The same for a rule that misses something below the field, which fields of these names cannot have been.
    pub fn in_doubt_but_for<'c>(
        &self,
        chain: impl IntoIterator<Item = &'c DocumentId>,
        field: &FieldPath,
        others: &[&str],
    ) -> bool {
        let other = |refused: &FieldPath| {
            let last = refused.keys().last();
            last.is_some_and(|last| others.contains(&last.as_str()))
        };
        let keys = field.keys();
        self.is_refused(chain, |refused| {
            // In order, what is below a field comes right behind it.
            let mut below = refused
                .range(field..)
                .take_while(|path| path.starts_with(field));
            let above = |depth| refused.contains(&FieldPath::of(keys[..depth].iter().cloned()));
            (0..=keys.len()).any(above) || below.any(|path| !other(path))
        })
    }

    /// The same for a rule that misses something in any entry: of the keys of the field, `*` stands for each one.
    pub fn in_doubt_anywhere<'c>(
        &self,
        chain: impl IntoIterator<Item = &'c DocumentId>,
        field: &[&str],
    ) -> bool {
        let fits = |(key, refused): (&&str, &SmolStr)| *key == "*" || refused == key;
        // Zipped, the longer of the two counts as far as the shorter goes: a part of the field, or what it is part of.
        self.is_refused(chain, |refused| {
            let mut refused = refused.iter();
            refused.any(|refused| field.iter().zip(refused.keys()).all(fits))
        })
    }

    /// Whether a document of the chain has a parent that is not there, or what was not understood in it is this.
    fn is_refused<'c>(
        &self,
        chain: impl IntoIterator<Item = &'c DocumentId>,
        doubtful: impl Fn(&BTreeSet<FieldPath>) -> bool,
    ) -> bool {
        if self.refused.is_empty() && self.orphans.is_empty() {
            return false;
        }
        chain.into_iter().any(|id| {
            let refused = self.refused.get(id);
            self.orphans.contains(id) || refused.is_some_and(&doubtful)
        })
    }

    /// Whether another document names this profile as its parent, or this hardware profile.
    pub fn is_used(&self, id: &DocumentId) -> bool {
        self.uses.contains_key(id)
    }

    /// The rack that a network ends in, if it ends in one.
    pub fn rack_of_network(&self, network: &str) -> Option<&RackName> {
        self.local_networks.get(network)
    }

    /// The route domains that networks belong to.
    pub(crate) fn route_domains(&self) -> &BTreeSet<SmolStr> {
        &self.route_domains.known
    }

    /// The route domains that no network is led to, although networks say so: that would take more than
    /// [`MOST_ROUTES`](super::MOST_ROUTES).
    pub(crate) fn route_domains_left_out(&self) -> &BTreeSet<SmolStr> {
        &self.route_domains.left_out
    }

    /// Looks again at which networks end in racks.
    pub(super) fn find_local_networks(&mut self) {
        let racks = self.racks.iter().rev();
        let local =
            racks.flat_map(|(name, rack)| rack.local_networks.iter().map(move |n| (n, name)));
        self.local_networks = local.map(|(n, name)| (n.clone(), name.clone())).collect();
    }

    /// The profiles and hardware profiles that documents name, in no particular order; some may not exist.
    pub(crate) fn used(&self) -> impl Iterator<Item = &DocumentId> {
        self.uses.keys()
    }

    /// Whether all that was written was understood, so that nothing is in doubt.
    pub(crate) fn is_all_understood(&self) -> bool {
        self.refused.is_empty() && self.orphans.is_empty() && !self.unread.is_any()
    }

    /// Says which fields of a document were not understood; gives whether they are the same as before.
    pub(super) fn set_refused(&mut self, id: &DocumentId, fields: BTreeSet<FieldPath>) -> bool {
        let same = self
            .refused
            .get(id)
            .map_or(fields.is_empty(), |known| *known == fields);
        match fields.is_empty() {
            true => drop(self.refused.remove(id)),
            false => drop(self.refused.insert(id.clone(), fields)),
        }
        same
    }

    /// Says whether a document has a parent that is not there.
    pub(super) fn set_orphan(&mut self, id: &DocumentId, orphan: bool) {
        match orphan {
            true => drop(self.orphans.insert(id.clone())),
            false => drop(self.orphans.remove(id)),
        }
    }

    /// Counts what a document names once more, or once less.
    pub(super) fn count_uses(&mut self, document: &Document, more: bool) {
        if !document.inherits() {
            return;
        }
        let hardware = document.spec.field("hardware_profile");
        let hardware = hardware.and_then(Value::as_scalar).filter(|name| {
            // Unset or cleared, it names nothing.
            !name.is_null_word() && !name.text.starts_with('!')
        });
        let hardware = hardware.map(|name| DocumentId::new(Kind::HardwareProfile, &*name.text));
        let named = chain::parent_ids(document).chain(hardware);
        for id in named.filter(|id| *id != document.id && !id.name.starts_with('!')) {
            let count = self.uses.get(&id).copied().unwrap_or(0);
            match if more {
                count + 1
            } else {
                count.saturating_sub(1)
            } {
                0 => drop(self.uses.remove(&id)),
                count => drop(self.uses.insert(id, count)),
            }
        }
    }
}

// What is written is printed, and what follows from it is not: it would be the same again, many times as long.
impl fmt::Debug for ResolvedDesign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut design = f.debug_struct("ResolvedDesign");
        design.field("nodes", &self.nodes);
        design.field("documents", &self.documents);
        design.finish_non_exhaustive()
    }
}

/// A host profile with what it inherits.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResolvedProfile {
    /// The profiles it consists of, itself last.
    pub chain: Chain,
    /// Its spec after inheritance, with the place of every value.
    pub value: Value,
    /// Its own metadata, which is not inherited.
    pub metadata: Option<Value>,
}

/// One node after inheritance, with everything that follows from it.
#[derive(Clone)]
#[non_exhaustive]
pub struct ResolvedNode {
    /// Its name.
    pub name: NodeName,
    /// The documents it consists of, itself last.
    pub chain: Chain,
    /// Its spec after inheritance, typed.
    pub spec: HostProfile,
    /// The same with the place of every value.
    pub value: Value,
    /// Its own metadata, which is not inherited.
    pub metadata: Option<Value>,
    /// Its name and the domain of its primary network.
    pub fqdn: Option<SmolStr>,
    /// The DNS servers of its primary network.
    pub dns_servers: Vec<IpAddr>,
    /// The gateway of its default route, by its primary network.
    pub default_gateway: Option<IpAddr>,
    /// Kernel parameters as the kernel's command line has them.
    pub kernel_params: CommandLine,
    /// Network interfaces in their order.
    pub interfaces: Vec<ResolvedInterface>,
    /// Disks in their order.
    pub disks: Vec<ResolvedDisk>,
    /// Volume groups in their order.
    pub volume_groups: Vec<ResolvedVolumeGroup>,
    /// Its hardware profile.
    pub hardware: Option<Arc<HardwareProfile>>,
    /// The address of its BMC: its address on the network that `oob.network` names.
    pub oob_address: Option<IpAddr>,
    /// What selectors see: labels of its metadata and its spec, `role`, `rack` and `name`.
    pub labels: ByKey<Text>,
}

impl fmt::Debug for ResolvedNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut node = f.debug_struct("ResolvedNode");
        node.field("name", &self.name).field("value", &self.value);
        node.finish_non_exhaustive()
    }
}

impl ResolvedNode {
    /// A label by its key, as selectors ask for it.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(Text::as_str)
    }

    /// Its identity as a document.
    pub fn id(&self) -> DocumentId {
        DocumentId::new(Kind::BaremetalNode, self.name.as_str())
    }

    /// Its machine's serial number; an empty one is none.
    pub fn serial(&self) -> Option<&SmolStr> {
        let serial = self.spec.serial.as_ref();
        serial.filter(|serial| !serial.trim().is_empty())
    }

    /// Every network that one of its interfaces carries.
    pub fn networks(&self) -> impl Iterator<Item = &InterfaceNetwork> {
        self.interfaces
            .iter()
            .flat_map(|interface| &interface.networks)
    }
}

/// One network interface of a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResolvedInterface {
    /// Its device name.
    pub name: SmolStr,
    /// Its link.
    pub link: Option<LinkName>,
    /// Its MTU in bytes.
    pub mtu: u32,
    /// How its slaves are bonded; none when its link has no bonding.
    pub bond: Option<Bonding>,
    /// The NICs it consists of.
    pub slaves: Vec<Device>,
    /// The networks it carries.
    pub networks: Vec<InterfaceNetwork>,
    /// What drivers look at.
    pub labels: Free,
}

/// A device by the name a design uses, and how to find it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Device {
    /// The alias, or the operating system's name.
    pub name: SmolStr,
    /// How to find it; none for a name of the operating system.
    pub selector: Option<DeviceSelector>,
}

/// How to find a device in a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeviceSelector {
    /// The bus, `pci` or `scsi`.
    pub bus_type: Text,
    /// The address on it, or `regexp:RE`.
    pub address: Text,
    /// What is expected there.
    pub dev_type: Text,
}

/// One network on an interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InterfaceNetwork {
    /// Its name.
    pub name: NetworkName,
    /// Its VLAN.
    pub vlan: Option<u16>,
    /// Whether its packets carry a tag on this interface.
    pub tagged: bool,
    /// Its MTU in bytes on this interface.
    pub mtu: u32,
    /// Its addresses.
    pub cidr: Option<IpNet>,
    /// The gateway of its default route.
    pub gateway: Option<IpAddr>,
    /// The node's address on it.
    pub address: Option<Address>,
}

/// One disk of a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResolvedDisk {
    /// The disk.
    pub device: Device,
    /// The volume group it belongs to.
    pub volume_group: Option<SmolStr>,
    /// Its partitions in their order.
    pub partitions: Vec<ResolvedVolume>,
}

/// A partition or a logical volume.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResolvedVolume {
    /// Its name.
    pub name: SmolStr,
    /// How large it is.
    pub size: Option<Size>,
    /// Whether firmware may boot from it.
    pub bootable: bool,
    /// The volume group that it is a physical volume of.
    pub volume_group: Option<SmolStr>,
    /// Its file system, when it is mounted or formatted.
    pub filesystem: Option<FileSystem>,
}

/// One volume group of a node.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResolvedVolumeGroup {
    /// Its name.
    pub name: SmolStr,
    /// Its logical volumes in their order.
    pub volumes: Vec<ResolvedVolume>,
}

/// One network, with the routes that its route domain adds.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ResolvedNetwork {
    /// Its name.
    pub name: NetworkName,
    /// Its spec, typed.
    pub spec: Network,
    /// The same with the place of every value.
    pub value: Value,
    /// Its metadata.
    pub metadata: Option<Value>,
    /// The link that allows it.
    pub link: Option<LinkName>,
    /// Its MTU in bytes.
    pub mtu: u32,
    /// Its routes: those that are written, and those of its route domain.
    pub routes: Vec<Route>,
}

impl fmt::Debug for ResolvedNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut network = f.debug_struct("ResolvedNetwork");
        network
            .field("name", &self.name)
            .field("value", &self.value);
        network.finish_non_exhaustive()
    }
}

impl ResolvedNetwork {
    /// The gateway of its default route.
    pub fn gateway(&self) -> Option<IpAddr> {
        let default = |route: &&Route| route.subnet.is_some_and(|subnet| subnet.prefix_len() == 0);
        self.routes
            .iter()
            .filter(default)
            .min_by_key(|route| route.metric)
            .and_then(|route| route.gateway)
    }
}

/// What a server driver offers, where one was asked.
pub type Catalogs = BTreeMap<crate::names::DriverName, Catalog>;
