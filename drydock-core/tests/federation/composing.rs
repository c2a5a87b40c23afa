//! How fragments are composed: by key, leaf by leaf, equal after decoding, removals as values.

use super::{document, federation, labels, node, of_node, resolved, said, with};
use drydock_core::names::Kind;

fn two(a: &str, b: &str) -> super::FederatedSource {
    federation(&[("a", &node(a)), ("b", &node(b))])
}

/// They compose to this, nothing is said, and the other way round it is the same.
#[track_caller]
fn clean(a: &str, b: &str, path: &str, expected: &str) {
    with(&two(a, b), path, expected, &[]);
    // The source that was second is now the first to be added, and is still called `b`.
    let swapped = federation(&[("b", &node(b)), ("a", &node(a))]);
    with(&swapped, path, expected, &[]);
}

/// They conflict at this field, once.
#[track_caller]
fn conflict(a: &str, b: &str, field: &str) {
    let found = resolved(&two(a, b));
    let of_code = |line: &&String| line.contains("DD0506");
    let lines: Vec<String> = said(&found).iter().filter(of_code).cloned().collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let expected = format!("BaremetalNode n: sources `a` and `b` disagree about {field}");
    assert!(lines[0].ends_with(&expected), "{lines:?}");
}

#[test]
fn maps_are_composed_by_key_and_keep_the_order_of_the_first_rank() {
    clean(
        "platform: {kernel_params: {z: '1', m: '2'}}",
        "platform: {kernel_params: {q: '3', b: '4', m: '2'}, image: noble}",
        "platform",
        "{kernel_params:{z:1,m:2,b:4,q:3},image:noble}",
    );
}

#[test]
fn a_keyed_list_and_a_map_say_the_same() {
    clean(
        "interfaces: [{device_name: f, mtu: 9000}, {device_name: e, networks: [x]}]",
        "interfaces: {e: {networks: [x], mtu: 1500}, d: {}, f: {mtu: '9000'}}",
        "interfaces",
        "{f:{mtu:9000},e:{networks:[x],mtu:1500},d:{}}",
    );
}

#[test]
fn equal_means_equal_after_decoding() {
    clean(
        "interfaces: {e: {mtu: 9000, network_link: l}}\nmetadata: {labels: {tier: 1}}\nhold: true",
        "interfaces: {e: {mtu: '9000', device_link: l}}\nmetadata: {labels: {tier: '1'}}\nhold: true",
        "",
        "{interfaces:{e:{mtu:9000,device_link:l}},metadata:{labels:{tier:1}},hold:true}",
    );
    composed(
        "host_profile: p",
        "host_profile: [p]",
        "",
        "{host_profile:[p]}",
    );
    conflict(
        "platform: {image: '22.1'}",
        "platform: {image: 22.10}",
        "`platform.image`",
    );
}

#[test]
fn a_list_is_one_leaf() {
    conflict(
        "metadata: {tags: [x, y]}",
        "metadata: {tags: [y, x]}",
        "`metadata.tags`",
    );
    clean(
        "metadata: {tags: [x, y]}",
        "metadata: {tags: [x, y]}",
        "metadata.tags",
        "[x,y]",
    );
    let ranges = |order: &str| {
        document(
            "Network",
            "m",
            &format!("cidr: 10.0.0.0/24\nranges: [{{{order}}}]"),
        )
    };
    let one = ranges("type: static, start: 10.0.0.2, end: 10.0.0.9");
    let other = ranges("end: 10.0.0.9, start: 10.0.0.2, type: static");
    let third = ranges("end: 10.0.0.8, start: 10.0.0.2, type: static");
    assert!(said(&resolved(&federation(&[("a", &one), ("b", &other)]))).is_empty());
    let found = said(&resolved(&federation(&[("a", &one), ("b", &third)])));
    assert_eq!(
        found,
        ["error[DD0506] a.yaml:6:11 Network m: sources `a` and `b` disagree about `ranges`"]
    );
}

#[test]
fn a_conflict_shows_every_place_and_is_one_finding_a_leaf() {
    let source = federation(&[
        ("a", &node("interfaces: {e: {mtu: 1500}}")),
        ("b", &node("interfaces: {e: {mtu: 9000}}")),
        ("c", &node("interfaces: {e: {mtu: 9216}}")),
    ]);
    assert_eq!(
        labels(&source),
        [
            "^ a.yaml:5:25 source `a` says `1500`",
            "- b.yaml:5:25 source `b` says `9000`",
            "- c.yaml:5:25 source `c` says `9216`",
        ]
    );
    with(
        &source,
        "interfaces",
        "{e:{mtu:1500}}",
        &[
            "error[DD0506] a.yaml:5:25 BaremetalNode n: sources `a`, `b` and `c` disagree about `interfaces.e.mtu`",
        ],
    );
    let two_leaves = two(
        "interfaces: {e: {mtu: 1500, networks: [x]}}",
        "interfaces: {e: {mtu: 9000, networks: [y]}}",
    );
    assert_eq!(said(&resolved(&two_leaves)).len(), 2);
}

#[test]
fn one_source_removing_what_another_sets_is_a_conflict() {
    conflict(
        "interfaces: {'!e': {}}",
        "interfaces: {e: {mtu: 1500}}",
        "`interfaces.e`",
    );
    conflict(
        "interfaces: {e: null}",
        "interfaces: {e: {mtu: 1500}}",
        "`interfaces.e`",
    );
    conflict(
        "platform: {image: '!'}",
        "platform: {image: noble}",
        "`platform.image`",
    );
    conflict(
        "platform: {image: null}",
        "platform: {image: noble}",
        "`platform.image`",
    );
    conflict("platform: '!'", "platform: {image: noble}", "`platform`");
    conflict("'!platform': {}", "platform: {image: noble}", "`platform`");
    conflict(
        "interfaces: {'!': {}}",
        "interfaces: {e: {mtu: 1500}}",
        "`interfaces`",
    );
    conflict(
        "metadata: {tags: ['!x']}",
        "metadata: {tags: [x]}",
        "`metadata.tags`",
    );
    let labels = labels(&two("platform: {image: '!'}", "platform: {image: noble}"));
    assert_eq!(
        labels,
        [
            "^ a.yaml:5:21 source `a` clears it",
            "- b.yaml:5:21 source `b` says `noble`"
        ]
    );
}

#[test]
fn removals_agree_with_each_other_whatever_their_spelling() {
    let base = document(
        "HostProfile",
        "p",
        "interfaces: {e: {mtu: 1500}, f: {}}\nplatform: {image: jammy}",
    );
    for (a, b) in [
        (
            "interfaces: {'!e': {}}",
            "interfaces: [{device_name: '!e'}]",
        ),
        ("interfaces: {'!e': {}}", "interfaces: {e: null}"),
        ("platform: {image: '!'}", "platform: {image: null}"),
        ("platform: '!'", "platform: {'!': {}}"),
        ("interfaces: '!'", "interfaces: ['!']"),
        ("metadata: {tags: '!'}", "metadata: {tags: ['!']}"),
    ] {
        let text = format!("{base}---\n{}", node(&format!("host_profile: p\n{a}")));
        let found = resolved(&federation(&[("a", &text), ("b", &node(b))]));
        let conflicts: Vec<String> = said(&found);
        let conflicts = conflicts.iter().filter(|line| line.contains("DD0506"));
        assert_eq!(conflicts.count(), 0, "{a} and {b}");
    }
}

/// What each of these is warned of alone, DD0505 and DD0501, is not about composition.
#[track_caller]
fn composed(a: &str, b: &str, path: &str, expected: &str) {
    assert_eq!(of_node(&resolved(&two(a, b)), path), expected);
}

#[test]
fn what_clears_composes_with_what_clears() {
    composed(
        "interfaces: '!'",
        "interfaces: ['!', {device_name: y, mtu: 9000}]",
        "interfaces",
        "{!:{},y:{mtu:9000}}",
    );
    composed(
        "interfaces: ['!', {device_name: x}]",
        "interfaces: ['!', {device_name: a}]",
        "interfaces",
        "{!:{},x:{},a:{}}",
    );
}

#[test]
fn a_precedence_settles_what_differs() {
    let spec = |mtu: &str| node(&format!("interfaces: {{e: {{mtu: {mtu}}}, {mtu}: {{}}}}"));
    let sources = [
        ("a", spec("1500")),
        ("b", spec("9000")),
        ("c", spec("9216")),
    ];
    let sources: Vec<(&str, &str)> = sources.iter().map(|(n, t)| (*n, &**t)).collect();
    let source = federation(&sources).precedence(["b", "a", "c"]).unwrap();
    with(
        &source,
        "interfaces",
        "{e:{mtu:9000},9000:{},1500:{},9216:{}}",
        &[],
    );
    // Those that it does not name come after it, and conflict among themselves where it says nothing.
    let silent = node("platform: {image: noble}");
    let sources = [sources[0], ("b", &silent), sources[2]];
    let source = federation(&sources).precedence(["b"]).unwrap();
    let found = resolved(&source);
    assert_eq!(
        said(&found),
        [
            "error[DD0506] a.yaml:5:25 BaremetalNode n: sources `a` and `c` disagree about `interfaces.e.mtu`"
        ]
    );
}

#[test]
fn metadata_is_composed_the_same_way() {
    let with_metadata = |metadata: &str| {
        node("{}")
            .replace("{name: n}", &format!("{{name: n, {metadata}}}"))
            .replace("spec:\n  {}", "spec: {}")
    };
    let a = with_metadata("labels: {role: compute, tier: '1'}, author: ann, region: r");
    let b = with_metadata("labels: {tier: 1, env: lab}, author: bob, region: r");
    let found = resolved(&federation(&[("a", &a), ("b", &b)]));
    let codes: Vec<String> = said(&found);
    assert!(
        codes.iter().all(|line| !line.contains("DD0506")),
        "{codes:?}"
    );
    let node = found.design.document(Kind::BaremetalNode, "n").unwrap();
    assert_eq!(
        super::flow(node.metadata.as_ref().unwrap()),
        "{name:n,author:ann,labels:{role:compute,tier:1,env:lab},region:r}"
    );
    assert_eq!(found.design.nodes["n"].label("env"), Some("lab"));

    let c = with_metadata("labels: {role: storage}");
    let found = resolved(&federation(&[("a", &a), ("c", &c)]));
    let said = said(&found).join("\n");
    assert!(
        said.contains("a.yaml:3:36 BaremetalNode n: sources `a` and `c` disagree about `labels.role` of its metadata"),
        "{said}"
    );
}

#[test]
fn values_whose_type_no_field_decides_keep_their_types() {
    let rack = |location: &str| document("Rack", "r", &format!("location: {location}"));
    let agree = federation(&[
        ("a", &rack("{row: 7, hall: x}")),
        ("b", &rack("{row: 0x7, room: 1}")),
    ]);
    let found = resolved(&agree);
    assert!(said(&found).is_empty());
    let rack_of = found.design.document(Kind::Rack, "r").unwrap();
    assert_eq!(
        super::flow(&rack_of.spec),
        "{location:{row:7,hall:x,room:1}}"
    );
    let differ = federation(&[("a", &rack("{row: 7}")), ("b", &rack("{row: '7'}"))]);
    assert_eq!(
        said(&resolved(&differ)),
        ["error[DD0506] a.yaml:5:19 Rack r: sources `a` and `b` disagree about `location.row`"]
    );
}

#[test]
fn duplicates_inside_one_source_stay_duplicates() {
    let twice = format!("{}---\n{}", node("hold: true"), node("hold: false"));
    let found = resolved(&federation(&[("a", &twice), ("b", &node("serial: S1"))]));
    assert_eq!(
        said(&found),
        ["error[DD0007] a.yaml:9:18 BaremetalNode n: there is another BaremetalNode `n`"]
    );
    assert_eq!(of_node(&found, ""), "{hold:true,serial:S1}");
}

#[test]
fn no_secret_is_in_a_conflict() {
    let spec = |secret: &str| {
        node(&format!(
            "oob: {{credential: canary-{secret}}}\nmetadata: {{owner_data: {{token: canary-{secret}, url: 'https://me:canary-{secret}@h/'}}}}"
        ))
    };
    let source = federation(&[("a", &spec("one")), ("b", &spec("two"))]);
    let found = resolved(&source);
    let rendered = drydock_core::diagnostic::render_all(
        &found.diagnostics,
        &found.design.files,
        drydock_core::diagnostic::Color::Never,
    );
    assert_eq!(rendered.matches("DD0506").count(), 3, "{rendered}");
    assert!(
        !format!("{rendered}{found:?}").contains("canary"),
        "{rendered}"
    );
    assert!(rendered.contains("source `a` says (secret)"), "{rendered}");
}

#[test]
fn a_wrong_value_is_reported_for_the_source_that_says_it() {
    let source = two(
        "interfaces: {e: {mtu: many}}",
        "interfaces: {e: {mtu: 9000}}",
    );
    with(
        &source,
        "interfaces",
        "{e:{mtu:9000}}",
        &["error[DD0006] a.yaml:5:25 BaremetalNode n: expected a whole number, found `many`"],
    );
}

#[test]
fn composed_documents_keep_their_fragments_and_others_have_none() {
    let lone = document("Rack", "r", "{}").replace("spec:\n  {}", "spec: {}");
    let text = format!("{lone}---\n{}", node("hold: true"));
    let found = resolved(&federation(&[("a", &text), ("b", &node("serial: S1"))]));
    let fragments: Vec<String> = found
        .design
        .fragments
        .iter()
        .map(|(id, all)| {
            let sources: Vec<&str> = all.iter().map(|d| d.source.as_str()).collect();
            format!("{id}: {}", sources.join(", "))
        })
        .collect();
    assert_eq!(fragments, ["BaremetalNode n: a, b"]);
}
