//! The JSON Schemas of the kinds: they are current, accept what the reader accepts, and refuse only what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "schema/damages.rs"]
mod damages;
#[path = "schema/mutations.rs"]
mod mutations;
mod support;

use drydock_core::{
    diagnostic::{Diagnostics, Severity},
    model,
    names::Kind,
    resolve::{Allocations, resolve},
    source::yaml::read_values,
    span::Span,
    testing::fixture,
};
use jsonschema::Validator;
use serde_json::Value;
use std::{fs, path::Path};

fn combined() -> Validator {
    jsonschema::validator_for(&model::combined_schema()).unwrap()
}

/// Where the reader finds a document wrong, rules and what documents say of each other aside.
fn errors(name: &str, text: &str) -> Vec<(Span, String)> {
    let resolved = resolve(&fixture::snapshot(&[(name, text)]), &Allocations::default());
    reading_errors(&resolved.diagnostics)
}

fn reading_errors(found: &Diagnostics) -> Vec<(Span, String)> {
    let of_reading = |code: &str| code < "DD0100" || code == "DD0508";
    let found = found.iter().filter(|d| d.severity == Severity::Error);
    let found = found.filter(|d| of_reading(&d.code.to_string()));
    found
        .map(|d| (d.span(), format!("{} {}", d.code, d.message)))
        .collect()
}

/// What the schema has against the documents of a text that the reader accepts, and how many of those there are.
fn refused(schema: &Validator, name: &str, text: &str) -> (usize, Vec<String>) {
    let values = read_values(name, text.as_bytes()).values;
    let wrong: Vec<u32> = errors(name, text).iter().map(|(at, _)| at.lo).collect();
    let (mut accepted, mut refused) = (0, Vec::new());
    for (n, value) in values.iter().enumerate() {
        let next = values.get(n + 1).map_or(u32::MAX, |next| next.span.lo);
        if wrong.iter().any(|lo| (value.span.lo..next).contains(lo)) {
            continue;
        }
        accepted += 1;
        let document = serde_json::to_value(value).unwrap();
        let found = schema.iter_errors(&document);
        refused.extend(found.map(|error| {
            let name = document["metadata"]["name"].to_string();
            format!("{name} {}: {error}", error.instance_path())
        }));
    }
    (accepted, refused)
}

#[test]
fn the_files_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let mut expected = vec![("drydock".to_owned(), model::combined_schema())];
    for kind in &Kind::ALL {
        expected.push((kind.to_string(), model::schema(kind).unwrap()));
    }
    for (name, schema) in &expected {
        let path = folder.join(format!("{name}.schema.json"));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let current = serde_json::to_string_pretty(schema).unwrap() + "\n";
        assert!(
            text == current,
            "{} is not current; renew it: cargo run --example schemas -- --out schemas",
            path.display()
        );
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), expected.len());
}

#[test]
fn every_schema_is_one() {
    for kind in &Kind::ALL {
        let schema = model::schema(kind).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
        jsonschema::validator_for(&schema).unwrap();
    }
    jsonschema::meta::validate(&model::combined_schema()).unwrap();
    assert_eq!(model::schema(&Kind::Other("acme/v1/License".into())), None);
}

#[test]
fn every_field_of_every_kind_is_described() {
    fn undescribed(at: &str, schema: &Value, found: &mut Vec<String>) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (key, property) in properties.into_iter().flatten() {
            let said = property["description"]
                .as_str()
                .is_some_and(|d| d.len() > 5);
            if !said && !matches!(key.as_str(), "apiVersion" | "kind" | "spec") {
                found.push(format!("{at} {key}"));
            }
        }
    }
    for kind in &Kind::ALL {
        let schema = model::schema(kind).unwrap();
        let mut found = Vec::new();
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            undescribed(name, definition, &mut found);
            assert!(definition["description"].as_str().unwrap().len() > 5);
        }
        assert_eq!(found, Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn the_bundled_site_is_accepted() {
    let (schema, mut accepted) = (combined(), 0);
    for (name, text) in support::bundled_site() {
        let (documents, found) = refused(&schema, &name, &text);
        assert_eq!(found, Vec::<String>::new(), "{name}");
        accepted += documents;
    }
    assert!(accepted > 25, "{accepted}");
}

#[test]
fn the_sites_of_others_are_accepted_where_the_reader_accepts_them() {
    let schema = combined();
    for (name, least) in [
        ("fullsite.yaml", 15),
        ("deckhand_fullsite.yaml", 15),
        ("deckhand_fullsite_libvirt.yaml", 10),
        ("deckhand_fullsite_nic_autodetect.yaml", 10),
        ("deckhand_routedomain.yaml", 3),
        ("bootstrap_seed_2017.yaml", 0),
        ("bootstrap_hwdefinition_2017.yaml", 0),
        ("validation.yaml", 10),
        ("invalid_validation.yaml", 1),
    ] {
        let Some(text) = support::foreign_site(name) else {
            continue;
        };
        let (accepted, found) = refused(&schema, name, &text);
        assert_eq!(found, Vec::<String>::new(), "{name}");
        assert!(accepted >= least, "{name}: {accepted}");
    }
}

#[test]
fn documented_documents_are_accepted() {
    let page = format!("{}/../docs/language.md", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(page).unwrap();
    let (schema, mut accepted) = (combined(), 0);
    for block in text.split("```yaml\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let (documents, found) = refused(&schema, "language.md", block);
        assert_eq!(found, Vec::<String>::new(), "{block}");
        accepted += documents;
    }
    assert!(accepted >= 5, "{accepted}");
}
