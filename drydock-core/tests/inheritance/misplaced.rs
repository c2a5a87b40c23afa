//! Removals and nothing where they cannot stand, removals that are not quoted, and fields of nodes in profiles.

use super::{clean, document, edited, field, only, resolved, resolved_files, said, with};

/// What is said of a node whose parent sets everything that the cases touch.
fn of_node(spec: &str) -> (Vec<String>, String) {
    let a = (
        "a",
        "primary_network: n\nmetadata: {tags: [x, y], owner_data: {o: p}}\ninterfaces: {e: {mtu: 1500, networks: [m]}}\nstorage: {physical_devices: {sda: {}}}\noob: {type: ipmi}\nplatform: {image: i, kernel_params: {c: [k]}}",
    );
    let found = resolved(&[a, ("node", &format!("host_profile: a\n{spec}"))]);
    let strip = |line: String| {
        line.replace("node.yaml:", "")
            .replace("BaremetalNode node: ", "")
    };
    (
        said(&found).into_iter().map(strip).collect(),
        field(&found, ""),
    )
}

const WHOLE: &str = "{primary_network:n,metadata:{tags:[x,y],owner_data:{o:p}},interfaces:{e:{mtu:1500,networks:[m]}},\
    storage:{physical_devices:{sda:{}}},oob:{type:ipmi},platform:{image:i,kernel_params:{c:[k]}},host_profile:[a]}";

#[test]
fn a_key_that_removes_must_say_nothing_else() {
    for (spec, place, key) in [
        ("interfaces: {'!e': {mtu: 9000}}", "6:22", "!e"),
        ("interfaces: {'!e': []}", "6:22", "!e"),
        ("interfaces: {'!e': gone}", "6:22", "!e"),
        ("interfaces: {e: {'!mtu': 9000}}", "6:28", "!mtu"),
        ("metadata: {owner_data: {'!o': p}}", "6:33", "!o"),
        ("metadata: {owner_data: {'!o': 'null'}}", "6:33", "!o"),
    ] {
        let line = format!("error[DD0006] {place} `{key}` removes, so its value must be empty");
        assert_eq!(of_node(spec), (vec![line], WHOLE.to_owned()), "{spec}");
    }
}

#[test]
fn an_entry_of_a_list_that_removes_says_nothing_else() {
    let (said, value) = of_node("interfaces: [{device_name: '!e', mtu: 9000}]");
    assert_eq!(
        said,
        ["error[DD0006] 6:30 `!e` removes, so nothing else can be said of it"]
    );
    assert!(value.contains("interfaces:{}"), "{value}");
}

#[test]
fn what_clears_all_stands_alone_or_first() {
    let key = "`!` clears all that is inherited, so no other key stands beside it";
    let item = "`!` clears all that is inherited, so it is a list's first item";
    for (spec, place, message) in [
        ("metadata: {owner_data: {'!': '', q: r}}", "6:27", key),
        ("metadata: {owner_data: {q: r, '!': ''}}", "6:33", key),
        ("interfaces: {'!': {}, f: {}}", "6:16", key),
        ("metadata: {'!': {}, tags: [z]}", "6:14", key),
        ("metadata: {tags: [z, '!']}", "6:24", item),
        ("interfaces: [{device_name: f}, '!']", "6:34", item),
        (
            "interfaces: [{device_name: f}, {device_name: '!'}]",
            "6:48",
            item,
        ),
    ] {
        let (said, value) = of_node(spec);
        assert_eq!(said, [format!("error[DD0006] {place} {message}")], "{spec}");
        // What is inherited stays, so that nothing else seems to be missing.
        assert!(
            value.contains("tags:[x,y]") || value.contains("tags:[z,x,y]"),
            "{value}"
        );
        assert!(
            value.contains("mtu:1500") && value.contains("o:p"),
            "{value}"
        );
    }
}

#[test]
fn nothing_where_a_map_or_list_belongs_says_what_to_write() {
    for (spec, place, message) in [
        (
            "interfaces:",
            "6:13",
            "expected a map, or a list of maps, found nothing",
        ),
        (
            "interfaces: null",
            "6:15",
            "expected a map, or a list of maps, found null",
        ),
        (
            "interfaces: ~",
            "6:15",
            "expected a map, or a list of maps, found null",
        ),
        ("storage: null", "6:12", "expected a map, found null"),
        ("oob:", "6:6", "expected a map, found nothing"),
        ("platform: null", "6:13", "expected a map, found null"),
        (
            "metadata: {tags: null}",
            "6:20",
            "expected a list, found null",
        ),
        (
            "metadata: {owner_data: null}",
            "6:26",
            "expected a map, found null",
        ),
        (
            "metadata: {owner_data: }",
            "6:24",
            "expected a map, found nothing",
        ),
        ("primary_network:", "6:18", "expected a text, found nothing"),
        (
            "interfaces: {e: {mtu: }}",
            "6:23",
            "expected a whole number, found nothing",
        ),
        ("interfaces: {e: }", "6:17", "expected a map, found nothing"),
    ] {
        let (said, value) = of_node(spec);
        assert_eq!(said, [format!("error[DD0006] {place} {message}")], "{spec}");
        assert_eq!(value, WHOLE, "{spec}");
        let found = resolved(&[("node", spec)]);
        assert_eq!(
            only(&found, "DD0006").help.as_deref(),
            Some("write '!' to clear what is inherited, {} or [] for empty"),
            "{spec}"
        );
    }
}

#[test]
fn nothing_in_a_free_map_says_what_to_write() {
    let found = resolved(&[("node", "metadata: {owner_data: {o: }}")]);
    assert_eq!(
        said(&found),
        ["error[DD0006] node.yaml:5:28 BaremetalNode node: expected a text, found nothing"]
    );
    assert_eq!(
        only(&found, "DD0006").help.as_deref(),
        Some("write '' for an empty text")
    );
}

#[test]
fn nothing_as_an_item_is_wrong() {
    for (spec, place, what) in [
        ("metadata: {tags: [null, x]}", "6:21", "null"),
        ("metadata: {tags: [~]}", "6:21", "null"),
        ("platform: {kernel_params: {c: [k, null]}}", "6:37", "null"),
    ] {
        let line = format!("error[DD0006] {place} expected an item, found {what}");
        assert_eq!(of_node(spec), (vec![line], WHOLE.to_owned()), "{spec}");
    }
    let found = resolved(&[(
        "node",
        "metadata:\n  tags:\n  - x\n  -\nhost_profile: [null]",
    )]);
    assert_eq!(
        said(&found),
        [
            "error[DD0006] node.yaml:8:6 BaremetalNode node: expected an item, found nothing",
            "error[DD0006] node.yaml:9:18 BaremetalNode node: expected an item, found null",
        ]
    );
    assert_eq!(field(&found, "metadata.tags"), "[x]");
}

#[test]
fn from_a_value_that_is_a_list_nothing_can_be_removed() {
    for spec in [
        "platform: {kernel_params: {c: ['!k', k]}}",
        "platform: {kernel_params: {c: ['!', k]}}",
    ] {
        let line = "error[DD0006] 6:34 this list is replaced whole, so nothing is removed from it";
        assert_eq!(of_node(spec), (vec![line.to_owned()], WHOLE.to_owned()));
    }
}

#[test]
fn a_name_must_be_something() {
    for entry in [
        "{mtu: 1}",
        "{device_name: null}",
        "{device_name: ''}",
        "{device_name: }",
    ] {
        let (said, value) = of_node(&format!("interfaces: [{entry}]"));
        assert_eq!(
            said,
            ["error[DD0006] 6:16 an entry without `device_name`"],
            "{entry}"
        );
        assert_eq!(value, WHOLE);
    }
}

#[test]
fn the_name_of_a_secret_must_be_something() {
    for name in ["null", "''", "{}", "!x"] {
        let (said, value) = of_node(&format!("oob: {{credential: {{secret: {name}}}}}"));
        let line = "error[DD0006] 6:21 expected a text, or {secret: NAME}, found a map";
        assert_eq!(
            (said, value),
            (vec![line.to_owned()], WHOLE.to_owned()),
            "{name}"
        );
    }
}

/// Each as a node writes it after `host_profile: a`, where it is found, and the document as it then comes out.
#[test]
fn an_unquoted_removal_is_told_and_understood_and_its_edit_mends_it() {
    let a = (
        "a",
        "metadata: {tags: [x, y], owner_data: {x: '1', y: '2'}}\ninterfaces: {x: {mtu: 1500}, y: {}}\nplatform: {image: i}",
    );
    for (written, place, path, expected) in [
        ("metadata: {tags: [!x]}", "6:21", "metadata.tags", "[y]"),
        ("metadata:\n  tags:\n  - !x", "8:7", "metadata.tags", "[y]"),
        ("metadata: {tags: [!]}", "6:21", "metadata.tags", "[]"),
        (
            "metadata: {tags: !}",
            "6:20",
            "metadata",
            "{owner_data:{x:1,y:2}}",
        ),
        (
            "metadata:\n  owner_data:\n    !x: {}",
            "8:7",
            "metadata.owner_data",
            "{y:2}",
        ),
        (
            "metadata:\n  owner_data:\n    x: !",
            "8:10",
            "metadata.owner_data",
            "{y:2}",
        ),
        ("interfaces:\n  !x: {}", "7:5", "interfaces", "{y:{}}"),
        (
            "interfaces:\n  - device_name: !x",
            "7:20",
            "interfaces",
            "{y:{}}",
        ),
        ("interfaces:\n  - !x", "7:7", "interfaces", "{y:{}}"),
        (
            "interfaces: {x: {mtu: !}}",
            "6:25",
            "interfaces",
            "{x:{},y:{}}",
        ),
        ("platform: {image: !}", "6:21", "platform", "{}"),
        ("interfaces: {x: {!mtu: ''}}", "6:20", "interfaces.x", "{}"),
    ] {
        let node = format!("host_profile: a\n{written}");
        let line =
            format!("error[DD0011] node.yaml:{place} BaremetalNode node: a removal must be quoted");
        let found = resolved(&[a, ("node", &node)]);
        // The reader of the text does not know yet whose key it is.
        let told: Vec<String> = said(&found)
            .into_iter()
            .map(|l| match l.contains("BaremetalNode") {
                true => l,
                false => l.replace(" a removal", " BaremetalNode node: a removal"),
            })
            .collect();
        assert_eq!(told, [line], "{written}");
        assert_eq!(field(&found, path), expected, "{written}");

        let text = document("node", &node);
        let edit = only(&found, "DD0011").edit.clone().unwrap();
        let mended = [
            ("a.yaml".to_owned(), document(a.0, a.1)),
            ("node.yaml".to_owned(), edited(&text, &edit)),
        ];
        let mended = resolved_files(&mended);
        assert_eq!(said(&mended), [""; 0], "{written}");
        assert_eq!(field(&mended, path), expected, "{written}");
    }
}

#[test]
fn an_unquoted_mark_where_no_removal_can_stand_is_a_wrong_value() {
    for (spec, place, expected) in [
        (
            "platform: {image: !x}",
            "6:21",
            "expected a text, found a single value",
        ),
        (
            "interfaces: {e: {mtu: !x}}",
            "6:25",
            "expected a whole number, found a single value",
        ),
        (
            "metadata: {owner_data: {o: !x}}",
            "6:30",
            "expected a text, found a single value",
        ),
    ] {
        let line = format!("error[DD0006] {place} {expected}");
        assert_eq!(of_node(spec), (vec![line], WHOLE.to_owned()), "{spec}");
    }
}

#[test]
fn removals_exist_only_where_something_is_inherited() {
    let network = |spec: &str| {
        let text = format!(
            "apiVersion: drydock/v1\nkind: Network\nmetadata: {{name: n}}\nspec: {{{spec}}}\n"
        );
        said(&resolved_files(&[("n.yaml".to_owned(), text)]))
    };
    assert_eq!(
        network("'!cidr': ''"),
        ["error[DD0005] n.yaml:4:8 Network n: unknown key `!cidr`"]
    );
    assert_eq!(
        network("mtu: '!'"),
        ["error[DD0006] n.yaml:4:13 Network n: expected a whole number, found `!`"]
    );
    // In a free map it is a key like any other.
    assert_eq!(network("labels: {'!x': ''}"), [""; 0]);
}

#[test]
fn what_belongs_to_a_node_stands_nowhere_else() {
    for (spec, place, name) in [
        (
            "addressing: [{network: n, address: dhcp}]",
            "5:3",
            "addressing",
        ),
        (
            "attachments: {eth0: {switch: s, port: p}}",
            "5:3",
            "attachments",
        ),
        ("serial: S1", "5:3", "serial"),
        (
            "metadata: {boot_mac: '02:00:00:00:00:01'}",
            "5:14",
            "boot_mac",
        ),
        ("'!addressing': {}", "5:3", "!addressing"),
        ("metadata: {'!boot_mac': ''}", "5:14", "!boot_mac"),
    ] {
        let line =
            format!("error[DD0508] a.yaml:{place} HostProfile a: `{name}` belongs to a node alone");
        with(
            &[("a", spec), ("node", "host_profile: a\nhold: true")],
            "hold",
            "true",
            &[&line],
        );
        let found = resolved(&[("a", spec), ("node", "host_profile: a")]);
        let node = &found.design.nodes["node"].spec;
        assert_eq!((node.addressing.len(), node.attachments.len()), (0, 0));
        assert_eq!((&node.serial, node.metadata.boot_mac), (&None, None));
        if !name.starts_with('!') {
            clean(&[("node", spec)], "hold", "-");
        }
    }
}
