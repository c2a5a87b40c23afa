//! What a design says of a machine or a network, as facts by field path: what the simulated world stores, what its
//! observations show and what `differences` compares, all from here.
//!
//! Facts are printed, so no secret is in them: a value under a secret's key is stored struck out, on both sides.

use drydock_core::{
    driver::{NetworkTarget, PortIntent},
    field::FieldPath,
    model::FileSystem,
    resolve::{InterfaceNetwork, ResolvedInterface, ResolvedNetwork, ResolvedNode, ResolvedVolume},
    secret::{MASK, is_secret_key, mask_urls},
};
use smol_str::SmolStr;
use std::{collections::BTreeMap, fmt::Display};

/// Values by field path.
pub type Facts = BTreeMap<SmolStr, SmolStr>;

/// Everything that a simulated machine knows of its design once it is deployed.
pub fn facts_of(node: &ResolvedNode) -> Facts {
    let mut facts = platform_facts(node);
    facts.extend(storage_facts(node));
    facts.extend(interface_facts(node));
    facts
}

/// What is installed.
pub fn platform_facts(node: &ResolvedNode) -> Facts {
    let (mut facts, path) = (Facts::new(), FieldPath::of(["platform"]));
    put(
        &mut facts,
        &path,
        "image",
        node.spec.platform.image.as_ref(),
    );
    put(
        &mut facts,
        &path,
        "kernel",
        node.spec.platform.kernel.as_ref(),
    );
    put(&mut facts, &path, "kernel_params", kernel_params(node));
    facts
}

/// How the disks are divided.
pub fn storage_facts(node: &ResolvedNode) -> Facts {
    let mut facts = Facts::new();
    for disk in &node.disks {
        let path = FieldPath::of(["storage", "physical_devices", &*disk.device.name]);
        put(
            &mut facts,
            &path,
            "volume_group",
            disk.volume_group.as_ref(),
        );
        for partition in &disk.partitions {
            volume(
                &mut facts,
                &path.join("partitions").join(partition.name.clone()),
                partition,
            );
        }
    }
    for group in &node.volume_groups {
        let path = FieldPath::of(["storage", "volume_groups", &*group.name, "logical_volumes"]);
        for logical in &group.volumes {
            volume(&mut facts, &path.join(logical.name.clone()), logical);
        }
    }
    facts
}

/// How the network interfaces are set up.
pub fn interface_facts(node: &ResolvedNode) -> Facts {
    let mut facts = Facts::new();
    for interface in &node.interfaces {
        let path = FieldPath::of(["interfaces", &*interface.name]);
        let slaves = interface.slaves.iter().map(|slave| &slave.name);
        put(&mut facts, &path, "device_link", interface.link.as_ref());
        put(&mut facts, &path, "mtu", Some(interface.mtu));
        put(&mut facts, &path, "slaves", listed(slaves));
        bond(&mut facts, &path.join("bond"), interface);
        for network in &interface.networks {
            interface_network(
                &mut facts,
                &path.join("networks").join(&*network.name),
                network,
            );
        }
    }
    facts
}

/// What a network driver makes of a target.
pub fn network_facts(target: &NetworkTarget) -> Facts {
    match target {
        NetworkTarget::Network(network) => segment(network),
        NetworkTarget::Port(port) => switch_port(port),
        _ => Facts::new(),
    }
}

/// The kernel parameters as the world keeps them; none when there are none.
pub(super) fn kernel_params(node: &ResolvedNode) -> Option<SmolStr> {
    let shown = node.kernel_params.to_string();
    (!shown.is_empty()).then(|| shown.into())
}

/// The owner data as the world keeps them.
pub(super) fn owner_data(node: &ResolvedNode) -> Facts {
    let kept = |key: &str, text: &str| match is_secret_key(key) {
        true => SmolStr::from(MASK),
        false => SmolStr::from(mask_urls(text).as_ref()),
    };
    let data = node.spec.metadata.owner_data.iter();
    data.map(|(key, text)| (key.clone(), kept(key, text)))
        .collect()
}

fn volume(facts: &mut Facts, path: &FieldPath, volume: &ResolvedVolume) {
    put(facts, path, "size", volume.size);
    put(facts, path, "bootable", volume.bootable.then_some(true));
    put(facts, path, "volume_group", volume.volume_group.as_ref());
    if let Some(filesystem) = &volume.filesystem {
        file_system(facts, &path.join("filesystem"), filesystem);
    }
}

fn file_system(facts: &mut Facts, path: &FieldPath, filesystem: &FileSystem) {
    put(facts, path, "fstype", Some(filesystem.fstype()));
    put(facts, path, "mountpoint", filesystem.mountpoint.as_ref());
    put(
        facts,
        path,
        "mount_options",
        Some(filesystem.mount_options()),
    );
    put(facts, path, "fs_uuid", filesystem.fs_uuid.as_ref());
    put(facts, path, "fs_label", filesystem.fs_label.as_ref());
}

fn bond(facts: &mut Facts, path: &FieldPath, interface: &ResolvedInterface) {
    if let Some(bond) = &interface.bond {
        put(facts, path, "mode", bond.mode);
        put(facts, path, "hash", bond.hash.as_ref());
        put(facts, path, "peer_rate", bond.peer_rate.as_ref());
        put(facts, path, "mon_rate", bond.mon_rate);
        put(facts, path, "up_delay", bond.up_delay);
        put(facts, path, "down_delay", bond.down_delay);
    }
}

fn interface_network(facts: &mut Facts, path: &FieldPath, network: &InterfaceNetwork) {
    put(facts, path, "vlan", network.vlan);
    put(facts, path, "tagged", Some(network.tagged));
    put(facts, path, "mtu", Some(network.mtu));
    put(facts, path, "cidr", network.cidr);
    put(facts, path, "gateway", network.gateway);
    put(facts, path, "address", network.address);
}

fn segment(network: &ResolvedNetwork) -> Facts {
    let (mut facts, root, spec) = (Facts::new(), FieldPath::root(), &network.spec);
    put(&mut facts, &root, "link", network.link.as_ref());
    put(&mut facts, &root, "cidr", spec.cidr);
    put(&mut facts, &root, "vlan", spec.vlan);
    put(&mut facts, &root, "mtu", Some(network.mtu));
    put(&mut facts, &root, "routedomain", spec.routedomain.as_ref());
    put(
        &mut facts,
        &root.join("dns"),
        "domain",
        spec.dns.domain.as_ref(),
    );
    put(
        &mut facts,
        &root.join("dns"),
        "servers",
        listed(spec.dns.servers.iter()),
    );
    put(
        &mut facts,
        &root.join("dhcp_relay"),
        "self_ip",
        spec.dhcp_relay.self_ip,
    );
    put(
        &mut facts,
        &root.join("dhcp_relay"),
        "upstream_target",
        spec.dhcp_relay.upstream_target,
    );
    let ranges = spec.ranges.iter().map(|range| {
        let [start, end] = [range.start, range.end].map(shown);
        format!("{} {start}-{end}", shown(range.kind))
    });
    put(&mut facts, &root, "ranges", listed(ranges));
    let routes = network.routes.iter().map(|route| {
        format!(
            "{} via {} metric {}",
            shown(route.subnet),
            shown(route.gateway),
            shown(route.metric)
        )
    });
    put(&mut facts, &root, "routes", listed(routes));
    facts
}

fn switch_port(port: &PortIntent) -> Facts {
    let (mut facts, root) = (Facts::new(), FieldPath::root());
    put(&mut facts, &root, "node", Some(&port.node));
    put(&mut facts, &root, "untagged", port.untagged.as_ref());
    put(&mut facts, &root, "tagged", listed(port.tagged.iter()));
    put(&mut facts, &root, "lag", port.lag.as_ref());
    put(&mut facts, &root, "phase", Some(port.phase));
    facts
}

fn put(facts: &mut Facts, path: &FieldPath, key: &str, value: Option<impl Display>) {
    if let Some(value) = value {
        let value = mask_urls(&value.to_string()).as_ref().into();
        facts.insert(path.join(key).to_string().into(), value);
    }
}

fn listed(items: impl Iterator<Item = impl Display>) -> Option<String> {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    (!items.is_empty()).then(|| items.join(", "))
}

fn shown(value: Option<impl Display>) -> String {
    value.map_or_else(|| "(none)".to_owned(), |value| value.to_string())
}
