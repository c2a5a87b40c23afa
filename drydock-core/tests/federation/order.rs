//! The order of sources, files and documents changes nothing, byte for byte; and with a precedence fragments come to what
//! a naive oracle makes of them.

use super::{Given, document, federation, resolved};
use drydock_core::{
    diagnostic::{Color, render_all},
    names::Kind,
    resolve::Resolved,
    source::FederatedSource,
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

pub(super) const SOURCES: [&str; 3] = ["a", "b", "c"];

/// What a document may say, by the key of its spec.
const SAYS: [&[&str]; 6] = [
    &[
        "interfaces: {e: {mtu: 1500}}",
        "interfaces: {f: {}, e: {mtu: 9000, networks: [x]}}",
        "interfaces: [{device_name: e, mtu: '9000'}, {device_name: d}]",
        "interfaces: {'!e': {}}",
        "interfaces: ['!', {device_name: g}]",
        "interfaces: '!'",
    ],
    &[
        "platform: {image: noble, kernel_params: {a: '1', b: '2'}}",
        "platform: {kernel_params: {b: 2, a: 1, c: [x, y]}}",
        "platform: {kernel_params: {'!a': '', c: [y]}}",
        "platform: {image: null}",
        "platform: {image: 7, kernel_params: {a: wrong, nope: [}}",
    ],
    &[
        "metadata: {tags: [x, y], rack: r1}",
        "metadata: {rack: r2}",
        "metadata: '!'",
    ],
    &[
        "addressing: [{network: m, address: 10.0.0.5}]",
        "addressing: {m: {address: 10.0.0.6}, n: {address: 10.0.1.6}}",
    ],
    &[
        "oob: {credential: one, type: ipmi}",
        "oob: {credential: two, vendor: v}",
    ],
    &["host_profile: p", "host_profile: [p, q]"],
];

fn statement() -> impl Strategy<Value = String> {
    let one = |n: usize| prop::option::weighted(0.4, select(SAYS[n])).boxed();
    (0..SAYS.len())
        .map(one)
        .collect::<Vec<_>>()
        .prop_map(|said| {
            let said: Vec<&str> = said.into_iter().flatten().collect();
            if said.is_empty() {
                "{}".to_owned()
            } else {
                said.join("\n")
            }
        })
}

pub(super) fn fragment() -> impl Strategy<Value = (usize, String)> {
    let ids = [
        ("BaremetalNode", "n1"),
        ("BaremetalNode", "n2"),
        ("HostProfile", "p"),
        ("HostProfile", "q"),
    ];
    (0..SOURCES.len(), select(ids.to_vec()), statement())
        .prop_map(|(source, (kind, name), spec)| (source, document(kind, name, &spec)))
}

/// The sources, each with its files, in this order.
pub(super) fn sources(
    fragments: &[(usize, String, String)],
    order: &[usize],
    rules: u8,
) -> FederatedSource {
    let mut all = FederatedSource::new("design");
    for &source in order {
        let files = fragments.iter().filter(|(of, _, _)| *of == source);
        let files = files
            .map(|(_, name, text)| (name.clone(), text.clone()))
            .collect();
        let name = SOURCES[source].into();
        all = all.source(Given { name, files }).unwrap();
    }
    if rules & 1 != 0 {
        all = all.owner("b", Kind::BaremetalNode, "addressing").unwrap();
        all = all
            .owner("c", Kind::BaremetalNode, "metadata.rack")
            .unwrap();
    }
    match rules & 6 {
        2 => all.precedence(["c"]).unwrap(),
        4 => all.precedence(["b", "c", "a"]).unwrap(),
        _ => all,
    }
}

/// Everything that comes of it, as bytes.
fn shown(found: &Resolved) -> String {
    let design = &found.design;
    let nodes: Vec<_> = design
        .nodes
        .values()
        .map(|n| (&n.name, &n.value, &n.spec, &n.labels))
        .collect();
    let documents: Vec<_> = design
        .documents
        .values()
        .map(|d| (&d.id, &d.metadata, &d.spec))
        .collect();
    let profiles: Vec<_> = design.profiles.iter().map(|(n, p)| (n, &p.value)).collect();
    let fragments: Vec<_> = design
        .fragments
        .values()
        .flatten()
        .map(|d| (&d.id, &d.source, &d.spec))
        .collect();
    let json = serde_json::to_string(&(nodes, documents, profiles, fragments)).unwrap();
    json + &render_all(&found.diagnostics, &design.files, Color::Never)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_nothing(
        fragments in vec(fragment(), 1..9),
        order in Just(vec![0, 1, 2]).prop_shuffle(),
        shuffle in Just((0..9).collect::<Vec<usize>>()).prop_shuffle(),
        rules in 0..8_u8,
    ) {
        // Files of different sources have one name, so that it cannot be what decides.
        let files: Vec<(usize, String, String)> = fragments
            .into_iter()
            .enumerate()
            .map(|(n, (source, text))| (source, format!("{}.yaml", n / 3), text))
            .collect();
        let mut taken = std::collections::BTreeSet::new();
        let files: Vec<_> = files.into_iter().filter(|(s, name, _)| taken.insert((*s, name.clone()))).collect();
        let shuffled: Vec<_> = shuffle.iter().filter_map(|&n| files.get(n).cloned()).collect();
        let one = resolved(&sources(&files, &[0, 1, 2], rules));
        let other = resolved(&sources(&shuffled, &order, rules));
        prop_assert_eq!(shown(&one), shown(&other));
    }

    #[test]
    fn fragments_come_to_what_a_naive_oracle_makes_of_them(specs in vec(tree(2), 2..4), order in Just(vec![0, 1, 2]).prop_shuffle()) {
        let texts: Vec<(&str, String)> = SOURCES
            .into_iter()
            .zip(&specs)
            .map(|(name, spec)| (name, document("Rack", "r", &format!("location: {spec}"))))
            .collect();
        let borrowed: Vec<(&str, &str)> = texts.iter().map(|(n, t)| (*n, &**t)).collect();
        let ranked: Vec<usize> = order.into_iter().filter(|&n| n < specs.len()).collect();
        let source = federation(&borrowed).precedence(ranked.iter().map(|&n| SOURCES[n])).unwrap();
        let found = resolved(&source);
        prop_assert_eq!(super::said(&found), Vec::<String>::new());
        let rack = found.design.document(Kind::Rack, "r").unwrap();
        let expected = ranked.iter().fold(json!({}), |all, &n| over(specs[n].clone(), all));
        prop_assert_eq!(serde_json::to_value(&rack.spec).unwrap(), json!({"location": expected}));
    }
}

/// A map of maps, texts and lists.
fn tree(depth: u32) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        select(vec!["x", "y"]).prop_map(|t| json!(t)),
        Just(json!(["x"])),
        Just(json!(7))
    ];
    let inner = leaf.prop_recursive(depth, 12, 3, |inner| {
        prop::collection::btree_map(select(vec!["k", "l", "m"]), inner, 0..3)
            .prop_map(|map| json!(map))
    });
    prop::collection::btree_map(select(vec!["k", "l", "m"]), inner, 0..4).prop_map(|map| json!(map))
}

/// The second over the first: the second's leaves win, also over maps.
fn over(below: Value, above: Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (key, value) in above {
                let merged = match below.remove(&key) {
                    Some(old) => over(old, value),
                    None => value,
                };
                below.insert(key, merged);
            }
            Value::Object(below.into_iter().collect::<Map<_, _>>())
        }
        (_, above) => above,
    }
}
