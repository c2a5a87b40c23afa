//! The nodes: a role, a place, an identity, addresses and cables each.

use super::{
    SiteFile, SiteSpec, fill,
    formation::{network_name, node_address, rack_name},
};

/// How many nodes stand in one file.
pub(super) const IN_A_FILE: usize = 500;

/// This file of nodes.
pub(super) fn file(spec: &SiteSpec, file: usize) -> SiteFile {
    let first = file * IN_A_FILE;
    let last = spec.nodes.min(first + IN_A_FILE);
    let mut text = format!("# Nodes {first} to {}.\n", last - 1);
    (first..last).for_each(|n| text += &node(spec, n));
    (format!("formation/nodes-{file:04}.yaml"), text)
}

/// Three nodes of the site control it; every tenth is a gateway and a quarter store.
fn role(node: usize) -> &'static str {
    match node {
        0..3 => "control",
        _ if node % 10 == 9 => "gateway",
        _ if node.is_multiple_of(4) => "storage",
        _ => "compute",
    }
}

/// The rack of a node and its place in it, from 1.
fn place(spec: &SiteSpec, node: usize) -> (usize, usize) {
    let rack = node * spec.racks / spec.nodes;
    let first = (rack * spec.nodes).div_ceil(spec.racks);
    (rack, node - first + 1)
}

/// The splitmix64 generator's output for this state: what looks random is decided by the node's number.
fn splitmix(state: u64) -> u64 {
    let z = state.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn node(spec: &SiteSpec, node: usize) -> String {
    let random = splitmix(node as u64);
    let role = role(node);
    let (rack, place) = place(spec, node);
    let name = format!("{role}-{node:06}");
    let serial = format!("SN{node:06}{:08X}", random as u32);
    let mac = format!(
        "02:d0:{:02x}:{:02x}:{:02x}:{:02x}",
        random >> 56,
        node >> 16,
        node >> 8 & 255,
        node & 255
    );
    let number = |modulo: u64| (random % modulo).to_string();
    fill(
        "\
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata:
  name: @name@
  region: harbour
  labels: {batch: b@batch@, warranty: '@warranty@'}
  annotations:
    order: PO-@order@
    console: https://console.harbour.example/machines/@serial@
  author: site team
  date: '2026-0@month@-1@day@'
  description: @role@ server @place@ of rack @rack@
spec:
  host_profile: @role@
  # How the machine is recognised: nothing is installed on one that shows neither.
  serial: @serial@
  metadata:
    rack: @rack@
    boot_mac: '@mac@'
    tags: [asset-@node@, shift-@shift@]
    owner_data:
      asset: A@node@
      cost_center: '@cost@'
      contact: shift-@shift@.desk.harbour.example
      contract: support until @warranty@, next business day
      handed_over: '2026-0@month@-2@day@'
@own@  addressing:
@addresses@  attachments:
@cables@",
        &[
            ("name", &name),
            ("batch", &number(97)),
            ("warranty", &(2027 + random % 6).to_string()),
            ("month", &(1 + random % 9).to_string()),
            ("day", &number(9)),
            ("order", &number(99_991)),
            ("serial", &serial),
            ("role", role),
            ("place", &place.to_string()),
            ("rack", &rack_name(rack)),
            ("mac", &mac),
            ("shift", &number(4)),
            ("node", &format!("{node:06}")),
            ("cost", &format!("{:05}", random >> 32 & 0xffff)),
            ("own", own(node)),
            ("addresses", &addresses(spec, node, role)),
            ("cables", &cables(rack, place, role)),
        ],
    )
}

/// What some nodes have otherwise than their profile.
fn own(node: usize) -> &'static str {
    match node % 8 {
        1 => {
            "  platform:
    kernel_params:
      # Its BMC shows the second serial port, and all that the kernel says.
      console: [tty0, 'ttyS1,115200']
      '!quiet': ''
"
        }
        5 => {
            "  storage:
    volume_groups:
      vg_srv:
        logical_volumes:
          # Half stays free for what is to come.
          srv: {size: 50%}
"
        }
        _ => "",
    }
}

fn addresses(spec: &SiteSpec, node: usize, role: &str) -> String {
    let mut text = String::new();
    for network in 0..spec.networks {
        let name = network_name(network);
        let address = match &*name {
            "pxe" => "dhcp".to_owned(),
            "public" if role != "gateway" => continue,
            _ => node_address(network, node),
        };
        text += &format!("    - {{network: {name}, address: {address}}}\n");
    }
    text
}

fn cables(rack: usize, place: usize, role: &str) -> String {
    let rack = rack_name(rack);
    let mut text = format!(
        "    pxe_nic:   {{switch: {rack}-tor-a, port: ge-{place}}}\n    \
             data_nic1: {{switch: {rack}-tor-a, port: xe-{place}}}\n    \
             data_nic2: {{switch: {rack}-tor-b, port: xe-{place}}}\n"
    );
    if role == "gateway" {
        text += &format!("    edge_nic:  {{switch: {rack}-tor-b, port: ge-{place}}}\n");
    }
    text
}
