//! Documents with one thing wrong that the schema can see: it refuses them, and so does the reader.

use super::{combined, errors};
use drydock_core::{model, names::Kind, source::yaml::read_values};

const NODE: &str = "apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: node, labels: {a: b}}
spec:
  host_profile: [compute, '!']
  hold: true
  oob: {type: ipmi, network: oob, account: admin, credential: {secret: bmc}, cipher_suite: '17', port: 623}
  platform: {image: noble, kernel_params: {quiet: true, console: [tty0, 'ttyS0,115200'], '!x': {}}}
  interfaces:
    - {device_name: bond0, device_link: data, slaves: [a, '!b'], networks: [mgmt, {name: data}], mtu: 9000}
    - '!bond1'
    - {device_name: '!bond2'}
  storage:
    physical_devices:
      sda: {partitions: {root: {size: '>20g', bootable: 'true', filesystem: {mountpoint: /}}, '!boot': null}}
      '!sdb': {}
      sdc: null
  metadata: {tags: ['!'], rack: r1, boot_mac: 02-ab-00-00-00-01, '!owner_data': ''}
  addressing:
    mgmt: {address: auto}
    data: {address: 'fd00::1'}
  attachments: '!'
  serial: 0017
  depends_on: ['role=control,!gpu']
  protect: [release]
";

const NETWORK: &str = "schema: drydock/Network/v1
metadata: {name: mgmt, storagePolicy: cleartext}
data:
  cidr: 10.0.0.0/24
  vlan_id: '102'
  mtu: ~
  ranges: [{type: static, start: 10.0.0.10, end: 10.0.0.20}]
  routes: [{subnet: 0.0.0.0/0, gateway: 10.0.0.1, metric: 10}]
  dns: {domain: example.org, servers: '10.0.0.2, 10.0.0.3'}
  labels: {'!x': y, n: 5}
";

const PROFILE: &str = "apiVersion: '1.0'
kind: HostProfile
metadata: {name: compute}
spec: {host_profile: base, storage: '!', metadata: {labels: '!'}}
";

const HARDWARE: &str = "apiVersion: drydock/v1
kind: HardwareProfile
metadata: {name: r740}
spec:
  vendor: Dell
  device_aliases:
    pci: [{alias: pxe_nic, address: 'pci@0000:00:03.0', type: virtio}]
    disk: {address: '0:0:0:0', bus_type: scsi, alias: disk}
  hugepages: {guests: {size: 1G, count: 16}}
  raid: [{any: thing}]
";

/// The document, what to replace in it, and by what.
type Damage = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const DAMAGES: &[Damage] = &[
    (NODE, "drydock/v1", "drydock/v2"),
    (NODE, "BaremetalNode", "BareMetalNode"),
    (NODE, "name: node, ", ""),
    (NODE, "labels: {a: b}", "label: {a: b}"),
    (NODE, "spec:", "specs:"),
    (NODE, "  hold: true", "  hold: yes please"),
    (NODE, "  hold: true", "  hodl: true"),
    (NODE, "'17'", "'seventeen'"),
    (NODE, "port: 623", "port: 66000"),
    (NODE, "port: 623", "port: -1"),
    (NODE, "{secret: bmc}", "{secrets: bmc}"),
    (NODE, "{secret: bmc}", "[bmc]"),
    (NODE, "{device_name: bond0, ", "{"),
    (NODE, "slaves: [a, '!b']", "slaves: a"),
    (NODE, "slaves: [a, '!b']", "slaves: [a, null]"),
    (NODE, "mtu: 9000", "mtu: 9000.5"),
    (NODE, "'>20g'", "'>20 g'"),
    (NODE, "'!sdb': {}", "'!sdb': {partitions: {}}"),
    (NODE, "'!boot': null", "'!boot': gone"),
    (NODE, "  storage:\n", "  storage: null\n  x:\n"),
    (NODE, "02-ab-00-00-00-01", "02-ab-00-00-00"),
    (NODE, "{address: auto}", "{address: automatic}"),
    (NODE, "{address: auto}", "[auto]"),
    (NODE, "[release]", "[relase]"),
    (NODE, "rack: r1", "roles: [control]"),
    (NETWORK, "10.0.0.0/24", "10.0.0.0"),
    (NETWORK, "type: static", "type: '!'"),
    (NETWORK, "gateway: 10.0.0.1", "gateway: 10.0.0.256"),
    (NETWORK, "routes: [", "routes: ['!', "),
    (NETWORK, "labels: {'!x': y", "labels: {x: {y: z}"),
    (NETWORK, "  dns: {", "  allocation: {}\n  dns: {"),
    (NETWORK, "data:\n", "spec:\n"),
    (PROFILE, "storage: '!'", "storage: '!x'"),
    (PROFILE, "storage: '!'", "serial: X1"),
    (PROFILE, "labels: '!'", "boot_mac: null"),
    (PROFILE, "storage: '!'", "'!addressing': {}"),
    (HARDWARE, "vendor: Dell", "'!vendor': ''"),
    (HARDWARE, "count: 16", "count: many"),
    (HARDWARE, "disk: {", "disk: null\n    other: {"),
];

fn refuses(text: &str) -> bool {
    let value = read_values("document.yaml", text.as_bytes()).values;
    assert_eq!(value.len(), 1, "{text}");
    let value = &value[0];
    let document = serde_json::to_value(value).unwrap();
    let combined = !combined().is_valid(&document);
    // The schema of the one kind says the same.
    let kind = ["BaremetalNode", "HostProfile", "HardwareProfile", "Network"];
    let kind = kind
        .into_iter()
        .find(|kind| text.contains(&format!(" {kind}\n")) || text.contains(&format!("/{kind}/")));
    if let Some(kind) = kind.and_then(Kind::built_in) {
        let of_kind = jsonschema::validator_for(&model::schema(&kind).unwrap()).unwrap();
        assert_eq!(combined, !of_kind.is_valid(&document), "{text}");
    }
    combined
}

#[test]
fn every_damage_is_refused() {
    for text in [NODE, NETWORK, PROFILE, HARDWARE] {
        assert!(!refuses(text), "{text}");
        assert_eq!(errors("document.yaml", text), []);
    }
    for (text, from, to) in DAMAGES {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        let damaged = text.replace(from, to);
        assert!(refuses(&damaged), "not refused: {to}");
        assert!(!errors("document.yaml", &damaged).is_empty(), "{to}");
    }
}
