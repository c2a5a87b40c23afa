//! Selectors, queries and node filters over whole designs: what they choose, in which order, and what they print.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

#[path = "query/node_filter.rs"]
mod node_filter;
#[path = "query/selectors.rs"]
mod selectors;

use drydock_core::{
    field::FieldPath,
    names::Kind,
    resolve::{Query, ResolvedDesign, Row},
    testing::fixture,
};

/// The bundled site.
fn site() -> ResolvedDesign {
    fixture::design(&support::borrowed(&support::bundled_site()))
}

fn query(kind: Kind, selector: &str, fields: &[&str]) -> Query {
    let fields = fields
        .iter()
        .map(|field| field.parse::<FieldPath>().unwrap());
    Query::new(kind, selector.parse().unwrap(), fields).unwrap()
}

fn names(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.id.name.as_str()).collect()
}

fn json(rows: &[Row]) -> serde_json::Value {
    serde_json::to_value(rows).unwrap()
}

#[test]
fn a_query_gives_the_fields_that_were_asked_for_in_their_order_and_nothing_else() {
    let design = site();
    let fields = [
        "metadata.rack",
        "interfaces.bond0.mtu",
        "interfaces.bond0.networks",
        "hold",
    ];
    let rows = design.query(&query(Kind::BaremetalNode, "role=gateway", &fields));
    let expected = |name: &str, rack: &str| {
        format!(
            r#"{{"kind":"BaremetalNode","name":"{name}","fields":{{"metadata.rack":"{rack}","interfaces.bond0.mtu":null,"interfaces.bond0.networks":["mgmt","mgmt6","storage"],"hold":null}}}}"#
        )
    };
    // As text, for the order of the fields is part of the answer.
    let text = serde_json::to_string(&rows).unwrap();
    assert_eq!(
        text,
        format!(
            "[{},{}]",
            expected("gateway-1", "r1"),
            expected("gateway-2", "r2")
        )
    );
}

#[test]
fn values_know_the_line_that_wrote_them() {
    let design = site();
    let rows = design.query(&query(
        Kind::BaremetalNode,
        "name=gateway-1",
        &["platform.image", "serial"],
    ));
    let places: Vec<String> = rows[0]
        .fields
        .iter()
        .map(|(_, value)| {
            design
                .files
                .origin(value.as_ref().unwrap().span)
                .to_string()
        })
        .collect();
    assert!(places[0].starts_with("profiles/hosts.yaml:"), "{places:?}");
    assert!(
        places[1].starts_with("formation/nodes-r1.yaml:"),
        "{places:?}"
    );
}

#[test]
fn documents_as_written_have_not_inherited() {
    let design = site();
    let resolved = query(
        Kind::BaremetalNode,
        "spec.platform.image=noble",
        &["platform.image"],
    );
    assert_eq!(design.query(&resolved).len(), 12);
    assert_eq!(design.query(&resolved.clone().as_written()), []);
    let profiles = query(Kind::HostProfile, "spec.platform.kernel=ga-24.04", &[]);
    let all = ["base", "compute", "control", "gateway", "server", "storage"];
    assert_eq!(names(&design.query(&profiles)), all);
    assert_eq!(names(&design.query(&profiles.as_written())), ["base"]);
}

#[test]
fn every_kind_can_be_asked_for() {
    let design = site();
    let racks = query(
        Kind::Rack,
        "power-feed=right",
        &["location.bay", "metadata.region"],
    );
    assert_eq!(
        json(&design.query(&racks)),
        serde_json::json!([{"kind": "Rack", "name": "r2", "fields": {"location.bay": 2, "metadata.region": "quayside"}}])
    );
    let tagged = query(Kind::Network, "spec.vlan in (120,130)", &["vlan"]);
    assert_eq!(names(&design.query(&tagged)), ["mgmt", "mgmt6", "storage"]);
    let actions = query(
        Kind::BootAction,
        "spec.node_filter.filter_set_type=union",
        &[],
    );
    assert_eq!(names(&design.query(&actions)), ["gateway-entry"]);
}

#[test]
fn a_field_called_metadata_is_the_specs_where_the_spec_has_one() {
    let text = "apiVersion: drydock/v1\nkind: HostProfile\n\
                metadata: {name: p, labels: {tier: outer}, description: the outer one}\n\
                spec: {metadata: {labels: {tier: inner}}}\n";
    let design = fixture::design(&[("site.yaml", text)]);
    let fields = [
        "metadata.labels.tier",
        "metadata.description",
        "spec.metadata.labels",
    ];
    let rows = design.query(&query(
        Kind::HostProfile,
        "tier=outer,spec.metadata.labels.tier=inner",
        &fields,
    ));
    assert_eq!(
        json(&rows)[0]["fields"],
        serde_json::json!({"metadata.labels.tier": "inner", "metadata.description": "the outer one", "spec.metadata.labels": {"tier": "inner"}})
    );
}

#[test]
fn a_field_that_no_document_can_have_is_told_with_what_was_meant() {
    let wrong = |selector: &str, field: &str| {
        let fields = [field.parse().unwrap()];
        let error = Query::new(Kind::BaremetalNode, selector.parse().unwrap(), fields);
        error.unwrap_err().to_string()
    };
    for (selector, field, message) in [
        (
            "",
            "platfrom.image",
            "a BaremetalNode has no field `platfrom.image`: did you mean `spec.platform.image`?",
        ),
        (
            "",
            "metadata.rak",
            "a BaremetalNode has no field `metadata.rak`: did you mean `spec.metadata.rack`?",
        ),
        (
            "spec.hld",
            "hold",
            "a BaremetalNode has no field `spec.hld`: did you mean `spec.hold`?",
        ),
        (
            "metadata.regoin=x",
            "hold",
            "a BaremetalNode has no field `metadata.regoin`: did you mean `metadata.region`?",
        ),
        (
            "metadata.colour=x",
            "hold",
            "a BaremetalNode has no field `metadata.colour`: known there: name, labels, annotations, region, date, author, description",
        ),
        (
            "",
            "hold.why",
            "a BaremetalNode has no field `hold.why`: `spec.hold` is a single value",
        ),
    ] {
        assert_eq!(wrong(selector, field), message);
    }
}

#[test]
fn no_query_prints_a_secret_or_lets_it_be_guessed() {
    let text = "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {name: n}\n\
                spec: {oob: {type: libvirt, libvirt_uri: 'qemu+ssh://u:hunter2@h/system', credential: hunter2}, \
                metadata: {owner_data: {api_key: hunter2, link: 'http://u:hunter2@h/'}}}\n";
    let design = fixture::load(&[("site.yaml", text)]).resolved;
    let all = query(
        Kind::BaremetalNode,
        "",
        &["oob", "metadata.owner_data", "oob.credential"],
    );
    for query in [all.clone(), all.as_written()] {
        let rows = design.query(&query);
        let printed = format!("{} {rows:?}", serde_json::to_string(&rows).unwrap());
        assert!(
            printed.contains("(secret)") && !printed.contains("hunter2"),
            "{printed}"
        );
    }
    for guess in [
        "spec.oob.credential=hunter2",
        "spec.metadata.owner_data.link='http://u:hunter2@h/'",
        "spec.oob.credential='(secret)'",
    ] {
        assert_eq!(
            design.query(&query(Kind::BaremetalNode, guess, &[])),
            [],
            "{guess}"
        );
    }
    assert_eq!(
        design
            .query(&query(Kind::BaremetalNode, "spec.oob.credential", &[]))
            .len(),
        1
    );
}
