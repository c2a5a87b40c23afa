//! Documents of the bundled site, changed at random: what the schema refuses, the reader refuses.

use super::{combined, errors, support};
use drydock_core::source::yaml::read_values;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

/// What happens to one value of a document.
#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Insert(&'static str, Value),
    Remove(Index),
    Rename(Index, &'static str),
}

const KEYS: [&str; 24] = [
    "!",
    "!mtu",
    "!x",
    "!labels",
    "labels",
    "mtu",
    "vlan_id",
    "type",
    "name",
    "device_name",
    "size",
    "host_profile",
    "serial",
    "boot_mac",
    "network_link",
    "networks",
    "secret",
    "layout",
    "alias",
    "bus_type",
    "spec",
    "data",
    "oob",
    "nonsense",
];

fn values() -> Vec<Value> {
    vec![
        json!(null),
        json!(""),
        json!("!"),
        json!("!x"),
        json!("x"),
        json!("true"),
        json!("0"),
        json!("+7"),
        json!("1.5"),
        json!(0),
        json!(7),
        json!(-1),
        json!(70000),
        json!(5_000_000_000_u64),
        json!(1.5),
        json!(true),
        json!([]),
        json!([null]),
        json!(["!"]),
        json!(["!x", "y"]),
        json!(["x", "!"]),
        json!([5, true]),
        json!([{"name": "x"}]),
        json!([{"name": "!x"}]),
        json!([{"name": "x", "mtu": 5}]),
        json!([["x"]]),
        json!({}),
        json!({"!": {}}),
        json!({"!x": {}}),
        json!({"!x": ""}),
        json!({"!x": null}),
        json!({"!x": "y"}),
        json!({"x": {}}),
        json!({"x": null}),
        json!({"x": "y"}),
        json!({"x": 5}),
        json!({"x": [1, "!y"]}),
        json!({"x": {"name": "x"}}),
        json!({"name": "x"}),
        json!({"name": null}),
        json!({"secret": "x"}),
        json!({"secret": 5}),
        json!({"secret": null}),
        json!({"secret": "x", "y": 1}),
        json!({"mtu": "!"}),
        json!({"mtu": null}),
        json!("10.0.0.0/24"),
        json!("10.0.0.1"),
        json!("::1"),
        json!("1.2.3.4, ::1"),
        json!("020000000001"),
        json!(123_456_789_012_u64),
        json!("20g"),
        json!(">50%"),
        json!("auto"),
        json!("none"),
        json!("tagged"),
        json!("802.1q"),
        json!("role=a,!b"),
        json!("a in (b"),
        json!("redeploy"),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => select(values()).prop_map(Change::Replace),
        3 => (select(&KEYS[..]), select(values())).prop_map(|(key, value)| Change::Insert(key, value)),
        1 => any::<Index>().prop_map(Change::Remove),
        2 => (any::<Index>(), select(&KEYS[..])).prop_map(|(at, key)| Change::Rename(at, key)),
    ]
}

/// Goes down into the value as far as the way leads, and changes what is there.
fn apply(value: &mut Value, way: &[Index], change: &Change) {
    let children = match &*value {
        Value::Object(map) => map.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    if let ([next, rest @ ..], true) = (way, children > 0) {
        let at = next.index(children);
        return match value {
            Value::Object(map) => apply(map.values_mut().nth(at).unwrap(), rest, change),
            Value::Array(items) => apply(&mut items[at], rest, change),
            _ => {}
        };
    }
    match (change, value) {
        (Change::Insert(key, new), Value::Object(map)) => {
            drop(map.insert((*key).to_owned(), new.clone()))
        }
        (Change::Insert(_, new), Value::Array(items)) => items.push(new.clone()),
        (Change::Remove(at), Value::Object(map)) if !map.is_empty() => {
            let key = map.keys().nth(at.index(map.len())).unwrap().clone();
            map.remove(&key);
        }
        (Change::Rename(at, new), Value::Object(map)) if !map.is_empty() => {
            let key = map.keys().nth(at.index(map.len())).unwrap().clone();
            let value = map.remove(&key).unwrap();
            map.insert((*new).to_owned(), value);
        }
        (Change::Replace(new), value) => *value = new.clone(),
        _ => {}
    }
}

#[test]
fn what_the_schema_refuses_the_reader_refuses() {
    let documents: Vec<Value> = support::bundled_site()
        .iter()
        .flat_map(|(name, text)| read_values(name, text.as_bytes()).values)
        .map(|value| serde_json::to_value(value).unwrap())
        .collect();
    let schema = combined();
    let changes = (
        any::<Index>(),
        vec((vec(any::<Index>(), 1..7), change()), 1..3),
    );
    let mut runner = TestRunner::deterministic();
    let (mut accepted, mut refused, mut looser) = (0, 0, 0);
    for _ in 0..3000 {
        let (which, changes) = changes.new_tree(&mut runner).unwrap().current();
        let mut document = which.get(&documents).clone();
        for (way, change) in &changes {
            apply(&mut document, way, change);
        }
        // JSON is YAML, with every text in quotes.
        let text = document.to_string();
        let wrong = errors("document.yaml", &text);
        if schema.is_valid(&document) {
            accepted += 1;
            looser += usize::from(!wrong.is_empty());
            continue;
        }
        refused += 1;
        let why: Vec<String> = schema
            .iter_errors(&document)
            .map(|error| error.to_string())
            .collect();
        assert!(
            !wrong.is_empty(),
            "the reader accepts {text}\n{changes:?}\n{}",
            why.join("\n")
        );
    }
    // Both happen often, and the schema sees most of what the reader sees.
    assert!(accepted > 500 && refused > 1000, "{accepted} {refused}");
    assert!(looser * 4 < refused, "{looser} {refused}");
}
