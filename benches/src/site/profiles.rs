//! What is general: models of server, what servers are for, what they do at first boot.

use super::{SiteSpec, fill, formation};

pub(super) fn hardware() -> String {
    let mut text = String::from("# What a model of server looks like.\n");
    for (name, bus, more) in [
        (
            "halyard-c32",
            "3b",
            "  cpu_sets:\n    guests: '4-31,36-63'\n  hugepages:\n    guests: {size: '1G', count: 96}\n",
        ),
        ("halyard-s12", "5e", ""),
        ("windlass-e8", "17", ""),
    ] {
        let devices = match name {
            "halyard-s12" => {
                "    data_disk2: {address: '1:0.1.0', dev_type: HDD 12T, bus_type: scsi}\n"
            }
            "windlass-e8" => {
                "    edge_nic:   {address: '0000:01:00.1', dev_type: 10G Ethernet, bus_type: pci}\n"
            }
            _ => "",
        };
        text += &fill(
            "\
---
apiVersion: drydock/v1
kind: HardwareProfile
metadata:
  name: @name@
  description: a model of server
spec:
  vendor: Harbour Works
  generation: '3'
  hw_version: '1'
  bios_version: '3.1.4'
  boot_mode: bios
  bootstrap_protocol: pxe
  pxe_interface: pxe_nic
  device_aliases:
    pxe_nic:    {address: '0000:02:00.0', dev_type: 1G Ethernet, bus_type: pci}
    data_nic1:  {address: '0000:@bus@:00.0', dev_type: 25G Ethernet, bus_type: pci}
    data_nic2:  {address: '0000:@bus@:00.1', dev_type: 25G Ethernet, bus_type: pci}
    boot_disk:  {address: '0:0.0.0', dev_type: SSD 480G, bus_type: scsi}
    data_disk1: {address: '1:0.0.0', dev_type: HDD 12T, bus_type: scsi}
@devices@@more@",
            &[
                ("name", name),
                ("bus", bus),
                ("devices", devices),
                ("more", more),
            ],
        );
    }
    text
}

pub(super) fn hosts(spec: &SiteSpec) -> String {
    let vlans: Vec<String> = (formation::FIRST_VLAN..spec.networks)
        .map(formation::network_name)
        .collect();
    let mut text = fill(BASE, &[("vlans", &vlans.join(", "))]);
    let mut last = "base".to_owned();
    for layer in 2..spec.profile_depth {
        let name = format!("layer-{layer:02}");
        // Each layer takes back what the one before it added.
        let removal = match layer {
            2 => String::new(),
            _ => format!("'!{last}', "),
        };
        let values = [
            ("name", &*name),
            ("parent", &*last),
            ("removal", &*removal),
            ("layer", &*layer.to_string()),
        ];
        text += &fill(LAYER, &values);
        last = name;
    }
    text + &fill(ROLES, &[("parent", &last)])
}

pub(super) fn boot_actions() -> String {
    "\
# What a machine does at its first boot.
---
apiVersion: drydock/v1
kind: BootAction
metadata:
  name: inner-servers
spec:
  signaling: false
  node_filter: 'role in (control,compute,storage)'
  assets:
    - type: pkg_list
      data:
        chrony: null
        lldpd: null
    - type: file
      path: /etc/motd
      permissions: '0644'
      data: |
        {{ node.hostname }}.{{ node.domain }}
      data_pipeline: [template]
---
apiVersion: drydock/v1
kind: BootAction
metadata:
  name: gateways
spec:
  signaling: false
  node_filter:
    filter_set_type: union
    filter_set:
      - filter_type: intersection
        node_labels: {role: gateway}
        node_tags: [edge-facing]
  assets:
    - type: file
      path: /etc/sysctl.d/60-gateway.conf
      permissions: '0644'
      data: |
        net.ipv4.conf.all.rp_filter = 2
"
    .to_owned()
}

const BASE: &str = "\
# What a server is for: base, then layers, then a role.
---
apiVersion: drydock/v1
kind: HostProfile
metadata:
  name: base
  description: what every machine here shares
spec:
  primary_network: mgmt
  oob:
    type: ipmi
    network: oob
    account: drydock
    credential: {secret: bmc-password}
  storage:
    physical_devices:
      boot_disk:
        partitions:
          - name: boot
            size: 2g
            bootable: true
            filesystem: {mountpoint: /boot}
          - name: root
            size: 40g
            filesystem: {mountpoint: /}
          - name: var
            size: '>20g'
            filesystem: {mountpoint: /var, mount_options: 'defaults,nodev'}
      data_disk1:
        volume_group: vg_srv
    volume_groups:
      vg_srv:
        logical_volumes:
          - name: srv
            size: 80%
            filesystem: {mountpoint: /srv, fstype: xfs, mount_options: noatime}
  platform:
    image: noble
    kernel: ga-24.04
    kernel_params:
      quiet: true
      console: [tty0, 'ttyS0,115200']
      panic: 30
  interfaces:
    pxe:
      device_link: pxe
      slaves: [pxe_nic]
      networks: [pxe]
    bond0:
      device_link: data
      slaves: [data_nic1, data_nic2]
      networks: [@vlans@]
  metadata:
    tags: [unattended-upgrades]
    owner_data:
      team: infrastructure
";

const LAYER: &str = "\
---
apiVersion: drydock/v1
kind: HostProfile
metadata:
  name: @name@
spec:
  host_profile: @parent@
  storage:
    physical_devices:
      boot_disk:
        partitions:
          - {name: var, size: '>2@layer@g'}
  platform:
    kernel_params:
      panic: @layer@
  metadata:
    tags: [@removal@@name@]
    owner_data:
      @name@: 'yes'
";

const ROLES: &str = "\
---
apiVersion: drydock/v1
kind: HostProfile
metadata:
  name: edge-access
  description: a leg towards the outside, to be combined with a profile of a server
spec:
  interfaces:
    edge:
      device_link: public
      slaves: [edge_nic]
      networks: [public]
  metadata:
    tags: [edge-facing]
---
apiVersion: drydock/v1
kind: HostProfile
metadata:
  name: control
spec:
  host_profile: @parent@
  hardware_profile: halyard-c32
  metadata:
    labels: {role: control}
---
apiVersion: drydock/v1
kind: HostProfile
metadata:
  name: compute
spec:
  host_profile: @parent@
  hardware_profile: halyard-c32
  platform:
    kernel_params:
      isolcpus: hardwareprofile:cpuset.guests
      hugepagesz: hardwareprofile:hugepages.guests.size
      hugepages: hardwareprofile:hugepages.guests.count
      intel_iommu: 'on'
  metadata:
    labels: {role: compute}
  depends_on: ['role=control']
---
apiVersion: drydock/v1
kind: HostProfile
metadata:
  name: storage
spec:
  host_profile: @parent@
  hardware_profile: halyard-s12
  storage:
    physical_devices:
      data_disk2: {volume_group: vg_srv}
    volume_groups:
      vg_srv:
        logical_volumes:
          srv: {size: 95%}
  platform:
    kernel_params:
      '!panic': ''
  metadata:
    labels: {role: storage}
---
apiVersion: drydock/v1
kind: HostProfile
metadata:
  name: gateway
spec:
  # Two parents, composed from left to right.
  host_profile: [@parent@, edge-access]
  hardware_profile: windlass-e8
  metadata:
    tags: ['!unattended-upgrades']
    labels: {role: gateway}
";
