//! The bundled site is clean under every rule; each damage below breaks one thing in it, and exactly what follows is
//! found, at the line that caused it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use drydock_core::testing::fixture;

/// A damage: the file, what to replace once by what, and what is found: code, line and message.
type Damage = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const NETWORKS: &str = "formation/networks.yaml";
const HOSTS: &str = "profiles/hosts.yaml";
const R1: &str = "formation/nodes-r1.yaml";

#[rustfmt::skip]
const DAMAGES: &[Damage] = &[
    (HOSTS, "      data_disk1:\n        volume_group: vg_srv", "      data_disk1:\n        volume_group: vg_other",
        &["DD1002 there is no volume group `vg_other`"]),
    (HOSTS, "            bootable: true\n", "            bootable: true\n            volume_group: vg_srv\n",
        &["DD1002 partition `boot` has a file system and belongs to a volume group"]),
    (HOSTS, "        volume_group: vg_srv\n", "        volume_group: vg_srv\n        partitions: [{name: x, size: 1g}]\n",
        &["DD1002 disk `data_disk1` has partitions and belongs to volume group `vg_srv`"]),
    (HOSTS, "            size: 80%", "            size: 101%",
        &["DD0006 expected a size such as 20g, >512mi or 80%, found `101%`: no disk has more than 100%"]),
    (HOSTS, "          - name: srv\n", "          - {name: more, size: 30%}\n          - name: srv\n",
        &["DD1003 110% of volume group `vg_srv` are given away", "DD1003 125% of volume group `vg_srv` are given away"]),
    (HOSTS, "            size: 2g\n", "", &["DD1003 `boot` has no size"]),
    (HOSTS, "            size: '>20g'\n", "", &["DD1003 `var` has no size"]),
    (HOSTS, "mountpoint: /srv,", "mountpoint: /var/,", &["DD1004 two file systems are mounted at `/var/`"]),
    (NETWORKS, "    mode: 802.3ad\n", "    mode: active-backup\n", &[
        "DD1006 `hash` means nothing to a bond of mode active-backup",
        "DD1006 `peer_rate` means nothing to a bond of mode active-backup"]),
    (NETWORKS, "    up_delay: 200\n", "    up_delay: 250\n", &["DD1006 up_delay 250 is not a multiple of mon_rate 100"]),
    (NETWORKS, "  allowed_networks: [mgmt, mgmt6, storage]", "  allowed_networks: [mgmt, mgmt6]",
        &["DD1007 link data does not allow network `storage`"]),
    (NETWORKS, "  allowed_networks: [public]", "  allowed_networks: [public, mgmt]", &[
        "DD2004 2 networks share a link without 802.1q", "DD1007 network `mgmt` is on two links"]),
    (HOSTS, "      device_link: edge\n", "      device_link: egde\n", &["DD1007 there is no network link `egde`"]),
    (HOSTS, "      hugepagesz: hardwareprofile:hugepages.guests.size\n", "", &["DD1008 `hugepages` stands without `hugepagesz`"]),
    (HOSTS, "      slaves: [edge_nic]", "      slaves: [edge_nic, pxe_nic]", &["DD1010 NIC `pxe_nic` belongs to two interfaces"]),
    (NETWORKS, "  mtu: 9000\n  linkspeed: auto\n  # No default", "  mtu: 90000\n  linkspeed: auto\n  # No default",
        &["DD2003 an MTU of 90000 is not possible"]),
    (NETWORKS, "  mtu: 9000\n  ranges", "  mtu: 9216\n  ranges", &["DD2003 an MTU of 9216 does not fit into that of link data, 9000"]),
    (NETWORKS, "  vlan: 130\n", "", &["DD2004 network `storage` has no VLAN and is not the untagged one"]),
    (NETWORKS, "default_network: public}", "default_network: pbulic}", &["DD2004 the untagged network `pbulic` is not allowed on the link"]),
    (NETWORKS, "  cidr: 10.40.30.0/24", "  cidr: 10.40.30.1/24", &["DD2006 10.40.30.1/24 is an address inside of network 10.40.30.0/24"]),
    (NETWORKS, "start: 10.40.10.100, end: 10.40.10.199", "start: 10.40.10.199, end: 10.40.10.100",
        &["DD2007 the range ends at 10.40.10.100, before it starts at 10.40.10.199"]),
    (NETWORKS, "start: 10.40.10.100, end: 10.40.10.199", "start: 10.40.10.5, end: 10.40.10.199",
        &["DD2007 the range 10.40.10.5 to 10.40.10.199 overlaps another"]),
    (NETWORKS, "start: 10.40.10.100, end: 10.40.10.199", "start: 10.40.10.100, end: 10.40.11.199",
        &["DD2007 10.40.11.199 is outside of 10.40.10.0/24"]),
    (R1, "address: 10.40.30.16}", "address: 10.40.30.200}", &["DD2007 10.40.30.200 lies in no static range of network storage"]),
    (NETWORKS, "  vlan: 130\n", "  vlan: 4095\n", &["DD2008 there is no VLAN 4095"]),
    (NETWORKS, "  vlan: 130\n", "  vlan: 120\n", &["DD2008 VLAN 120 of link data (IPv4) is two networks"]),
    (NETWORKS, "    - {type: dhcp, start: 10.40.10.100, end: 10.40.10.199}\n", "",
        &["DD2009 nothing on network `pxe` gives a booting node its address"]),
    (NETWORKS, "    - {subnet: 0.0.0.0/0, gateway: 10.40.20.1, metric: 100}", "    - {routedomain: east, gateway: 10.40.20.1, metric: 100}",
        &["DD2011 no network belongs to route domain `east`"]),
    (R1, "    rack: r1\n    boot_mac: '02:d0:c0:00:01:16'", "    rack: r3\n    boot_mac: '02:d0:c0:00:01:16'", &["DD2012 there is no rack `r3`"]),
    (R1, "metadata: {name: gateway-1, region: quayside}", "metadata: {name: gateway-1, region: quaysied}", &["DD2012 there is no region `quaysied`"]),
    ("formation/racks.yaml", "  labels: {power-feed: left}", "  labels: {power-feed: left}\n  local_networks: [public]",
        &["DD2012 network `public` ends in rack r1"]),
    (R1, "edge_nic:  {switch: r1-tor-b, port: xe-26}", "edge_nic:  {switch: r1-tor-b, port: xe-6}",
        &["DD2013 port xe-6 of switch r1-tor-b is used twice"]),
    (R1, "edge_nic:  {switch: r1-tor-b, port: xe-26}", "edge_nic:  {switch: r1-tor-c, port: xe-26}",
        &["DD2014 rack r1 has no switch `r1-tor-c`"]),
    (R1, "name: gateway-1,", "name: gateway_1,", &["DD3003 the name `gateway_1` has characters other than letters, digits and hyphens"]),
    (R1, "name: gateway-1,", "name: Gateway-2,", &["DD3003 two nodes are `gateway-2.quayside.example`"]),
    (HOSTS, "    account: drydock\n", "", &["DD5001 out of band by ipmi, but `account` is missing"]),
    (HOSTS, "    type: ipmi\n", "    type: libvirt\n", &["DD5002 out of band by libvirt, but `libvirt_uri` is missing"]),
    (R1, "    - {network: oob, address: 10.40.0.16}\n", "", &["DD5001 the BMC has no address on network oob"]),
    (HOSTS, "credential: {secret: bmc-password}", "credential: hunter2", &["DD5004 `credential` holds a secret"]),
];

#[test]
fn each_damage_is_found_and_nothing_else() {
    let site = support::bundled_site();
    let mut wrong = Vec::new();
    for (file, from, to, expected) in DAMAGES {
        let mut damaged = site.clone();
        let text = &mut damaged.iter_mut().find(|(name, _)| name == file).unwrap().1;
        assert_eq!(text.matches(from).count(), 1, "{file}: {from}");
        *text = text.replace(from, to);
        let found = fixture::load(&support::borrowed(&damaged));
        let lines: Vec<String> = found
            .diagnostics
            .iter()
            .map(|d| format!("{} {}", d.code, d.message))
            .collect();
        if lines != *expected {
            wrong.push(format!(
                "{file}: {from:?} -> {to:?}\n  expected {expected:#?}\n  found {lines:#?}"
            ));
        }
        // What is blamed is what was changed, or stands in the file that it touches.
        assert!(
            found.diagnostics.iter().all(|d| d.span().is_known()),
            "{lines:?}"
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fault_in_a_profile_is_one_finding_that_counts_its_nodes() {
    let mut site = support::bundled_site();
    let text = &mut site.iter_mut().find(|(name, _)| name == HOSTS).unwrap().1;
    *text = text.replace("    account: drydock\n", "");
    let found = fixture::load(&support::borrowed(&site));
    let touched: Vec<u32> = found.diagnostics.iter().map(|d| d.touches).collect();
    assert_eq!(touched, [12]);
}

#[test]
fn independent_faults_are_found_all_at_once() {
    let mut site = support::bundled_site();
    let independent = [1, 6, 9, 13, 14, 16, 27, 28, 31, 35];
    let mut expected = 0;
    for n in independent {
        let (file, from, to, found) = DAMAGES[n];
        let text = &mut site.iter_mut().find(|(name, _)| name == file).unwrap().1;
        assert_eq!(text.matches(from).count(), 1, "{from}");
        *text = text.replace(from, to);
        expected += found.len();
    }
    let found = fixture::load(&support::borrowed(&site));
    assert_eq!(
        found.diagnostics.len(),
        expected,
        "{}",
        fixture::lines(&found.diagnostics, &found.resolved)
    );
}
