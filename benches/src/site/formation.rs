//! What is of this site: its region, links, networks, racks.

use super::{SiteSpec, fill};
use std::net::Ipv4Addr;

/// The networks that every site has; those after them are called by their number.
const NAMED: [&str; 5] = ["oob", "pxe", "public", "mgmt", "storage"];
/// The number of the first network that is a VLAN of the trunk.
pub(super) const FIRST_VLAN: usize = 3;
/// The first address of a network that a node may have, as its place in the network; those below are reserved.
const FIRST_OF_NODES: u32 = 0x4000;
/// The broadcast address of a network, as its place in it: a network is a /15.
const LAST: u32 = 0x1_ffff;

/// The name of this network.
pub(super) fn network_name(network: usize) -> String {
    match NAMED.get(network) {
        Some(name) => (*name).to_owned(),
        None => format!("tenant-{network:03}"),
    }
}

/// The address at this place of this network.
fn address(network: usize, place: u32) -> String {
    Ipv4Addr::from(0x0a00_0000 + ((network as u32) << 17) + place).to_string()
}

/// The address of this node on this network.
pub(super) fn node_address(network: usize, node: usize) -> String {
    address(network, FIRST_OF_NODES + node as u32)
}

/// The name of this rack.
pub(super) fn rack_name(rack: usize) -> String {
    format!("r{rack:04}")
}

pub(super) fn region() -> String {
    "\
# What holds for the whole site.
---
apiVersion: drydock/v1
kind: Region
metadata: {name: harbour, description: a generated site}
spec:
  tag_definitions:
    - tag: large-disk
      definition_type: lshw_xpath
      definition: //node[@class=\"disk\"]/size[@units=\"bytes\"] > 4000000000000
  authorized_keys:
    - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLE/KEY/EXAMPLE/KEY/EXAMPLE nobody@harbour.example
  repositories:
    remove_unlisted: false
    local-mirror:
      repo_type: apt
      url: https://mirror.harbour.example/ubuntu
      distributions: [noble]
      components: [main, universe]
      arches: [amd64]
"
    .to_owned()
}

pub(super) fn networks(spec: &SiteSpec) -> String {
    let mut text = String::from("# Links and the networks on them; each network is on one link.\n");
    for network in 0..FIRST_VLAN {
        text += &fill(
            "\
---
apiVersion: drydock/v1
kind: NetworkLink
metadata: {name: @name@, region: harbour}
spec:
  bonding: {mode: disabled}
  mtu: 1500
  linkspeed: auto
  trunking: {mode: disabled, default_network: @name@}
  allowed_networks: [@name@]
",
            &[("name", &network_name(network))],
        );
    }
    let vlans: Vec<String> = (FIRST_VLAN..spec.networks).map(network_name).collect();
    text += &fill(
        "\
---
apiVersion: drydock/v1
kind: NetworkLink
metadata: {name: data, region: harbour}
spec:
  bonding:
    mode: 802.3ad
    hash: layer3+4
    peer_rate: fast
    mon_rate: 100
    up_delay: 200
    down_delay: 200
  mtu: 9000
  linkspeed: auto
  trunking: {mode: 802.1q}
  allowed_networks: [@vlans@]
",
        &[("vlans", &vlans.join(", "))],
    );
    (0..spec.networks).for_each(|n| text += &network(n));
    text
}

fn network(network: usize) -> String {
    let name = network_name(network);
    let at = |place| address(network, place);
    let vlan = match network {
        FIRST_VLAN.. => format!("  vlan: {}\n  mtu: 9000\n", 100 + network),
        _ => String::new(),
    };
    let kind = if name == "pxe" { "dhcp" } else { "static" };
    // The default route of nodes is that of mgmt; BMCs and gateways have others.
    let route = match &*name {
        "mgmt" | "oob" | "public" => format!(
            "  routes:\n    - {{subnet: 0.0.0.0/0, gateway: {}, metric: {}}}\n",
            at(1),
            if name == "public" { 200 } else { 100 },
        ),
        _ => String::new(),
    };
    let domain = match &*name {
        "mgmt" => "harbour.example".to_owned(),
        _ => format!("{name}.harbour.example"),
    };
    fill(
        "\
---
apiVersion: drydock/v1
kind: Network
metadata: {name: @name@, region: harbour}
spec:
  cidr: @cidr@/15
@vlan@  ranges:
    - {type: reserved, start: @reserved@, end: @reserved_end@}
    - {type: @kind@, start: @start@, end: @end@}
@route@  dns:
    domain: @domain@
    servers: [@dns1@, @dns2@]
",
        &[
            ("name", &name),
            ("cidr", &at(0)),
            ("vlan", &vlan),
            ("reserved", &at(2)),
            ("reserved_end", &at(FIRST_OF_NODES - 1)),
            ("kind", kind),
            ("start", &at(FIRST_OF_NODES)),
            ("end", &at(LAST - 1)),
            ("route", &route),
            ("domain", &domain),
            ("dns1", &address(FIRST_VLAN, 8)),
            ("dns2", &address(FIRST_VLAN, 9)),
        ],
    )
}

pub(super) fn racks(spec: &SiteSpec) -> String {
    let mut text =
        String::from("# Where nodes stand, and the switches that their cables end at.\n");
    for rack in 0..spec.racks {
        let switch = |n| address(0, 16 + 2 * rack as u32 + n);
        text += &fill(
            "\
---
apiVersion: drydock/v1
kind: Rack
metadata: {name: @name@, region: harbour}
spec:
  tor_switches:
    @name@-tor-a: {mgmt_ip: @a@}
    @name@-tor-b: {mgmt_ip: @b@}
  location: {hall: @hall@, row: @row@, bay: @bay@}
  labels: {power-feed: @feed@}
",
            &[
                ("name", &rack_name(rack)),
                ("a", &switch(0)),
                ("b", &switch(1)),
                ("hall", &(rack / 200).to_string()),
                ("row", &(rack / 10 % 20).to_string()),
                ("bay", &(rack % 10).to_string()),
                ("feed", ["left", "right"][rack % 2]),
            ],
        );
    }
    text
}
