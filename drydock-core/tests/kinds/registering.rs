//! What may be registered, and what is said of the rest.

use super::{license, registered, resolved, said, value};
use drydock_core::model::{KindDefinition, Kinds};
use serde_json::json;

#[track_caller]
fn refused(definition: KindDefinition, why: &str) {
    let error = Kinds::new().with(definition).unwrap_err().to_string();
    assert!(error.contains(why), "{error}");
}

#[test]
fn a_kind_is_registered_once() {
    let kinds = registered(license())
        .with(KindDefinition::new("acme/v2", "License"))
        .unwrap();
    assert!(kinds.names().eq(["acme/v1/License", "acme/v2/License"]));
    let error = kinds.with(license()).unwrap_err().to_string();
    assert!(
        error.starts_with("the kind acme/v1/License is registered twice"),
        "{error}"
    );
}

#[test]
fn names_that_documents_cannot_have_are_refused() {
    for taken in [
        "drydock/v1",
        "drydock/v2",
        "v1",
        "1.0",
        "deckhand/v1",
        "metadata/x",
        "pegleg/v1",
    ] {
        refused(KindDefinition::new(taken, "License"), "is not free");
    }
    for (version, kind) in [
        ("acme", "License"),
        ("acme/v1", ""),
        ("acme/v1", "a/b"),
        ("a c/v1", "x"),
        ("/v1", "x"),
    ] {
        refused(KindDefinition::new(version, kind), "is no kind");
    }
}

#[test]
fn paths_that_mean_nothing_are_refused() {
    let kind = || license().inherits("based_on");
    refused(kind().unite("a["), "is not a field path");
    refused(kind().unite(""), "name a field of it");
    refused(kind().unite("a.!b"), "cannot begin with `!`");
    refused(kind().unite("based_on"), "names the parents");
    refused(kind().unite("a").replace("a"), "two merge policies");
    refused(kind().unite("a").replace("a.b"), "replaced or united whole");
    refused(
        kind().replace("a.*.c").unite("a"),
        "replaced or united whole",
    );
    refused(
        kind().keyed("a", ""),
        "the primary key is the name of a field",
    );
    refused(license().secret("a."), "ends with a dot");
    refused(
        license().inherits("!"),
        "the parents are named by one field",
    );
    refused(license().unite("a"), "does not inherit");
    registered(
        kind()
            .keyed("a", "name")
            .keyed("a.*.b", "id")
            .unite("a.main.c"),
    );
}

#[test]
fn schemas_that_are_none_are_refused() {
    let schema = |schema| license().schema(schema);
    refused(schema(json!([])), "a schema is a map of keywords");
    refused(schema(json!({"type": "txet"})), "its schema cannot be used");
    refused(schema(json!({"pattern": "("})), "its schema cannot be used");
    let remote = json!({"properties": {"a": {"$ref": "https://acme.example/other.json"}}});
    refused(schema(remote), "leads out of it and nothing is fetched");
    refused(schema(json!({"$ref": "other.json#/x"})), "leads out of it");
    refused(schema(json!({"$ref": "#/$defs/x"})), "leads nowhere");
    refused(
        schema(json!({"items": {"$id": "https://acme.example"}})),
        "an `$id` inside it",
    );
    refused(
        schema(json!({"properties": {"a": {"secret": "yes"}}})),
        "true or false",
    );
    let number = json!({"properties": {"a": {"secret": true, "type": "integer"}}});
    refused(schema(number), "a secret is a text");
    for endless in [
        json!({"$ref": "#"}),
        json!({"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}}),
    ] {
        refused(schema(endless), "refers to itself");
    }
    let same = json!({"$ref": "#/$defs/a"});
    registered(schema(
        json!({"allOf": [same, same, {"items": same}], "$defs": {"a": {"items": {"$ref": "#"}}}}),
    ));
    // Fields may have the names of keywords.
    let named = json!({"properties": {"$ref": {"type": "string"}, "secret": {"type": "integer"}}});
    registered(schema(named));
    registered(schema(json!(true)));
}

#[test]
fn a_kind_that_nobody_registered_is_kept_as_written() {
    let spec = "{a: [1, 'x', yes], b: null, '!c': d}";
    let found = resolved(&Kinds::new(), &[("one", spec)]);
    assert_eq!(
        said(&found),
        [
            "warning[DD0017] one.yaml:1:1 acme/v1/License one: nobody registered the kind `acme/v1/License`; it is kept as written"
        ]
    );
    assert_eq!(
        value(&found, "one"),
        json!({"a": [1, "x", "yes"], "b": null, "!c": "d"})
    );
    assert_eq!(super::item(&found, "one").chain.len(), 1);
    let near = registered(KindDefinition::new("acme/v1", "Licence"));
    let help = |kinds: &Kinds| {
        let found = resolved(kinds, &[("one", "{}")]);
        found
            .diagnostics
            .iter()
            .next()
            .unwrap()
            .help
            .clone()
            .unwrap()
    };
    assert_eq!(help(&near), "did you mean acme/v1/Licence?");
}

#[test]
fn what_does_not_inherit_keeps_its_types_and_its_exclamation_marks() {
    let found = resolved(
        &registered(license()),
        &[(
            "one",
            "{n: 1, t: '1', f: 1.5, b: true, z: null, l: ['!x', '!'], '!k': v}",
        )],
    );
    assert_eq!(said(&found), Vec::<String>::new());
    let expected =
        json!({"n": 1, "t": "1", "f": 1.5, "b": true, "z": null, "l": ["!x", "!"], "!k": "v"});
    assert_eq!(value(&found, "one"), expected);
}
