//! Which documents one inherits from, in which order, and what is wrong when they cannot be found.

use super::{clean, only, resolved, said, with};
use drydock_core::resolve::Resolved;

fn chain(resolved: &Resolved, profile: &str) -> Vec<String> {
    let profile = &resolved.design.profiles[profile];
    profile.chain.iter().map(|id| id.name.to_string()).collect()
}

#[test]
fn a_diamond_has_each_document_at_its_first_place() {
    let found = resolved(&[
        ("a", "hold: true"),
        ("b", "host_profile: a"),
        ("c", "host_profile: a"),
        ("d", "host_profile: [b, c]"),
        ("e", "host_profile: [c, b]"),
    ]);
    assert_eq!(chain(&found, "d"), ["a", "b", "c", "d"]);
    assert_eq!(chain(&found, "e"), ["a", "c", "b", "e"]);
    assert_eq!(said(&found), [""; 0]);
}

#[test]
fn a_parent_that_is_also_a_grandparent_stays_at_its_first_place() {
    let found = resolved(&[
        ("a", "{}"),
        ("b", "host_profile: a"),
        ("late", "host_profile: [b, a]"),
        ("early", "host_profile: [a, b]"),
    ]);
    assert_eq!(chain(&found, "late"), ["a", "b", "late"]);
    assert_eq!(chain(&found, "early"), ["a", "b", "early"]);
}

#[test]
fn a_branch_is_walked_to_its_end_before_the_next() {
    let found = resolved(&[
        ("a1", "{}"),
        ("a2", "host_profile: a1"),
        ("b1", "{}"),
        ("b2", "host_profile: b1"),
        ("z", "host_profile: [b2, a2]"),
    ]);
    assert_eq!(chain(&found, "z"), ["b1", "b2", "a1", "a2", "z"]);
}

#[test]
fn the_node_is_the_last_of_its_chain() {
    let found = resolved(&[
        ("b", "host_profile: a"),
        ("a", "{}"),
        ("node", "host_profile: b"),
    ]);
    let node = &found.design.nodes["node"];
    let chain: Vec<String> = node.chain.iter().map(ToString::to_string).collect();
    assert_eq!(
        chain,
        ["HostProfile a", "HostProfile b", "BaremetalNode node"]
    );
}

#[test]
fn in_a_diamond_the_later_branch_wins_over_what_both_inherit() {
    let a = ("a", "platform: {image: from-a}");
    let b = ("b", "host_profile: a\nplatform: {image: from-b}");
    let c = ("c", "host_profile: a");
    // c says nothing of the image itself, and a stands before b.
    clean(
        &[a, b, c, ("node", "host_profile: [b, c]")],
        "platform.image",
        "from-b",
    );
    clean(
        &[a, b, c, ("node", "host_profile: [c, b]")],
        "platform.image",
        "from-b",
    );
}

#[test]
fn parents_are_composed_from_left_to_right() {
    let x = ("x", "platform: {image: x}");
    let y = ("y", "platform: {image: y}");
    clean(
        &[x, y, ("node", "host_profile: [x, y]")],
        "platform.image",
        "y",
    );
    clean(
        &[x, y, ("node", "host_profile: [y, x]")],
        "platform.image",
        "x",
    );
}

/// A node below so many profiles, one above the other, each of which says this.
fn below(profiles: usize, says: impl Fn(usize) -> String) -> Resolved {
    let mut documents: Vec<(String, String)> = Vec::new();
    for n in 0..profiles {
        let parent = n
            .checked_sub(1)
            .map(|parent| format!("host_profile: p{parent:03}\n"));
        let spec = parent.unwrap_or_default() + &says(n);
        documents.push((format!("p{n:03}"), spec));
    }
    let parent = format!("host_profile: p{:03}", profiles - 1);
    documents.push(("node".to_owned(), parent));
    let documents: Vec<(&str, &str)> = documents.iter().map(|(n, s)| (&**n, &**s)).collect();
    resolved(&documents)
}

#[test]
fn a_chain_may_be_of_any_depth() {
    let found = below(400, |n| format!("metadata: {{tags: [t{n}]}}"));
    assert_eq!(said(&found), [""; 0]);
    let node = &found.design.nodes["node"];
    assert_eq!(node.chain.len(), 401);
    let tags: Vec<&str> = node.spec.metadata.tags.iter().map(|t| &**t).collect();
    assert_eq!((tags.len(), tags[0], tags[399]), (400, "t399", "t0"));
}

#[test]
fn a_chain_beyond_all_measure_is_an_error_and_costs_little() {
    let found = below(520, |_| "metadata: {tags: [t]}".to_owned());
    let said = said(&found);
    // The 512th profile above is one too many, for each that stands so deep.
    assert_eq!(said.len(), 520 - 512 + 1, "{said:?}");
    assert!(said.iter().all(|line| line.contains("DD0009")), "{said:?}");
    assert_eq!(found.design.nodes["node"].chain.len(), 1);
    assert_eq!(found.design.profiles["p511"].chain.len(), 512);
}

#[test]
fn host_profile_itself_is_not_inherited() {
    let found = resolved(&[
        ("a", "{}"),
        ("b", "host_profile: [a]"),
        ("node", "host_profile: b"),
    ]);
    assert_eq!(super::field(&found, "host_profile"), "[b]");
    assert_eq!(found.design.nodes["node"].spec.host_profile.0, ["b"]);
}

#[test]
fn an_unused_profile_is_resolved() {
    let found = resolved(&[
        ("a", "metadata: {tags: [x]}"),
        ("lonely", "host_profile: a\nmetadata: {tags: [y]}"),
    ]);
    let lonely = &found.design.profiles["lonely"].value;
    assert_eq!(
        super::flow(lonely),
        "{metadata:{tags:[y,x]},host_profile:[a]}"
    );
    assert_eq!(said(&found), [""; 0]);
}

#[test]
fn an_unused_profile_is_checked() {
    let found = resolved(&[
        (
            "hw",
            "device_aliases: {nic: {address: '0000:01:00.0', bus_type: pci}}",
        ),
        ("gone", "host_profile: nowhere"),
        ("hard", "hardware_profile: hw2"),
        ("removes", "metadata: {tags: ['!x']}"),
        (
            "refers",
            "hardware_profile: hw\ninterfaces: {e: {slaves: [nic, nic2]}}\nplatform: {kernel_params: {a: hardwareprofile:cpuset.x}}",
        ),
        ("wrong", "hold: perhaps"),
        ("names-no-hardware", "interfaces: {e: {slaves: [nic2]}}"),
    ]);
    assert_eq!(
        said(&found),
        [
            "error[DD0501] gone.yaml:5:17 HostProfile gone: there is no host profile `nowhere`",
            "error[DD0503] hard.yaml:5:21 HostProfile hard: there is no hardware profile `hw2`",
            "error[DD0504] refers.yaml:6:34 HostProfile refers: there is no device alias `nic2`",
            "error[DD0507] refers.yaml:7:33 HostProfile refers: `hardwareprofile:cpuset.x` leads nowhere",
            "warning[DD0505] removes.yaml:5:21 HostProfile removes: there is no `x` here to remove",
            "error[DD0006] wrong.yaml:5:9 HostProfile wrong: expected true or false, found `perhaps`",
        ]
    );
}

#[test]
fn an_unknown_parent_is_named_where_it_is_written() {
    with(
        &[
            ("server", "platform: {image: noble}"),
            ("node", "host_profile: [server, sever, missing-entirely]"),
        ],
        "platform.image",
        "noble",
        &[
            "error[DD0501] node.yaml:5:26 BaremetalNode node: there is no host profile `sever`",
            "error[DD0501] node.yaml:5:33 BaremetalNode node: there is no host profile `missing-entirely`",
        ],
    );
}

#[test]
fn every_document_that_names_an_unknown_parent_is_told_by_itself() {
    let found = resolved(&[
        ("node1", "host_profile: nope"),
        ("node2", "host_profile: nope"),
    ]);
    assert_eq!(
        said(&found),
        [
            "error[DD0501] node1.yaml:5:17 BaremetalNode node1: there is no host profile `nope`",
            "error[DD0501] node2.yaml:5:17 BaremetalNode node2: there is no host profile `nope`",
        ]
    );
}

#[test]
fn the_unknown_parent_of_a_parent_is_one_finding() {
    let found = resolved(&[
        ("mid", "host_profile: nope"),
        ("node1", "host_profile: mid"),
        ("node2", "host_profile: mid"),
    ]);
    assert_eq!(
        said(&found),
        ["error[DD0501] mid.yaml:5:17 HostProfile mid: there is no host profile `nope`"]
    );
}

#[test]
fn a_node_is_no_parent() {
    let found = resolved(&[("node", "{}"), ("node2", "host_profile: node")]);
    assert_eq!(
        said(&found),
        ["error[DD0501] node2.yaml:5:17 BaremetalNode node2: there is no host profile `node`"]
    );
}

#[test]
fn only_what_inherits_has_parents() {
    let item = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: t}\nspec: {host_profile: [nope]}\n";
    let found = super::resolved_files(&[("thing.yaml".to_owned(), item.to_owned())]);
    assert_eq!(
        said(&found),
        [
            "warning[DD0017] thing.yaml:1:1 example.org/v1/Thing t: nobody registered the kind `example.org/v1/Thing`; it is kept as written"
        ]
    );
}

fn labels(found: &Resolved) -> Vec<String> {
    let cycle = only(found, "DD0502");
    let files = &found.design.files;
    let line = |l: &drydock_core::diagnostic::Label| format!("{} {}", files.origin(l.span), l.text);
    cycle.labels.iter().map(line).collect()
}

#[test]
fn a_cycle_names_every_member_and_its_place() {
    let found = resolved(&[
        ("a", "host_profile: c"),
        ("b", "host_profile: [base, a]"),
        ("base", "hold: true"),
        ("c", "host_profile: b"),
        ("outside", "host_profile: c"),
        ("node", "host_profile: outside"),
    ]);
    assert_eq!(
        said(&found),
        [
            "error[DD0502] a.yaml:5:17 HostProfile a: host profiles `a`, `b`, `c` inherit from each other"
        ]
    );
    assert_eq!(
        labels(&found),
        [
            "a.yaml:5:17 a inherits from c",
            "b.yaml:5:24 b inherits from a",
            "c.yaml:5:17 c inherits from b"
        ]
    );
    // What can be resolved is.
    assert_eq!(super::field(&found, "hold"), "true");
}

#[test]
fn a_profile_that_names_itself_is_a_cycle() {
    let found = resolved(&[("a", "host_profile: a\nhold: true")]);
    assert_eq!(
        said(&found),
        ["error[DD0502] a.yaml:5:17 HostProfile a: host profile `a` inherits from itself"]
    );
    assert_eq!(labels(&found), ["a.yaml:5:17 a inherits from a"]);
}

#[test]
fn two_cycles_are_two_findings() {
    let found = resolved(&[
        ("a", "host_profile: b"),
        ("b", "host_profile: a"),
        ("c", "host_profile: d"),
        ("d", "host_profile: c"),
    ]);
    assert_eq!(
        said(&found),
        [
            "error[DD0502] a.yaml:5:17 HostProfile a: host profiles `a`, `b` inherit from each other",
            "error[DD0502] c.yaml:5:17 HostProfile c: host profiles `c`, `d` inherit from each other",
        ]
    );
}
