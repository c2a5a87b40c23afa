//! What the ancestor did wrong, each as it was found by running it: see the language for what is right.

use super::{clean, field, resolved, resolved_files, said, with};

const DISKS: (&str, &str) = (
    "a",
    "storage: {physical_devices: {sda: {volume_group: v}, sdb: {volume_group: v}, sdc: {volume_group: v}, sdd: {volume_group: v}}}",
);

/// The names of what stands under a key of `node`.
fn names(documents: &super::Documents<'_>, path: &str) -> String {
    let found = resolved(documents);
    assert_eq!(said(&found), [""; 0]);
    let value = found.design.nodes["node"].value.at(path.split('.'));
    let names: Vec<&str> = value
        .and_then(|value| value.as_map())
        .unwrap()
        .iter()
        .map(|entry| &*entry.key)
        .collect();
    names.join(" ")
}

#[test]
fn only_the_last_unmentioned_disk_of_the_parent_survived() {
    for (devices, expected) in [
        ("{sdz: {}}", "sda sdb sdc sdd sdz"),
        ("{sda: {}}", "sda sdb sdc sdd"),
        ("{'!sdb': {}}", "sda sdc sdd"),
        ("{sdc: {}, sdy: {}}", "sda sdb sdc sdd sdy"),
    ] {
        let node = format!("host_profile: a\nstorage: {{physical_devices: {devices}}}");
        assert_eq!(
            names(&[DISKS, ("node", &node)], "storage.physical_devices"),
            expected
        );
    }
}

#[test]
fn only_the_last_unmentioned_partition_of_the_parent_survived() {
    let a = (
        "a",
        "storage: {physical_devices: {sda: {partitions: [{name: root}, {name: boot}, {name: var}, {name: log}]}}}",
    );
    let node = (
        "node",
        "host_profile: a\nstorage: {physical_devices: {sda: {partitions: [{name: root, size: 1g}]}}}",
    );
    assert_eq!(
        names(&[a, node], "storage.physical_devices.sda.partitions"),
        "root boot var log"
    );
}

#[test]
fn only_the_last_unmentioned_volume_of_the_parent_survived() {
    let a = (
        "a",
        "storage: {volume_groups: {v: {logical_volumes: [{name: x}, {name: y}, {name: z}]}, w: {}, u: {}}}",
    );
    let node = (
        "node",
        "host_profile: a\nstorage: {volume_groups: {v: {logical_volumes: [{name: n}]}}}",
    );
    assert_eq!(names(&[a, node], "storage.volume_groups"), "v w u");
    assert_eq!(
        names(&[a, node], "storage.volume_groups.v.logical_volumes"),
        "x y z n"
    );
}

#[test]
fn storage_over_a_parent_without_storage_crashed_the_site() {
    let node = (
        "node",
        "host_profile: a\nstorage: {physical_devices: {sda: {partitions: [{name: p, size: 1g}]}}, volume_groups: {v: {}}}",
    );
    let storage = "{physical_devices:{sda:{partitions:{p:{size:1g}}}},volume_groups:{v:{}}}";
    clean(&[("a", "hold: true"), node], "storage", storage);
    clean(&[("a", "storage: {}"), node], "storage", storage);
    let empty = "storage: {physical_devices: {sda: {partitions: []}}, volume_groups: {v: {logical_volumes: []}}}";
    clean(
        &[("a", empty), node],
        "storage.physical_devices",
        "{sda:{partitions:{p:{size:1g}}}}",
    );
}

#[test]
fn an_overridden_volume_group_lost_its_volumes_and_still_validated() {
    let a = (
        "a",
        "storage: {volume_groups: {v: {logical_volumes: [{name: x, size: 80%, filesystem: {mountpoint: /x}}]}}}",
    );
    let node = (
        "node",
        "host_profile: a\nstorage: {volume_groups: {v: {vg_uuid: u}}}",
    );
    let found = resolved(&[a, node]);
    let group = &found.design.nodes["node"].volume_groups[0];
    assert_eq!(group.volumes.len(), 1);
    let fs = group.volumes[0].filesystem.as_ref().unwrap();
    assert_eq!(fs.mountpoint.as_deref(), Some("/x"));
}

#[test]
fn virtual_functions_were_lost_when_an_interface_was_merged() {
    let a = (
        "a",
        "interfaces: {e: {sriov: {vf_count: 16, trustmode: true}, slaves: [eth0]}}",
    );
    let node = ("node", "host_profile: a\ninterfaces: {e: {networks: [n]}}");
    let found = resolved(&[a, node]);
    let sriov = &found.design.nodes["node"]
        .spec
        .interfaces
        .find("e")
        .unwrap()
        .sriov;
    assert_eq!((sriov.vf_count, sriov.trustedmode), (Some(16), Some(true)));
}

#[test]
fn a_partition_could_never_be_a_physical_volume_nor_bootable_nor_labelled() {
    let node = (
        "node",
        "storage: {physical_devices: {sda: {partitions: [{name: p, volume_group: v, bootable: true, labels: {l: m}}]}}}",
    );
    let found = resolved(&[node]);
    assert_eq!(said(&found), [""; 0]);
    let node = &found.design.nodes["node"];
    let partition = &node.disks[0].partitions[0];
    assert_eq!(partition.volume_group.as_deref(), Some("v"));
    assert!(partition.bootable);
    assert_eq!(
        field(&found, "storage.physical_devices.sda.partitions.p.labels"),
        "{l:m}"
    );
}

#[test]
fn partitions_beside_a_volume_group_were_dropped() {
    let node = (
        "node",
        "storage: {physical_devices: {sda: {volume_group: v, partitions: [{name: p}]}}}",
    );
    let found = resolved(&[node]);
    let disk = &found.design.nodes["node"].disks[0];
    assert_eq!(
        (disk.volume_group.as_deref(), disk.partitions.len()),
        (Some("v"), 1)
    );
}

#[test]
fn defaults_were_applied_before_merging() {
    let a = (
        "a",
        "storage: {volume_groups: {v: {logical_volumes: [{name: x, filesystem: {mountpoint: /x, fstype: xfs, mount_options: noatime}}]}}}",
    );
    let node = (
        "node",
        "host_profile: a\nstorage: {volume_groups: {v: {logical_volumes: {x: {filesystem: {mountpoint: /y}}}}}}",
    );
    clean(
        &[a, node],
        "storage.volume_groups.v.logical_volumes.x.filesystem",
        "{mountpoint:/y,fstype:xfs,mount_options:noatime}",
    );
}

#[test]
fn removal_by_null_did_nothing() {
    let a = (
        "a",
        "interfaces: {e: {}, f: {}}\nstorage: {physical_devices: {sda: {}, sdb: {}}}",
    );
    let node = (
        "node",
        "host_profile: a\ninterfaces: {e: null}\nstorage: {physical_devices: {sdb: ~}}",
    );
    assert_eq!(names(&[a, node], "interfaces"), "f");
    assert_eq!(names(&[a, node], "storage.physical_devices"), "sda");
}

#[test]
fn a_removal_in_a_profile_without_parents_stayed_as_a_tag() {
    with(
        &[
            ("a", "metadata: {tags: ['!t', u]}"),
            ("node", "host_profile: a"),
        ],
        "metadata.tags",
        "[u]",
        &["warning[DD0505] a.yaml:5:21 HostProfile a: there is no `t` here to remove"],
    );
}

#[test]
fn unknown_nested_keys_passed_in_silence() {
    with(
        &[(
            "node",
            "interfaces: {e: {mtuu: 1}}\nstorage: {physical_devices: {sda: {partitions: [{name: p, filesystem: {mount: /}}]}}, volume_groups: {v: {size: 1g, logical_volumes: [{name: l, sise: 1g}]}}}\naddressing: [{network: n, adress: dhcp}]",
        )],
        "interfaces",
        "{e:{}}",
        &[
            "error[DD0005] node.yaml:5:20 BaremetalNode node: unknown key `mtuu`",
            "error[DD0005] node.yaml:6:74 BaremetalNode node: unknown key `mount`",
            "error[DD0005] node.yaml:6:109 BaremetalNode node: unknown key `size`",
            "error[DD0005] node.yaml:6:147 BaremetalNode node: unknown key `sise`",
            "error[DD0005] node.yaml:7:29 BaremetalNode node: unknown key `adress`",
        ],
    );
}

#[test]
fn duplicates_passed_in_silence() {
    let node = |spec: &str| super::document("node", spec);
    let text = format!(
        "{}---\n{}",
        node(
            "platform: {image: a}\nplatform: {image: b}\nmetadata: {tags: [t, u, t]}\ninterfaces: [{device_name: e}, {device_name: e}]"
        ),
        node("platform: {image: c}")
    );
    let found = resolved_files(&[("node.yaml".to_owned(), text)]);
    assert_eq!(
        said(&found),
        [
            "error[DD0008] node.yaml:6:3 the key `platform` stands twice",
            "error[DD0008] node.yaml:7:27 BaremetalNode node: `t` stands twice",
            "error[DD0008] node.yaml:8:48 BaremetalNode node: `e` stands twice",
            "error[DD0007] node.yaml:12:18 BaremetalNode node: there is another BaremetalNode `node`",
        ]
    );
    // The first counts.
    assert_eq!(field(&found, "platform.image"), "a");
    assert_eq!(field(&found, "metadata.tags"), "[t,u]");
}

#[test]
fn a_bad_schema_string_dropped_the_document_and_reported_success() {
    let text = "schema: drydock/BaremetalNode\nmetadata: {name: node}\ndata: {}\n";
    let found = resolved_files(&[("n.yaml".to_owned(), text.to_owned())]);
    assert_eq!(
        said(&found),
        [
            "error[DD0003] n.yaml:1:9 schema `drydock/BaremetalNode` is not of the form GROUP/Kind/VERSION"
        ]
    );
}

#[test]
fn a_broken_or_empty_document_lost_the_whole_site() {
    let node = super::document("node", "hold: true");
    let text = format!("---\n---\nspec: [\n---\n{node}");
    let found = resolved_files(&[("n.yaml".to_owned(), text)]);
    assert_eq!(found.diagnostics.errors(), 1);
    assert_eq!(field(&found, "hold"), "true");
}

#[test]
fn one_bad_field_hid_everything_else() {
    with(
        &[
            ("a", "hold: perhaps\nplatform: {image: noble}"),
            ("b", "host_profile: nope"),
            (
                "node",
                "host_profile: [a, b]\nhardware_profile: none\ninterfaces: {e: {slaves: [nic0], mtu: many}}",
            ),
        ],
        "platform.image",
        "noble",
        &[
            "error[DD0006] a.yaml:5:9 HostProfile a: expected true or false, found `perhaps`",
            "error[DD0501] b.yaml:5:17 HostProfile b: there is no host profile `nope`",
            "error[DD0503] node.yaml:6:21 BaremetalNode node: there is no hardware profile `none`",
            "error[DD0006] node.yaml:7:41 BaremetalNode node: expected a whole number, found `many`",
        ],
    );
}

#[test]
fn sizes_and_bonds_aborted_validation() {
    let node = (
        "node",
        "oob: {type: ipmi}\nstorage: {physical_devices: {sda: {partitions: [{name: p, size: '>50%', filesystem: {mountpoint: /}}]}}}\ninterfaces: {e: {device_link: l}}",
    );
    let link = "apiVersion: drydock/v1\nkind: NetworkLink\nmetadata: {name: l}\nspec: {bonding: {mode: active-backup}}\n";
    let mut files = super::files(&[node]);
    files.push(("l.yaml".to_owned(), link.to_owned()));
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    let design = drydock_core::testing::fixture::load(&files);
    let found: Vec<String> = design
        .diagnostics
        .iter()
        .map(|d| format!("{} {}", d.code, d.message))
        .collect();
    assert_eq!(
        found,
        ["DD5001 out of band by ipmi, but `account`, `credential`, `network` are missing"]
    );
    let bond = design.resolved.nodes["node"].interfaces[0]
        .bond
        .clone()
        .unwrap();
    assert_eq!(bond.mode.unwrap().as_str(), "active-backup");
}

#[test]
fn every_call_grew_routes_and_messages() {
    let networks: String = ["n", "m"]
        .map(|name| {
            let number = usize::from(name == "m");
            format!(
                "apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: {name}}}\nspec: {{cidr: 10.0.{number}.0/24, routedomain: d, routes: [{{routedomain: d, gateway: 10.0.{number}.1}}]}}\n---\n"
            )
        })
        .concat();
    let files = [("n.yaml", &*networks)];
    let snapshot = drydock_core::testing::fixture::snapshot(&files);
    for _ in 0..3 {
        let found = drydock_core::resolve::resolve(&snapshot, &Default::default());
        assert_eq!(found.diagnostics.len(), 0);
        let routes = &found.design.networks["n"].routes;
        assert_eq!(
            serde_json::to_string(routes).unwrap(),
            r#"[{"subnet":"10.0.1.0/24","routedomain":null,"gateway":"10.0.0.1","metric":null}]"#
        );
    }
}
