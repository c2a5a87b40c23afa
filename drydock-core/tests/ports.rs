//! What the switch ports of a node carry when, by how its interfaces and its hardware are written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_core::{driver::ports_of, testing::fixture};

/// What each port of the node carries: `NIC boot NETWORK; production UNTAGGED [TAGGED] LAG`.
fn ports(hardware: &str, interfaces: &str, mode: &str) -> Vec<String> {
    let text = format!(
        "
apiVersion: drydock/v1
kind: NetworkLink
metadata: {{name: pxe}}
spec: {{allowed_networks: [pxe]}}
---
apiVersion: drydock/v1
kind: NetworkLink
metadata: {{name: data}}
spec:
  bonding: {{mode: {mode}}}
  trunking: {{mode: 802.1q, default_network: mgmt}}
  allowed_networks: [mgmt, storage]
---
apiVersion: drydock/v1
kind: Network
metadata: {{name: pxe}}
spec: {{cidr: 10.0.0.0/24, ranges: [{{type: dhcp, start: 10.0.0.10, end: 10.0.0.99}}]}}
---
apiVersion: drydock/v1
kind: Network
metadata: {{name: mgmt}}
spec: {{cidr: 10.0.1.0/24, vlan: 101, ranges: [{{type: dhcp, start: 10.0.1.90, end: 10.0.1.99}}]}}
---
apiVersion: drydock/v1
kind: Network
metadata: {{name: storage}}
spec: {{cidr: 10.0.2.0/24, vlan: 102}}
---
apiVersion: drydock/v1
kind: Rack
metadata: {{name: r1}}
spec: {{tor_switches: {{tor: {{mgmt_ip: 10.0.1.2}}}}}}
---
apiVersion: drydock/v1
kind: HardwareProfile
metadata: {{name: box}}
spec: {hardware}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {{name: n1}}
spec:
  hardware_profile: box
  storage: {{physical_devices: {{sda: {{partitions: [{{name: root, size: 40g, filesystem: {{mountpoint: /}}}}]}}}}}}
  metadata: {{rack: r1}}
  interfaces: {interfaces}
  attachments:
    eno1: {{switch: tor, port: '1'}}
    eno2: {{switch: tor, port: '2'}}
    eno3: {{switch: tor, port: '3'}}
"
    );
    let design = fixture::design(&[("site.yaml", &text)]);
    let ports = ports_of(&design.nodes["n1"]);
    let shown = ports.iter().map(|port| {
        let boot = port
            .boot
            .as_ref()
            .map_or("-", |boot| boot.untagged.as_deref().unwrap());
        let (p, none) = (&port.production, "-");
        let tagged: Vec<&str> = p.tagged.iter().map(|name| name.as_str()).collect();
        let (untagged, lag) = (
            p.untagged.as_deref().unwrap_or(none),
            p.lag.as_deref().unwrap_or(none),
        );
        format!(
            "{} boot {boot}; production {untagged} {tagged:?} {lag}",
            port.slave
        )
    });
    shown.collect()
}

const BOND: &str = "{bond0: {device_link: data, slaves: [eno2, eno3], networks: [mgmt, storage]}, \
                    eno1: {device_link: pxe, slaves: [eno1], networks: [pxe]}}";

#[test]
fn a_nic_of_its_own_boots_and_the_bond_is_one_aggregation() {
    let expected = [
        "eno1 boot pxe; production pxe [] -",
        "eno2 boot -; production mgmt [\"storage\"] n1-bond0",
        "eno3 boot -; production mgmt [\"storage\"] n1-bond0",
    ];
    assert_eq!(ports("{pxe_interface: eno1}", BOND, "802.3ad"), expected);
    assert_eq!(
        ports("{pxe_interface: eno1}", BOND, "active-backup")[1],
        "eno2 boot -; production mgmt [\"storage\"] -",
        "a switch knows nothing of it"
    );
}

#[test]
fn of_a_bond_that_boots_one_slave_boots_or_all_as_it_is_named() {
    let one = ports("{pxe_interface: eno3}", BOND, "802.3ad");
    assert_eq!(
        one[2],
        "eno3 boot mgmt; production mgmt [\"storage\"] n1-bond0"
    );
    assert!(one[0].starts_with("eno1 boot -") && one[1].starts_with("eno2 boot -"));
    let all = ports("{pxe_interface: bond0}", BOND, "802.3ad");
    let boots = all.iter().filter(|port| port.contains("boot mgmt"));
    assert_eq!(boots.count(), 2, "{all:?}");
}

#[test]
fn where_no_nic_is_named_the_first_untagged_interface_boots() {
    for hardware in ["{pxe_interface: 0}", "{}"] {
        let found = ports(hardware, BOND, "802.3ad");
        let boots: Vec<&String> = found
            .iter()
            .filter(|port| !port.contains("boot -"))
            .collect();
        assert_eq!(boots.len(), 2, "{found:?}");
        assert!(
            boots[0].starts_with("eno2 boot mgmt"),
            "interfaces have an order"
        );
    }
}

#[test]
fn a_nic_that_no_interface_has_carries_nothing() {
    let one = "{eno1: {device_link: pxe, slaves: [eno1], networks: [pxe]}}";
    assert_eq!(
        ports("{}", one, "disabled"),
        ["eno1 boot pxe; production pxe [] -"]
    );
}
