//! The one merge: a later document's spec over what the fold of the earlier ones holds.
//!
//! It works on untyped values before any default is applied, and knows no field by name: [`merge_policy`] says how each
//! value is inherited. What happens is told to a [`Watch`]; resolving listens for removals of nothing, explaining for
//! everything.
//!
//! [`merge_policy`]: super::merge_policy

use super::merge_policy::{Policy, SpecPolicy};
use crate::{
    source::{Entry, Form, Value, ValueData},
    span::Span,
};
use smol_str::SmolStr;
use std::collections::{HashMap, HashSet};

/// Hears what a merge does. Paths are told by `enter` and `leave`.
pub(crate) trait Watch {
    /// Whether every value that is set must be told. Where not, what a document adds to nothing is taken over whole.
    const HEARS_ALL: bool;

    /// The merge goes into the value of this key or item.
    fn enter(&mut self, key: SmolStr);
    /// It comes back.
    fn leave(&mut self);
    /// The value at the path is now this one.
    fn set(&mut self, value: &Value);
    /// What was at the path is gone, for it was removed, cleared or unset here.
    fn removed(&mut self, by: Span);
    /// Something was to be removed that is not there.
    fn nothing_to_remove(&mut self, what: &str, by: Span);
}

/// The spec of a later document over what the fold of the earlier ones holds.
pub(crate) fn merge_spec(
    base: Option<&Value>,
    over: &Value,
    spec: SpecPolicy<'_>,
    watch: &mut impl Watch,
) -> Value {
    let inherited = base.map(|base| without_own(base, spec));
    merge(inherited.as_ref(), over, spec.policy(), watch)
        .unwrap_or_else(|| Value::map(Vec::new(), over.span))
}

/// A parent's value without the fields that only hold for itself.
fn without_own(base: &Value, spec: SpecPolicy<'_>) -> Value {
    let own = |entry: &Entry| spec.is_own(&entry.key);
    match &base.data {
        ValueData::Map(entries) if entries.iter().any(own) => Value::map(
            entries
                .iter()
                .filter(|entry| !own(entry))
                .cloned()
                .collect::<Vec<_>>(),
            base.span,
        ),
        _ => base.clone(),
    }
}

/// The later value over the earlier one; nothing when it was cleared or unset.
fn merge<W: Watch>(
    base: Option<&Value>,
    over: &Value,
    policy: Policy<'_>,
    watch: &mut W,
) -> Option<Value> {
    if base.is_none() && !W::HEARS_ALL && is_plain(over) {
        return Some(over.clone());
    }
    if is_clear(over) || is_unset(over) {
        clear(base, over.span, watch);
        return None;
    }
    match (policy, &over.data) {
        (Policy::Unite, ValueData::List(items)) => Some(unite(base, items, over.span, watch)),
        (
            Policy::Entries | Policy::Keyed(_) | Policy::Fields(_) | Policy::Item(_),
            ValueData::Map(entries),
        ) => Some(entry_wise(base, entries, over.span, policy, watch)),
        _ => {
            watch.set(over);
            Some(over.clone())
        }
    }
}

/// `'!'`: clears what was inherited.
fn is_clear(value: &Value) -> bool {
    matches!(&value.data, ValueData::Scalar(scalar) if scalar.text == "!" && scalar.form == Form::Text)
}

/// `null` in words: unsets what was inherited. Fields have given every other plain word its type by now.
fn is_unset(value: &Value) -> bool {
    value
        .as_scalar()
        .is_some_and(|scalar| scalar.is_null_word())
}

/// Tells that everything inherited is gone, if there was anything.
fn clear(base: Option<&Value>, by: Span, watch: &mut impl Watch) {
    let holds_something = |base: &Value| match &base.data {
        ValueData::Scalar(_) => true,
        ValueData::List(items) => !items.is_empty(),
        ValueData::Map(entries) => !entries.is_empty(),
    };
    match base.is_some_and(holds_something) {
        true => watch.removed(by),
        false => watch.nothing_to_remove("what is inherited", by),
    }
}

fn entry_wise(
    base: Option<&Value>,
    over: &[Entry],
    span: Span,
    policy: Policy<'_>,
    watch: &mut impl Watch,
) -> Value {
    let inherited = base.and_then(Value::as_map).unwrap_or_default();
    let (inherited, over) = match over.split_first() {
        // A keyed list may go on after its `'!'`; in a map it stands alone.
        Some((mark, others)) if mark.key == "!" => {
            clear(base, mark.key_span, watch);
            (&[][..], others)
        }
        _ => (inherited, over),
    };
    let mut entries: Vec<Entry> = Vec::with_capacity(inherited.len() + over.len());
    entries.extend_from_slice(inherited);
    let removing = over.iter().filter(|entry| entry.key.starts_with('!'));
    let (standing, said) = (
        Keys::of(inherited, over.len()),
        Keys::of(over, removing.count()),
    );
    // No place is asked for after it went, so the others may keep theirs until the end.
    let mut gone: Vec<usize> = Vec::new();
    for entry in over {
        let removes = entry.key.strip_prefix('!');
        let key = removes.unwrap_or(&entry.key);
        let at = standing.find(key);
        watch.enter(removes.map_or_else(|| entry.key.clone(), SmolStr::new));
        if removes.is_some() || is_unset(&entry.value) {
            let by = if removes.is_some() {
                entry.key_span
            } else {
                entry.value.span
            };
            // What this document itself says stands, wherever in it the removal is written.
            let said = removes.is_some() && said.find(key).is_some();
            match at.filter(|_| !said) {
                Some(at) => {
                    gone.push(at);
                    watch.removed(by);
                }
                None => watch.nothing_to_remove(key, by),
            }
        } else if let Some(below) = policy.below(key) {
            let merged = merge(at.map(|at| &entries[at].value), &entry.value, below, watch);
            match (merged, at) {
                (Some(value), Some(at)) => {
                    entries[at] = Entry {
                        value,
                        ..entry.clone()
                    }
                }
                (Some(value), None) => entries.push(Entry {
                    value,
                    ..entry.clone()
                }),
                (None, Some(at)) => gone.push(at),
                (None, None) => {}
            }
        }
        watch.leave();
    }
    if !gone.is_empty() {
        gone.sort_unstable();
        let mut at = 0..;
        entries.retain(|_| at.next().is_none_or(|at| gone.binary_search(&at).is_err()));
    }
    entries.shrink_to_fit();
    Value::map(entries, span)
}

/// Finds entries by their keys; by a table where many are asked for among many.
struct Keys<'e> {
    entries: &'e [Entry],
    table: Option<HashMap<&'e str, usize>>,
}

impl<'e> Keys<'e> {
    fn of(entries: &'e [Entry], asked: usize) -> Self {
        let table = (entries.len().min(asked) > 32).then(|| {
            let keys = entries.iter().enumerate();
            keys.map(|(at, entry)| (&*entry.key, at)).collect()
        });
        Self { entries, table }
    }

    fn find(&self, key: &str) -> Option<usize> {
        match &self.table {
            Some(table) => table.get(key).copied(),
            None => self.entries.iter().position(|entry| entry.key == key),
        }
    }
}

/// Whether nothing in the value removes, clears or unsets, so that over nothing it stays as it is.
fn is_plain(value: &Value) -> bool {
    match &value.data {
        ValueData::Scalar(scalar) => !scalar.text.starts_with('!') && !scalar.is_null_word(),
        ValueData::List(items) => items.iter().all(is_plain),
        ValueData::Map(entries) => {
            let plain = |entry: &Entry| !entry.key.starts_with('!') && is_plain(&entry.value);
            entries.iter().all(plain)
        }
    }
}

fn unite(base: Option<&Value>, over: &[Value], span: Span, watch: &mut impl Watch) -> Value {
    let clears = over.first().filter(|item| item.as_text() == Some("!"));
    let over = if clears.is_some() { &over[1..] } else { over };
    let earlier: &[Value] = base.and_then(Value::as_list).unwrap_or_default();
    let earlier = match clears {
        Some(mark) => {
            clear(base, mark.span, watch);
            &[]
        }
        None => earlier,
    };
    let mut items: Vec<Value> = Vec::with_capacity(earlier.len() + over.len());
    let mut settled: HashSet<&str> = HashSet::new();
    for item in over.iter().filter(|item| removal_of(item).is_none()) {
        let text = item.as_text().unwrap_or_default();
        watch.enter(SmolStr::new(text));
        watch.set(item);
        watch.leave();
        settled.insert(text);
        items.push(item.clone());
    }
    for mark in over {
        let Some(target) = removal_of(mark) else {
            continue;
        };
        let inherited = earlier.iter().any(|item| item.as_text() == Some(target));
        watch.enter(SmolStr::new(target));
        if settled.contains(target) || !inherited {
            watch.nothing_to_remove(target, mark.span);
        } else {
            settled.insert(target);
            watch.removed(mark.span);
        }
        watch.leave();
    }
    items.extend(
        earlier
            .iter()
            .filter(|item| !settled.contains(item.as_text().unwrap_or_default()))
            .cloned(),
    );
    Value::list(items, span)
}

/// A secret removes nothing: its text would have to be said.
fn removal_of(item: &Value) -> Option<&str> {
    let scalar = item.as_scalar()?;
    let text = scalar.text.strip_prefix('!')?;
    (scalar.form != Form::Secret).then_some(text)
}
