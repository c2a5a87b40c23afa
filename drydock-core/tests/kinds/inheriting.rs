//! Items of a kind that inherits.

use super::{inheriting, item, resolved, said, value};
use drydock_core::model::Kinds;
use serde_json::{Value, json};

#[track_caller]
fn comes_to(documents: &[(&str, &str)], expected: Value, lines: &[&str]) {
    let found = resolved(&inheriting(), documents);
    assert_eq!(said(&found), lines);
    assert_eq!(value(&found, documents.last().unwrap().0), expected);
}

#[test]
fn every_part_is_inherited_by_its_policy() {
    comes_to(
        &[
            (
                "base",
                "{vendor: acme, regions: [eu, us], support: {level: gold, hours: [8, 18]}, pools: [{name: a, seats: 5, users: [x]}]}",
            ),
            (
                "one",
                "{based_on: base, vendor: ajax, regions: [asia, us], support: {hours: [0, 24]}, pools: {b: {seats: 1}, a: {users: [y]}}}",
            ),
        ],
        json!({
            "vendor": "ajax", "regions": ["asia", "us", "eu"], "based_on": ["base"],
            "support": {"level": "gold", "hours": [0, 24]},
            "pools": {"a": {"seats": 5, "users": ["y", "x"]}, "b": {"seats": 1}},
        }),
        &[],
    );
}

#[test]
fn everything_inherited_can_be_removed() {
    comes_to(
        &[
            (
                "base",
                "{vendor: acme, seats: 5, regions: [eu, us], a: {b: 1, c: 2}, d: {e: 1}, pools: {p: {seats: 1}, q: {}, r: {}}, terms: {x: 1}}",
            ),
            (
                "one",
                "{based_on: base, '!vendor': {}, seats: null, regions: ['!eu', asia], a: {'!b': ''}, d: '!', pools: ['!p', {name: '!q'}], terms: {'!x': y}}",
            ),
        ],
        json!({"based_on": ["base"], "regions": ["asia", "us"], "a": {"c": 2}, "pools": {"r": {}}, "terms": {"!x": "y"}}),
        &[],
    );
    comes_to(
        &[
            ("base", "{a: 1, regions: [eu], pools: {p: {}}}"),
            (
                "one",
                "{based_on: base, regions: ['!', us], pools: ['!', {name: n}], '!a': null}",
            ),
        ],
        json!({"based_on": ["base"], "regions": ["us"], "pools": {"n": {}}}),
        &[],
    );
    comes_to(
        &[("base", "{a: 1}"), ("one", "{'!': {}}")],
        json!({}),
        &[
            "warning[DD0505] one.yaml:4:8 acme/v1/License one: there is nothing inherited here to clear",
        ],
    );
}

#[test]
fn chains_are_those_of_profiles() {
    let documents = [
        ("a", "{v: a, w: a}"),
        ("b", "{based_on: a, v: b}"),
        ("c", "{based_on: [a], w: c}"),
        ("d", "{based_on: [b, c]}"),
    ];
    let found = resolved(&inheriting(), &documents);
    assert_eq!(said(&found), Vec::<String>::new());
    let chain = item(&found, "d").chain.clone();
    assert_eq!(
        chain.iter().map(|id| &*id.name).collect::<Vec<_>>(),
        ["a", "b", "c", "d"]
    );
    assert_eq!(
        value(&found, "d"),
        json!({"v": "b", "w": "c", "based_on": ["b", "c"]})
    );
}

#[test]
fn parents_that_are_not_there_or_lead_back_are_named() {
    let found = resolved(
        &inheriting(),
        &[
            ("base", "{}"),
            ("one", "{based_on: bsae}"),
            ("two", "{based_on: [three]}"),
            ("three", "{based_on: two}"),
            ("self", "{based_on: self}"),
            ("odd", "{based_on: ['!base', 5, {}, base, base]}"),
            ("map", "{based_on: {}}"),
            ("far", "{based_on: nowhere, '!x': {}}"),
        ],
    );
    assert_eq!(
        said(&found),
        [
            "error[DD0501] far.yaml:4:18 acme/v1/License far: there is no acme/v1/License `nowhere`",
            "error[DD0006] map.yaml:4:18 acme/v1/License map: expected a name, or a list of names, found a map",
            "error[DD0006] odd.yaml:4:19 acme/v1/License odd: expected the name of a document of this kind, found a single value",
            "error[DD0501] odd.yaml:4:28 acme/v1/License odd: there is no acme/v1/License `5`",
            "error[DD0006] odd.yaml:4:31 acme/v1/License odd: expected the name of a document of this kind, found a map",
            "error[DD0008] odd.yaml:4:41 acme/v1/License odd: `base` stands twice",
            "error[DD0501] one.yaml:4:18 acme/v1/License one: there is no acme/v1/License `bsae`",
            "error[DD0502] self.yaml:4:18 acme/v1/License self: acme/v1/License `self` inherits from itself",
            "error[DD0502] three.yaml:4:18 acme/v1/License three: acme/v1/License `three`, `two` inherit from each other",
        ]
    );
    let found = found.diagnostics;
    let help = |name: &str| {
        found
            .iter()
            .find(|d| d.subject.as_ref().unwrap().name == name)
            .unwrap()
            .help
            .clone()
            .unwrap()
    };
    assert_eq!(help("one"), "did you mean `base`?");
    assert_eq!(
        help("far"),
        "write a License of this name, or name one that exists"
    );
}

#[test]
fn removals_of_nothing_are_said_once() {
    let documents = [
        ("base", "{regions: [eu], pools: {a: {}}}"),
        (
            "one",
            "{based_on: base, regions: ['!us'], pools: {'!b': {}}, '!v': {}, w: null}",
        ),
    ];
    comes_to(
        &documents,
        json!({"based_on": ["base"], "regions": ["eu"], "pools": {"a": {}}}),
        &[
            "warning[DD0505] one.yaml:4:34 acme/v1/License one: there is no `us` here to remove",
            "warning[DD0505] one.yaml:4:50 acme/v1/License one: there is no `b` here to remove",
            "warning[DD0505] one.yaml:4:61 acme/v1/License one: there is no `v` here to remove",
            "warning[DD0505] one.yaml:4:74 acme/v1/License one: there is no `w` here to remove",
        ],
    );
}

#[test]
fn unquoted_removals_are_understood() {
    let documents = [
        ("base", "{regions: [eu, us], pools: {a: {}, b: {}}, v: 1}"),
        (
            "one",
            "{based_on: base, regions: [!eu ], pools: [!a , {name: !b }], v: ! }",
        ),
    ];
    let found = resolved(&inheriting(), &documents);
    let codes: Vec<String> = found
        .diagnostics
        .iter()
        .map(|d| d.code.to_string())
        .collect();
    assert_eq!(codes, ["DD0011"; 4], "{:?}", said(&found));
    assert_eq!(
        value(&found, "one"),
        json!({"based_on": ["base"], "regions": ["us"], "pools": {}})
    );
}

#[test]
fn what_cannot_be_inherited_is_refused() {
    let lines = |spec: &str| {
        let found = said(&resolved(
            &inheriting(),
            &[("base", "{a: 1}"), ("one", spec)],
        ));
        found
            .into_iter()
            .map(|line| line.split_once("License one: ").unwrap().1.to_owned())
            .collect::<Vec<_>>()
    };
    for (spec, expected) in [
        ("{based_on: base, a: }", "expected a value, found nothing"),
        ("{a: !x }", "YAML reads this as a tag without a value"),
        (
            "{a: ['!x']}",
            "this list is replaced whole, so nothing is removed from it",
        ),
        ("{a: [null]}", "expected an item, found null"),
        ("{regions: eu}", "expected a list, found a single value"),
        ("{regions: [[]]}", "expected a single value, found a list"),
        ("{regions: [a, a]}", "`a` stands twice"),
        (
            "{regions: [a, '!']}",
            "`!` clears all that is inherited, so it is a list's first item",
        ),
        (
            "{pools: a}",
            "expected a map, or a list of maps, found a single value",
        ),
        ("{pools: {a: 5}}", "expected a map, found a single value"),
        ("{pools: [{}]}", "an entry without `name`"),
        ("{pools: [5]}", "expected a map, found a single value"),
        ("{pools: [{name: a}, {name: a}]}", "`a` stands twice"),
        ("{pools: {a: {name: b}}}", "`name` differs from the key `a`"),
        (
            "{pools: [{name: '!a', seats: 1}]}",
            "`!a` removes, so nothing else can be said of it",
        ),
        ("{'!a': 5}", "`!a` removes, so its value must be empty"),
        (
            "{'!': {}, b: 1}",
            "`!` clears all that is inherited, so no other key stands beside it",
        ),
        ("[]", "expected a map, found a list"),
    ] {
        assert_eq!(lines(spec), [expected], "{spec}");
    }
}

#[test]
fn help_says_how_to_clear() {
    let found = resolved(
        &inheriting(),
        &[("one", "{a: , regions: [a, '!'], c: !x }")],
    );
    let helps: Vec<_> = found
        .diagnostics
        .iter()
        .map(|d| d.help.as_deref().unwrap())
        .collect();
    assert_eq!(
        helps,
        [
            "write '!' to clear what is inherited, {} or [] for empty",
            "to remove one entry of what is inherited, write '!x'",
            "write '!x' if it is a text, '!' to clear what is inherited",
        ]
    );
}

#[test]
fn what_was_not_understood_is_not_missed() {
    // The value of `regions` in `base` is not known, so removing from it is not vain.
    let found = resolved(
        &inheriting(),
        &[
            ("base", "{regions: eu}"),
            ("one", "{based_on: base, regions: ['!eu']}"),
        ],
    );
    assert_eq!(said(&found).len(), 1, "{:?}", said(&found));
}

#[test]
fn unused_parents_are_resolved_too_and_order_is_nothing() {
    let documents = [
        ("z", "{a: 1, l: [1]}"),
        ("y", "{based_on: z, b: 2}"),
        ("x", "{based_on: y, '!a': {}}"),
    ];
    let mut backwards = documents;
    backwards.reverse();
    let (found, again) = (
        resolved(&inheriting(), &documents),
        resolved(&inheriting(), &backwards),
    );
    for (name, expected) in [
        ("z", json!({"a": 1, "l": [1]})),
        ("y", json!({"a": 1, "l": [1], "based_on": ["z"], "b": 2})),
        ("x", json!({"l": [1], "based_on": ["y"], "b": 2})),
    ] {
        assert_eq!(value(&found, name), expected);
        assert_eq!(value(&again, name), expected);
    }
}

#[test]
fn kinds_do_not_inherit_from_each_other() {
    let kinds: Kinds = inheriting()
        .with(drydock_core::model::KindDefinition::new("acme/v1", "Contract").inherits("based_on"))
        .unwrap();
    let text = "apiVersion: acme/v1\nkind: Contract\nmetadata: {name: base}\nspec: {a: 1}\n---\nschema: acme/License/v1\nmetadata: {name: one}\ndata: {based_on: base}\n";
    let snapshot = drydock_core::testing::fixture::snapshot(&[("a.yaml", text)]);
    let found = drydock_core::resolve::resolve_with(&snapshot, &Default::default(), &kinds);
    assert_eq!(
        said(&found),
        ["error[DD0501] a.yaml:8:18 acme/v1/License one: there is no acme/v1/License `base`"]
    );
}
