//! DD2005: no address twice, compared as addresses.

use super::{HOSTS, NETWORKS, R1, R2, help, site, sites, small};
use drydock_core::diagnostic::Label;

#[test]
fn an_address_of_two_nodes_is_told_at_the_second_by_name() {
    site(
        R2,
        "{network: mgmt, address: 10.40.20.21}",
        "{network: mgmt, address: ①10.40.20.11}",
        &["error[DD2005] ① BaremetalNode control-2: address 10.40.20.11 is used twice"],
    );
    help(
        R2,
        "{network: mgmt, address: 10.40.20.21}",
        "{network: mgmt, address: 10.40.20.11}",
        "give one of them another address",
    );
}

#[test]
fn every_spelling_of_an_address_is_that_address() {
    for text in [
        "2001:db8:40:20::11",
        "2001:0db8:0040:0020:0000:0000:0000:0011",
        "2001:DB8:40:20:0::11",
        "2001:db8:40:20:0:0:0.0.0.17",
    ] {
        site(
            R2,
            "address: '2001:db8:40:20::21'",
            &format!("address: ①'{text}'"),
            &["error[DD2005] ① BaremetalNode control-2: address 2001:db8:40:20::11 is used twice"],
        );
    }
}

#[test]
fn an_address_of_ipv4_inside_ipv6_is_that_address() {
    site(
        R2,
        "{network: mgmt, address: 10.40.20.21}",
        "{network: mgmt, address: ①'::ffff:10.40.20.11'}",
        &[
            // It is no address of that network besides.
            "error[DD2002] ① BaremetalNode control-2: address ::ffff:10.40.20.11 is outside of network mgmt, 10.40.20.0/24",
            "error[DD2005] ① BaremetalNode control-2: address 10.40.20.11 is used twice",
        ],
    );
}

#[test]
fn an_address_of_a_gateway_is_told_at_the_node() {
    sites(
        &[
            (NETWORKS, "gateway: 10.40.20.1,", "gateway: 10.40.20.50,"),
            (
                R1,
                "mgmt, address: 10.40.20.11}",
                "mgmt, address: ①10.40.20.50}",
            ),
        ],
        &["error[DD2005] ① BaremetalNode control-1: address 10.40.20.50 is used twice"],
    );
    sites(
        &[
            (
                NETWORKS,
                "gateway: '2001:db8:40:20::1'",
                "gateway: '2001:db8:40:20::50'",
            ),
            (
                R1,
                "address: '2001:db8:40:20::11'}",
                "address: ①'2001:db8:40:20:0:0:0:50'}",
            ),
        ],
        &["error[DD2005] ① BaremetalNode control-1: address 2001:db8:40:20::50 is used twice"],
    );
}

#[test]
fn addresses_of_bmcs_are_compared_with_all_others() {
    site(
        R2,
        "{network: oob, address: 10.40.0.21}",
        "{network: oob, address: ①10.40.0.11}",
        &["error[DD5003] ① BaremetalNode control-2: two BMCs are reached at 10.40.0.11"],
    );
    sites(
        &[
            (NETWORKS, "gateway: 10.40.0.1,", "gateway: 10.40.0.50,"),
            (
                R2,
                "oob, address: 10.40.0.21}",
                "oob, address: ①10.40.0.50}",
            ),
        ],
        &["error[DD2005] ① BaremetalNode control-2: address 10.40.0.50 is used twice"],
    );
}

#[test]
fn an_address_that_a_node_has_twice_is_told() {
    let node = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec:\n  storage: {physical_devices: {sda: {partitions: [{name: r, size: 40g, filesystem: {mountpoint: /}}]}}}\n  interfaces: {e: {networks: [a, b]}}\n";
    let networks = "---\napiVersion: drydock/v1\nkind: Network\nmetadata: {name: a}\nspec: {cidr: 10.0.0.0/24}\n---\napiVersion: drydock/v1\nkind: Network\nmetadata: {name: b}\nspec: {cidr: 10.0.0.0/16}\n";
    small(
        &format!(
            "{node}  addressing: {{a: {{address: 10.0.0.5}}, b: {{address: ①10.0.0.5}}}}\n{networks}"
        ),
        &["error[DD2005] ① BaremetalNode n: address 10.0.0.5 is used twice"],
    );
}

#[test]
fn what_is_used_three_times_is_told_twice() {
    sites(
        &[
            (
                R1,
                "{network: mgmt, address: 10.40.20.15}",
                "{network: mgmt, address: ①10.40.20.11}",
            ),
            (
                R2,
                "{network: mgmt, address: 10.40.20.25}",
                "{network: mgmt, address: ②10.40.20.11}",
            ),
        ],
        &[
            "error[DD2005] ① BaremetalNode storage-1: address 10.40.20.11 is used twice",
            "error[DD2005] ② BaremetalNode storage-2: address 10.40.20.11 is used twice",
        ],
    );
}

#[test]
fn both_places_are_marked() {
    let (files, places) = super::unmarked(&super::damaged(&[
        (
            R1,
            "mgmt, address: 10.40.20.11",
            "mgmt, address: ①10.40.20.11",
        ),
        (
            R2,
            "mgmt, address: 10.40.20.21",
            "mgmt, address: ②10.40.20.11",
        ),
    ]));
    let design = super::load(&files);
    let label = |label: &Label| {
        let place = design.resolved.files.origin(label.span).to_string();
        (place, label.text.clone())
    };
    let labels: Vec<_> = design
        .diagnostics
        .iter()
        .flat_map(|d| d.labels.iter().map(label))
        .collect();
    assert_eq!(
        labels,
        [
            (
                places[1].1.clone(),
                "control-2 has it on network mgmt".to_owned()
            ),
            (
                places[0].1.clone(),
                "control-1 has it on network mgmt".to_owned()
            ),
        ]
    );
}

#[test]
fn one_gateway_may_serve_many_routes_and_networks() {
    let more =
        "gateway: 10.40.20.1, metric: 100}\n    - {subnet: 10.99.0.0/16, gateway: 10.40.20.1}";
    site(NETWORKS, "gateway: 10.40.20.1, metric: 100}", more, &[]);
    let copy = "---\napiVersion: drydock/v1\nkind: Network\nmetadata: {name: copy}\nspec: {cidr: 10.40.20.0/24, routes: [{subnet: 0.0.0.0/0, gateway: 10.40.20.1}]}\n";
    site(NETWORKS, "", copy, &[]);
}

#[test]
fn a_range_that_begins_or_ends_with_a_gateway_is_told() {
    sites(
        &[
            (NETWORKS, "gateway: 10.40.0.1,", "gateway: 10.40.0.10,"),
            (NETWORKS, "start: 10.40.0.11,", "start: ①10.40.0.10,"),
        ],
        &["error[DD2005] ① Network oob: address 10.40.0.10 is used twice"],
    );
    sites(
        &[
            (
                NETWORKS,
                "gateway: 198.51.100.1,",
                "gateway: 198.51.100.30,",
            ),
            (NETWORKS, "end: 198.51.100.30}", "end: ①198.51.100.30}"),
        ],
        &["error[DD2005] ① Network public: address 198.51.100.30 is used twice"],
    );
}

#[test]
fn the_ends_of_ranges_are_compared_with_gateways_alone() {
    // A node may have the first address of a static range; two ranges may touch; a reserved one may hold the gateway.
    site(
        NETWORKS,
        "{type: reserved, start: 10.40.20.2, end: 10.40.20.9}",
        "{type: reserved, start: 10.40.20.1, end: 10.40.20.9}",
        &[],
    );
    site(
        R1,
        "{network: mgmt, address: 10.40.20.11}",
        "{network: mgmt, address: 10.40.20.99}",
        &[],
    );
}

#[test]
fn addresses_that_nobody_wrote_are_not_compared() {
    for word in ["dhcp", "slaac"] {
        let to = format!("{{network: mgmt6, address: {word}}}");
        sites(
            &[
                (R1, "{network: mgmt6, address: '2001:db8:40:20::11'}", &to),
                (R2, "{network: mgmt6, address: '2001:db8:40:20::21'}", &to),
            ],
            &[],
        );
    }
}

// DD5003

#[test]
fn bmcs_behind_one_address_are_told_apart_by_their_ports() {
    let same = "{network: oob, address: ①10.40.0.11}";
    let address = (R2, "{network: oob, address: 10.40.0.21}", same);
    let port = |port: &str| format!("serial: HC32-4021\n  oob: {{port: {port}}}");
    let with = |text: &str, lines: &[&str]| {
        sites(&[address, (R2, "serial: HC32-4021", &port(text))], lines);
    };
    with("6230", &[]);
    // The usual port is the one that is meant where none is written.
    with(
        "623",
        &["error[DD5003] ① BaremetalNode control-2: two BMCs are reached at 10.40.0.11"],
    );
    // A profile that writes a port for all of them does not tell them apart.
    sites(
        &[address, (HOSTS, "type: ipmi", "type: ipmi\n    port: 6230")],
        &["error[DD5003] ① BaremetalNode control-2: two BMCs are reached at 10.40.0.11 port 6230"],
    );
}
