//! Much of what nodes are made of.

use super::{
    Shape, document, documents, lines,
    networks::{ip, network, node},
};

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        name: "networks of a node",
        text: |n| {
            let names = lines(n, |n| format!("n{n}"));
            documents(n, |n| {
                network(&format!("n{n}"), &format!("vlan: {}", n % 4000))
            }) + &document(
                "NetworkLink",
                "l",
                &format!("{{trunking: {{mode: 802.1q}}, allowed_networks: [{names}]}}"),
            ) + &node(
                0,
                &format!("interfaces: {{eth0: {{device_link: l, networks: [{names}]}}}}"),
            )
        },
    },
    Shape {
        name: "networks of a node that do not exist",
        text: |n| {
            node(
                0,
                &format!(
                    "interfaces: {{eth0: {{networks: [{}]}}}}",
                    lines(n, |n| format!("n{n}"))
                ),
            )
        },
    },
    Shape {
        name: "networks of a node that its link does not allow",
        text: |n| {
            let names = lines(n, |n| format!("n{n}"));
            documents(n, |n| network(&format!("n{n}"), "mtu: 1500"))
                + &document(
                    "NetworkLink",
                    "l",
                    &format!(
                        "{{trunking: {{mode: 802.1q}}, allowed_networks: [{}]}}",
                        lines(n, |n| format!("m{n}"))
                    ),
                )
                + &node(
                    0,
                    &format!("interfaces: {{eth0: {{device_link: l, networks: [{names}]}}}}"),
                )
        },
    },
    Shape {
        name: "networks on two interfaces",
        text: |n| {
            let names = lines(n, |n| format!("n{n}"));
            documents(n, |n| network(&format!("n{n}"), "mtu: 9001"))
                + &node(
                    0,
                    &format!(
                        "interfaces: {{eth0: {{networks: [{names}]}}, eth1: {{networks: [{names}]}}}}, \
                    addressing: {{{}}}",
                        lines(n, |n| format!("n{n}: {{address: {}}}", ip(n)))
                    ),
                )
        },
    },
    Shape {
        name: "interfaces of a node",
        text: |n| {
            documents(n, |n| network(&format!("n{n}"), "mtu: 1500"))
                + &node(
                    0,
                    &format!(
                        "interfaces: {{{}}}",
                        lines(n, |n| format!(
                            "eth{n}: {{slaves: [eno{n}], networks: [n{n}]}}"
                        ))
                    ),
                )
        },
    },
    Shape {
        name: "addresses of a node",
        text: |n| {
            documents(n, |n| network(&format!("n{n}"), "cidr: 10.0.0.0/8"))
                + &node(
                    0,
                    &format!(
                        "interfaces: {{eth0: {{networks: [{}]}}}}, addressing: {{{}}}",
                        lines(n, |n| format!("n{n}")),
                        lines(n, |n| format!("n{n}: {{address: {}}}", ip(n + 1)))
                    ),
                )
        },
    },
    Shape {
        name: "addresses of a node outside of their networks",
        text: |n| {
            documents(n, |n| network(&format!("n{n}"), "cidr: 11.0.0.0/8"))
                + &node(
                    0,
                    &format!(
                        "addressing: {{{}}}",
                        lines(n, |n| format!("n{n}: {{address: {}}}", ip(n + 1)))
                    ),
                )
        },
    },
    Shape {
        name: "addresses of a node on networks that do not exist",
        text: |n| {
            node(
                0,
                &format!(
                    "addressing: {{{}}}",
                    lines(n, |n| format!("n{n}: {{address: {}}}", ip(n + 1)))
                ),
            )
        },
    },
    Shape {
        name: "automatic addresses of a node",
        text: |n| {
            let spec = |n| {
                format!(
                    "cidr: 10.{}.{}.0/24, ranges: [{{type: static, start: 10.{0}.{1}.2, end: 10.{0}.{1}.9}}]",
                    n / 256,
                    n % 256
                )
            };
            documents(n, |n| network(&format!("n{n}"), &spec(n)))
                + &node(
                    0,
                    &format!(
                        "interfaces: {{eth0: {{networks: [{}]}}}}, addressing: {{{}}}",
                        lines(n, |n| format!("n{n}")),
                        lines(n, |n| format!("n{n}: {{address: auto}}"))
                    ),
                )
        },
    },
    Shape {
        name: "automatic addresses of a network",
        text: |n| automatic(n, "10.255.0.0"),
    },
    Shape {
        name: "automatic addresses of a network that is full",
        text: |n| automatic(n, "10.0.0.3"),
    },
    Shape {
        name: "nodes with addresses claimed twice",
        text: |n| {
            network("n0", "cidr: 10.0.0.0/8")
                + &documents(n, |n| {
                    node(
                        n,
                        &format!(
                            "interfaces: {{eth0: {{networks: [n0]}}}}, addressing: {{n0: {{address: {}}}}}",
                            ip(n / 2 + 1)
                        ),
                    )
                })
        },
    },
    Shape {
        name: "nodes with one address",
        text: |n| {
            network("n0", "cidr: 10.0.0.0/8")
                + &documents(n, |n| {
                    node(
                        n,
                        "interfaces: {eth0: {networks: [n0]}}, addressing: {n0: {address: 10.0.0.1}}",
                    )
                })
        },
    },
    Shape {
        name: "slaves that are none",
        text: |n| slaves(n, "other-nic"),
    },
    Shape {
        name: "slaves that are near to aliases",
        text: |n| slaves(n, "nik"),
    },
    Shape {
        name: "slaves that are aliases",
        text: |n| slaves(n, "nic"),
    },
    Shape {
        name: "slaves on two interfaces",
        text: |n| {
            let names = lines(n, |n| format!("eth{n}"));
            node(
                0,
                &format!(
                    "interfaces: {{bond0: {{slaves: [{names}]}}, bond1: {{slaves: [{names}]}}}}"
                ),
            )
        },
    },
    Shape {
        name: "disks with volume groups",
        text: |n| volume_groups(n, "g"),
    },
    Shape {
        name: "disks with volume groups that do not exist",
        text: |n| volume_groups(n, "other-"),
    },
    Shape {
        name: "partitions with one mount point",
        text: |n| {
            node(
                0,
                &format!(
                    "storage: {{physical_devices: {{sda: {{partitions: {{{}}}}}}}}}",
                    lines(n, |n| format!("p{n}: {{filesystem: {{mountpoint: /x}}}}"))
                ),
            )
        },
    },
    Shape {
        name: "partitions",
        text: |n| {
            node(
                0,
                &format!(
                    "storage: {{physical_devices: {{sda: {{partitions: {{{}}}}}}}}}",
                    lines(n, |n| format!(
                        "p{n}: {{size: 20%, filesystem: {{mountpoint: /x{n}}}}}"
                    ))
                ),
            )
        },
    },
    Shape {
        name: "boot drives",
        text: |n| {
            node(
                0,
                &format!(
                    "storage: {{physical_devices: {{{}}}}}",
                    lines(n, |n| format!(
                        "nvme{n}n1: {{labels: {{bootdrive: 'true'}}, partitions: {{p: {{volume_group: g}}}}}}"
                    ))
                ),
            )
        },
    },
    Shape {
        name: "kernel parameters",
        text: |n| {
            node(
                0,
                &format!(
                    "platform: {{kernel_params: {{{}}}}}",
                    lines(n, |n| format!("p{n}: v"))
                ),
            )
        },
    },
    Shape {
        name: "kernel parameters that lead nowhere",
        text: |n| {
            let params = lines(n, |n| format!("p{n}: 'hardwareprofile:cpuset.s{n}'"));
            let sets = lines(n, |n| format!("t{n}: '{n}'"));
            on_hardware(
                &format!("platform: {{kernel_params: {{{params}}}}}"),
                &format!("cpu_sets: {{{sets}}}"),
            )
        },
    },
    Shape {
        name: "values of one kernel parameter that lead nowhere",
        text: |n| {
            let values = lines(n, |n| format!("'hardwareprofile:cpuset.s{n}'"));
            let sets = lines(n, |n| format!("other-{n}: '{n}'"));
            on_hardware(
                &format!("platform: {{kernel_params: {{p: [{values}]}}}}"),
                &format!("cpu_sets: {{{sets}}}"),
            )
        },
    },
    Shape {
        name: "huge pages",
        text: |n| {
            let each =
                |what: &str| lines(n, |n| format!("'hardwareprofile:hugepages.h{n}.{what}'"));
            let pages = lines(n, |n| format!("h{n}: {{size: 1G, count: {n}}}"));
            on_hardware(
                &format!(
                    "platform: {{kernel_params: {{hugepagesz: [{}], hugepages: [{}]}}}}",
                    each("size"),
                    each("count")
                ),
                &format!("hugepages: {{{pages}}}"),
            )
        },
    },
    Shape {
        name: "labels that disagree",
        text: |n| {
            let labels = |text: &str| lines(n, |n| format!("l{n}: {text}"));
            format!(
                "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: x, labels: {{{}}}}}\nspec: {{metadata: {{labels: {{{}}}}}}}\n",
                labels("a"),
                labels("b")
            )
        },
    },
];

/// A node, and the hardware profile that it is of.
fn on_hardware(spec: &str, hardware: &str) -> String {
    node(0, &format!("hardware_profile: h, {spec}"))
        + &document("HardwareProfile", "h", &format!("{{{hardware}}}"))
}

/// A bond of so many NICs, and as many aliases of this name.
fn slaves(n: usize, alias: &str) -> String {
    let slaves = lines(n, |n| format!("nic-{n}"));
    let aliases = lines(n, |n| format!("{alias}-{n}: {{address: '0:{n}'}}"));
    on_hardware(
        &format!("interfaces: {{bond0: {{slaves: [{slaves}]}}}}"),
        &format!("device_aliases: {{{aliases}}}"),
    )
}

/// So many nodes that ask for an address of a network whose range ends here.
fn automatic(n: usize, end: &str) -> String {
    let range = format!("{{type: static, start: 10.0.0.2, end: {end}}}");
    let asks = "interfaces: {eth0: {networks: [n0]}}, addressing: {n0: {address: auto}}";
    network("n0", &format!("cidr: 10.0.0.0/8, ranges: [{range}]"))
        + &documents(n, |n| node(n, asks))
}

/// So many disks in groups `g0`, `g1` ..., and as many groups of this name.
fn volume_groups(n: usize, name: &str) -> String {
    let disks = lines(n, |n| format!("nvme{n}n1: {{volume_group: g{n}}}"));
    let groups = lines(n, |n| {
        format!("{name}{n}: {{logical_volumes: {{v: {{size: 1g}}}}}}")
    });
    let storage = format!("physical_devices: {{{disks}}}, volume_groups: {{{groups}}}");
    node(0, &format!("storage: {{{storage}}}"))
}
