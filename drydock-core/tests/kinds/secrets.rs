//! Secrets of registered kinds: sealed wherever they stand, and struck out of the text.

use super::{item, license, registered, resolved};
use drydock_core::{
    diagnostic::{Color, render_all},
    model::{KindDefinition, Kinds},
    resolve::Resolved,
    source::{Form, Value},
};
use serde_json::json;

const CANARY: &str = "HUNTER2canary";

/// Everything of a design that can be printed.
fn printed(found: &Resolved) -> String {
    let files: Vec<&str> = found
        .design
        .files
        .files()
        .iter()
        .map(|file| file.masked())
        .collect();
    let items: Vec<_> = found.design.items.values().collect();
    let values: Vec<&Value> = items.iter().map(|item| &item.value).collect();
    let findings = render_all(&found.diagnostics, &found.design.files, Color::Never);
    let json = found.diagnostics.to_json(&found.design.files);
    format!(
        "{files:?} {items:?} {} {findings} {} {:?} {:?}",
        json!(values),
        json!(json),
        found.diagnostics,
        found.design
    )
}

fn sealed(value: &Value) -> usize {
    let mut sealed = 0;
    value.walk(&mut |value| {
        let form = value.as_scalar().map(|scalar| scalar.form);
        sealed += usize::from(form == Some(Form::Secret));
    });
    sealed
}

#[track_caller]
fn hidden(kind: KindDefinition, spec: &str, count: usize) {
    let spec = spec.replace("SECRET", CANARY);
    let found = resolved(&registered(kind), &[("one", &spec)]);
    let printed = printed(&found);
    assert!(!printed.contains(CANARY), "{spec}\n{printed}");
    assert!(printed.contains("visible"), "{spec}");
    assert_eq!(sealed(&item(&found, "one").value), count, "{spec}");
}

#[test]
fn marks_are_found_wherever_a_schema_has_them() {
    let secret = json!({"type": "string", "secret": true});
    let schema = |schema: serde_json::Value| license().schema(schema);
    let keys = json!({"properties": {"key": secret}});
    hidden(schema(keys.clone()), "{key: SECRET, other: visible}", 1);
    hidden(schema(keys.clone()), "{other: visible, key: \"SECRET\"}", 1);
    hidden(
        schema(keys.clone()),
        "{other: visible, key: [SECRET, {a: SECRET}]}",
        2,
    );
    hidden(
        schema(keys.clone()),
        "\n  other: visible\n  key: |\n    SECRET\n    SECRET",
        1,
    );
    hidden(
        schema(json!({"items": keys})),
        "[{key: SECRET}, {other: visible}]",
        1,
    );
    hidden(
        schema(json!({"additionalProperties": secret, "properties": {"a": {}}})),
        "{a: visible, b: SECRET}",
        1,
    );
    hidden(
        schema(json!({"properties": {"a": {"$ref": "#/$defs/s"}}, "$defs": {"s": secret}})),
        "{a: SECRET, b: visible}",
        1,
    );
    hidden(
        schema(
            json!({"properties": {"a": {"$ref": "#s"}}, "$defs": {"s": {"$anchor": "s", "secret": true}}}),
        ),
        "{a: SECRET, b: visible}",
        1,
    );
    hidden(
        schema(json!({"anyOf": [{"required": ["x"]}, keys]})),
        "{key: SECRET, b: visible}",
        1,
    );
    hidden(
        schema(json!({"if": {}, "then": keys})),
        "{key: SECRET, b: visible}",
        1,
    );
    let deep = json!({"properties": {"below": {"$ref": "#"}, "key": secret}});
    hidden(
        schema(deep),
        "{below: {below: {key: SECRET}}, b: visible}",
        1,
    );
    hidden(
        schema(json!({"patternProperties": {"^k": secret}})),
        "{key: SECRET, b: {secret: visible}}",
        1,
    );
    hidden(
        schema(json!({"prefixItems": [{}, secret]})),
        "[visible, SECRET]",
        1,
    );
}

#[test]
fn marks_of_paths_are_found() {
    hidden(license().secret("a.b"), "{a: {b: SECRET, c: visible}}", 1);
    hidden(
        license().secret("a.*.key"),
        "{a: {x: {key: SECRET}, y: {key: SECRET, c: visible}}}",
        2,
    );
    hidden(
        license().secret("a.*.key"),
        "{a: [{key: SECRET}, {c: visible}]}",
        1,
    );
    hidden(license().secret("a"), "{a: {secret: visible}}", 0);
    // A list that becomes a map is marked as the map is.
    let keyed = || license().inherits("based_on").keyed("pools", "name");
    hidden(
        keyed().secret("pools.*.key"),
        "{pools: [{name: visible, key: SECRET}]}",
        1,
    );
    hidden(
        keyed().secret("pools.main.key"),
        "{pools: [{name: main, key: SECRET}, {name: visible}]}",
        1,
    );
    let schema = json!({"properties": {"pools": {"additionalProperties": {"properties": {"key": {"secret": true}}}}}});
    hidden(
        keyed().schema(schema),
        "{pools: [{name: visible, key: SECRET}]}",
        1,
    );
}

#[test]
fn what_is_wrong_with_a_secret_does_not_show_it() {
    let kind = || {
        license()
            .inherits("based_on")
            .unite("keys")
            .secret("keys")
            .secret("pools.*.name")
            .keyed("pools", "name")
    };
    hidden(kind(), "{keys: [SECRET, SECRET], a: visible}", 1);
    hidden(kind(), "{keys: SECRET, a: visible}", 0);
    hidden(kind(), "{pools: [{name: SECRET}], a: visible}", 0);
    hidden(kind(), "{keys: [!SECRET ], a: visible}", 1);
    hidden(license().secret("a"), "{a: &SECRET x, b: visible}", 1);
}

#[test]
fn what_an_anchor_shares_with_a_secret_is_sealed_too() {
    hidden(
        license().secret("b"),
        "{a: &k SECRET, b: *k, c: visible}",
        2,
    );
    hidden(
        license().secret("b"),
        "{b: &k {x: SECRET}, a: *k, c: visible}",
        2,
    );
}

#[test]
fn text_that_does_not_parse_is_masked_by_the_names_of_marked_keys() {
    let schema = json!({"properties": {"a": {"items": {"properties": {"key": {"$ref": "#/$defs/s"}}}}}, "$defs": {"s": {"secret": true}}});
    for kind in [license().schema(schema), license().secret("a.*.key")] {
        let spec = format!("{{visible: 1, a: [{{key: {CANARY}, other: x}}, bad: [}}");
        let found = resolved(&registered(kind), &[("one", &spec)]);
        let printed = printed(&found);
        assert!(
            printed.contains("DD0001") && printed.contains("visible"),
            "{printed}"
        );
        assert!(!printed.contains(CANARY), "{printed}");
    }
}

#[test]
fn a_second_document_of_the_identity_is_sealed_too() {
    let spec = format!("{{key: {CANARY}}}");
    let found = resolved(
        &registered(license().secret("key")),
        &[("one", "{key: visible}"), ("one", &spec)],
    );
    assert!(!printed(&found).contains(CANARY));
}

#[test]
fn heirs_have_the_secret_and_do_not_show_it() {
    let kinds: Kinds = registered(license().inherits("based_on").secret("key"));
    let spec = format!("{{key: {CANARY}}}");
    let found = resolved(&kinds, &[("base", &spec), ("one", "{based_on: base}")]);
    assert!(!printed(&found).contains(CANARY));
    let one = item(&found, "one");
    assert_eq!(
        one.value.field("key").and_then(Value::as_text),
        Some(CANARY)
    );
}
