//! Much of what is inherited.

use super::{
    Shape, document, documents, lines,
    networks::{network, node},
};

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        name: "parents that do not exist",
        text: |n| {
            documents(n, |n| profile(&format!("{n:05}-server-profile"), ""))
                + &documents(n, |n| node(n, &format!("host_profile: machine-row-{n:05}")))
        },
    },
    Shape {
        name: "parents that do not exist, of one length with all",
        text: |n| {
            documents(n, |n| profile(&format!("profile-{n:06}"), ""))
                + &documents(n, |n| node(n, &format!("host_profile: prefill-{n:06}")))
        },
    },
    Shape {
        name: "parents that are near to many",
        text: |n| {
            documents(n, |n| profile(&format!("profile-{n:06}"), ""))
                + &documents(n, |n| node(n, &format!("host_profile: profile-{n:06}x")))
        },
    },
    Shape {
        name: "parents that are near with other beginnings",
        text: |n| {
            documents(n, |n| profile(&format!("{n:06}-profile"), ""))
                + &documents(n, |n| node(n, &format!("host_profile: {n:06}-porfile")))
        },
    },
    Shape {
        name: "hardware profiles that do not exist",
        text: |n| {
            documents(n, |n| {
                document("HardwareProfile", &format!("{n:05}-server"), "{vendor: x}")
            }) + &documents(n, |n| node(n, &format!("hardware_profile: machine-{n:05}")))
        },
    },
    Shape {
        name: "racks that do not exist",
        text: |n| {
            documents(n, |n| {
                document("Rack", &format!("rack-{n:05}"), "{hold: false}")
            }) + &documents(n, |n| node(n, &format!("metadata: {{rack: rick-{n:05}}}")))
        },
    },
    Shape {
        name: "networks that are misspelled",
        text: |n| {
            documents(n, |n| network(&format!("net-{n:05}"), "mtu: 1500"))
                + &node(
                    0,
                    &format!(
                        "interfaces: {{eth0: {{networks: [{}]}}}}",
                        lines(n, |n| format!("nte-{n:05}"))
                    ),
                )
        },
    },
    Shape {
        name: "addresses on networks that are not carried",
        text: |n| {
            documents(n, |n| network(&format!("net-{n:05}"), "mtu: 1500"))
                + &node(
                    0,
                    &format!(
                        "interfaces: {{eth0: {{networks: [{}]}}}}, addressing: {{{}}}",
                        lines(n / 2, |n| format!("x{n:05}")),
                        lines(n / 2, |n| format!("net-{n:05}: {{address: dhcp}}"))
                    ),
                )
        },
    },
    Shape {
        name: "one parent that does not exist",
        text: |n| {
            documents(n, |n| profile(&format!("profile-{n:05}"), ""))
                + &documents(n, |n| node(n, "host_profile: x"))
        },
    },
    Shape {
        name: "profiles one above the other",
        text: |n| {
            documents(n, |n| {
                profile(&format!("p{n}"), &format!("host_profile: p{}", n + 1))
            })
        },
    },
    Shape {
        name: "profiles in a circle",
        text: |n| {
            documents(n, |i| {
                profile(&format!("p{i}"), &format!("host_profile: p{}", (i + 1) % n))
            })
        },
    },
    Shape {
        name: "parents of a node",
        text: |n| {
            documents(n, |n| profile(&format!("p{n}"), ""))
                + &node(
                    0,
                    &format!("host_profile: [{}]", lines(n, |n| format!("p{n}"))),
                )
        },
    },
    Shape {
        name: "parents of a node that do not exist",
        text: |n| {
            documents(n, |n| profile(&format!("some-{n}"), ""))
                + &node(
                    0,
                    &format!("host_profile: [{}]", lines(n, |n| format!("p{n}"))),
                )
        },
    },
    Shape {
        name: "nodes below a long chain",
        text: |n| {
            documents(500, |n| {
                profile(&format!("p{n}"), &format!("host_profile: p{}", n + 1))
            }) + &profile("p500", "")
                + &documents(n, |n| node(n, "host_profile: p0"))
        },
    },
    Shape {
        name: "entries merged by key",
        text: |n| {
            let disks = |size: usize| {
                let disk = |n| format!("nvme{n}n1: {{partitions: {{p: {{size: {size}g}}}}}}");
                format!("storage: {{physical_devices: {{{}}}}}", lines(n, disk))
            };
            profile("p", &disks(1)) + &node(0, &format!("host_profile: p, {}", disks(2)))
        },
    },
    Shape {
        name: "a list merged by key",
        text: |n| {
            let nics = |mtu: usize| {
                let nic = |n| format!("{{device_name: eth{n}, mtu: {mtu}}}");
                format!("interfaces: [{}]", lines(n, nic))
            };
            profile("p", &nics(1500)) + &node(0, &format!("host_profile: p, {}", nics(9000)))
        },
    },
    Shape {
        name: "items of a list removed",
        text: |n| {
            let tags = |mark: &str| {
                format!(
                    "metadata: {{tags: [{}]}}",
                    lines(n, |n| format!("'{mark}t{n}'"))
                )
            };
            profile("p", &tags("")) + &node(0, &format!("host_profile: p, {}", tags("!")))
        },
    },
    Shape {
        name: "items of a list removed in vain",
        text: |n| {
            let tags = |mark: &str| {
                format!(
                    "metadata: {{tags: [{}]}}",
                    lines(n, |n| format!("'{mark}{n}'"))
                )
            };
            profile("p", &tags("t")) + &node(0, &format!("host_profile: p, {}", tags("!s")))
        },
    },
    Shape {
        name: "entries removed",
        text: |n| {
            let data = |mark: &str, value: &str| {
                format!(
                    "metadata: {{owner_data: {{{}}}}}",
                    lines(n, |n| format!("'{mark}k{n}': {value}"))
                )
            };
            profile("p", &data("", "v"))
                + &node(0, &format!("host_profile: p, {}", data("!", "''")))
        },
    },
    Shape {
        name: "entries removed in vain",
        text: |n| {
            let data = |mark: &str, value: &str| {
                format!(
                    "metadata: {{owner_data: {{{}}}}}",
                    lines(n, |n| format!("'{mark}{n}': {value}"))
                )
            };
            profile("p", &data("k", "v"))
                + &node(0, &format!("host_profile: p, {}", data("!l", "''")))
        },
    },
    Shape {
        name: "profiles that remove in vain",
        text: |n| {
            profile("p", "")
                + &documents(n, |n| {
                    profile(
                        &format!("q{n}"),
                        "host_profile: p, metadata: {tags: ['!x']}",
                    )
                })
        },
    },
];

fn profile(name: &str, spec: &str) -> String {
    document("HostProfile", name, &format!("{{{spec}}}"))
}
