//! How each shape is inherited, while nothing is removed.

use super::{clean, resolved};

#[test]
fn of_a_single_value_the_later_one_wins() {
    let a = (
        "a",
        "platform: {image: jammy, kernel: ga-22.04}\nhold: true",
    );
    let b = ("b", "host_profile: a\nplatform: {image: noble}");
    clean(
        &[a, b, ("node", "host_profile: b")],
        "platform.image",
        "noble",
    );
    clean(
        &[
            a,
            b,
            ("node", "host_profile: b\nplatform: {image: questing}"),
        ],
        "platform",
        "{image:questing,kernel:ga-22.04}",
    );
    clean(
        &[a, b, ("node", "host_profile: b\nhold: false")],
        "hold",
        "false",
    );
}

#[test]
fn a_map_with_known_keys_is_inherited_field_by_field_at_any_depth() {
    let a = (
        "a",
        "interfaces: {e: {mtu: 1500, sriov: {vf_count: 4, trustedmode: true}}}",
    );
    clean(
        &[
            a,
            (
                "node",
                "host_profile: a\ninterfaces: {e: {sriov: {vf_count: 8}}}",
            ),
        ],
        "interfaces",
        "{e:{mtu:1500,sriov:{vf_count:8,trustedmode:true}}}",
    );
}

#[test]
fn a_free_map_is_inherited_key_by_key_the_earlier_keys_first() {
    let a = ("a", "metadata: {owner_data: {b: '1', a: '2'}}");
    let node = (
        "node",
        "host_profile: a\nmetadata: {owner_data: {z: '3', a: '4', k: ''}}",
    );
    clean(&[a, node], "metadata.owner_data", "{b:1,a:4,z:3,k:}");
}

#[test]
fn the_value_of_a_kernel_parameter_is_replaced_whole() {
    let a = (
        "a",
        "platform: {kernel_params: {console: [tty0, 'ttyS0,115200'], quiet: true}}",
    );
    let node = |params| {
        let spec = format!("host_profile: a\nplatform: {{kernel_params: {params}}}");
        let found = resolved(&[a, ("node", &spec)]);
        assert_eq!(super::said(&found), [""; 0]);
        found.design.nodes["node"].kernel_params.to_string()
    };
    assert_eq!(node("{console: [ttyS1]}"), "console=ttyS1 quiet");
    assert_eq!(node("{console: ttyS1}"), "console=ttyS1 quiet");
    assert_eq!(
        node("{quiet: [a, b]}"),
        "console=tty0 console=ttyS0,115200 quiet=a quiet=b"
    );
    assert_eq!(
        node("{quiet: false, panic: 30}"),
        "console=tty0 console=ttyS0,115200 panic=30"
    );
}

#[test]
fn of_a_list_of_single_values_the_later_documents_items_come_first() {
    let a = ("a", "metadata: {tags: [one, two, three]}");
    let b = ("b", "host_profile: a\nmetadata: {tags: [four, two]}");
    clean(
        &[a, b, ("node", "host_profile: b")],
        "metadata.tags",
        "[four,two,one,three]",
    );
    clean(
        &[a, b, ("node", "host_profile: b\nmetadata: {tags: [three]}")],
        "metadata.tags",
        "[three,four,two,one]",
    );
    clean(
        &[a, b, ("node", "host_profile: b\nmetadata: {tags: []}")],
        "metadata.tags",
        "[four,two,one,three]",
    );
}

#[test]
fn every_list_of_single_values_is_united() {
    let a = (
        "a",
        "interfaces: {e: {networks: [n1, n2], slaves: [eth0]}}\ndepends_on: ['role=a']\nprotect: [release]",
    );
    let node = (
        "node",
        "host_profile: a\ninterfaces: {e: {networks: [n3, n1], slaves: [eth1]}}\ndepends_on: ['role=b']\nprotect: [redeploy]",
    );
    clean(
        &[a, node],
        "interfaces",
        "{e:{networks:[n3,n1,n2],slaves:[eth1,eth0]}}",
    );
    clean(&[a, node], "depends_on", "[role=b,role=a]");
    clean(&[a, node], "protect", "[redeploy,release]");
}

#[test]
fn the_old_form_of_a_list_item_is_the_same_item() {
    let a = ("a", "interfaces: {e: {networks: [mgmt, pxe]}}");
    let node = (
        "node",
        "host_profile: a\ninterfaces: {e: {networks: [{name: pxe}]}}",
    );
    clean(&[a, node], "interfaces.e.networks", "[pxe,mgmt]");
}

const DISKS: &str =
    "storage:\n  physical_devices:\n    sda: {volume_group: vg}\n    sdb: {labels: {a: '1'}}";

#[test]
fn in_a_keyed_collection_the_earlier_entries_come_first_and_those_not_mentioned_stay() {
    let a = ("a", DISKS);
    clean(
        &[
            a,
            (
                "node",
                "host_profile: a\nstorage: {physical_devices: {sdc: {}, sda: {labels: {b: '2'}}}}",
            ),
        ],
        "storage.physical_devices",
        "{sda:{volume_group:vg,labels:{b:2}},sdb:{labels:{a:1}},sdc:{}}",
    );
}

#[test]
fn lists_and_maps_of_one_keyed_collection_mix() {
    let (map, list) = (
        "interfaces: {e: {mtu: 1500}, f: {}}",
        "interfaces: [{device_name: e, mtu: 1500}, {device_name: f}]",
    );
    let (over_map, over_list) = (
        "host_profile: a\ninterfaces: {g: {}, e: {networks: [n]}}",
        "host_profile: a\ninterfaces: [{device_name: g}, {device_name: e, networks: [n]}]",
    );
    for base in [map, list] {
        for over in [over_map, over_list] {
            clean(
                &[("a", base), ("node", over)],
                "interfaces",
                "{e:{mtu:1500,networks:[n]},f:{},g:{}}",
            );
        }
    }
}

#[test]
fn keyed_collections_nest() {
    let a = (
        "a",
        "storage:
  physical_devices:
    sda:
      partitions:
        - {name: boot, size: 2g, filesystem: {mountpoint: /boot, fstype: ext2}}
        - {name: root, size: 40g, filesystem: {mountpoint: /}}
  volume_groups:
    vg:
      logical_volumes:
        - {name: srv, size: 80%, filesystem: {mountpoint: /srv}}",
    );
    let node = (
        "node",
        "host_profile: a
storage:
  physical_devices:
    sda:
      partitions:
        var: {size: 20g}
        boot: {filesystem: {mount_options: noatime}}
  volume_groups:
    vg:
      vg_uuid: u
      logical_volumes:
        srv: {filesystem: {fstype: xfs}}",
    );
    clean(
        &[a, node],
        "storage.physical_devices.sda.partitions",
        "{boot:{size:2g,filesystem:{mountpoint:/boot,fstype:ext2,mount_options:noatime}},\
         root:{size:40g,filesystem:{mountpoint:/}},var:{size:20g}}",
    );
    clean(
        &[a, node],
        "storage.volume_groups",
        "{vg:{logical_volumes:{srv:{size:80%,filesystem:{mountpoint:/srv,fstype:xfs}}},vg_uuid:u}}",
    );
}

#[test]
fn a_mountpoint_that_is_overridden_keeps_the_file_system_of_the_parent() {
    let a = (
        "a",
        "storage: {physical_devices: {sda: {partitions: [{name: d, size: 1g, filesystem: {mountpoint: /a, fstype: xfs, mount_options: noatime}}]}}}",
    );
    let node = (
        "node",
        "host_profile: a\nstorage: {physical_devices: {sda: {partitions: [{name: d, filesystem: {mountpoint: /b}}]}}}",
    );
    let found = resolved(&[a, node]);
    let node = &found.design.nodes["node"];
    let fs = node.disks[0].partitions[0].filesystem.as_ref().unwrap();
    assert_eq!(
        (fs.mountpoint.as_deref(), fs.fstype(), fs.mount_options()),
        (Some("/b"), "xfs", "noatime")
    );
}

#[test]
fn defaults_are_given_after_inheritance() {
    let found = resolved(&[(
        "node",
        "storage: {physical_devices: {sda: {partitions: [{name: d, filesystem: {mountpoint: /}}]}}}",
    )]);
    let fs = found.design.nodes["node"].disks[0].partitions[0]
        .filesystem
        .clone()
        .unwrap();
    assert_eq!((fs.fstype(), fs.mount_options()), ("ext4", "defaults"));
    assert_eq!((fs.fstype, fs.mount_options), (None, None));
}

#[test]
fn the_type_of_a_value_is_its_fields_whoever_wrote_it() {
    let a = ("a", "interfaces: {e: {mtu: '9000'}}");
    let node = ("node", "host_profile: a\nplatform: {image: 22.10}");
    let found = resolved(&[a, node]);
    let value = serde_json::to_string(&found.design.nodes["node"].value).unwrap();
    assert_eq!(
        value,
        r#"{"interfaces":{"e":{"mtu":9000}},"host_profile":["a"],"platform":{"image":"22.10"}}"#
    );
}

#[test]
fn siblings_merge_as_ancestors_do() {
    let left = ("left", "interfaces: {e: {networks: [a], mtu: 1500}}");
    let right = (
        "right",
        "interfaces: {e: {networks: [b], mtu: 9000}, f: {}}",
    );
    clean(
        &[left, right, ("node", "host_profile: [left, right]")],
        "interfaces",
        "{e:{networks:[b,a],mtu:9000},f:{}}",
    );
}

#[test]
fn profiles_that_share_parents_do_not_share_what_they_add() {
    let base = ("base", "metadata: {tags: [base]}");
    let x = ("x", "host_profile: base\nmetadata: {tags: [x]}");
    let y = ("y", "host_profile: base\nmetadata: {tags: ['!base', y]}");
    clean(
        &[base, x, y, ("node", "host_profile: x")],
        "metadata.tags",
        "[x,base]",
    );
    clean(
        &[base, x, y, ("node", "host_profile: y")],
        "metadata.tags",
        "[y]",
    );
}
