//! DD4001 to DD4004: boot actions, their filters and what they load.

use super::{ACTIONS, HOSTS, R1, help, site, sites, small};

// DD4001

#[test]
fn a_node_that_no_boot_action_is_for_is_a_note() {
    let (from, to) = (
        "{name: storage-1, region: quayside}",
        "{name: ①storage-1, region: quayside, labels: {role: ②other}}",
    );
    site(
        R1,
        from,
        to,
        &[
            "note[DD4001] ① BaremetalNode storage-1: no boot action is for this node",
            "warning[DD3004] ② BaremetalNode storage-1: label `role` is `other` in metadata and `storage` in spec.metadata",
        ],
    );
}

#[test]
fn a_label_that_a_profile_lacks_is_told_at_each_node() {
    let lines = [
        "note[DD4001] formation/nodes-r1.yaml:89:18 BaremetalNode storage-1: no boot action is for this node",
        "note[DD4001] formation/nodes-r2.yaml:85:18 BaremetalNode storage-2: no boot action is for this node",
    ];
    site(
        HOSTS,
        "labels: {role: storage}",
        "labels: {rolle: storage}",
        &lines,
    );
}

#[test]
fn a_design_without_boot_actions_has_none_to_be_in() {
    let node = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\nspec: {storage: {physical_devices: \
                {sda: {partitions: [{name: r, size: 40g, filesystem: {mountpoint: /}}]}}}}\n";
    small(node, &[]);
}

// DD4004

#[test]
fn a_filter_that_chooses_nothing_is_a_warning() {
    let from = "node_filter: 'role in (control,compute,storage)'";
    let extra = |filter: &str| {
        format!(
            "---\napiVersion: drydock/v1\nkind: BootAction\nmetadata: {{name: extra}}\nspec: {{assets: [{{type: pkg_list, data: {{chrony: null}}}}], {filter}}}\n"
        )
    };
    let line = ["warning[DD4004] ① BootAction extra: this filter chooses no node"];
    for (filter, expected) in [
        (
            "node_filter: ①role=other",
            "correct it, or remove the boot action",
        ),
        (
            "node_filter: ①'spec.platfrom.image=noble'",
            "no node has a field `spec.platfrom.image`: did you mean `spec.platform.image`?",
        ),
        (
            "①node_filter: {}",
            "it says nothing; leave node_filter out to choose every node",
        ),
        (
            "①node_filter: {filter_set: [{}]}",
            "it says nothing; leave node_filter out to choose every node",
        ),
        (
            "node_filter: ①''",
            "it says nothing; leave node_filter out to choose every node",
        ),
        (
            "①node_filter: {filter_set: [{node_names: [compute1]}]}",
            "there is no node `compute1`; did you mean `compute-1`?",
        ),
        (
            "①node_filter: {filter_set: [{rack_names: [elsewhere]}]}",
            "there is no rack `elsewhere`",
        ),
        (
            "①node_filter: {filter_set: [{node_labels: {role: gateway}, node_tags: [none]}]}",
            "correct it, or remove the boot action",
        ),
    ] {
        site(ACTIONS, "", &extra(filter), &line);
        help(ACTIONS, "", &extra(filter), expected);
    }
    // A filter that is not understood is one finding.
    site(
        ACTIONS,
        from,
        "node_filter: ①'role in control'",
        &[
            "error[DD0006] ① BootAction inner-servers: expected a selector such as role=compute,rack in (r1,r2),!gpu, found `role in control`: a list in parentheses follows `in` and `notin`",
        ],
    );
}

#[test]
fn nodes_to_wait_for_that_nobody_is_are_told_where_they_are_written() {
    let (from, to) = (
        "depends_on: ['role=control']",
        "depends_on: [①'role=controll', 'role=control']",
    );
    let line = ["warning[DD4004] ① HostProfile compute: `role=controll` chooses no node"];
    site(HOSTS, from, to, &line);
    help(HOSTS, from, to, "correct it, or remove it");
    help(
        HOSTS,
        from,
        "depends_on: ['role=control,spec.hld']",
        "no node has a field `spec.hld`: did you mean `spec.hold`?",
    );
}

#[test]
fn a_node_of_which_little_is_known_may_be_the_one_that_was_chosen() {
    sites(
        &[
            (HOSTS, "labels: {role: control}", "labels: ①[role, control]"),
            (R1, "serial: HC32-4011", "serial: HC32-4011"),
        ],
        &["error[DD0006] ① HostProfile control: expected a map, found a list"],
    );
}

// DD4002

/// A boot action with these assets and nothing else.
fn action(assets: &str) -> String {
    format!(
        "apiVersion: drydock/v1\nkind: BootAction\nmetadata: {{name: b}}\nspec:\n  assets:\n{assets}\n"
    )
}

fn packages(data: &str) -> String {
    action(&format!("  - {{type: pkg_list, data: {data}}}"))
}

#[test]
fn package_names_and_versions_are_those_of_debian() {
    small(
        &packages(
            "{chrony: null, lldpd: , g++: 4:13.2.0-7ubuntu1, python3.12: '3.12~rc1', curl: 8.10}",
        ),
        &[],
    );
    let no_name = |name: &str, why: &str| {
        format!("error[DD4002] ① BootAction b: `{name}` is no package name: {why}")
    };
    let letters = "it has characters other than lower-case letters, digits and `+-.`";
    for (name, why) in [
        ("Chrony", letters),
        ("lib_c", letters),
        ("'chrony=4.5'", letters),
        ("x", "it is shorter than two characters"),
        ("-ab", "it begins with neither a letter nor a digit"),
    ] {
        let line = no_name(name.trim_matches('\''), why);
        small(&packages(&format!("{{①{name}: null}}")), &[&line]);
    }
    for (version, why) in [
        ("v1.0", "it does not begin with a digit"),
        (
            "'>=1.0'",
            "it has characters other than letters, digits and `.+-~`",
        ),
        ("'x:1.0'", "its epoch, before the colon, is no whole number"),
        ("'1:'", "it has no upstream version"),
        (
            "1.0-",
            "its revision, after the last hyphen, is not letters, digits and `.+~`",
        ),
        ("''", "it has no upstream version"),
    ] {
        let line = format!(
            "error[DD4002] ① BootAction b: `{}` is no version: {why}",
            version.trim_matches('\'')
        );
        small(&packages(&format!("{{chrony: ①{version}}}")), &[&line]);
    }
    small(
        &packages("{chrony: ①[1.0], lldpd: ②{version: 1}}"),
        &[
            "error[DD4002] ① BootAction b: expected a version or null, found a list",
            "error[DD4002] ② BootAction b: expected a version or null, found a map",
        ],
    );
}

#[test]
fn a_list_of_packages_is_refused_with_the_map_that_it_should_be() {
    site(ACTIONS, "inner-servers\nspec:", "inner-servers\nspec:", &[]);
    let list = packages("①[chrony, lldpd, vim, Git, curl]");
    small(
        &list,
        &["error[DD4002] ① BootAction b: a package list is a map, this is a list"],
    );
    small(
        &packages("①chrony"),
        &["error[DD4002] ① BootAction b: a package list is a map, this is a single value"],
    );
    let to = "node_filter: 'role in (control,compute,storage)'\n  assets:\n    - {type: pkg_list, data: [a1, b2, c3, d4]}";
    help(
        ACTIONS,
        "node_filter: 'role in (control,compute,storage)'\n  assets:",
        to,
        "write each package with its version, null for any: {a1: null, b2: null, c3: null, ...}",
    );
}

// DD4003

#[test]
fn an_asset_has_a_type_content_and_a_path() {
    small(
        &action("  - ①{path: /a, data: x}\n  - {type: ②file}\n  - {type: ③unit, data: x}\n  - {type: file, path: ④etc/a, data: x}\n  - {type: ⑤pkg_list}\n  - {type: file, path: /a, data: x, location: ⑥'http://h/x'}\n  - {type: file, path: /a, data: }\n"
            .replace("data: }", "data: ''}").as_str()),
        &[
            "error[DD4003] ① BootAction b: an asset has no type",
            "error[DD4003] ② BootAction b: a file has neither data nor location",
            "error[DD4003] ② BootAction b: a file has no path",
            "error[DD4003] ③ BootAction b: a unit has no path",
            "error[DD4003] ④ BootAction b: path `etc/a` is not absolute",
            "error[DD4003] ⑤ BootAction b: a pkg_list has neither data nor location",
            "error[DD4003] ⑥ BootAction b: a file has both data and location",
        ],
    );
    // A key that is not understood may be the one that is missing.
    small(
        &action("  - {type: file, path: /a, ①dta: x}\n  - {type: ②fil, path: /a, data: x}"),
        &[
            "error[DD0005] ① BootAction b: unknown key `dta`",
            "error[DD0006] ② BootAction b: expected unit, file or pkg_list, found `fil`",
        ],
    );
    small(
        &action(
            "  - {type: file, path: /a, data: ①[x]}\n  - {type: unit, path: /a, data: ②{x: y}}",
        ),
        &[
            "error[DD4003] ① BootAction b: data of a file is a text, this is a list",
            "error[DD4003] ② BootAction b: data of a unit is a text, this is a map",
        ],
    );
}

#[test]
fn permissions_are_octal() {
    for good in ["0", "644", "0644", "4755", "07777"] {
        small(
            &action(&format!(
                "  - {{type: file, path: /a, data: x, permissions: {good}}}"
            )),
            &[],
        );
    }
    for bad in [
        "0o644",
        "889",
        "10000",
        "-1",
        "rw-r--r--",
        "77777777777777777777",
    ] {
        let line = format!(
            "error[DD4003] ① BootAction b: permissions `{bad}` are no octal number from 0 to 7777"
        );
        small(
            &action(&format!(
                "  - {{type: file, path: /a, data: x, permissions: ①{bad}}}"
            )),
            &[&line],
        );
    }
}

#[test]
fn steps_of_pipelines_are_known() {
    small(
        &action(
            "  - {type: file, path: /a, data: x, data_pipeline: [①templat, ②gzip]}\n  - {type: file, path: /a, location: 'http://h/', location_pipeline: [③base64_decode]}",
        ),
        &[
            "error[DD4003] ① BootAction b: data_pipeline has no step `templat`",
            "error[DD4003] ② BootAction b: data_pipeline has no step `gzip`",
            "error[DD4003] ③ BootAction b: location_pipeline has no step `base64_decode`",
        ],
    );
}

#[test]
fn a_template_that_does_not_compile_is_told_where_it_breaks() {
    let file = |rest: &str| action(&format!("  - type: file\n    path: /a\n{rest}"));
    small(
        &file("    data: |\n      one\n      zwei ü {{ a ①b }}\n    data_pipeline: [template]"),
        &[
            "error[DD4003] ① BootAction b: the template does not compile at line 2, column 13: unexpected identifier, expected end of variable block",
        ],
    );
    small(
        &file("    data: '{{ a ①b }}'\n    data_pipeline: [template]"),
        &[
            "error[DD4003] ① BootAction b: the template does not compile at line 1, column 6: unexpected identifier, expected end of variable block",
        ],
    );
    // Folded lines do not stand in the file as they read: the whole text is marked.
    small(
        &file("    data: >\n      ①one\n      {% if %}\n    data_pipeline: [template]"),
        &[
            "error[DD4003] ① BootAction b: the template does not compile at line 1, column 11: unexpected end of block",
        ],
    );
    small(
        &file("    location: 'http://h/{{ ①}}'\n    location_pipeline: [template]"),
        &[
            "error[DD4003] ① BootAction b: the template does not compile at line 1, column 13: unexpected end of variable block",
        ],
    );
    // Without the step it is no template.
    small(&file("    data: '{{ a b }}'"), &[]);
    small(&file("    location: 'http://h/{{'"), &[]);
}

#[test]
fn what_is_encoded_is_decoded_before_it_is_judged() {
    let file = |data: &str, steps: &str| {
        action(&format!(
            "  - {{type: file, path: /a, data: {data}, data_pipeline: [{steps}]}}"
        ))
    };
    // `{{ a b }}`, and `{{ a }}`.
    small(
        &file("①e3sgYSBiIH19", "base64_decode, utf8_decode, template"),
        &[
            "error[DD4003] ① BootAction b: the decoded template does not compile at line 1, column 6: unexpected identifier, expected end of variable block",
        ],
    );
    small(&file("e3sgYSB9fQ==", "base64_decode, template"), &[]);
    small(
        &file("①'{{ a }}'", "base64_decode, template"),
        &["error[DD4003] ① BootAction b: what reaches base64_decode is not base64"],
    );
    small(
        &file("①/w==", "base64_decode, utf8_decode"),
        &["error[DD4003] ① BootAction b: what reaches utf8_decode is not UTF-8"],
    );
    small(&file("'{{'", "base64_encode, template"), &[]);
    small(
        &file("'{{ a }}'", "template, base64_encode, base64_decode"),
        &[],
    );
}
