//! Addresses for `address: auto`: which are given, which never, and that what was given stays.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "allocations/come_and_go.rs"]
mod come_and_go;

use drydock_core::{
    Design,
    model::Address,
    names::{NetworkName, NodeName},
    resolve::Allocations,
    testing::fixture,
    validate::RuleSet,
};
use std::{collections::BTreeMap, net::IpAddr};

fn network(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n---\n"
    )
}

/// A node that is clean but for its addresses; they are written at 7:16.
fn node(name: &str, addressing: &str) -> (String, String) {
    let text = format!(
        "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: {name}}}\nspec:\n  interfaces: {{e: {{networks: [n]}}, f: {{networks: [m]}}}}\n  storage: {{physical_devices: {{sda: {{partitions: [{{name: r, size: 40g, filesystem: {{mountpoint: /}}}}]}}}}}}\n  addressing: {{{addressing}}}\n"
    );
    (format!("{name}.yaml"), text)
}

fn auto(name: &str) -> (String, String) {
    node(name, "n: {address: auto}")
}

const M: &str = "cidr: 10.9.0.0/24";

/// Networks `n` of this spec and `m`, and these nodes.
fn load(n: &str, nodes: &[(String, String)], allocations: &Allocations) -> Design {
    let networks = network("n", n) + &network("m", M);
    let nodes = nodes.iter().map(|(name, text)| (&**name, &**text));
    let files: Vec<(&str, &str)> = [("networks.yaml", &*networks)]
        .into_iter()
        .chain(nodes)
        .collect();
    Design::of(
        &fixture::snapshot(&files),
        &RuleSet::standard(),
        allocations,
    )
}

/// The addresses of the nodes on `n`, `-` where there is none.
fn addresses(design: &Design) -> Vec<String> {
    let on_n = |address: Option<Address>| match address {
        Some(Address::Auto) | None => "-".to_owned(),
        Some(address) => address.to_string(),
    };
    let nodes = design.resolved.nodes.values();
    nodes
        .map(|node| on_n(node.spec.addressing.find("n").unwrap().address))
        .collect()
}

/// What is said, but for what ranges may look like: here many overlap, or were changed, on purpose.
fn said(design: &Design) -> Vec<String> {
    let lines = fixture::lines(&design.diagnostics, &design.resolved);
    let lines = lines.lines().filter(|line| !line.contains("[DD2007]"));
    lines.map(str::to_owned).collect()
}

fn given(of: &[(&str, &str, &str)]) -> Allocations {
    let mut allocations = BTreeMap::<NodeName, BTreeMap<NetworkName, IpAddr>>::new();
    for (node, network, address) in of {
        let of_node = allocations.entry((*node).into()).or_default();
        of_node.insert((*network).into(), address.parse().unwrap());
    }
    Allocations(allocations)
}

/// What this many nodes get on a network of this spec, with nothing to be said.
#[track_caller]
fn gives(n: &str, nodes: usize, expected: &[&str]) {
    let nodes: Vec<_> = (0..nodes).map(|i| auto(&format!("a{i}"))).collect();
    let design = load(n, &nodes, &Allocations::default());
    assert_eq!(said(&design), [""; 0]);
    assert_eq!(addresses(&design), expected);
}

#[test]
fn the_lowest_free_address_goes_to_the_first_node_by_name() {
    let nodes = [auto("b"), auto("a10"), auto("a9")];
    let spec = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.20, end: 10.0.0.99}]";
    let design = load(spec, &nodes, &Allocations::default());
    assert_eq!(said(&design), [""; 0]);
    // a10, a9, b
    assert_eq!(addresses(&design), ["10.0.0.20", "10.0.0.21", "10.0.0.22"]);
    let expected = given(&[
        ("a10", "n", "10.0.0.20"),
        ("a9", "n", "10.0.0.21"),
        ("b", "n", "10.0.0.22"),
    ]);
    assert_eq!(design.allocations, expected);
}

#[test]
fn static_ranges_are_used_in_the_order_of_their_addresses() {
    gives(
        "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.50, end: 10.0.0.51}, {type: static, start: 10.0.0.8, end: 10.0.0.9}, {type: static, start: 10.0.0.9, end: 10.0.0.10}]",
        5,
        &[
            "10.0.0.8",
            "10.0.0.9",
            "10.0.0.10",
            "10.0.0.50",
            "10.0.0.51",
        ],
    );
}

#[test]
fn the_networks_own_and_its_broadcast_address_are_never_given() {
    gives(
        "cidr: 10.0.0.0/30, ranges: [{type: static, start: 10.0.0.0, end: 10.0.0.3}]",
        2,
        &["10.0.0.1", "10.0.0.2"],
    );
}

#[test]
fn gateways_and_the_relay_are_never_given() {
    gives(
        "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.2, end: 10.0.0.9}], routes: [{subnet: 0.0.0.0/0, gateway: 10.0.0.3}, {subnet: 10.5.0.0/16, gateway: 10.0.0.4}], dhcp_relay: {self_ip: 10.0.0.6, upstream_target: 10.0.0.7}",
        4,
        // The server that is relayed to is elsewhere as a rule; nothing is known of it.
        &["10.0.0.2", "10.0.0.5", "10.0.0.7", "10.0.0.8"],
    );
}

#[test]
fn reserved_and_dhcp_ranges_are_never_given() {
    gives(
        "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.2, end: 10.0.0.20}, {type: reserved, start: 10.0.0.1, end: 10.0.0.4}, {type: dhcp, start: 10.0.0.6, end: 10.0.0.9}, {type: reserved, start: 10.0.0.8, end: 10.0.0.11}]",
        3,
        &["10.0.0.5", "10.0.0.12", "10.0.0.13"],
    );
}

#[test]
fn written_addresses_are_never_given_whoever_wrote_them() {
    let nodes = [
        auto("a"),
        node("b", "n: {address: 10.0.0.10}, m: {address: 10.9.0.5}"),
        // Not on this network, and written in another way.
        node(
            "c",
            "n: {address: 10.0.0.13}, m: {address: '::ffff:10.0.0.11'}",
        ),
        auto("d"),
    ];
    let spec = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.10, end: 10.0.0.99}]";
    let design = load(spec, &nodes, &Allocations::default());
    assert_eq!(
        said(&design),
        [
            "error[DD2002] c.yaml:7:54 BaremetalNode c: address ::ffff:10.0.0.11 is outside of network m, 10.9.0.0/24"
        ]
    );
    assert_eq!(
        addresses(&design),
        ["10.0.0.12", "10.0.0.10", "10.0.0.13", "10.0.0.14"]
    );
}

#[test]
fn what_others_were_given_is_never_given_again() {
    let kept = given(&[
        ("gone", "n", "10.0.0.10"),
        ("c", "n", "10.0.0.11"),
        ("gone", "m", "10.0.0.12"),
    ]);
    let spec = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.10, end: 10.0.0.99}]";
    let design = load(spec, &[auto("b"), auto("c")], &kept);
    assert_eq!(said(&design), [""; 0]);
    assert_eq!(addresses(&design), ["10.0.0.13", "10.0.0.11"]);
    // The machine of a node that left may still be running with its address.
    let mut expected = kept;
    expected
        .0
        .entry("b".into())
        .or_default()
        .insert("n".into(), "10.0.0.13".parse().unwrap());
    assert_eq!(design.allocations, expected);
}

#[test]
fn two_networks_of_the_same_addresses_give_each_once() {
    let n = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.10, end: 10.0.0.12}]";
    let networks = network("n", n) + &network("m", n);
    let nodes = [
        node("a", "n: {address: auto}, m: {address: auto}"),
        node("b", "m: {address: auto}"),
    ];
    let files = [
        ("networks.yaml", &*networks),
        ("a.yaml", &*nodes[0].1),
        ("b.yaml", &*nodes[1].1),
    ];
    let design = fixture::load(&files);
    assert_eq!(said(&design), [""; 0]);
    let expected = given(&[
        ("a", "n", "10.0.0.10"),
        ("a", "m", "10.0.0.11"),
        ("b", "m", "10.0.0.12"),
    ]);
    assert_eq!(design.allocations, expected);
}

#[test]
fn without_a_static_range_there_is_nothing_to_give() {
    for ranges in [
        "",
        ", ranges: [{type: dhcp, start: 10.0.0.2, end: 10.0.0.9}]",
    ] {
        let design = load(
            &format!("cidr: 10.0.0.0/24{ranges}"),
            &[auto("a")],
            &Allocations::default(),
        );
        assert_eq!(
            said(&design),
            ["error[DD0510] a.yaml:7:29 BaremetalNode a: network `n` has no free address"]
        );
        assert_eq!(addresses(&design), ["-"]);
        assert_eq!(design.allocations, Allocations::default());
    }
}

#[test]
fn when_a_network_is_exhausted_every_node_without_is_told() {
    let spec = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.8, end: 10.0.0.9}]";
    let nodes: Vec<_> = ["a", "b", "c", "d"].map(auto).into();
    let design = load(spec, &nodes, &given(&[("d", "n", "10.0.0.8")]));
    assert_eq!(
        said(&design),
        [
            "error[DD0510] b.yaml:7:29 BaremetalNode b: network `n` has no free address",
            "error[DD0510] c.yaml:7:29 BaremetalNode c: network `n` has no free address",
        ]
    );
    assert_eq!(addresses(&design), ["10.0.0.9", "-", "-", "10.0.0.8"]);
    let help = design.diagnostics.iter().next().unwrap().help.as_deref();
    assert_eq!(
        help,
        Some("give network n a larger static range, or write the address")
    );
}

#[test]
fn ipv6_has_no_broadcast_address_but_its_first_belongs_to_routers() {
    gives(
        "cidr: '2001:db8::/126', ranges: [{type: static, start: '2001:db8::', end: '2001:db8::3'}]",
        3,
        &["2001:db8::1", "2001:db8::2", "2001:db8::3"],
    );
    gives(
        "cidr: '2001:db8::/64', ranges: [{type: static, start: '2001:db8::ffff', end: '2001:db8::ffff:ffff:ffff:ffff'}, {type: reserved, start: '2001:db8::1:0', end: '2001:db8::2:ffff'}], routes: [{subnet: '::/0', gateway: '2001:db8::3:0'}]",
        3,
        &["2001:db8::ffff", "2001:db8::3:1", "2001:db8::3:2"],
    );
}

#[test]
fn the_last_address_of_all_can_be_given() {
    gives(
        "cidr: '::/0', ranges: [{type: static, start: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', end: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'}]",
        1,
        &["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    );
    let none = "cidr: 255.255.255.0/24, ranges: [{type: static, start: 255.255.255.255, end: 255.255.255.255}]";
    let design = load(none, &[auto("a")], &Allocations::default());
    assert_eq!(addresses(&design), ["-"]);
}

#[test]
fn a_network_without_a_cidr_gives_what_its_ranges_say() {
    gives(
        "ranges: [{type: static, start: 10.0.0.8, end: 10.0.0.9}]",
        2,
        &["10.0.0.8", "10.0.0.9"],
    );
}

#[test]
fn what_lies_outside_of_the_network_or_mixes_families_is_not_given() {
    for ranges in [
        "{type: static, start: '2001:db8::1', end: '2001:db8::9'}",
        "{type: static, start: 10.0.0.1, end: '2001:db8::9'}",
        "{type: static, start: 10.1.0.1, end: 10.1.0.9}",
        "{type: static, start: 10.0.0.9, end: 10.0.0.1}",
        "{type: static, start: 10.0.0.9}",
    ] {
        let design = load(
            &format!("cidr: 10.0.0.0/24, ranges: [{ranges}]"),
            &[auto("a")],
            &Allocations::default(),
        );
        assert_eq!(addresses(&design), ["-"], "{ranges}");
    }
    gives(
        "cidr: 10.0.1.0/30, ranges: [{type: static, start: 10.0.0.1, end: 10.0.9.9}]",
        2,
        &["10.0.1.1", "10.0.1.2"],
    );
}

#[test]
fn an_address_that_was_given_stays_whatever_the_network_says_later() {
    let kept = given(&[("a", "n", "10.0.0.50")]);
    let spec = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.8, end: 10.0.0.9}, {type: dhcp, start: 10.0.0.40, end: 10.0.0.60}]";
    let design = load(spec, &[auto("a")], &kept);
    assert_eq!(
        (addresses(&design), said(&design)),
        (vec!["10.0.0.50".to_owned()], Vec::new())
    );
    assert_eq!(design.allocations, kept);
    // It is held against the rules like any other.
    let design = load("cidr: 10.1.0.0/24", &[auto("a")], &kept);
    assert_eq!(
        said(&design),
        [
            "error[DD2002] a.yaml:7:29 BaremetalNode a: address 10.0.0.50 is outside of network n, 10.1.0.0/24"
        ]
    );
}

#[test]
fn a_network_that_is_not_there_gives_nothing_and_takes_nothing_away() {
    let kept = given(&[("a", "x", "10.0.0.50")]);
    let design = load(M, &[node("a", "x: {address: auto}")], &kept);
    assert_eq!(
        said(&design),
        ["error[DD2001] a.yaml:7:16 BaremetalNode a: there is no network `x`"]
    );
    assert_eq!(design.allocations, kept);
}

#[test]
fn drivers_see_the_address_and_people_see_auto() {
    let spec = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.8, end: 10.0.0.9}]";
    let design = load(spec, &[auto("a")], &Allocations::default());
    let node = &design.resolved.nodes["a"];
    let address = node.interfaces[0].networks[0].address;
    assert_eq!(address, Some(Address::Ip("10.0.0.8".parse().unwrap())));
    let written = node.value.at(["addressing", "n", "address"]).unwrap();
    assert_eq!(written.as_text(), Some("auto"));
}

const WIDE: &str = "cidr: 10.0.0.0/24, ranges: [{type: static, start: 10.0.0.8, end: 10.0.0.99}]";

#[test]
fn a_written_address_that_another_node_was_given_is_used_twice() {
    let kept = given(&[("b", "n", "10.0.0.8")]);
    let design = load(
        WIDE,
        &[node("c", "n: {address: 10.0.0.8}"), auto("b")],
        &kept,
    );
    assert_eq!(
        said(&design),
        ["error[DD2005] c.yaml:7:29 BaremetalNode c: address 10.0.0.8 is used twice"]
    );
    // Whoever comes later by name is told.
    let design = load(
        WIDE,
        &[node("a", "n: {address: 10.0.0.8}"), auto("b")],
        &kept,
    );
    assert_eq!(
        said(&design),
        ["error[DD2005] b.yaml:7:29 BaremetalNode b: address 10.0.0.8 is used twice"]
    );
}

#[test]
fn a_written_address_that_is_kept_for_somebody_who_left_is_used_twice() {
    let kept = given(&[("gone", "n", "10.0.0.8"), ("b", "n", "10.0.0.9")]);
    for (name, text) in [
        ("gone", "10.0.0.8"),
        ("b", "10.0.0.9"),
        ("gone", "::ffff:10.0.0.8"),
    ] {
        // b writes its address down now.
        let nodes = [
            node("a", &format!("n: {{address: '{text}'}}")),
            node("b", "n: {address: 10.0.0.77}"),
        ];
        let design = load(WIDE, &nodes, &kept);
        let twice: Vec<_> = design
            .diagnostics
            .iter()
            .filter(|d| d.code.to_string() == "DD2005")
            .collect();
        assert_eq!(twice.len(), 1);
        assert_eq!(
            twice[0].labels[0].text,
            format!("it is kept for {name}, which was given it on network n")
        );
        assert_eq!(
            twice[0].help.as_deref(),
            Some("write another address, or take the allocation away")
        );
        assert_eq!(
            design.resolved.files.origin(twice[0].span()).to_string(),
            "a.yaml:7:29"
        );
        assert_eq!(design.allocations, kept);
    }
}

#[test]
fn a_node_may_write_down_what_it_was_given() {
    let kept = given(&[("a", "n", "10.0.0.8")]);
    let design = load(
        WIDE,
        &[node("a", "n: {address: 10.0.0.8}"), auto("b")],
        &kept,
    );
    assert_eq!(said(&design), [""; 0]);
    assert_eq!(addresses(&design), ["10.0.0.8", "10.0.0.9"]);
}

#[test]
fn a_given_address_that_a_gateway_takes_is_used_twice() {
    let spec = format!("{WIDE}, routes: [{{subnet: 0.0.0.0/0, gateway: 10.0.0.5}}]");
    let design = load(&spec, &[auto("a")], &given(&[("a", "n", "10.0.0.5")]));
    assert_eq!(
        said(&design),
        ["error[DD2005] a.yaml:7:29 BaremetalNode a: address 10.0.0.5 is used twice"]
    );
}

#[test]
fn allocations_are_kept_as_plain_maps() {
    let kept = given(&[("a", "n", "10.0.0.8"), ("a", "m", "2001:db8::1")]);
    let text = serde_json::to_string(&kept).unwrap();
    assert_eq!(text, r#"{"a":{"m":"2001:db8::1","n":"10.0.0.8"}}"#);
    assert_eq!(serde_json::from_str::<Allocations>(&text).unwrap(), kept);
}
