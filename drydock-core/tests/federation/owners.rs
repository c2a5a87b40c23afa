//! Owners: what another source writes at an owned field is a conflict, whatever it says.

use super::{document, federation, labels, node, resolved, said, with};
use drydock_core::names::Kind;

const NODE: Kind = Kind::BaremetalNode;

fn inventory_and_site(inventory: &str, site: &str) -> super::FederatedSource {
    federation(&[("inventory", &node(inventory)), ("site", &node(site))])
}

#[test]
fn what_another_writes_there_is_a_conflict_and_does_not_count() {
    let addressing = |last: u8| format!("addressing: [{{network: m, address: 10.0.0.{last}}}]");
    let source = inventory_and_site(&addressing(5), &format!("{}\nhold: true", addressing(6)))
        .owner("inventory", NODE, "addressing")
        .unwrap();
    assert_eq!(
        labels(&source),
        [
            "^ site.yaml:5:3 source `site` says it here",
            "- inventory.yaml:5:3 the owner, source `inventory`, says it here",
        ]
    );
    with(
        &source,
        "",
        "{addressing:{m:{address:10.0.0.5}},hold:true}",
        &[
            "error[DD0506] site.yaml:5:3 BaremetalNode n: source `site` says something of `addressing`, but that belongs to source `inventory`",
        ],
    );
}

#[test]
fn it_is_one_also_where_both_say_the_same_or_the_owner_says_nothing() {
    let rack = "metadata: {rack: r1}";
    let expected = "error[DD0506] site.yaml:5:20 BaremetalNode n: source `site` says something of `metadata.rack`, but that belongs to source `inventory`";
    for inventory in [rack, "serial: S1"] {
        let source = inventory_and_site(inventory, rack);
        let source = source.owner("inventory", NODE, "metadata.rack").unwrap();
        assert_eq!(said(&resolved(&source)), [expected]);
    }
    // And where the owner has no fragment of the document at all.
    let source = federation(&[("inventory", ""), ("site", &node(rack))]);
    let source = source.owner("inventory", NODE, "metadata.rack").unwrap();
    with(&source, "", "{metadata:{}}", &[expected]);
}

#[test]
fn a_precedence_does_not_overrule_an_owner() {
    let source = inventory_and_site("serial: S1", "serial: S2")
        .owner("inventory", NODE, "serial")
        .unwrap()
        .precedence(["site", "inventory"])
        .unwrap();
    let found = resolved(&source);
    assert_eq!(said(&found).len(), 1);
    assert_eq!(super::of_node(&found, "serial"), "S1");
}

#[test]
fn nobody_removes_what_another_owns_below() {
    for (site, place) in [
        ("metadata: '!'", "5:13"),
        ("metadata: {'!': {}}", "5:3"),
        ("'!metadata': {}", "5:3"),
        ("'!': {}", "3:18"),
    ] {
        let source = inventory_and_site("metadata: {rack: r1}", site);
        let source = source.owner("inventory", NODE, "metadata.rack").unwrap();
        let field = if place == "3:18" {
            "this document"
        } else {
            "`metadata`"
        };
        with(
            &source,
            "",
            "{metadata:{rack:r1}}",
            &[&format!(
                "error[DD0506] site.yaml:{place} BaremetalNode n: source `site` says something of {field}, but \
                 `metadata.rack` of it belongs to source `inventory`"
            )],
        );
    }
}

#[test]
fn what_is_beside_an_owned_field_is_free() {
    let source = inventory_and_site("metadata: {rack: r1}", "metadata: {tags: [x]}");
    let source = source.owner("inventory", NODE, "metadata.rack").unwrap();
    with(&source, "", "{metadata:{rack:r1,tags:[x]}}", &[]);
    // An owner owns a field of its kind, not of others.
    let profile = document("HostProfile", "p", "metadata: {rack: r1}");
    let source = federation(&[("inventory", ""), ("site", &profile)]);
    let source = source.owner("inventory", NODE, "metadata.rack").unwrap();
    assert!(said(&resolved(&source)).is_empty());
}

#[test]
fn whole_documents_can_be_owned_with_their_metadata() {
    let network = |vlan: u16, label: &str| {
        document("Network", "m", &format!("vlan: {vlan}")).replace(
            "{name: m}",
            &format!("{{name: m, labels: {{from: {label}}}}}"),
        )
    };
    let (one, other) = (network(7, "inventory"), network(8, "site"));
    let source = federation(&[("inventory", &one), ("site", &other)]);
    let source = source.owner("inventory", Kind::Network, "").unwrap();
    let found = resolved(&source);
    assert_eq!(
        said(&found),
        [
            "error[DD0506] site.yaml:3:18 Network m: source `site` says something of this document, but that belongs to source `inventory`"
        ]
    );
    let network = found.design.document(Kind::Network, "m").unwrap();
    assert_eq!(super::flow(&network.spec), "{vlan:7}");
    let metadata = network.metadata.as_ref().unwrap();
    assert_eq!(super::flow(metadata), "{name:m,labels:{from:inventory}}");
}

#[test]
fn owners_that_cannot_be_are_refused() {
    let source = inventory_and_site("{}", "{}")
        .owner("inventory", NODE, "addressing")
        .unwrap();
    let error = source.owner("site", NODE, "addressing.m").unwrap_err();
    assert_eq!(
        error.to_string(),
        "inventory owns BaremetalNode: addressing, and site owns BaremetalNode: addressing.m; let only one of them own it"
    );
    let source = inventory_and_site("{}", "{}");
    let error = source.owner("inventory", NODE, "addressing.").unwrap_err();
    assert!(error.to_string().contains("is not a field path"), "{error}");
}
