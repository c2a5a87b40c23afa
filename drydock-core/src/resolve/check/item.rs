//! Configuration items: whether their kind is registered, and, where it inherits, removals and lists by their key.

use super::{Check, collections::NOT_FIRST, is_name};
use crate::{
    diagnostic::{Code, Diagnostic, did_you_mean, quote},
    model::{
        Kinds,
        config_item::{ItemMerge, ItemPolicy},
    },
    source::{Document, Entry, Form, Scalar, Value, ValueData},
    span::Span,
};
use std::collections::HashMap;

impl Check<'_> {
    /// Says that nobody registered the kind of a document.
    pub(super) fn unregistered(&mut self, document: &Document, kinds: &Kinds) {
        let kind = document.id.kind.as_str();
        let message = format!(
            "nobody registered the kind {}; it is kept as written",
            quote(kind)
        );
        let found = Diagnostic::new(Code::UNREGISTERED_KIND, message).at(document.span, "");
        let version = kind.rsplit_once('/').map_or(kind, |(version, _)| version);
        let near = did_you_mean(kind, kinds.names());
        self.report(
            match near.or_else(|| did_you_mean(version, ["drydock/v1"])) {
                Some(near) => found.help(format!("did you mean {near}?")),
                None => found.help("the program that uses Drydock registers kinds of its own"),
            },
        );
    }

    /// The spec of an item whose kind inherits, `parents` being the field that names what it inherits from.
    pub(super) fn item_spec(
        &mut self,
        spec: &Value,
        parents: &str,
        policy: &ItemPolicy,
    ) -> Option<Value> {
        let Some(entries) = spec.as_map() else {
            self.unexpected(spec, "a map", false);
            return None;
        };
        let mut checked = Vec::with_capacity(entries.len());
        for entry in entries {
            let alone = entries.len() == 1;
            checked.extend(match entry.key == parents {
                true => self.item_parents(entry),
                false => self.item_entry(entry, alone, policy),
            });
        }
        Some(Value::map(checked, spec.span))
    }

    /// The names of the parents as a list.
    fn item_parents(&mut self, entry: &Entry) -> Option<Entry> {
        self.inside(&entry.key, |check| {
            let names = match &entry.value.data {
                ValueData::Scalar(scalar) if scalar.is_null_word() => return None,
                ValueData::Scalar(_) => std::slice::from_ref(&entry.value),
                ValueData::List(items) => items,
                ValueData::Map(_) => {
                    check.unexpected(&entry.value, "a name, or a list of names", false);
                    return None;
                }
            };
            let mut checked: Vec<Value> = Vec::with_capacity(names.len());
            for name in names {
                let text = name.as_text().filter(|_| is_name(name));
                let Some(text) = text.filter(|text| !text.starts_with('!')) else {
                    check.unexpected(name, "the name of a document of this kind", false);
                    continue;
                };
                match checked.iter().find(|other| other.as_text() == Some(text)) {
                    Some(first) => {
                        let first = first.span;
                        check.twice(text, name.span, first);
                    }
                    None => checked.push(Value::scalar(text, Form::Text, name.span)),
                }
            }
            Some(Entry {
                value: Value::list(checked, entry.value.span),
                ..entry.clone()
            })
        })
    }

    fn item_entry(&mut self, entry: &Entry, alone: bool, policy: &ItemPolicy) -> Option<Entry> {
        let below = policy.below(&entry.key);
        let value = self.inside(&entry.key, |check| match check.removal(entry, alone) {
            Some(mark) => mark,
            None => check.item(&entry.value, below),
        });
        value.map(|value| Entry {
            value,
            ..entry.clone()
        })
    }

    fn item(&mut self, value: &Value, policy: &ItemPolicy) -> Option<Value> {
        if let Some(scalar) = value.as_scalar() {
            if self.clears(scalar, value.span) {
                return Some(Value::scalar("!", Form::Text, value.span));
            }
            if scalar.is_null_word() {
                return Some(value.clone());
            }
            if scalar.is_empty_plain() {
                self.unexpected(value, "a value", false);
                return None;
            }
            if scalar.form == Form::Tagged {
                self.tag(scalar, value.span);
                return None;
            }
        }
        match (policy.merge(), &value.data) {
            (Some(ItemMerge::Replace), _) => Some(value.clone()),
            (Some(ItemMerge::Unite), ValueData::List(items)) => {
                Some(self.united(items, value.span))
            }
            (Some(ItemMerge::Keyed(key)), ValueData::List(items)) => {
                Some(self.keyed_items(items, value.span, key, policy))
            }
            (Some(ItemMerge::Keyed(key)), ValueData::Map(entries)) => {
                let alone = entries.len() == 1;
                let checked = entries.iter();
                let checked =
                    checked.filter_map(|entry| self.keyed_entry(entry, alone, key, policy));
                Some(Value::map(checked.collect::<Vec<_>>(), value.span))
            }
            (Some(ItemMerge::Unite), _) => {
                self.unexpected(value, "a list", true);
                None
            }
            (Some(ItemMerge::Keyed(_)), _) => {
                self.unexpected(value, "a map, or a list of maps", false);
                None
            }
            (None, ValueData::Map(entries)) => {
                let alone = entries.len() == 1;
                let checked = entries.iter();
                let checked = checked.filter_map(|entry| self.item_entry(entry, alone, policy));
                Some(Value::map(checked.collect::<Vec<_>>(), value.span))
            }
            (None, ValueData::List(items)) => {
                let kept = items.iter().filter(|item| self.may_be_item(item));
                Some(Value::list(kept.cloned().collect::<Vec<_>>(), value.span))
            }
            (None, ValueData::Scalar(_)) => Some(value.clone()),
        }
    }

    /// A tag without a value, where nothing can be removed.
    fn tag(&mut self, scalar: &Scalar, span: Span) {
        let message = "YAML reads this as a tag without a value";
        let quoted = format!("'{}'", scalar.text.replace('\'', "''"));
        let help = format!("write {quoted} if it is a text, '!' to clear what is inherited");
        let found = Diagnostic::new(Code::WRONG_VALUE, message).at(span, "");
        self.report(found.help(help).edit(span, quoted));
    }

    /// Whether a list that is replaced whole may have this item: one that looks like a removal would remove nothing.
    fn may_be_item(&mut self, item: &Value) -> bool {
        let Some(scalar) = item.as_scalar() else {
            return true;
        };
        let removes = scalar.text.starts_with('!') && scalar.form != Form::Secret;
        if removes {
            let message = "this list is replaced whole, so nothing is removed from it";
            let found = Diagnostic::new(Code::WRONG_VALUE, message).at(item.span, "");
            self.report(found.help("write the items that it shall have"));
        }
        !removes && !self.says_nothing(item)
    }

    fn united(&mut self, items: &[Value], span: Span) -> Value {
        let mut checked: Vec<Value> = Vec::with_capacity(items.len());
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for (n, item) in items.iter().enumerate() {
            let Some(scalar) = item.as_scalar() else {
                self.unexpected(item, "a single value", false);
                continue;
            };
            let mark = self.removal_mark(scalar, item.span).is_some();
            if mark && scalar.text == "!" && n > 0 {
                self.misplaced_clear(item.span, NOT_FIRST);
            } else if !mark && self.says_nothing(item) {
                continue;
            } else if let Some(&first) = seen.get(&*scalar.text) {
                match scalar.form {
                    Form::Secret => self.twice("(secret)", item.span, first),
                    _ => self.twice(&scalar.text, item.span, first),
                }
            } else {
                seen.insert(&scalar.text, item.span);
                checked.push(match mark {
                    true => Value::scalar(scalar.text.clone(), Form::Text, item.span),
                    false => item.clone(),
                });
            }
        }
        Value::list(checked, span)
    }

    fn keyed_entry(
        &mut self,
        entry: &Entry,
        alone: bool,
        key: &str,
        policy: &ItemPolicy,
    ) -> Option<Entry> {
        let value = self.inside(&entry.key, |check| match check.removal(entry, alone) {
            Some(mark) => mark,
            None => match &entry.value.data {
                ValueData::Map(_) => check.keyed_object(&entry.value, key, &entry.key, policy),
                ValueData::Scalar(scalar) if scalar.is_null_word() => Some(entry.value.clone()),
                _ => {
                    check.unexpected(&entry.value, "a map", false);
                    None
                }
            },
        });
        value.map(|value| Entry {
            value,
            ..entry.clone()
        })
    }

    /// An object without its primary key, which stands outside.
    fn keyed_object(
        &mut self,
        value: &Value,
        key: &str,
        name: &str,
        policy: &ItemPolicy,
    ) -> Option<Value> {
        let entries = value.as_map()?;
        if let Some(inside) = entries.iter().find(|entry| entry.key == key)
            && inside.value.as_text() != Some(name)
        {
            let message = format!("`{key}` differs from the key {}", quote(name));
            self.report(Diagnostic::new(Code::WRONG_VALUE, message).at(inside.value.span, ""));
        }
        let others = entries.iter().filter(|entry| entry.key != key);
        let below = policy.below(name);
        let alone = others.clone().count() == 1;
        let checked = others.filter_map(|entry| self.item_entry(entry, alone, below));
        Some(Value::map(checked.collect::<Vec<_>>(), value.span))
    }

    fn keyed_items(
        &mut self,
        items: &[Value],
        span: Span,
        key: &str,
        policy: &ItemPolicy,
    ) -> Value {
        let mut checked: Vec<Entry> = Vec::with_capacity(items.len());
        let mut seen: HashMap<String, Span> = HashMap::new();
        for (n, item) in items.iter().enumerate() {
            let Some(entry) = self.keyed_item_of(item, key, policy) else {
                continue;
            };
            if entry.key == "!" && n > 0 {
                self.misplaced_clear(entry.key_span, NOT_FIRST);
            } else if let Some(&first) = seen.get(entry.key.as_str()) {
                self.twice(&entry.key, entry.key_span, first);
            } else {
                seen.insert(entry.key.to_string(), entry.key_span);
                checked.push(entry);
            }
        }
        Value::map(checked, span)
    }

    fn keyed_item_of(&mut self, item: &Value, key: &str, policy: &ItemPolicy) -> Option<Entry> {
        let removal = |name: &Scalar, key_span| Entry {
            key: name.text.clone(),
            key_span,
            value: Value::map(Vec::new(), item.span),
        };
        if let Some(scalar) = item.as_scalar()
            && self.removal_mark(scalar, item.span).is_some()
        {
            return Some(removal(scalar, item.span));
        }
        let Some(entries) = item.as_map() else {
            self.unexpected(item, "a map", false);
            return None;
        };
        let named = entries.iter().find(|entry| entry.key == key);
        let named = named.and_then(|entry| Some((entry.value.as_scalar()?, entry.value.span)));
        // A key is printed everywhere, so a secret cannot be one.
        let fits = |name: &Scalar| {
            !name.text.is_empty() && !name.is_null_word() && name.form != Form::Secret
        };
        let Some((name, key_span)) = named.filter(|(name, _)| fits(name)) else {
            let found = Diagnostic::new(Code::WRONG_VALUE, format!("an entry without `{key}`"));
            let help = format!("say which one it is: `{key}: ...`");
            self.report(found.at(item.span, "").help(help));
            return None;
        };
        if self.removal_mark(name, key_span).is_some() {
            if entries.len() > 1 {
                let name = quote(&name.text);
                let message = format!("{name} removes, so nothing else can be said of it");
                self.report(Diagnostic::new(Code::WRONG_VALUE, message).at(key_span, ""));
            }
            return Some(removal(name, key_span));
        }
        let value = self.inside(&name.text, |check| {
            check.keyed_object(item, key, &name.text, policy)
        });
        Some(Entry {
            key: name.text.clone(),
            key_span,
            value: value?,
        })
    }
}
