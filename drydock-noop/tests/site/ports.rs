//! A small site with switch ports: one NIC to boot from, and a bond over two switches.

use drydock_core::{
    driver::{PortIntent, PortPhase},
    resolve::ResolvedDesign,
    testing::fixture,
};
use std::sync::Arc;

/// The networks of two nodes, and their switches.
const NETWORKS: &str = r#"
---
apiVersion: drydock/v1
kind: NetworkLink
metadata: {name: data}
spec:
  bonding: {mode: 802.3ad}
  trunking: {mode: 802.1q}
  allowed_networks: [mgmt, storage]
---
apiVersion: drydock/v1
kind: Network
metadata: {name: pxe}
spec: {cidr: 10.0.0.0/24, ranges: [{type: dhcp, start: 10.0.0.100, end: 10.0.0.199}]}
---
apiVersion: drydock/v1
kind: Network
metadata: {name: mgmt}
spec: {cidr: 10.0.1.0/24, vlan: 101}
---
apiVersion: drydock/v1
kind: Network
metadata: {name: storage}
spec: {cidr: 10.0.2.0/24, vlan: 102}
---
apiVersion: drydock/v1
kind: HostProfile
metadata: {name: base}
spec:
  host_profile: machine
  storage:
    physical_devices:
      boot_disk: {partitions: [{name: root, size: '>20g', filesystem: {mountpoint: /}}]}
  platform: {image: noble}
  interfaces:
    pxe: {device_link: pxe, slaves: [pxe_nic], networks: [pxe]}
    bond0: {device_link: data, slaves: [nic1, nic2], networks: [mgmt, storage]}
---
apiVersion: drydock/v1
kind: Rack
metadata: {name: r1}
spec:
  tor_switches:
    tor-a: {mgmt_ip: 10.0.0.2}
    tor-b: {mgmt_ip: 10.0.0.3}
"#;

/// The small site with switch ports as text.
pub(crate) fn text() -> String {
    [super::MACHINES, NETWORKS].concat() + &node("one", 1) + &node("two", 2)
}

fn node(name: &str, n: u32) -> String {
    format!(
        "---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {{name: {name}}}
spec:
  host_profile: base
  serial: S-{n}
  metadata: {{rack: r1, boot_mac: '02:00:00:00:00:0{n}'}}
  attachments:
    pxe_nic: {{switch: tor-a, port: ge-{n}}}
    nic1: {{switch: tor-a, port: xe-{n}}}
    nic2: {{switch: tor-b, port: xe-{n}}}
"
    )
}

/// The small site with switch ports.
pub(crate) fn design() -> ResolvedDesign {
    fixture::design(&[("site.yaml", &text())])
}

/// What a port of a node is to carry.
pub(crate) fn port(
    node: &str,
    (switch, port): (&str, &str),
    phase: PortPhase,
    untagged: Option<&str>,
    tagged: &[&str],
) -> Arc<PortIntent> {
    let mut intent = PortIntent::new(switch, port, node.into(), phase);
    intent.untagged = untagged.map(Into::into);
    intent.tagged = tagged.iter().map(|name| (*name).into()).collect();
    Arc::new(intent)
}
