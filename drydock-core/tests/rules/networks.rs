//! DD0009, DD2001, DD2002, DD2006, DD2007 and DD2010: networks that are not there, not carried, do not hold an address, or are
//! said by halves.

use super::{HOSTS, NETWORKS, R1, R2, help, site, sites, small};
use drydock_core::testing::fixture;

/// A node that nothing is wrong with, and nothing is known of.
pub(crate) const NODE: &str = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec:\n  storage: {physical_devices: {sda: {partitions: [{name: r, size: 40g, filesystem: {mountpoint: /}}]}}}\n";

// DD2001

#[test]
fn an_unknown_network_of_a_profile_is_one_finding() {
    // Neither its addresses nor the primary network are told as well: there is one slip of the hand.
    site(
        HOSTS,
        "networks: [mgmt, mgmt6, storage]",
        "networks: [①mgmnt, mgmt6, storage]",
        &[
            "error[DD2001] ① BaremetalNode compute-1: there is no network `mgmnt` (and 11 more with the same cause)",
        ],
    );
}

#[test]
fn a_network_that_is_not_defined_is_told_where_an_interface_names_it() {
    sites(
        &[
            (
                NETWORKS,
                "kind: Network\nmetadata: {name: storage, ",
                "kind: Network\nmetadata: {name: bulk-data, ",
            ),
            (
                HOSTS,
                "networks: [mgmt, mgmt6, storage]",
                "networks: [mgmt, mgmt6, ①storage]",
            ),
        ],
        &[
            "error[DD2001] ① BaremetalNode compute-1: there is no network `storage` (and 11 more with the same cause)",
        ],
    );
}

#[test]
fn an_unknown_network_of_an_address_is_told_at_the_node() {
    site(
        R1,
        "{network: mgmt, address: 10.40.20.11}",
        "{network: ①management, address: 10.40.20.11}",
        &["error[DD2001] ① BaremetalNode control-1: there is no network `management`"],
    );
    help(
        R1,
        "{network: mgmt, address: 10.40.20.11}",
        "{network: mgnt, address: 10.40.20.11}",
        "did you mean `mgmt`?",
    );
}

#[test]
fn an_address_on_a_network_that_no_interface_carries_is_told() {
    let lines: Vec<String> = ['①', '②']
        .iter()
        .zip(["gateway-1", "gateway-2"])
        .map(|(mark, node)| {
            format!("error[DD2001] {mark} BaremetalNode {node}: no interface of this node carries network `public`")
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    sites(
        &[
            (HOSTS, "networks: [public]", "networks: []"),
            (R1, "{network: public, ", "{network: ①public, "),
            (R2, "{network: public, ", "{network: ②public, "),
        ],
        &lines,
    );
}

#[test]
fn the_network_of_the_bmc_is_carried_by_the_bmc() {
    // Without it, the same address is on a network that nobody carries.
    let files = super::damaged(&[(HOSTS, "    network: oob\n", "")]);
    let said = super::said(&super::load(&files));
    let missing = "out of band by ipmi, but `network` is missing (and 11 more with the same cause)";
    let (missing, addresses): (Vec<_>, Vec<_>) =
        said.iter().partition(|line| line.ends_with(missing));
    assert_eq!((missing.len(), addresses.len()), (1, 12), "{said:?}");
    assert!(
        addresses
            .iter()
            .all(|line| line.ends_with("no interface of this node carries network `oob`")),
        "{said:?}"
    );
}

#[test]
fn a_network_on_two_interfaces_is_told_at_the_second() {
    small(
        &format!(
            "{NODE}  interfaces: {{e: {{networks: [n]}}, f: {{networks: [①n]}}}}\n---\n\
             apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: n}}\nspec: {{cidr: 10.1.0.0/24}}\n"
        ),
        &["error[DD2001] ① BaremetalNode n: network `n` is carried by two interfaces"],
    );
}

#[test]
fn an_interface_may_carry_a_network_without_an_address() {
    site(
        R1,
        "    - {network: storage, address: 10.40.30.11}\n",
        "",
        &[],
    );
}

// DD2002

#[test]
fn an_address_outside_of_its_network_is_told() {
    for (from, to, message) in [
        (
            "10.40.20.11}",
            "10.40.21.11",
            "address 10.40.21.11 is outside of network mgmt, 10.40.20.0/24",
        ),
        (
            "'2001:db8:40:20::11'}",
            "'2001:db8:40:21::11'",
            "address 2001:db8:40:21::11 is outside of network mgmt6, 2001:db8:40:20::/64",
        ),
        (
            "10.40.0.11}",
            "10.41.0.11",
            "address 10.41.0.11 is outside of network oob, 10.40.0.0/24",
        ),
        (
            "10.40.30.11}",
            "'2001:db8::1'",
            "address 2001:db8::1 is outside of network storage, 10.40.30.0/24",
        ),
    ] {
        let line = format!("error[DD2002] ① BaremetalNode control-1: {message}");
        site(
            R1,
            &format!("address: {from}"),
            &format!("address: ①{to}}}"),
            &[&line],
        );
    }
}

#[test]
fn a_gateway_outside_of_its_network_is_told() {
    site(
        NETWORKS,
        "gateway: 10.40.20.1,",
        "gateway: ①10.40.21.1,",
        &["error[DD2002] ① Network mgmt: gateway 10.40.21.1 is outside of 10.40.20.0/24"],
    );
    site(
        NETWORKS,
        "gateway: '2001:db8:40:20::1'",
        "gateway: ①10.40.20.3",
        &["error[DD2002] ① Network mgmt6: gateway 10.40.20.3 is outside of 2001:db8:40:20::/64"],
    );
}

#[test]
fn a_network_that_moves_leaves_its_addresses_and_its_gateway_behind() {
    // One line of the network is wrong, yet each of them may be what has to change.
    small(
        &format!(
            "{NODE}  interfaces: {{e: {{networks: [n]}}}}\n  addressing: {{n: {{address: ①10.0.0.5}}}}\n---\n\
             apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: n}}\n\
             spec: {{cidr: 10.1.0.0/24, routes: [{{subnet: 0.0.0.0/0, gateway: ②10.0.0.1}}]}}\n"
        ),
        &[
            "error[DD2002] ① BaremetalNode n: address 10.0.0.5 is outside of network n, 10.1.0.0/24",
            "error[DD2002] ② Network n: gateway 10.0.0.1 is outside of 10.1.0.0/24",
        ],
    );
}

#[test]
fn an_address_without_a_known_network_or_cidr_is_not_judged() {
    site(NETWORKS, "  cidr: 198.51.100.0/27\n", "", &[]);
}

// DD2010

#[test]
fn a_primary_network_that_no_interface_carries_is_told_where_it_is_written() {
    site(
        HOSTS,
        "primary_network: mgmt",
        "primary_network: ①public",
        // Gateways carry it.
        &[
            "error[DD2010] ① BaremetalNode compute-1: primary network `public` is not one of this node's (and 9 more with the same cause)",
        ],
    );
    site(
        HOSTS,
        "primary_network: mgmt",
        "primary_network: ①mgnt",
        &[
            "error[DD2010] ① BaremetalNode compute-1: primary network `mgnt` is not one of this node's (and 11 more with the same cause)",
        ],
    );
    site(
        R1,
        "host_profile: storage\n",
        "host_profile: storage\n  primary_network: ①oob\n",
        &[
            "error[DD2010] ① BaremetalNode storage-1: primary network `oob` is not one of this node's",
        ],
    );
    help(
        R1,
        "host_profile: storage\n",
        "host_profile: storage\n  primary_network: oob\n",
        "name one of pxe, mgmt, mgmt6, storage, or add it to an interface",
    );
}

#[test]
fn a_node_without_interfaces_has_no_primary_network() {
    small(
        &format!("{NODE}  primary_network: ①mgmt\n"),
        &["error[DD2010] ① BaremetalNode n: primary network `mgmt` is not one of this node's"],
    );
    small(NODE, &[]);
}

fn network(spec: &str) -> String {
    format!("apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: net}}\nspec: {{{spec}}}\n")
}

#[test]
fn an_address_that_no_machine_can_have_is_told() {
    for (address, what) in [("10.40.30.0", "own"), ("10.40.30.255", "broadcast")] {
        let line = format!(
            "error[DD2002] ① BaremetalNode control-1: address {address} is the {what} address of network storage, 10.40.30.0/24"
        );
        let to = format!("address: ①{address}}}");
        site(R1, "address: 10.40.30.11}", &to, &[&line]);
    }
    small(
        &network("cidr: 10.0.0.0/24, routes: [{subnet: 0.0.0.0/0, gateway: ①10.0.0.255}]"),
        &[
            "error[DD2002] ① Network net: gateway 10.0.0.255 is the broadcast address of 10.0.0.0/24",
        ],
    );
    // Two hosts on a line have no others (RFC 3021), and IPv6 has no broadcast.
    small(
        &network("cidr: 10.0.0.0/31, routes: [{subnet: 0.0.0.0/0, gateway: 10.0.0.1}]"),
        &[],
    );
    small(
        &network("cidr: '2001:db8::/64', routes: [{subnet: '::/0', gateway: '2001:db8::'}]"),
        &[],
    );
}

// DD2006

#[test]
fn a_route_to_a_subnet_with_host_bits_is_told() {
    small(
        &network("cidr: 10.0.0.0/24, routes: [{subnet: ①10.9.0.7/16, gateway: 10.0.0.1}]"),
        &["error[DD2006] ① Network net: 10.9.0.7/16 is an address inside of subnet 10.9.0.0/16"],
    );
}

// DD2007

#[test]
fn a_range_that_is_said_by_halves_is_told() {
    for (range, missing) in [
        ("type: static, start: 10.0.0.10", "end"),
        ("type: static, end: 10.0.0.10", "start"),
        ("start: 10.0.0.10, end: 10.0.0.20", "type"),
    ] {
        let line = format!("error[DD2007] ① Network net: a range without `{missing}`");
        small(
            &network(&format!("cidr: 10.0.0.0/24, ranges: [①{{{range}}}]")),
            &[&line],
        );
    }
    small(
        &network("cidr: 10.0.0.0/24, ranges: [{type: ①statik, start: 10.0.0.10, end: 10.0.0.20}]"),
        &["error[DD0006] ① Network net: expected static, dhcp or reserved, found `statik`"],
    );
}

// DD2003

#[test]
fn a_network_above_the_mtu_that_its_interface_has_is_told() {
    let node =
        NODE.to_owned() + "  interfaces: {eth0: {slaves: [eth0], networks: [net], mtu: ①1500}}\n";
    small(
        &(network("cidr: 10.0.0.0/24, mtu: 9000") + "---\n" + &node),
        &["error[DD2003] ① BaremetalNode n: network `net` has an MTU of 9000, its interface 1500"],
    );
    let node = node.replace('①', "").replace("1500", "9000");
    small(
        &(network("cidr: 10.0.0.0/24, mtu: 9000") + "---\n" + &node),
        &[],
    );
}

// DD0009

#[test]
fn route_domains_add_no_more_routes_than_a_design_may_have() {
    let network = |domain: &str, n: usize| {
        let (high, low) = (n / 256, n % 256);
        format!(
            "apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: {domain}-{n}}}\nspec: {{cidr: 10.{high}.{low}.0/24, \
             routedomain: {domain}, routes: [{{routedomain: {domain}, gateway: 10.{high}.{low}.1}}]}}\n---\n"
        )
    };
    let large: String = (0..720).map(|n| network("large", n)).collect();
    let little: String = (1000..1003).map(|n| network("little", n)).collect();
    for text in [large.clone() + &little, little + &large] {
        let design = fixture::load(&[("networks.yaml", &text)]);
        let found: Vec<_> = design.diagnostics.iter().collect();
        let [found] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(found.code.to_string(), "DD0009");
        assert_eq!(
            &*found.message,
            "with those to route domain `large`, route domains would add more than 500000 routes"
        );
        let routes = |name: &str| design.resolved.networks[name].routes.len();
        assert_eq!((routes("large-0"), routes("little-1000")), (0, 2));
    }
}
