//! What a schema has against items.

use super::{license, registered, resolved, said};
use drydock_core::{model::Kinds, resolve::Resolved};
use serde_json::json;

fn kinds(inherits: bool) -> Kinds {
    let schema = json!({
        "type": "object",
        "required": ["vendor", "seats"],
        "properties": {
            "vendor": {"enum": ["acme", "ajax"], "description": "Who sold it."},
            "seats": {"type": "integer", "minimum": 1},
            "mail": {"type": "string", "pattern": "@"},
            "contacts": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/contact"}},
            "term": {"anyOf": [{"type": "string"}, {"type": "object"}]},
            "mode": {"const": "floating"},
        },
        "additionalProperties": false,
        "$defs": {"contact": {"type": "object", "required": ["name"], "additionalProperties": {"type": "string"}}},
    });
    let kind = license().schema(schema);
    registered(if inherits {
        kind.inherits("based_on")
    } else {
        kind
    })
}

fn lines(found: &Resolved) -> Vec<String> {
    let short = |line: String| {
        line.replace("acme/v1/License one: ", "")
            .replace("one.yaml:", "")
    };
    said(found).into_iter().map(short).collect()
}

#[track_caller]
fn wrong(spec: &str, expected: &[&str]) {
    let found = resolved(&kinds(false), &[("one", spec)]);
    assert_eq!(lines(&found), expected, "{spec}");
}

#[test]
fn every_violation_is_found_at_its_place() {
    wrong(
        "{vendor: acme, seats: 5, term: {days: 5}, mode: floating}",
        &[],
    );
    wrong(
        "{vendor: acme, seats: 0}",
        &["error[DD0006] 4:29 expected a number of at least 1, found `0`"],
    );
    wrong(
        "{vendor: acne, seats: '5', mail: x, contacts: [{name: a}, {mail: 7}, x]}",
        &[
            "error[DD0006] 4:16 expected `acme` or `ajax`, found `acne`",
            "error[DD0006] 4:29 expected a whole number, found the text `5`",
            "error[DD0006] 4:40 expected a text that matches `@`, found `x`",
            "error[DD0006] 4:53 expected a list of at most 2 items, found a list",
            "error[DD0006] 4:65 `name` is missing",
            "error[DD0006] 4:72 expected a text, found `7`",
            "error[DD0006] 4:76 expected a map, found `x`",
        ],
    );
    wrong(
        "{vendor: acme, seats: 5, term: [], mode: ~, sets: 1}",
        &[
            "error[DD0006] 4:38 expected a text or a map, found a list",
            "error[DD0006] 4:48 expected `floating`, found null",
            "error[DD0005] 4:51 unknown key `sets`",
        ],
    );
    wrong(
        "{}",
        &[
            "error[DD0006] 4:7 `seats` is missing",
            "error[DD0006] 4:7 `vendor` is missing",
        ],
    );
    wrong("[]", &["error[DD0006] 4:7 expected a map, found a list"]);
}

#[test]
fn help_says_what_the_schema_says() {
    let found = resolved(
        &kinds(false),
        &[("one", "{vendor: 1, seats: 5, mial: a@b}")],
    );
    let helps: Vec<_> = found
        .diagnostics
        .iter()
        .map(|d| (d.field.to_string(), d.help.as_deref()))
        .collect();
    assert_eq!(
        helps,
        [
            (
                "vendor".to_owned(),
                Some("the schema of its kind says: Who sold it.")
            ),
            (String::new(), Some("did you mean `mail`?")),
        ]
    );
    let edit = found
        .diagnostics
        .iter()
        .nth(1)
        .unwrap()
        .edit
        .as_ref()
        .unwrap();
    assert_eq!(edit.text, "mail");
}

#[test]
fn what_heirs_may_add_is_asked_of_them_alone() {
    let documents = [
        ("base", "{vendor: acme, seats: many}"),
        ("one", "{based_on: base, seats: 5}"),
        ("two", "{based_on: base, seats: null}"),
        ("half", "{vendor: acme}"),
        ("whole", "{based_on: half, seats: 2}"),
    ];
    assert_eq!(
        said(&resolved(&kinds(true), &documents)),
        [
            "error[DD0006] base.yaml:4:29 acme/v1/License base: expected a whole number, found `many`",
            "error[DD0006] two.yaml:4:7 acme/v1/License two: `seats` is missing",
        ]
    );
}

#[test]
fn what_is_inherited_wrongly_is_one_finding_that_counts() {
    let documents = [
        ("base", "{vendor: acne}"),
        ("one", "{based_on: [base], seats: 1}"),
        ("two", "{based_on: [base], seats: 2}"),
    ];
    let found = resolved(&kinds(true), &documents);
    let touched: Vec<u32> = found.diagnostics.iter().map(|d| d.touches).collect();
    assert_eq!(touched, [3]);
}

#[test]
fn secrets_are_not_in_what_is_said() {
    let schema = json!({
        "properties": {
            "key": {"secret": true, "type": "string", "minLength": 20},
            "password": {"type": "string"},
        },
        "propertyNames": {"pattern": "^[a-z]+$"},
    });
    let kinds = registered(license().schema(schema));
    let found = resolved(&kinds, &[("one", "{key: HUNTER2, password: {secret: db}}")]);
    assert_eq!(
        lines(&found),
        ["error[DD0006] 4:13 expected a text of at least 20 characters, found something else"]
    );
    let found = resolved(&kinds, &[("one", "{key: {secret: licence-key}}")]);
    assert_eq!(lines(&found), Vec::<String>::new());
    let by_path = license().schema(json!({"properties": {"a": {"items": {"type": "string"}}}}));
    let found = resolved(
        &registered(by_path.secret("a.*")),
        &[("one", "{a: [HUNTER2, {secret: b}, 5, {c: d}]}")],
    );
    assert_eq!(
        lines(&found),
        ["error[DD0006] 4:37 expected a text, found a map"]
    );
    let found = resolved(&kinds, &[("one", "{key: [HUNTER2]}")]);
    assert_eq!(
        lines(&found),
        ["error[DD0006] 4:13 expected a text, found a list"]
    );
}
