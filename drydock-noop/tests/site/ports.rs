//! A small site with switch ports: one NIC to boot from, and a bond over two switches.

use drydock_core::{
    driver::{PortIntent, PortPhase},
    resolve::ResolvedDesign,
    testing::fixture,
};
use std::sync::Arc;

/// Two nodes and their cables.
pub(crate) const SITE: &str = r#"
apiVersion: drydock/v1
kind: NetworkLink
metadata: {name: pxe}
spec:
  trunking: {mode: disabled, default_network: pxe}
  allowed_networks: [pxe]
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
kind: HardwareProfile
metadata: {name: box}
spec:
  pxe_interface: pxe_nic
  device_aliases:
    pxe_nic: {address: '0000:01:00.0', dev_type: 1G, bus_type: pci}
    nic1: {address: '0000:02:00.0', dev_type: 10G, bus_type: pci}
    nic2: {address: '0000:02:00.1', dev_type: 10G, bus_type: pci}
    boot_disk: {address: '0:0.0.0', dev_type: SSD, bus_type: scsi}
---
apiVersion: drydock/v1
kind: HostProfile
metadata: {name: base}
spec:
  hardware_profile: box
  primary_network: mgmt
  oob: {type: redfish, account: drydock, credential: {secret: bmc}}
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
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: one}
spec:
  host_profile: base
  serial: S-1
  metadata: {rack: r1, boot_mac: '02:00:00:00:00:01'}
  attachments:
    pxe_nic: {switch: tor-a, port: ge-1}
    nic1: {switch: tor-a, port: xe-1}
    nic2: {switch: tor-b, port: xe-1}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: two}
spec:
  host_profile: base
  serial: S-2
  metadata: {rack: r1, boot_mac: '02:00:00:00:00:02'}
  attachments:
    pxe_nic: {switch: tor-a, port: ge-2}
    nic1: {switch: tor-a, port: xe-2}
    nic2: {switch: tor-b, port: xe-2}
"#;

/// The small site with switch ports.
pub(crate) fn design() -> ResolvedDesign {
    fixture::design(&[("site.yaml", SITE)])
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
