//! Node filters, one test a defect of the system that the form comes from.

use drydock_core::{model::NodeFilter, resolve::ResolvedDesign, testing::fixture};

const SITE: &str = "
apiVersion: drydock/v1
kind: Rack
metadata: {name: r1, labels: {room: east}}
spec: {labels: {feed: left, room: west}}
---
apiVersion: drydock/v1
kind: Rack
metadata: {name: r2}
spec: {labels: {feed: right}}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: c}
spec: {metadata: {rack: r2, tags: [t1, t2], labels: {x: '1', y: '1'}, owner_data: {team: core}}}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: b}
spec: {metadata: {rack: r1, tags: [t2], labels: {x: '1'}}}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: a}
spec: {metadata: {rack: r1, tags: [t1], labels: {x: '1', y: '1', team: core}}}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: d}
spec: {}
---
apiVersion: drydock/v1
kind: BootAction
metadata: {name: act}
spec: {assets: [{type: pkg_list, data: {chrony: null}}]FILTER}
";

/// The names of the nodes that the filter chooses, in the order in which they are given.
#[track_caller]
fn chosen(filter: &str) -> String {
    let filter = match filter {
        "" => String::new(),
        filter => format!(", node_filter: {filter}"),
    };
    let text = SITE.replace("FILTER", &filter);
    let design = fixture::load(&[("site.yaml", &text)]).resolved;
    names(&design, &design.boot_actions["act"].node_filter)
}

fn names(design: &ResolvedDesign, filter: &NodeFilter) -> String {
    let nodes = filter.select(design);
    let each = nodes.iter().all(|node| filter.matches(node, design));
    let others = design
        .nodes
        .values()
        .filter(|node| filter.matches(node, design))
        .count();
    assert!(
        each && others == nodes.len(),
        "one node at a time is as all at once"
    );
    let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
    names.join(" ")
}

/// A filter of one set of criteria.
#[track_caller]
fn one(criteria: &str) -> String {
    chosen(&format!(
        "{{filter_set_type: intersection, filter_set: [{{{criteria}}}]}}"
    ))
}

#[test]
fn the_ancestor_ored_labels_and_tags() {
    assert_eq!(
        one("filter_type: intersection, node_labels: {x: '1', y: '1'}"),
        "a c"
    );
    assert_eq!(
        one("filter_type: intersection, node_labels: {x: '1'}, node_tags: [t2]"),
        "b c"
    );
    assert_eq!(
        one("filter_type: intersection, node_labels: {y: '1'}, node_tags: [t2]"),
        "c"
    );
    // All criteria at once, whatever their number.
    assert_eq!(
        one(
            "node_names: [a, b, c], node_tags: [t1], node_labels: {x: '1'}, rack_names: [r1], rack_labels: {feed: left}"
        ),
        "a"
    );
}

#[test]
fn the_ancestor_ored_labels_in_a_union_too() {
    assert_eq!(
        one("filter_type: union, node_labels: {x: '1', y: '1'}, node_names: [b]"),
        "a b c"
    );
    assert_eq!(
        one("filter_type: union, node_labels: {x: '1', y: '2'}, node_names: [d]"),
        "d"
    );
}

#[test]
fn the_ancestor_listed_a_node_twice() {
    assert_eq!(
        one("filter_type: union, node_tags: [t1, t2], node_names: [c, a]"),
        "a b c"
    );
    assert_eq!(
        chosen("{filter_set_type: union, filter_set: [{node_tags: [t1]}, {node_names: [a, c]}]}"),
        "a c"
    );
}

#[test]
fn the_ancestor_gave_another_order_at_each_run() {
    assert_eq!(one("node_names: [d, c, b, a]"), "a b c d");
}

#[test]
fn the_ancestor_ignored_labels_of_racks() {
    assert_eq!(one("rack_labels: {feed: left}"), "a b");
    assert_eq!(one("rack_labels: {feed: left}, node_tags: [t2]"), "b");
    // Of a rack as of a node, its metadata wins over its spec.
    assert_eq!(one("rack_labels: {room: east}"), "a b");
    assert_eq!(one("rack_labels: {room: west}"), "");
    assert_eq!(
        one("filter_type: union, rack_labels: {feed: right}, node_names: [d]"),
        "c d"
    );
}

#[test]
fn the_ancestor_failed_on_empty_filters() {
    for filter in [
        "{}",
        "{filter_set: []}",
        "{filter_set_type: union, filter_set: []}",
        "{filter_set_type: intersection, filter_set: []}",
        "{filter_set: [{}]}",
        "{filter_set_type: union, filter_set: [{filter_type: union}]}",
        "{filter_set: [{node_names: []}]}",
        "{filter_set: [{node_names: [a]}, {}]}",
        "''",
    ] {
        assert_eq!(chosen(filter), "", "{filter}");
    }
    // An empty set takes nothing from a union.
    assert_eq!(
        chosen("{filter_set_type: union, filter_set: [{node_names: [a]}, {}]}"),
        "a"
    );
}

#[test]
fn the_ancestor_failed_without_a_type() {
    assert_eq!(one("node_tags: [t1], node_names: [a, b]"), "a");
    assert_eq!(
        chosen("{filter_set: [{node_tags: [t1]}, {node_names: [a, b]}]}"),
        "a"
    );
}

#[test]
fn no_filter_chooses_every_node() {
    assert_eq!(chosen(""), "a b c d");
    assert_eq!(chosen("null"), "a b c d");
}

#[test]
fn labels_are_looked_for_in_owner_data_as_well() {
    assert_eq!(one("node_labels: {team: core}"), "a c");
}

#[test]
fn a_list_of_names_tags_or_racks_is_satisfied_by_one_of_them() {
    assert_eq!(one("node_tags: [t1, t2]"), "a b c");
    assert_eq!(one("rack_names: [r1, r2, nowhere]"), "a b c");
    assert_eq!(one("node_names: [a, nobody]"), "a");
}

#[test]
fn a_selector_is_the_short_form() {
    assert_eq!(chosen("'x=1,!y'"), "b");
    assert_eq!(chosen("'rack in (r1,r2),spec.metadata.tags=t1'"), "a c");
    assert_eq!(chosen("'name=nobody'"), "");
}
