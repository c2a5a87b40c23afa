//! Random profiles with random parents against a naive oracle: single values, lists of texts, free maps and keyed maps,
//! with every form of removal.

use super::{document, resolved_files};
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::fmt::Write;

/// What a document says of a single value.
#[derive(Debug, Clone, Copy)]
pub(super) enum One {
    Set(&'static str),
    Null,
    Clear,
}

/// What a document says of a list of texts: whether it clears first, then each item and whether it is removed.
#[derive(Debug, Clone)]
pub(super) struct List {
    clears: bool,
    items: Vec<(bool, &'static str)>,
}

/// What a document says of a map.
#[derive(Debug, Clone)]
pub(super) enum Map<T> {
    Clear,
    Entries(Vec<(&'static str, Entry<T>)>),
}

#[derive(Debug, Clone)]
pub(super) enum Entry<T> {
    Says(T),
    Removed,
    Null,
}

#[derive(Debug, Clone)]
pub(super) struct Interface {
    mtu: Option<One>,
    networks: Option<List>,
}

/// One document: which earlier ones it inherits from, and what it says.
#[derive(Debug, Clone)]
pub(super) struct Says {
    pub(super) parents: Vec<prop::sample::Index>,
    pub(super) image: Option<One>,
    pub(super) tags: Option<List>,
    pub(super) owner_data: Option<Map<One>>,
    /// Whether it is written as a list.
    pub(super) as_list: bool,
    pub(super) interfaces: Option<Map<Interface>>,
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn one(values: &'static [&'static str]) -> impl Strategy<Value = One> {
    prop_oneof![4 => select(values).prop_map(One::Set), 1 => Just(One::Null), 1 => Just(One::Clear)]
}

fn list() -> impl Strategy<Value = List> {
    let items = vec((prop::bool::weighted(0.4), select(&NAMES[..])), 0..4);
    (prop::bool::weighted(0.15), items).prop_map(|(clears, mut items)| {
        let mut seen = std::collections::BTreeSet::new();
        items.retain(|item| seen.insert(*item));
        List { clears, items }
    })
}

fn map<T: Clone + std::fmt::Debug>(
    says: impl Strategy<Value = T>,
) -> impl Strategy<Value = Map<T>> {
    let entry = prop_oneof![
        4 => says.prop_map(Entry::Says),
        2 => Just(Entry::Removed),
        1 => Just(Entry::Null)
    ];
    let entries = vec((select(&NAMES[..]), entry), 0..4).prop_map(|mut entries| {
        // A key stands once; `'!a'` beside `a` is another key.
        let mut seen = std::collections::BTreeSet::new();
        entries.retain(|(name, entry)| seen.insert((*name, matches!(entry, Entry::Removed))));
        Map::Entries(entries)
    });
    prop_oneof![8 => entries, 1 => Just(Map::Clear)]
}

pub(super) fn says() -> impl Strategy<Value = Says> {
    let interface = (option::of(one(&["1500", "9000"])), option::of(list()))
        .prop_map(|(mtu, networks)| Interface { mtu, networks });
    (
        vec(any::<prop::sample::Index>(), 0..4),
        option::of(one(&["jammy", "noble"])),
        option::of(list()),
        option::of(map(one(&["1", "2"]))),
        any::<bool>(),
        option::of(map(interface)),
    )
        .prop_map(
            |(parents, image, tags, owner_data, as_list, interfaces)| Says {
                parents,
                image,
                tags,
                owner_data,
                as_list,
                interfaces,
            },
        )
}

// Writing.

fn write_one(one: One) -> String {
    match one {
        One::Set(text) => text.to_owned(),
        One::Null => "null".to_owned(),
        One::Clear => "'!'".to_owned(),
    }
}

fn write_list(list: &List) -> String {
    let marks = list.clears.then_some("'!'".to_owned()).into_iter();
    let item = |(removed, name): &(bool, &str)| match removed {
        true => format!("'!{name}'"),
        false => (*name).to_owned(),
    };
    let items: Vec<String> = marks.chain(list.items.iter().map(item)).collect();
    format!("[{}]", items.join(", "))
}

fn write_map<T>(map: &Map<T>, write: impl Fn(&T) -> String) -> String {
    let Map::Entries(entries) = map else {
        return "{'!': {}}".to_owned();
    };
    let entry = |(name, entry): &(&str, Entry<T>)| match entry {
        Entry::Says(says) => format!("{name}: {}", write(says)),
        Entry::Removed => format!("'!{name}': {{}}"),
        Entry::Null => format!("{name}: null"),
    };
    let entries: Vec<String> = entries.iter().map(entry).collect();
    format!("{{{}}}", entries.join(", "))
}

fn write_interface(interface: &Interface) -> String {
    let mtu = interface.mtu.map(|mtu| format!("mtu: {}", write_one(mtu)));
    let networks = interface.networks.as_ref();
    let networks = networks.map(|list| format!("networks: {}", write_list(list)));
    let fields: Vec<String> = mtu.into_iter().chain(networks).collect();
    fields.join(", ")
}

fn write_interfaces(map: &Map<Interface>, as_list: bool) -> String {
    let map_form = || {
        write_map(map, |interface| {
            format!("{{{}}}", write_interface(interface))
        })
    };
    let Map::Entries(entries) = map else {
        return if as_list {
            "['!']".to_owned()
        } else {
            map_form()
        };
    };
    let says_null = entries
        .iter()
        .any(|(_, entry)| matches!(entry, Entry::Null));
    if !as_list || says_null {
        return map_form();
    }
    let entry = |(name, entry): &(&str, Entry<Interface>)| match entry {
        Entry::Says(interface) => {
            format!("{{device_name: {name}, {}}}", write_interface(interface))
        }
        _ => format!("{{device_name: '!{name}'}}"),
    };
    let entries: Vec<String> = entries.iter().map(entry).collect();
    format!("[{}]", entries.join(", "))
}

fn parents(says: &[Says], n: usize) -> Vec<usize> {
    let mut parents: Vec<usize> = Vec::new();
    for index in says[n].parents.iter().filter(|_| n > 0) {
        let parent = index.index(n);
        if !parents.contains(&parent) {
            parents.push(parent);
        }
    }
    parents
}

pub(super) fn write(says: &[Says], n: usize) -> String {
    let parents: Vec<String> = parents(says, n).iter().map(|p| format!("p{p}")).collect();
    let mut text = format!("host_profile: [{}]", parents.join(", "));
    let one = &says[n];
    if let Some(image) = one.image {
        write!(text, "\nplatform: {{image: {}}}", write_one(image)).unwrap();
    }
    let tags = one
        .tags
        .as_ref()
        .map(|list| format!("tags: {}", write_list(list)));
    let data = one.owner_data.as_ref();
    let data = data.map(|map| format!("owner_data: {}", write_map(map, |one| write_one(*one))));
    let metadata: Vec<String> = tags.into_iter().chain(data).collect();
    write!(text, "\nmetadata: {{{}}}", metadata.join(", ")).unwrap();
    if let Some(map) = &one.interfaces {
        write!(text, "\ninterfaces: {}", write_interfaces(map, one.as_list)).unwrap();
    }
    text
}

// The oracle.

/// The link and the slaves of an interface.
type ResolvedInterface = (Option<String>, Vec<String>);

#[derive(Debug, Clone, Default, PartialEq)]
struct Resolved {
    image: Option<String>,
    tags: Vec<String>,
    owner_data: Vec<(String, String)>,
    interfaces: Vec<(String, ResolvedInterface)>,
}

fn chain(says: &[Says], n: usize) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    for parent in parents(says, n) {
        all.extend(chain(says, parent));
    }
    all.push(n);
    let mut first = Vec::new();
    for id in all {
        if !first.contains(&id) {
            first.push(id);
        }
    }
    first
}

fn fold_one(value: &mut Option<String>, says: Option<One>) {
    match says {
        Some(One::Set(text)) => *value = Some(text.to_owned()),
        Some(_) => *value = None,
        None => {}
    }
}

fn fold_list(value: &mut Vec<String>, says: &Option<List>) {
    let Some(list) = says else { return };
    if list.clears {
        value.clear();
    }
    let added = list.items.iter().filter(|(removed, _)| !removed);
    let added: Vec<String> = added.map(|(_, name)| (*name).to_owned()).collect();
    value.retain(|old| !added.contains(old) && !list.items.contains(&(true, named(old))));
    value.splice(0..0, added);
}

fn named(name: &str) -> &'static str {
    NAMES.into_iter().find(|n| *n == name).unwrap()
}

fn fold_map<T, V: Default>(
    value: &mut Vec<(String, V)>,
    says: &Option<Map<T>>,
    fold: impl Fn(&mut V, &T) -> bool,
) {
    let entries = match says {
        None => return,
        Some(Map::Clear) => return value.clear(),
        Some(Map::Entries(entries)) => entries,
    };
    for (name, entry) in entries {
        let says_more =
            |other: &(&str, Entry<T>)| other.0 == *name && !matches!(other.1, Entry::Removed);
        match entry {
            // A document does not remove what it speaks of itself.
            Entry::Removed if entries.iter().any(says_more) => {}
            Entry::Removed | Entry::Null => value.retain(|(old, _)| old != name),
            Entry::Says(says) => {
                let at = value.iter().position(|(old, _)| old == name);
                let at = at.unwrap_or_else(|| {
                    value.push(((*name).to_owned(), V::default()));
                    value.len() - 1
                });
                if !fold(&mut value[at].1, says) {
                    value.remove(at);
                }
            }
        }
    }
}

fn oracle(says: &[Says]) -> Resolved {
    let mut resolved = Resolved::default();
    for n in chain(says, says.len() - 1) {
        let one = &says[n];
        fold_one(&mut resolved.image, one.image);
        fold_list(&mut resolved.tags, &one.tags);
        fold_map(
            &mut resolved.owner_data,
            &one.owner_data,
            |value, says| match says {
                One::Set(text) => {
                    *value = (*text).to_owned();
                    true
                }
                _ => false,
            },
        );
        fold_map(&mut resolved.interfaces, &one.interfaces, |value, says| {
            fold_one(&mut value.0, says.mtu);
            fold_list(&mut value.1, &says.networks);
            true
        });
    }
    resolved
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_resolver_agrees_with_a_naive_one(says in vec(says(), 1..7)) {
        let last = says.len() - 1;
        let name = |n: usize| if n == last { "node".to_owned() } else { format!("p{n}") };
        let files: Vec<(String, String)> = (0..says.len())
            .map(|n| (name(n), document(&name(n), &write(&says, n))))
            .collect();
        let found = resolved_files(&files);
        let wrong: Vec<String> = super::said(&found)
            .into_iter()
            .filter(|line| !line.starts_with("warning[DD0505]"))
            .collect();
        prop_assert_eq!(wrong, Vec::<String>::new());

        let node = &found.design.nodes["node"];
        let expected: Vec<String> = chain(&says, last).into_iter().map(name).collect();
        let chain: Vec<String> = node.chain.iter().map(|id| id.name.to_string()).collect();
        prop_assert_eq!(chain, expected);

        let spec = &node.spec;
        let texts = |texts: &[smol_str::SmolStr]| texts.iter().map(ToString::to_string).collect();
        let interfaces = spec.interfaces.iter().map(|(name, interface)| {
            let networks = interface.networks.iter().map(ToString::to_string).collect();
            (name.to_string(), (interface.mtu.map(|mtu| mtu.to_string()), networks))
        });
        let owner_data = spec.metadata.owner_data.iter();
        let actual = Resolved {
            image: spec.platform.image.as_ref().map(ToString::to_string),
            tags: texts(&spec.metadata.tags),
            owner_data: owner_data.map(|(k, v)| (k.to_string(), v.to_string())).collect(),
            interfaces: interfaces.collect(),
        };
        prop_assert_eq!(actual, oracle(&says));
    }
}
