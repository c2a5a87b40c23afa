//! A small world in which nearly everything depends on everything: a few names, each of which may stand for one thing,
//! for another, or for nothing.

use proptest::{collection::vec, prelude::*, sample::select, strategy::Union};

/// Files that change together; without a text they go.
type Step = Vec<(String, Option<String>)>;

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let change = (file(), prop::bool::weighted(0.85))
        .prop_map(|((name, text), there)| (name, there.then_some(text)));
    vec(vec(change, 1..4), 1..14)
}

/// The texts of one world, some of them about the same things.
pub(crate) fn texts() -> impl Strategy<Value = Vec<String>> {
    vec(file().prop_map(|(_, text)| text), 1..16)
}

/// Which document changes, and whether it is put or taken out.
pub(crate) fn picks() -> impl Strategy<Value = Vec<(usize, bool)>> {
    vec((any::<usize>(), prop::bool::weighted(0.6)), 1..10)
}

/// A file with one document or two; a name may be written in several files.
fn file() -> impl Strategy<Value = (String, String)> {
    let name = (0..14usize).prop_map(|n| format!("f{n:02}.yaml"));
    (name, vec(document(), 1..3)).prop_map(|(name, documents)| (name, documents.join("---\n")))
}

fn document() -> impl Strategy<Value = String> {
    Union::new_weighted(vec![
        (8, node().boxed()),
        (6, profile().boxed()),
        (3, network().boxed()),
        (2, link().boxed()),
        (2, hardware().boxed()),
        (2, rack().boxed()),
        (1, Just(written("Region", "site", "{}")).boxed()),
        (1, broken().boxed()),
    ])
}

fn written(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

fn broken() -> impl Strategy<Value = String> {
    select(vec![
        "kind: [\n".to_owned(),
        written("Rock", "r1", "{}"),
        written("Rack", "r1", "{colour: red}"),
        "apiVersion: drydock/v1\nkind: Rack\n".to_owned(),
        "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: a, region: site}\nspec: {mtu: 1}\n".to_owned(),
    ])
}

/// Some of these parts of a spec, in flow style.
fn spec(parts: Vec<Vec<&'static str>>) -> impl Strategy<Value = String> {
    let part = |choices: Vec<&'static str>| proptest::option::weighted(0.6, select(choices));
    let parts: Vec<_> = parts.into_iter().map(part).collect();
    parts.prop_map(|parts| {
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        format!("{{{}}}", parts.join(", "))
    })
}

fn inheriting() -> Vec<Vec<&'static str>> {
    vec![
        vec![
            "host_profile: p0",
            "host_profile: p1",
            "host_profile: [p1, p2]",
            "host_profile: [p0, p3]",
            "host_profile: p9",
        ],
        vec![
            "hardware_profile: h0",
            "hardware_profile: h1",
            "hardware_profile: '!'",
        ],
        vec![
            "interfaces: {e0: {device_link: l0, slaves: [nic0], networks: [n0, n1]}}",
            "interfaces: {e0: {device_link: l1, slaves: [nic1], networks: [n0]}, e1: {networks: ['!n1', n2]}}",
            "interfaces: {'!e1': {}, e0: {mtu: 9000}}",
            "interfaces: {e1: {networks: [n2], slaves: [eth9]}}",
        ],
        vec![
            "metadata: {tags: [t, '!u'], labels: {role: a}, rack: r0}",
            "metadata: {tags: ['!', u], rack: r1}",
            "metadata: {labels: {role: '!', '!size': ''}, rack: r0}",
        ],
        vec![
            "platform: {kernel_params: {hugepages: hardwareprofile:hugepages.big.count, '!quiet': ''}}",
            "platform: {kernel_params: {quiet: 'true', isolcpus: hardwareprofile:cpuset.os}}",
        ],
        vec![
            "oob: {type: ipmi, network: n2, account: x}",
            "oob: {type: libvirt}",
        ],
        vec![
            "storage: {physical_devices: {disk0: {partitions: [{name: root, size: 30g, filesystem: {mountpoint: /}}]}}}",
            "storage: {physical_devices: {'!disk0': {}, sda: {volume_group: vg}}}",
        ],
        vec!["primary_network: n0", "primary_network: n2"],
    ]
}

fn node() -> impl Strategy<Value = String> {
    let mut parts = inheriting();
    parts.push(vec![
        "addressing: [{network: n0, address: auto}]",
        "addressing: [{network: n0, address: auto}, {network: n2, address: auto}]",
        "addressing: [{network: n0, address: 10.0.0.2}, {network: n1, address: 10.0.1.5}]",
        "addressing: [{network: n0, address: 10.0.0.3}, {network: n9, address: auto}]",
    ]);
    parts.push(vec![
        "attachments: {nic0: {switch: s0, port: '1'}}",
        "attachments: {nic0: {switch: s1, port: '1'}, nic1: {switch: s0, port: '1'}}",
    ]);
    (select(vec!["a", "b", "c", "d"]), spec(parts))
        .prop_map(|(name, spec)| written("BaremetalNode", name, &spec))
}

fn profile() -> impl Strategy<Value = String> {
    (select(vec!["p0", "p1", "p2", "p3"]), spec(inheriting()))
        .prop_map(|(name, spec)| written("HostProfile", name, &spec))
}

fn network() -> impl Strategy<Value = String> {
    let parts = vec![
        vec![
            "cidr: 10.0.0.0/29",
            "cidr: 10.0.1.0/24",
            "cidr: 10.0.0.1/29",
        ],
        vec!["vlan: 10", "vlan: 20", "vlan: 5000"],
        vec!["mtu: 9000", "mtu: 1400"],
        vec![
            "ranges: [{type: static, start: 10.0.0.2, end: 10.0.0.3}]",
            "ranges: [{type: dhcp, start: 10.0.0.2, end: 10.0.0.4}]",
        ],
        vec![
            "routedomain: d, routes: [{subnet: 0.0.0.0/0, gateway: 10.0.0.1}]",
            "routes: [{routedomain: d, gateway: 10.0.0.6}]",
        ],
        vec!["dns: {domain: example, servers: 10.0.0.1}"],
    ];
    (select(vec!["n0", "n1", "n2"]), spec(parts))
        .prop_map(|(name, spec)| written("Network", name, &spec))
}

fn link() -> impl Strategy<Value = String> {
    let parts = vec![
        vec![
            "allowed_networks: [n0, n1]",
            "allowed_networks: [n0]",
            "allowed_networks: [n2]",
        ],
        vec!["mtu: 9000", "mtu: 1500"],
        vec![
            "trunking: {mode: 802.1q, default_network: n0}",
            "trunking: {mode: 802.1q}",
        ],
        vec!["bonding: {mode: active-backup}"],
    ];
    (select(vec!["l0", "l1"]), spec(parts))
        .prop_map(|(name, spec)| written("NetworkLink", name, &spec))
}

fn hardware() -> impl Strategy<Value = String> {
    let parts = vec![
        vec![
            "device_aliases: {nic0: {address: '0000:00:03.0', dev_type: NIC, bus_type: pci}}",
            "device_aliases: {nic1: {address: '0000:00:04.0', dev_type: NIC, bus_type: pci}, disk0: {address: '0:0', dev_type: disk, bus_type: scsi}}",
        ],
        vec!["pxe_interface: nic0", "pxe_interface: e0"],
        vec![
            "hugepages: {big: {size: 1G, count: 4}}",
            "cpu_sets: {os: '0,1'}",
        ],
    ];
    (select(vec!["h0", "h1"]), spec(parts))
        .prop_map(|(name, spec)| written("HardwareProfile", name, &spec))
}

fn rack() -> impl Strategy<Value = String> {
    let parts = vec![
        vec![
            "tor_switches: {s0: {mgmt_ip: 10.9.0.1}}",
            "tor_switches: {s1: {mgmt_ip: 10.9.0.2}}",
        ],
        vec!["local_networks: [n0]", "local_networks: [n1, n7]"],
        vec!["labels: {power: left}"],
    ];
    (select(vec!["r0", "r1"]), spec(parts)).prop_map(|(name, spec)| written("Rack", name, &spec))
}
