//! Much of what networks, links and racks are made of.

use super::{Shape, document, documents, lines};

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        name: "ranges of a network",
        text: |n| ranges(n, |n| (4 * n, 4 * n + 1)),
    },
    Shape {
        name: "ranges that overlap",
        text: |n| ranges(n, |n| (n, 2 * n + 1)),
    },
    Shape {
        name: "ranges in one that overlaps all",
        text: |n| {
            ranges(n, |n| {
                if n == 0 {
                    (0, 1 << 23)
                } else {
                    (4 * n, 4 * n + 1)
                }
            })
        },
    },
    Shape {
        name: "addresses in a network of many ranges",
        text: |n| {
            ranges(n, |n| (4 * n, 4 * n + 1))
                + &documents(n, |n| {
                    node(
                        n,
                        &format!("addressing: {{n0: {{address: {}}}}}", ip(4 * n + 2)),
                    )
                })
        },
    },
    Shape {
        name: "automatic addresses among many ranges",
        text: |n| {
            ranges(n, |n| (4 * n, 4 * n + 1))
                + &documents(n, |n| node(n, "addressing: {n0: {address: auto}}"))
        },
    },
    Shape {
        name: "routes of a network",
        text: |n| {
            let route = |n| {
                format!(
                    "{{subnet: 11.{}.{}.0/24, gateway: {}}}",
                    n / 256,
                    n % 256,
                    ip(n + 1)
                )
            };
            network(
                "n0",
                &format!("cidr: 10.0.0.0/8, routes: [{}]", lines(n, route)),
            ) + &node(
                0,
                "interfaces: {eth0: {networks: [n0]}}, primary_network: n0",
            )
        },
    },
    Shape {
        name: "networks of one route domain, and a route to it",
        text: |n| {
            let member = |n| {
                let spec = format!("cidr: 10.{}.{}.0/24, routedomain: d", n / 256, n % 256);
                network(&format!("n{n}"), &spec)
            };
            documents(n, member)
                + &network(
                    "m",
                    "cidr: 11.0.0.0/24, routes: [{routedomain: d, gateway: 11.0.0.1}]",
                )
        },
    },
    Shape {
        name: "networks that all lead to their domain",
        text: |n| {
            let member = |n| {
                let (high, low) = (n / 256, n % 256);
                let spec = format!(
                    "cidr: 10.{high}.{low}.0/24, routedomain: d, routes: [{{routedomain: d, gateway: 10.{high}.{low}.1}}]"
                );
                network(&format!("n{n}"), &spec)
            };
            documents(n, member)
        },
    },
    Shape {
        name: "routes to one domain of many",
        text: |n| {
            let member = |n| {
                let spec = format!("cidr: 10.{}.{}.0/24, routedomain: d", n / 256, n % 256);
                network(&format!("n{n}"), &spec)
            };
            let route = |n| format!("{{routedomain: d, gateway: 11.{}.{}.1}}", n / 256, n % 256);
            documents(n, member)
                + &network(
                    "m",
                    &format!("cidr: 11.0.0.0/8, routes: [{}]", lines(n, route)),
                )
        },
    },
    Shape {
        name: "networks without a VLAN on a link",
        text: |n| {
            let member = |n| {
                network(
                    &format!("n{n}"),
                    &format!("cidr: 10.{}.{}.0/24", n / 256, n % 256),
                )
            };
            let spec = format!(
                "{{trunking: {{mode: 802.1q}}, allowed_networks: [{}]}}",
                lines(n, |n| format!("n{n}"))
            );
            documents(n, member) + &document("NetworkLink", "l", &spec)
        },
    },
    Shape {
        name: "networks with one VLAN",
        text: |n| {
            let member = |n| {
                network(
                    &format!("n{n}"),
                    &format!("vlan: 7, cidr: 10.{}.{}.0/24", n / 256, n % 256),
                )
            };
            let spec = format!(
                "{{trunking: {{mode: 802.1q}}, allowed_networks: [{}]}}",
                lines(n, |n| format!("n{n}"))
            );
            documents(n, member) + &document("NetworkLink", "l", &spec)
        },
    },
    Shape {
        name: "links with one network",
        text: |n| {
            let link =
                |n: usize| document("NetworkLink", &format!("l{n}"), "{allowed_networks: [n0]}");
            network("n0", "cidr: 10.0.0.0/8") + &documents(n, link)
        },
    },
    Shape {
        name: "networks of a rack that do not exist",
        text: |n| {
            let spec = format!("{{local_networks: [{}]}}", lines(n, |n| format!("m{n}")));
            documents(n, |n| network(&format!("network-{n}"), "mtu: 1500"))
                + &document("Rack", "r", &spec)
        },
    },
    Shape {
        name: "networks local to another rack",
        text: |n| {
            let names = lines(n, |n| format!("n{n}"));
            let member = |n| {
                network(
                    &format!("n{n}"),
                    &format!("cidr: 10.{}.{}.0/24", n / 256, n % 256),
                )
            };
            documents(n, member)
                + &document("Rack", "r", &format!("{{local_networks: [{names}]}}"))
                + &document("Rack", "s", "{}")
                + &node(
                    0,
                    &format!(
                        "metadata: {{rack: s}}, interfaces: {{eth0: {{networks: [{names}]}}}}"
                    ),
                )
        },
    },
    Shape {
        name: "ports of a node at the switches of its rack",
        text: |n| {
            let switch = |n| format!("s{n}: {{mgmt_ip: {}}}", ip(n));
            let port = |n| format!("eth{n}: {{switch: s{n}, port: p{n}}}");
            let slave = |n| format!("eth{n}");
            document(
                "Rack",
                "r",
                &format!("{{tor_switches: {{{}}}}}", lines(n, switch)),
            ) + &node(
                0,
                &format!(
                    "metadata: {{rack: r}}, interfaces: {{bond0: {{slaves: [{}]}}}}, attachments: {{{}}}",
                    lines(n, slave),
                    lines(n, port)
                ),
            )
        },
    },
    Shape {
        name: "switches that are not in the rack",
        text: |n| {
            let port = |n| format!("eth{n}: {{switch: t{n}, port: p{n}}}");
            document(
                "Rack",
                "r",
                &format!(
                    "{{tor_switches: {{{}}}}}",
                    lines(n, |n| format!("switch-{n}: {{}}"))
                ),
            ) + &node(
                0,
                &format!("metadata: {{rack: r}}, attachments: {{{}}}", lines(n, port)),
            )
        },
    },
    Shape {
        name: "nodes on one port",
        text: |n| {
            document("Rack", "r", "{tor_switches: {s: {mgmt_ip: 10.0.0.1}}}")
                + &documents(n, |n| {
                    node(
                        n,
                        "metadata: {rack: r}, attachments: {eth0: {switch: s, port: p}}",
                    )
                })
        },
    },
];

pub(super) fn ip(n: usize) -> String {
    format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255)
}

pub(super) fn network(name: &str, spec: &str) -> String {
    document("Network", name, &format!("{{{spec}}}"))
}

pub(super) fn node(n: usize, spec: &str) -> String {
    document(
        "BaremetalNode",
        &format!("node-{n}"),
        &format!("{{{spec}}}"),
    )
}

/// A network with so many ranges, each from and to these numbers.
fn ranges(n: usize, bounds: fn(usize) -> (usize, usize)) -> String {
    let range = |n| {
        let (start, end) = bounds(n);
        format!("{{type: static, start: {}, end: {}}}", ip(start), ip(end))
    };
    network(
        "n0",
        &format!("cidr: 10.0.0.0/8, ranges: [{}]", lines(n, range)),
    )
}
