//! What the ancestor, Airship Drydock, was found to do wrong, each with the test that we do not: its design language and its
//! secrets. The tests stand where their neighbours are; those that have none stand here. A defect that has lost its test
//! fails [`every_defect_has_its_test`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_core::{
    secret::{Secret, SecretValue},
    testing::fixture,
};
use std::path::Path;

/// A defect, and the tests of it: each a file of this package and a function in it.
type Defect = (&'static str, &'static [(&'static str, &'static str)]);

const DEFECTS: &str = "tests/inheritance/defects.rs";
const CHAINS: &str = "tests/inheritance/chains.rs";
const NETWORKS: &str = "tests/rules/networks.rs";
const READING: &str = "tests/rules/reading.rs";
const TOGETHER: &str = "tests/rules/together.rs";
const INHERITING: &str = "tests/rules/inheriting.rs";
const HERE: &str = "tests/ancestor.rs";

const LANGUAGE: &[Defect] = &[
    (
        "of a parent's devices, partitions and volume groups only the last one that the child does not mention survives",
        &[
            (
                DEFECTS,
                "only_the_last_unmentioned_disk_of_the_parent_survived",
            ),
            (
                DEFECTS,
                "only_the_last_unmentioned_partition_of_the_parent_survived",
            ),
            (
                DEFECTS,
                "only_the_last_unmentioned_volume_of_the_parent_survived",
            ),
        ],
    ),
    (
        "child storage over a parent without storage crashes the site",
        &[(
            DEFECTS,
            "storage_over_a_parent_without_storage_crashed_the_site",
        )],
    ),
    (
        "an overridden volume group loses its logical volumes and still validates",
        &[(
            DEFECTS,
            "an_overridden_volume_group_lost_its_volumes_and_still_validated",
        )],
    ),
    (
        "sriov settings are lost when an interface is merged",
        &[(
            DEFECTS,
            "virtual_functions_were_lost_when_an_interface_was_merged",
        )],
    ),
    (
        "a partition can never be a physical volume",
        &[
            (
                DEFECTS,
                "a_partition_could_never_be_a_physical_volume_nor_bootable_nor_labelled",
            ),
            (DEFECTS, "partitions_beside_a_volume_group_were_dropped"),
        ],
    ),
    (
        "file system defaults are applied before merging",
        &[(DEFECTS, "defaults_were_applied_before_merging")],
    ),
    (
        "removal by null does nothing",
        &[(DEFECTS, "removal_by_null_did_nothing")],
    ),
    (
        "unknown nested keys pass in silence",
        &[
            (DEFECTS, "unknown_nested_keys_passed_in_silence"),
            (READING, "an_unknown_key_is_told_at_any_depth"),
        ],
    ),
    (
        "duplicate documents and keys pass in silence",
        &[(DEFECTS, "duplicates_passed_in_silence")],
    ),
    (
        "a bad schema string drops the document and reports success",
        &[(
            DEFECTS,
            "a_bad_schema_string_dropped_the_document_and_reported_success",
        )],
    ),
    (
        "a profile cycle is a recursion error",
        &[
            (CHAINS, "a_cycle_names_every_member_and_its_place"),
            (
                INHERITING,
                "a_cycle_is_one_finding_however_many_nodes_are_in_it",
            ),
        ],
    ),
    (
        "an unknown parent has no document or line",
        &[(CHAINS, "an_unknown_parent_is_named_where_it_is_written")],
    ),
    (
        "a YAML error or an empty document loses the site",
        &[(DEFECTS, "a_broken_or_empty_document_lost_the_whole_site")],
    ),
    (
        "one bad field hides all other findings",
        &[(DEFECTS, "one_bad_field_hid_everything_else")],
    ),
    (
        "one rule that fails discards all results",
        &[
            (TOGETHER, "a_file_with_ten_faults_gives_ten_findings"),
            (
                TOGETHER,
                "faults_all_over_the_site_are_told_in_the_order_of_files_and_places",
            ),
        ],
    ),
    (
        "five codes name two rules each",
        &[(
            "src/diagnostic/code/mod.rs",
            "codes_are_unique_and_in_order",
        )],
    ),
    (
        "active-backup bonds, missing IPMI parameters and sizes like >50% abort validation",
        &[(DEFECTS, "sizes_and_bonds_aborted_validation")],
    ),
    (
        "primary_network is not checked",
        &[(
            NETWORKS,
            "a_primary_network_that_no_interface_carries_is_told_where_it_is_written",
        )],
    ),
    (
        "the rack is not checked",
        &[(HERE, "an_unknown_rack_was_not_checked")],
    ),
    (
        "dangling aliases are not checked",
        &[(
            INHERITING,
            "a_slave_that_is_no_alias_is_told_where_it_is_written",
        )],
    ),
    (
        "shared slaves are not checked",
        &[(HERE, "a_slave_of_two_interfaces_was_not_checked")],
    ),
    (
        "overlap and bounds of ranges are not checked",
        &[(HERE, "the_overlap_and_bounds_of_ranges_were_not_checked")],
    ),
    (
        "the range of VLANs is not checked",
        &[(HERE, "the_range_of_vlans_was_not_checked")],
    ),
    (
        "an address on a network that no interface carries is not checked",
        &[(
            NETWORKS,
            "an_address_on_a_network_that_no_interface_carries_is_told",
        )],
    ),
    (
        "parsed models are cached and mutated: each call grows routes and messages",
        &[(DEFECTS, "every_call_grew_routes_and_messages")],
    ),
    (
        "published examples fail their own schema",
        &[
            ("tests/documents.rs", "documented_documents_are_right"),
            ("tests/rules.rs", "the_bundled_site_is_clean"),
        ],
    ),
];

/// Beside these, the ancestor names a boot action's key by a tag, and its templates run unsandboxed. This release serves no
/// boot action and runs no template; the tests come with what does.
const SECRETS: &[Defect] = &[
    (
        "passwords stand in every model and dump",
        &[
            (
                "tests/canaries.rs",
                "a_site_with_a_secret_in_every_position_tells_none",
            ),
            (
                "../drydock-noop/tests/run/canary.rs",
                "a_run_tells_no_secret",
            ),
            (
                "../examples/tests/commands/canary.rs",
                "a_design_that_works_keeps_its_secrets",
            ),
        ],
    ),
    (
        "the first byte of a password stands in the debug log",
        &[
            (HERE, "the_first_byte_of_a_password_was_printed"),
            ("src/secret/mod.rs", "a_secret_prints_nothing_of_itself"),
        ],
    ),
];

#[test]
fn every_defect_has_its_test() {
    for (defect, tests) in LANGUAGE.iter().chain(SECRETS) {
        assert!(!tests.is_empty(), "{defect}");
        for (file, test) in *tests {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"));
            assert!(
                text.contains(&format!("fn {test}(")),
                "{defect}: {file} has no {test}"
            );
        }
    }
}

/// The codes and places of what is found in these documents, of those codes that are asked for.
fn found(text: &str, code: &str) -> Vec<String> {
    let design = fixture::load(&[("site.yaml", text)]);
    let lines = fixture::lines(&design.diagnostics, &design.resolved);
    let of_code = lines.lines().filter(|line| line.contains(code));
    of_code.map(str::to_owned).collect()
}

#[track_caller]
fn told(text: &str, code: &str, expected: &[&str]) {
    assert_eq!(found(text, code), expected);
}

const NODE: &str = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec:\n";
const NETWORK: &str = "apiVersion: drydock/v1\nkind: Network\nmetadata: {name: net}\nspec:\n";

#[test]
fn an_unknown_rack_was_not_checked() {
    let text = format!("{NODE}  metadata: {{rack: nowhere}}\n");
    told(
        &text,
        "DD2012",
        &["error[DD2012] site.yaml:5:20 BaremetalNode n: there is no rack `nowhere`"],
    );
}

#[test]
fn a_slave_of_two_interfaces_was_not_checked() {
    let text =
        format!("{NODE}  interfaces: {{e: {{slaves: [eth0]}}, f: {{slaves: [eth1, eth0]}}}}\n");
    told(
        &text,
        "DD1010",
        &["error[DD1010] site.yaml:5:56 BaremetalNode n: NIC `eth0` belongs to two interfaces"],
    );
}

#[test]
fn the_overlap_and_bounds_of_ranges_were_not_checked() {
    let ranges = |ranges: &str| format!("{NETWORK}  cidr: 10.0.0.0/24\n  ranges: [{ranges}]\n");
    let text = ranges(
        "{type: static, start: 10.0.0.10, end: 10.0.0.99}, {type: dhcp, start: 10.0.0.90, end: 10.0.0.199}",
    );
    told(
        &text,
        "DD2007",
        &[
            "error[DD2007] site.yaml:6:62 Network net: the range 10.0.0.90 to 10.0.0.199 overlaps another",
        ],
    );
    let text = ranges("{type: static, start: 10.0.0.10, end: 10.0.1.9}");
    told(
        &text,
        "DD2007",
        &["error[DD2007] site.yaml:6:50 Network net: 10.0.1.9 is outside of 10.0.0.0/24"],
    );
    let text = ranges("{type: static, start: 10.0.0.99, end: 10.0.0.10}");
    told(
        &text,
        "DD2007",
        &[
            "error[DD2007] site.yaml:6:12 Network net: the range ends at 10.0.0.10, before it starts at 10.0.0.99",
        ],
    );
}

#[test]
fn the_range_of_vlans_was_not_checked() {
    for vlan in [0, 4095] {
        let line = format!("error[DD2008] site.yaml:5:9 Network net: there is no VLAN {vlan}");
        told(&format!("{NETWORK}  vlan: {vlan}\n"), "DD2008", &[&line]);
    }
    for vlan in [1, 4094] {
        told(&format!("{NETWORK}  vlan: {vlan}\n"), "DD2008", &[]);
    }
}

#[test]
fn the_first_byte_of_a_password_was_printed() {
    for password in ["z", "zq", "\u{1F511}key"] {
        let secret = Secret::new(password);
        assert_eq!(format!("{secret:?} {secret:#?}"), "(secret) (secret)");
        let value = SecretValue::Inline(secret);
        assert_eq!(format!("{value:?}"), "Inline((secret))");
    }
    let text = format!("{NODE}  oob: {{type: ipmi, credential: zqzqzq, account: admin}}\n");
    let design = fixture::load(&[("site.yaml", &text)]);
    let spec = &design.resolved.nodes["n"].spec;
    assert!(!format!("{design:?}{spec:?}").contains('z'));
    assert!(!serde_json::to_string(spec).unwrap().contains('z'));
}
