//! A small site, and one with switch ports.

pub(crate) mod ports;

use drydock_core::{resolve::ResolvedDesign, testing::fixture};

/// The machines of both sites: a NIC to boot from, two for a bond, a disk and a BMC.
const MACHINES: &str = r#"
apiVersion: drydock/v1
kind: NetworkLink
metadata: {name: pxe}
spec:
  trunking: {mode: disabled, default_network: pxe}
  allowed_networks: [pxe]
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
metadata: {name: machine}
spec:
  hardware_profile: box
  primary_network: mgmt
  oob: {type: redfish, account: drydock, credential: {secret: bmc}}
"#;

/// The networks of three nodes, which have a bond each.
const NETWORKS: &str = r#"
---
apiVersion: drydock/v1
kind: NetworkLink
metadata: {name: data}
spec:
  bonding: {mode: 802.3ad}
  mtu: 9000
  trunking: {mode: 802.1q}
  allowed_networks: [mgmt]
---
apiVersion: drydock/v1
kind: Network
metadata: {name: pxe}
spec:
  cidr: 10.0.0.0/24
  ranges:
    - {type: dhcp, start: 10.0.0.100, end: 10.0.0.199}
---
apiVersion: drydock/v1
kind: Network
metadata: {name: mgmt}
spec:
  cidr: 10.0.1.0/24
  vlan: 101
  ranges:
    - {type: static, start: 10.0.1.10, end: 10.0.1.99}
  routes:
    - {subnet: 0.0.0.0/0, gateway: 10.0.1.1, metric: 10}
  dns: {domain: example.org, servers: [10.0.1.2]}
---
apiVersion: drydock/v1
kind: HostProfile
metadata: {name: base}
spec:
  host_profile: machine
  storage:
    physical_devices:
      boot_disk:
        partitions:
          - {name: boot, size: 1g, bootable: true, filesystem: {mountpoint: /boot}}
          - {name: root, size: '>20g', filesystem: {mountpoint: /}}
  platform:
    image: noble
    kernel: ga-24.04
    kernel_params: {quiet: true}
  interfaces:
    pxe: {device_link: pxe, slaves: [pxe_nic], networks: [pxe]}
    bond0: {device_link: data, slaves: [nic1, nic2], networks: [mgmt]}
  metadata:
    tags: [small]
    owner_data: {team: infrastructure, token: hunter2}
---
apiVersion: drydock/v1
kind: Rack
metadata: {name: r1}
spec:
  tor_switches:
    tor: {mgmt_ip: 10.0.0.2}
"#;

/// The small site as text: the compute nodes wait for the control node.
pub(crate) fn text() -> String {
    let nodes = [
        node("control", 1, "control", ""),
        node("compute1", 2, "compute", "depends_on: ['role=control']"),
        node("compute2", 3, "compute", "depends_on: ['role=control']"),
    ];
    [MACHINES, NETWORKS].concat() + &nodes.concat()
}

fn node(name: &str, n: u32, role: &str, more: &str) -> String {
    format!(
        "---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {{name: {name}}}
spec:
  host_profile: base
  serial: S-{n}
  metadata: {{rack: r1, boot_mac: '02:00:00:00:00:0{n}', labels: {{role: {role}}}}}
  addressing:
    - {{network: pxe, address: dhcp}}
    - {{network: mgmt, address: 10.0.1.1{n}}}
  {more}
"
    )
}

/// The small site.
pub(crate) fn design() -> ResolvedDesign {
    fixture::design(&[("site.yaml", &text())])
}
