//! Removals that remove: each form, from whom, and what a later document may add again.

use super::{clean, field, resolved, said, with};

#[test]
fn an_item_is_removed_by_its_name() {
    let a = (
        "a",
        "metadata: {tags: [x, y, z]}\ndepends_on: ['role=a', 'role=b']",
    );
    clean(
        &[
            a,
            ("node", "host_profile: a\nmetadata: {tags: ['!y', new]}"),
        ],
        "metadata.tags",
        "[new,x,z]",
    );
    clean(
        &[a, ("node", "host_profile: a\ndepends_on: ['!role=a']")],
        "depends_on",
        "[role=b]",
    );
}

#[test]
fn the_old_form_of_an_item_removes_as_well() {
    let a = ("a", "interfaces: {e: {networks: [private, public]}}");
    let node = (
        "node",
        "host_profile: a\ninterfaces: {e: {networks: [{name: '!private'}]}}",
    );
    clean(&[a, node], "interfaces.e.networks", "[public]");
}

#[test]
fn a_key_is_removed_whatever_stands_for_nothing_beside_it() {
    let a = (
        "a",
        "metadata: {owner_data: {x: '1', y: '2'}}\ninterfaces: {e: {}, f: {}}",
    );
    for nothing in ["{}", "''", "\"\"", "null", "~", ""] {
        let spec = format!("host_profile: a\nmetadata:\n  owner_data:\n    '!x': {nothing}");
        clean(&[a, ("node", &spec)], "metadata.owner_data", "{y:2}");
        let spec = format!("host_profile: a\ninterfaces:\n  '!e': {nothing}");
        clean(&[a, ("node", &spec)], "interfaces", "{f:{}}");
    }
}

#[test]
fn an_entry_of_a_keyed_list_is_removed() {
    let a = ("a", "interfaces: {e: {mtu: 1500}, f: {}}");
    for mark in ["{device_name: '!e'}", "'!e'"] {
        let spec = format!("host_profile: a\ninterfaces: [{mark}, {{device_name: g}}]");
        clean(&[a, ("node", &spec)], "interfaces", "{f:{},g:{}}");
    }
}

#[test]
fn nested_entries_are_removed() {
    let a = (
        "a",
        "storage: {physical_devices: {sda: {partitions: [{name: p}, {name: q}]}, sdb: {volume_group: v}}}",
    );
    let node = (
        "node",
        "host_profile: a\nstorage: {physical_devices: {sda: {partitions: [{name: '!p'}]}, sdb: {'!volume_group': ''}}}",
    );
    clean(
        &[a, node],
        "storage.physical_devices",
        "{sda:{partitions:{q:{}}},sdb:{}}",
    );
}

#[test]
fn a_field_is_removed_by_its_present_and_by_its_old_name() {
    let a = ("a", "interfaces: {e: {device_link: l, mtu: 1}}");
    for name in ["device_link", "network_link"] {
        let spec = format!("host_profile: a\ninterfaces: {{e: {{'!{name}': ''}}}}");
        clean(&[a, ("node", &spec)], "interfaces", "{e:{mtu:1}}");
    }
}

#[test]
fn a_mark_alone_clears_a_single_value_a_map_and_a_list() {
    let a = (
        "a",
        "platform: {image: noble, kernel_params: {a: '1'}}\nmetadata: {tags: [x], owner_data: {o: p}}\ninterfaces: {e: {}}\nstorage: {physical_devices: {sda: {}}}\noob: {type: ipmi, credential: {secret: s}}",
    );
    for (written, path, expected) in [
        (
            "platform: {image: '!'}",
            "platform",
            "{kernel_params:{a:1}}",
        ),
        ("platform: '!'", "platform", "-"),
        (
            "platform: {kernel_params: '!'}",
            "platform",
            "{image:noble}",
        ),
        (
            "platform: {kernel_params: {'!': {}}}",
            "platform.kernel_params",
            "{}",
        ),
        (
            "platform: {kernel_params: {a: '!'}}",
            "platform.kernel_params",
            "{}",
        ),
        ("metadata: {tags: '!'}", "metadata", "{owner_data:{o:p}}"),
        ("metadata: {tags: ['!']}", "metadata.tags", "[]"),
        ("metadata: {tags: ['!', y]}", "metadata.tags", "[y]"),
        (
            "metadata: {owner_data: {'!': ''}}",
            "metadata.owner_data",
            "{}",
        ),
        ("interfaces: '!'", "interfaces", "-"),
        ("interfaces: {'!': {}}", "interfaces", "{}"),
        ("interfaces: ['!']", "interfaces", "{}"),
        (
            "interfaces: ['!', {device_name: f}]",
            "interfaces",
            "{f:{}}",
        ),
        (
            "interfaces: [{device_name: '!'}, {device_name: f}]",
            "interfaces",
            "{f:{}}",
        ),
        (
            "storage: {physical_devices: {'!': null}}",
            "storage",
            "{physical_devices:{}}",
        ),
        ("storage: {'!': {}}", "storage", "{}"),
        ("oob: {credential: '!'}", "oob", "{type:ipmi}"),
    ] {
        let spec = format!("host_profile: a\n{written}");
        let found = resolved(&[a, ("node", &spec)]);
        assert_eq!(said(&found), [""; 0], "{written}");
        assert_eq!(field(&found, path), expected, "{written}");
    }
}

#[test]
fn what_a_list_says_after_its_mark_is_all_there_is() {
    let a = ("a", "interfaces: {e: {mtu: 1500}, f: {}}");
    let node = (
        "node",
        "host_profile: a\ninterfaces: ['!', {device_name: f}, {device_name: e, networks: [n]}]",
    );
    clean(&[a, node], "interfaces", "{f:{},e:{networks:[n]}}");
}

#[test]
fn null_in_words_removes_entries() {
    let a = (
        "a",
        "interfaces: {e: {}, f: {}}\nmetadata: {owner_data: {x: '1', y: '2'}}\nplatform: {kernel_params: {p: '1'}}",
    );
    for null in ["null", "~", "Null", "NULL"] {
        let spec = format!(
            "host_profile: a\ninterfaces: {{e: {null}}}\nmetadata: {{owner_data: {{x: {null}}}}}\nplatform: {{kernel_params: {{p: {null}}}}}"
        );
        let documents = [a, ("node", &spec)];
        clean(&documents, "interfaces", "{f:{}}");
        clean(&documents, "metadata.owner_data", "{y:2}");
        clean(&documents, "platform.kernel_params", "{}");
    }
}

#[test]
fn a_quoted_null_is_a_text() {
    let a = ("a", "metadata: {owner_data: {x: '1'}}");
    let node = (
        "node",
        "host_profile: a\nmetadata: {owner_data: {x: 'null'}}",
    );
    clean(&[a, node], "metadata.owner_data", "{x:null}");
    let found = resolved(&[a, node]);
    let owner_data = &found.design.nodes["node"].spec.metadata.owner_data;
    assert_eq!(owner_data.find("x"), Some("null"));
}

#[test]
fn null_in_words_unsets_a_single_value() {
    let a = (
        "a",
        "primary_network: n\nhold: true\nplatform: {image: i, kernel: k}\noob: {credential: {secret: s}}",
    );
    let node = (
        "node",
        "host_profile: a\nprimary_network: null\nhold: ~\nplatform: {image: null}\noob: {credential: null}",
    );
    let found = resolved(&[a, node]);
    assert_eq!(said(&found), [""; 0]);
    let spec = &found.design.nodes["node"].spec;
    assert_eq!((&spec.primary_network, spec.hold), (&None, None));
    assert_eq!(spec.oob.credential, None);
    assert_eq!(field(&found, "platform"), "{kernel:k}");
}

#[test]
fn what_a_sibling_brought_is_removed() {
    let server = (
        "server",
        "metadata: {tags: [unattended, rack]}\ninterfaces: {e: {}, f: {}}",
    );
    let careful = (
        "careful",
        "metadata: {tags: ['!unattended']}\ninterfaces: {'!e': {}}",
    );
    // Alone it removes nothing; there is somebody for whom it does, so nothing is wrong with it.
    let documents = [server, careful, ("node", "host_profile: [server, careful]")];
    clean(&documents, "metadata.tags", "[rack]");
    clean(&documents, "interfaces", "{f:{}}");
}

#[test]
fn a_sibling_that_comes_later_is_not_touched() {
    with(
        &[
            ("careful", "metadata: {tags: ['!x']}"),
            ("server", "metadata: {tags: [x]}"),
            ("node", "host_profile: [careful, server]"),
        ],
        "metadata.tags",
        "[x]",
        &["warning[DD0505] careful.yaml:5:21 HostProfile careful: there is no `x` here to remove"],
    );
}

#[test]
fn what_was_removed_may_be_added_again_at_the_end() {
    let a = (
        "a",
        "interfaces: {e: {mtu: 1500}, f: {}}\nmetadata: {owner_data: {x: '1', y: '2'}}",
    );
    let b = (
        "b",
        "host_profile: a\ninterfaces: {'!e': {}}\nmetadata: {owner_data: {'!x': ''}}",
    );
    let node = (
        "node",
        "host_profile: b\ninterfaces: {e: {networks: [n]}}\nmetadata: {owner_data: {x: '3'}}",
    );
    clean(&[a, b, node], "interfaces", "{f:{},e:{networks:[n]}}");
    clean(&[a, b, node], "metadata.owner_data", "{y:2,x:3}");
}

#[test]
fn an_item_that_is_added_again_comes_first_as_every_later_item() {
    let a = ("a", "metadata: {tags: [x, y]}");
    let b = ("b", "host_profile: a\nmetadata: {tags: ['!x']}");
    let node = ("node", "host_profile: b\nmetadata: {tags: [x]}");
    clean(&[a, b, node], "metadata.tags", "[x,y]");
}

#[test]
fn what_was_cleared_may_be_set_again() {
    let a = (
        "a",
        "platform: {image: i}\nstorage: {physical_devices: {sda: {volume_group: v}}}",
    );
    let b = ("b", "host_profile: a\nplatform: {image: '!'}\nstorage: '!'");
    let node = (
        "node",
        "host_profile: b\nplatform: {image: j}\nstorage: {physical_devices: {sda: {}}}",
    );
    clean(&[a, b, node], "platform.image", "j");
    clean(&[a, b, node], "storage", "{physical_devices:{sda:{}}}");
}

#[test]
fn removing_what_is_not_there_is_a_warning() {
    with(
        &[
            ("a", "metadata: {tags: [x]}"),
            (
                "node",
                "host_profile: a\nmetadata: {tags: ['!y'], owner_data: {'!o': ''}}\ninterfaces: {'!e': {}, f: {'!mtu': '', networks: ['!n']}}\nprimary_network: null\nplatform: {image: '!'}\nprotect: '!'\nstorage: {physical_devices: [{name: '!sda'}], volume_groups: {'!': {}}}\nhold: ~",
            ),
        ],
        "metadata.tags",
        "[x]",
        &[
            "warning[DD0505] node.yaml:6:21 BaremetalNode node: there is no `y` here to remove",
            "warning[DD0505] node.yaml:6:41 BaremetalNode node: there is no `o` here to remove",
            "warning[DD0505] node.yaml:7:16 BaremetalNode node: there is no `e` here to remove",
            "warning[DD0505] node.yaml:7:30 BaremetalNode node: there is no `mtu` here to remove",
            "warning[DD0505] node.yaml:7:53 BaremetalNode node: there is no `n` here to remove",
            "warning[DD0505] node.yaml:8:20 BaremetalNode node: there is no `primary_network` here to remove",
            "warning[DD0505] node.yaml:9:21 BaremetalNode node: there is nothing inherited here to clear",
            "warning[DD0505] node.yaml:10:12 BaremetalNode node: there is nothing inherited here to clear",
            "warning[DD0505] node.yaml:11:39 BaremetalNode node: there is no `sda` here to remove",
            "warning[DD0505] node.yaml:11:65 BaremetalNode node: there is nothing inherited here to clear",
            "warning[DD0505] node.yaml:12:9 BaremetalNode node: there is no `hold` here to remove",
        ],
    );
}

#[test]
fn what_is_empty_cannot_be_cleared() {
    let a = ("a", "metadata: {tags: [], owner_data: {}}\ninterfaces: {}");
    for (spec, place) in [
        ("metadata: {tags: '!'}", "6:20"),
        ("metadata: {tags: ['!']}", "6:21"),
        ("metadata: {owner_data: {'!': ''}}", "6:27"),
        ("interfaces: '!'", "6:15"),
    ] {
        let found = resolved(&[a, ("node", &format!("host_profile: a\n{spec}"))]);
        let line = format!(
            "warning[DD0505] node.yaml:{place} BaremetalNode node: there is nothing inherited here to clear"
        );
        assert_eq!(said(&found), [line]);
    }
}

#[test]
fn what_a_document_itself_adds_is_not_removed_by_it() {
    let a = ("a", "metadata: {tags: [y]}\ninterfaces: {e: {mtu: 1500}}");
    for (spec, path, expected, place, what) in [
        (
            "metadata: {tags: [x, '!x']}",
            "metadata.tags",
            "[x,y]",
            "6:24",
            "x",
        ),
        (
            "metadata: {tags: ['!x', x]}",
            "metadata.tags",
            "[x,y]",
            "6:21",
            "x",
        ),
        (
            "metadata: {tags: [y, '!y']}",
            "metadata.tags",
            "[y]",
            "6:24",
            "y",
        ),
        (
            "interfaces: {e: {}, '!e': {}}",
            "interfaces",
            "{e:{mtu:1500}}",
            "6:23",
            "e",
        ),
        (
            "interfaces: {'!e': {}, e: {}}",
            "interfaces",
            "{e:{mtu:1500}}",
            "6:16",
            "e",
        ),
        (
            "interfaces: [{device_name: g}, {device_name: '!g'}]",
            "interfaces",
            "{e:{mtu:1500},g:{}}",
            "6:48",
            "g",
        ),
    ] {
        let line = format!(
            "warning[DD0505] node.yaml:{place} BaremetalNode node: there is no `{what}` here to remove"
        );
        let node = format!("host_profile: a\n{spec}");
        with(&[a, ("node", &node)], path, expected, &[&line]);
    }
}

#[test]
fn a_removal_of_nothing_in_a_profile_is_told_once() {
    let lines = ["warning[DD0505] a.yaml:5:21 HostProfile a: there is no `x` here to remove"];
    let found = resolved(&[
        ("a", "metadata: {tags: ['!x']}"),
        ("node1", "host_profile: a"),
        ("node2", "host_profile: a"),
        ("node3", "host_profile: [a]"),
    ]);
    assert_eq!(said(&found), lines);
}
