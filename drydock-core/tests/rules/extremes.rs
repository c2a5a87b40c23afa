//! Numbers and addresses at the ends of what there is: each is read or told, and nothing overflows.

use super::networks::NODE;
use drydock_core::testing::fixture;

/// A network of this spec and a node that has an address on it.
fn text(spec: &str, address: &str) -> String {
    format!(
        "apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: x}}\nspec: {{{spec}}}\n---\n\
         apiVersion: drydock/v1\nkind: NetworkLink\nmetadata: {{name: l}}\nspec: {{allowed_networks: [x]}}\n---\n\
         {NODE}  interfaces: {{eth0: {{networks: [x]}}}}\n  addressing: {{x: {{address: {address}}}}}\n"
    )
}

/// What is found in it.
fn found(spec: &str, address: &str) -> Vec<String> {
    let text = text(spec, address);
    let design = fixture::load(&[("networks.yaml", &text)]);
    let found = design.diagnostics.iter();
    found.map(|d| format!("{} {}", d.code, d.message)).collect()
}

#[test]
fn each_is_read_or_told() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "mtu: 18446744073709551615",
            "dhcp",
            &["DD0006 expected a whole number, found `18446744073709551615`"],
        ),
        (
            "mtu: 4294967296",
            "dhcp",
            &["DD0006 expected a whole number, found `4294967296`"],
        ),
        (
            "mtu: 4294967295",
            "dhcp",
            &["DD2003 an MTU of 4294967295 is not possible"],
        ),
        (
            "mtu: -1",
            "dhcp",
            &["DD0006 expected a whole number, found `-1`"],
        ),
        (
            "mtu: 65536",
            "dhcp",
            &["DD2003 an MTU of 65536 is not possible"],
        ),
        (
            "mtu: 65535",
            "dhcp",
            &["DD2003 an MTU of 65535 does not fit into that of link l, 1500"],
        ),
        ("vlan: 4096", "dhcp", &["DD2008 there is no VLAN 4096"]),
        ("vlan: 4095", "dhcp", &["DD2008 there is no VLAN 4095"]),
        (
            "vlan: 65536",
            "dhcp",
            &["DD0006 expected a whole number from 0 to 65535, found `65536`"],
        ),
        ("vlan: 0", "dhcp", &["DD2008 there is no VLAN 0"]),
        (
            "vlan: 184467440737095516150",
            "dhcp",
            &["DD0006 expected a whole number from 0 to 65535, found `184467440737095516150`"],
        ),
        (
            "cidr: 0.0.0.0/0",
            "255.255.255.255",
            &["DD2002 address 255.255.255.255 is the broadcast address of network x, 0.0.0.0/0"],
        ),
        (
            "cidr: 0.0.0.0/0, ranges: [{type: static, start: 0.0.0.0, end: 255.255.255.255}]",
            "auto",
            &[],
        ),
        (
            "cidr: '::/0', ranges: [{type: static, start: '::', end: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'}]",
            "auto",
            &[],
        ),
        (
            "cidr: '::/0', ranges: [{type: static, start: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', end: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'}]",
            "auto",
            &[],
        ),
        (
            "cidr: 255.255.255.255/32, ranges: [{type: static, start: 255.255.255.255, end: 255.255.255.255}]",
            "auto",
            &[],
        ),
        ("cidr: 10.0.0.1/32", "10.0.0.1", &[]),
        (
            "cidr: 10.0.0.0/31, ranges: [{type: static, start: 10.0.0.0, end: 10.0.0.1}]",
            "auto",
            &[],
        ),
        ("cidr: 10.0.0.0/31", "10.0.0.1", &[]),
        (
            "cidr: 10.0.0.0/30",
            "10.0.0.3",
            &["DD2002 address 10.0.0.3 is the broadcast address of network x, 10.0.0.0/30"],
        ),
        (
            "cidr: 10.0.0.0/33",
            "10.0.0.3",
            &[
                "DD0006 expected a network such as 10.0.0.0/24 or 2001:db8::/64, found `10.0.0.0/33`",
            ],
        ),
        (
            "cidr: 'fd00::/127', ranges: [{type: static, start: 'fd00::', end: 'fd00::1'}]",
            "auto",
            &[],
        ),
        (
            "cidr: 'fd00::1/128', ranges: [{type: static, start: 'fd00::1', end: 'fd00::1'}]",
            "auto",
            &[],
        ),
        (
            "cidr: 'fd00::/129'",
            "dhcp",
            &["DD0006 expected a network such as 10.0.0.0/24 or 2001:db8::/64, found `fd00::/129`"],
        ),
        (
            "cidr: '::ffff:10.0.0.0/104'",
            "10.0.0.1",
            &["DD2002 address 10.0.0.1 is outside of network x, ::ffff:10.0.0.0/104"],
        ),
        (
            "cidr: 10.0.0.0/8",
            "'::ffff:10.0.0.1'",
            &["DD2002 address ::ffff:10.0.0.1 is outside of network x, 10.0.0.0/8"],
        ),
        (
            "cidr: 10.0.0.0/8, ranges: [{type: static, start: '::ffff:10.0.0.1', end: '::ffff:10.0.0.9'}]",
            "auto",
            &[
                "DD2007 ::ffff:10.0.0.1 is outside of 10.0.0.0/8",
                "DD2007 ::ffff:10.0.0.9 is outside of 10.0.0.0/8",
                "DD0510 network `x` has no free address",
            ],
        ),
        (
            "cidr: 10.0.0.0/8, ranges: [{type: static, start: 10.0.0.7, end: 10.0.0.7}]",
            "auto",
            &[],
        ),
        (
            "cidr: 10.0.0.0/8, ranges: [{type: static, start: 10.0.0.7, end: 'fd00::1'}]",
            "auto",
            &[
                "DD2007 fd00::1 is outside of 10.0.0.0/8",
                "DD0510 network `x` has no free address",
            ],
        ),
        (
            "ranges: [{type: static, start: 10.0.0.7, end: 'fd00::1'}]",
            "auto",
            &[
                "DD2007 the range starts at 10.0.0.7 and ends at fd00::1",
                "DD0510 network `x` has no free address",
            ],
        ),
        (
            "cidr: 10.0.0.0/8, ranges: [{type: static, start: 10.0.0.9, end: 10.0.0.1}]",
            "auto",
            &[
                "DD2007 the range ends at 10.0.0.1, before it starts at 10.0.0.9",
                "DD0510 network `x` has no free address",
            ],
        ),
        (
            "cidr: 10.0.0.0/8, routes: [{subnet: 0.0.0.0/0, gateway: 10.0.0.1, metric: 4294967296}]",
            "dhcp",
            &["DD0006 expected a whole number, found `4294967296`"],
        ),
        (
            "cidr: 10.0.0.0/8, routes: [{subnet: 0.0.0.0/0, gateway: 10.0.0.1, metric: -1}]",
            "dhcp",
            &["DD0006 expected a whole number, found `-1`"],
        ),
        (
            "cidr: 10.0.0.0/8, routes: [{subnet: '::/0', gateway: 10.0.0.1}]",
            "dhcp",
            &["DD2011 a route whose `subnet` and `gateway` are not of one address family"],
        ),
        (
            "cidr: 10.0.0.0/8, labels: {'': x}",
            "dhcp",
            &["DD0006 a key is empty"],
        ),
    ];
    for (spec, address, expected) in cases {
        assert_eq!(found(spec, address), *expected, "{spec:?} {address}");
    }
}

#[test]
fn what_a_network_of_one_or_two_addresses_has_is_given() {
    for (cidr, range, given) in [
        ("10.0.0.0/31", "start: 10.0.0.0, end: 10.0.0.1", "10.0.0.0"),
        ("10.0.0.4/32", "start: 10.0.0.4, end: 10.0.0.4", "10.0.0.4"),
        ("10.0.0.0/30", "start: 10.0.0.0, end: 10.0.0.3", "10.0.0.1"),
        ("'fd00::/127'", "start: 'fd00::', end: 'fd00::1'", "fd00::"),
        ("'fd00::/126'", "start: 'fd00::', end: 'fd00::3'", "fd00::1"),
    ] {
        let spec = format!("cidr: {cidr}, ranges: [{{type: static, {range}}}]");
        let text = text(&spec, "auto");
        let design = fixture::load(&[("networks.yaml", &text)]);
        let node = design.resolved.nodes.values().next().unwrap();
        let address = node.networks().find_map(|network| network.address?.ip());
        assert_eq!(address, given.parse().ok(), "{cidr}");
    }
}

#[test]
fn reserved_ranges_in_any_order_are_passed_over() {
    let reserved =
        |start, end| format!("{{type: reserved, start: 10.0.0.{start}, end: 10.0.0.{end}}}");
    let ranges = [
        reserved(6, 9),
        "{type: static, start: 10.0.0.1, end: 10.0.0.20}".to_owned(),
        reserved(1, 7),
        reserved(10, 10),
        reserved(2, 3),
    ];
    let spec = format!("cidr: 10.0.0.0/24, ranges: [{}]", ranges.join(", "));
    let design = fixture::load(&[("networks.yaml", &text(&spec, "auto"))]);
    let node = design.resolved.nodes.values().next().unwrap();
    let address = node.networks().find_map(|network| network.address?.ip());
    assert_eq!(address, "10.0.0.11".parse().ok());
}
