//! One node: everything a driver would otherwise have to look up.

use super::{
    chain::Chain,
    device::device,
    kernel_params::{self, CommandLine, References},
    mtu,
    resolved::{
        Device, InterfaceNetwork, ResolvedDesign, ResolvedDisk, ResolvedInterface, ResolvedNetwork,
        ResolvedNode, ResolvedProfile, ResolvedVolume, ResolvedVolumeGroup,
    },
};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, nearest_among, quote},
    field::FieldPath,
    model::{
        BondMode, ByKey, FileSystem, HardwareProfile, HostProfile, Interface, Keyed, LogicalVolume,
        NetworkLink, Partition, Text,
    },
    names::{DocumentId, Kind, NetworkName, NodeName},
    source::{Document, Value},
    span::Span,
};
use smol_str::SmolStr;
use std::{cell::OnceCell, collections::BTreeSet, sync::Arc};

pub(super) fn node(
    document: &Document,
    chain: Chain,
    value: Value,
    spec: HostProfile,
    design: &ResolvedDesign,
    diagnostics: &mut Diagnostics,
) -> ResolvedNode {
    let mut build = Build {
        document,
        chain: &chain,
        value: &value,
        spec: &spec,
        design,
        hardware: None,
        known: OnceCell::new(),
        diagnostics,
    };
    build.hardware = build.hardware_profile();
    let interfaces = spec
        .interfaces
        .iter()
        .map(|(name, interface)| build.interface(name, interface))
        .collect();
    let disks = build.disks();
    let kernel_params = build.kernel_params();
    let hardware = build.hardware.clone();
    let primary = spec
        .primary_network
        .as_ref()
        .and_then(|name| design.networks.get(name));
    let domain = primary.and_then(|network| network.spec.dns.domain.clone());
    let oob_network = spec.oob.network.as_deref().unwrap_or_default();
    ResolvedNode {
        name: NodeName::new(document.id.name.clone()),
        metadata: document.metadata.clone(),
        fqdn: domain.map(|domain| format!("{}.{domain}", document.id.name).into()),
        dns_servers: primary
            .map(|network| network.spec.dns.servers.to_vec())
            .unwrap_or_default(),
        default_gateway: primary.and_then(|network| network.gateway()),
        oob_address: spec
            .addressing
            .find(oob_network)
            .and_then(|a| a.address)
            .and_then(|a| a.ip()),
        labels: labels(document, &spec),
        volume_groups: volume_groups(&spec),
        kernel_params,
        interfaces,
        disks,
        hardware,
        chain,
        value,
        spec,
    }
}

/// Reports what a profile refers to in vain. One that names no hardware profile leaves its aliases to others.
pub(super) fn check_profile(
    document: &Document,
    profile: &ResolvedProfile,
    spec: &HostProfile,
    design: &ResolvedDesign,
    diagnostics: &mut Diagnostics,
) {
    let mut build = Build {
        document,
        chain: &profile.chain,
        value: &profile.value,
        spec,
        design,
        hardware: None,
        known: OnceCell::new(),
        diagnostics,
    };
    build.hardware = build.hardware_profile();
    if build.hardware.is_some() {
        for (name, interface) in spec.interfaces.iter() {
            build.interface(name, interface);
        }
        build.disks();
        build.kernel_params();
    }
}

struct Build<'a> {
    document: &'a Document,
    chain: &'a Chain,
    value: &'a Value,
    spec: &'a HostProfile,
    design: &'a ResolvedDesign,
    hardware: Option<Arc<HardwareProfile>>,
    /// What may have been meant by names that lead nowhere; few nodes ask.
    known: OnceCell<Known>,
    diagnostics: &'a mut Diagnostics,
}

/// What the names of a hardware profile may be meant by.
struct Known {
    /// The device aliases that the node does not use; one that is in use already was not meant.
    aliases: BTreeSet<SmolStr>,
    references: References,
}

impl Build<'_> {
    fn span_of(&self, field: &FieldPath) -> Span {
        let keys = field.keys().iter().map(SmolStr::as_str);
        self.value
            .at(keys)
            .map_or(self.document.name_span, |value| value.span)
    }

    fn report(&mut self, diagnostic: Diagnostic, field: FieldPath) {
        self.diagnostics
            .push(diagnostic.about(&self.document.id).field(field));
    }

    fn hardware_profile(&mut self) -> Option<Arc<HardwareProfile>> {
        let name = self.spec.hardware_profile.as_ref()?;
        if let Some(found) = self.design.hardware.get(name) {
            return Some(found.clone());
        }
        let field = FieldPath::of(["hardware_profile"]);
        let span = self.span_of(&field);
        let message = format!("there is no hardware profile {}", quote(name));
        let diagnostic = Diagnostic::new(Code::UNKNOWN_HARDWARE_PROFILE, message).at(span, "");
        let diagnostic = match nearest_among(name, &self.design.hardware, |_| true) {
            Some(meant) => diagnostic
                .help(format!("did you mean `{meant}`?"))
                .edit(span, meant),
            None => {
                diagnostic.help("write a HardwareProfile of this name, or name one that exists")
            }
        };
        self.report(diagnostic, field);
        None
    }

    /// Whether the hardware profile, or what it says here, is not there for a reason that is reported already: then
    /// every reference to it would lead nowhere.
    fn hardware_is_missing(&self, part: &str) -> bool {
        let field = FieldPath::of(["hardware_profile"]);
        let Some(name) = &self.spec.hardware_profile else {
            return self.design.in_doubt(self.chain, &field);
        };
        let id = DocumentId::new(Kind::HardwareProfile, name.as_str());
        self.hardware.is_none() || self.design.in_doubt(&[id], &FieldPath::of([part]))
    }

    /// The device; one that nobody knows is reported and kept by its name.
    fn device(&mut self, name: &str, place: impl Fn(&Self) -> (FieldPath, Span)) -> Device {
        if let Some(device) = device(name, self.hardware.as_deref()) {
            return device;
        }
        if !self.hardware_is_missing("device_aliases") {
            let (field, span) = place(self);
            let message = format!("there is no device alias {}", quote(name));
            let diagnostic = Diagnostic::new(Code::DANGLING_ALIAS, message).at(span, "");
            let meant = nearest_among(name, &self.known().aliases, |_| true).map(str::to_owned);
            let diagnostic = match (meant, &self.spec.hardware_profile) {
                (Some(meant), _) => diagnostic.help(format!("did you mean `{meant}`?")).edit(span, meant),
                (None, Some(profile)) => diagnostic
                    .help(format!("add it to device_aliases of hardware profile {profile}, or name one of its aliases")),
                (None, None) => diagnostic.help("name a hardware_profile that has this alias"),
            };
            self.report(diagnostic, field);
        }
        Device {
            name: name.into(),
            selector: None,
        }
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let interfaces = self.spec.interfaces.iter();
            let slaves = interfaces.flat_map(|(_, interface)| interface.slaves.iter());
            let disks = self.spec.storage.physical_devices.iter();
            let used: BTreeSet<&SmolStr> = slaves.chain(disks.map(|(name, _)| name)).collect();
            let aliases = self.hardware.iter().flat_map(|h| h.device_aliases.iter());
            let free = aliases.filter(|(alias, _)| !used.contains(alias));
            Known {
                aliases: free.map(|(alias, _)| alias.clone()).collect(),
                references: References::of(self.hardware.as_deref()),
            }
        })
    }

    fn interface(&mut self, name: &SmolStr, interface: &Interface) -> ResolvedInterface {
        let link = interface
            .device_link
            .as_ref()
            .and_then(|name| self.design.links.get(name))
            .cloned();
        let mut slaves = Vec::with_capacity(interface.slaves.len());
        for slave in interface.slaves.iter() {
            slaves.push(self.device(slave, |build| {
                let field = FieldPath::of(["interfaces", name, "slaves"]);
                let span = build.span_of(&field.join(slave.clone()));
                (field, span)
            }));
        }
        let (mtu, _) = mtu::of_interface(interface, self.design);
        let bonding = link.as_ref().map(|link| link.bonding.clone());
        let bond = bonding.filter(|b| b.mode.is_some_and(|mode| mode != BondMode::Disabled));
        let networks = interface
            .networks
            .iter()
            .map(|name| self.network(name, interface, link.as_deref(), mtu));
        ResolvedInterface {
            networks: networks.collect(),
            name: name.clone(),
            link: interface.device_link.clone(),
            mtu,
            bond,
            slaves,
            labels: interface.labels.clone(),
        }
    }

    fn network(
        &self,
        name: &NetworkName,
        interface: &Interface,
        link: Option<&NetworkLink>,
        interface_mtu: u32,
    ) -> InterfaceNetwork {
        let network = self.design.networks.get(name).map(Arc::as_ref);
        let spec = network.map(|network| &network.spec);
        let native = link.and_then(|link| link.trunking.default_network.as_ref()) == Some(name);
        let alone = interface.networks.len() == 1 && !link.is_some_and(mtu::is_trunk);
        let vlan = spec.and_then(|spec| spec.vlan);
        InterfaceNetwork {
            name: name.clone(),
            vlan,
            tagged: vlan.is_some() && !native && !alone,
            mtu: spec.and_then(|spec| spec.mtu).unwrap_or(interface_mtu),
            cidr: spec.and_then(|spec| spec.cidr),
            gateway: network.and_then(ResolvedNetwork::gateway),
            address: self
                .spec
                .addressing
                .find(name)
                .and_then(|addressing| addressing.address),
        }
    }

    fn disks(&mut self) -> Vec<ResolvedDisk> {
        let spec = self.spec;
        let mut disks = Vec::with_capacity(spec.storage.physical_devices.len());
        for (name, disk) in spec.storage.physical_devices.iter() {
            let place = |build: &Self| {
                let devices = build.value.at(["storage", "physical_devices"]);
                let written = devices.and_then(|devices| devices.entry(name));
                let span = written.map_or(build.document.name_span, |entry| entry.key_span);
                (FieldPath::of(["storage", "physical_devices", name]), span)
            };
            disks.push(ResolvedDisk {
                device: self.device(name, place),
                volume_group: disk.volume_group.clone(),
                partitions: partitions(&disk.partitions),
            });
        }
        disks
    }

    fn kernel_params(&mut self) -> CommandLine {
        let (line, dangling) =
            kernel_params::render(&self.spec.platform.kernel_params, self.hardware.as_deref());
        for (name, reference) in dangling {
            let part = match reference.contains("cpuset") {
                true => "cpu_sets",
                false => "hugepages",
            };
            if !self.hardware_is_missing(part) {
                self.dangling_reference(&name, &reference);
            }
        }
        line
    }

    fn dangling_reference(&mut self, name: &str, reference: &str) {
        let field = FieldPath::of(["platform", "kernel_params", name]);
        let written = self.value.at(["platform", "kernel_params", name]);
        let items = written.and_then(Value::as_list).unwrap_or_default();
        let item = items.iter().find(|item| item.as_text() == Some(reference));
        let span = item.map_or_else(|| self.span_of(&field), |item| item.span);
        let message = format!("{} leads nowhere", quote(reference));
        let diagnostic = Diagnostic::new(Code::BAD_REFERENCE, message).at(span, "");
        let hardware = self.hardware.as_deref();
        let references = &self.known().references;
        let meant = hardware.and_then(|hardware| references.meant(reference, hardware));
        let diagnostic = match (meant, &self.spec.hardware_profile) {
            (Some(meant), _) => diagnostic
                .help(format!("did you mean {}?", quote(&meant)))
                .edit(span, meant),
            (None, Some(profile)) => diagnostic.help(format!(
                "hardware profile {profile} has no such entry; write hardwareprofile:cpuset.NAME or \
                 hardwareprofile:hugepages.NAME.size or .count"
            )),
            (None, None) => diagnostic.help("name a hardware_profile that has this entry"),
        };
        self.report(diagnostic, field);
    }
}

fn written(filesystem: &FileSystem) -> Option<FileSystem> {
    (*filesystem != FileSystem::default()).then(|| filesystem.clone())
}

fn partitions(partitions: &Keyed<Partition>) -> Vec<ResolvedVolume> {
    let partition = |(name, partition): (&SmolStr, &Partition)| ResolvedVolume {
        name: name.clone(),
        size: partition.size,
        bootable: partition.bootable.unwrap_or(false),
        volume_group: partition.volume_group.clone(),
        filesystem: written(&partition.filesystem),
    };
    partitions.iter().map(partition).collect()
}

fn volume_groups(spec: &HostProfile) -> Vec<ResolvedVolumeGroup> {
    let volume = |(name, volume): (&SmolStr, &LogicalVolume)| ResolvedVolume {
        name: name.clone(),
        size: volume.size,
        bootable: false,
        volume_group: None,
        filesystem: written(&volume.filesystem),
    };
    let groups = spec.storage.volume_groups.iter();
    let groups = groups.map(|(name, group)| ResolvedVolumeGroup {
        name: name.clone(),
        volumes: group.logical_volumes.iter().map(volume).collect(),
    });
    groups.collect()
}

/// What selectors see. What the document's metadata says wins over the spec's; `rack` and `name` are what they are.
fn labels(document: &Document, spec: &HostProfile) -> ByKey<Text> {
    let mut labels: ByKey<Text> = ByKey::default();
    labels.extend(
        spec.metadata
            .labels
            .iter()
            .map(|(key, text)| (key.clone(), text.clone())),
    );
    let written = document
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.field("labels"));
    for entry in written.and_then(Value::as_map).unwrap_or_default() {
        if let Some(text) = entry.value.as_text() {
            labels.insert(entry.key.clone(), text.into());
        }
    }
    if let Some(rack) = &spec.metadata.rack {
        labels.insert(SmolStr::new_static("rack"), rack.as_str().into());
    }
    labels.insert(SmolStr::new_static("name"), document.id.name.clone().into());
    labels
}
