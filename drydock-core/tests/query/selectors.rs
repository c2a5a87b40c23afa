//! What selectors choose of a design.

use super::{names, query, site};
use drydock_core::{names::Kind, resolve::ResolvedDesign, testing::fixture};

fn chosen(design: &ResolvedDesign, selector: &str) -> Vec<String> {
    let rows = design.query(&query(Kind::BaremetalNode, selector, &[]));
    names(&rows).into_iter().map(str::to_owned).collect()
}

#[test]
fn labels_and_fields_stand_in_one_selector() {
    let design = site();
    let chosen = |selector| chosen(&design, selector);
    assert_eq!(
        chosen("role=control,rack in (r1,r2),spec.platform.image=noble,!spec.hold"),
        ["control-1", "control-2"]
    );
    // A list by its items, a keyed collection and a map by their keys.
    assert_eq!(
        chosen("spec.metadata.tags=edge-facing"),
        ["gateway-1", "gateway-2"]
    );
    assert_eq!(
        chosen("spec.interfaces=edge,name!=gateway-2"),
        ["gateway-1"]
    );
    assert_eq!(chosen("spec.interfaces.edge,rack=r2"), ["gateway-2"]);
    assert_eq!(
        chosen("spec.platform.kernel_params.intel_iommu=on").len(),
        6
    );
    assert_eq!(
        chosen("spec.interfaces.pxe.networks notin (pxe)"),
        Vec::<String>::new()
    );
    assert_eq!(chosen("metadata.region=quayside").len(), 12);
    assert_eq!(chosen("!metadata.region"), Vec::<String>::new());
}

const NODES: &str = "
apiVersion: drydock/v1
kind: HostProfile
metadata: {name: p, labels: {tier: of-the-profile-document}}
spec: {hold: true, metadata: {labels: {tier: profile, role: a}, tags: []}}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: inherits}
spec: {host_profile: p}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: overrides}
spec: {host_profile: p, hold: false, metadata: {labels: {tier: node}, tags: [x]}}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: says, labels: {tier: document, name: other, rack: r9}}
spec: {host_profile: p, hold: null, metadata: {labels: {tier: node}, rack: r1}}
";

#[test]
fn the_labels_of_the_metadata_win_over_those_of_the_spec_and_a_node_over_its_profile() {
    let design = fixture::load(&[("site.yaml", NODES)]).resolved;
    for (selector, expected) in [
        ("tier=profile", "inherits"),
        ("tier=node", "overrides"),
        ("tier=document", "says"),
        ("rack=r1", "says"),
        ("rack=r9", ""),
        ("name=says", "says"),
        ("name=other", ""),
        ("tier=of-the-profile-document", ""),
    ] {
        assert_eq!(chosen(&design, selector).join(" "), expected, "{selector}");
    }
    // The same of documents as they are written.
    let written = |selector| {
        let rows = design.query(&query(Kind::BaremetalNode, selector, &[]).as_written());
        names(&rows).join(" ")
    };
    assert_eq!(written("tier=document"), "says");
    assert_eq!(written("tier=node"), "overrides");
    assert_eq!(written("tier"), "overrides says");
    assert_eq!(written("rack=r1"), "says");
}

#[test]
fn false_null_and_emptiness_are_as_if_nothing_was_said() {
    let design = fixture::load(&[("site.yaml", NODES)]).resolved;
    assert_eq!(chosen(&design, "spec.hold"), ["inherits"]);
    assert_eq!(chosen(&design, "!spec.hold"), ["overrides", "says"]);
    assert_eq!(chosen(&design, "spec.hold=false"), ["overrides"]);
    assert_eq!(chosen(&design, "spec.metadata.tags"), ["overrides"]);
}

#[test]
fn a_broken_selector_in_a_design_is_one_located_finding() {
    let text = "apiVersion: drydock/v1\nkind: HostProfile\nmetadata: {name: p}\nspec: {depends_on: ['role=a b']}\n";
    let design = fixture::load(&[("site.yaml", text)]);
    let found = design
        .diagnostics
        .iter()
        .find(|d| d.code.to_string() == "DD0006")
        .unwrap();
    assert_eq!(
        found.message,
        "expected a selector such as role=compute,rack in (r1,r2),!gpu, found `role=a b`: \
         there should be a comma before `b`; what is no word is written in quotes"
    );
    assert_eq!(
        design.resolved.files.origin(found.span()).to_string(),
        "site.yaml:4:21"
    );
}
