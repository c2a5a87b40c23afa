//! Lists and keyed collections.

use super::{super::legacy, Check, is_name};
use crate::{
    diagnostic::{Code, Diagnostic, quote},
    model::shape::{RecordShape, Shape, WordShape},
    source::{Entry, Form, Scalar, Value, ValueData},
    span::Span,
};
use smol_str::format_smolstr;
use std::collections::HashMap;

pub(super) const NOT_FIRST: &str = "`!` clears all that is inherited, so it is a list's first item";

impl Check<'_> {
    pub(super) fn set(&mut self, items: &[Value], span: Span, word: &'static WordShape) -> Value {
        let mut checked: Vec<Value> = Vec::with_capacity(items.len());
        let mut seen: HashMap<String, Span> = HashMap::new();
        for (n, item) in items.iter().enumerate() {
            let Some(value) = self.set_item(legacy::named_item(item).unwrap_or(item), word) else {
                continue;
            };
            let text = value.as_text().unwrap_or_default().to_owned();
            if self.inherits && text == "!" && n > 0 {
                self.misplaced_clear(value.span, NOT_FIRST);
                continue;
            }
            if let Some(&first) = seen.get(&text) {
                self.twice(&text, item.span, first);
            } else {
                seen.insert(text, value.span);
                checked.push(value);
            }
        }
        Value::list(checked, span)
    }

    pub(super) fn set_item(&mut self, item: &Value, word: &'static WordShape) -> Option<Value> {
        if let Some(scalar) = item.as_scalar().filter(|_| self.inherits)
            && self.removal_mark(scalar, item.span).is_some()
        {
            if !self.may_be_key(&scalar.text, item.span) {
                return None;
            }
            return Some(Value::scalar(scalar.text.clone(), Form::Text, item.span));
        }
        if self.says_nothing(item) {
            return None;
        }
        self.value(item, Shape::Word(word))
    }

    pub(super) fn twice(&mut self, what: &str, again: Span, first: Span) {
        let diagnostic =
            Diagnostic::new(Code::DUPLICATE_KEY, format!("{} stands twice", quote(what)));
        self.report(
            diagnostic
                .at(again, "again here")
                .also(first, "first here")
                .help("keep one of them"),
        );
    }

    pub(super) fn list(&mut self, items: &[Value], span: Span, shape: Shape) -> Value {
        let checked = items.iter().enumerate();
        let checked = checked.filter_map(|(n, item)| {
            self.inside(&format_smolstr!("{n}"), |check| match shape {
                Shape::Word(_) if check.says_nothing(item) => None,
                _ => check.value(item, shape),
            })
        });
        let checked: Vec<Value> = checked.collect();
        Value::list(checked, span)
    }

    pub(super) fn inline_list(
        &mut self,
        scalar: &Scalar,
        span: Span,
        word: &'static WordShape,
    ) -> Value {
        let parts: Vec<&str> = if word.commas {
            scalar.text.split(',').map(str::trim).collect()
        } else {
            vec![&scalar.text]
        };
        let part = |text: &str| Scalar {
            text: text.into(),
            form: scalar.form,
        };
        let items: Vec<Value> = parts
            .into_iter()
            .filter_map(|text| self.word(&part(text), span, word))
            .collect();
        Value::list(items, span)
    }

    pub(super) fn keyed_map(
        &mut self,
        entries: &[Entry],
        span: Span,
        record: &'static RecordShape,
    ) -> Value {
        if let Some(entries) = legacy::alias_lists(entries, record) {
            return self.keyed_map(&entries, span, record);
        }
        let mut checked = Vec::with_capacity(entries.len());
        for entry in entries {
            let alone = entries.len() == 1;
            if !self.may_be_key(&entry.key, entry.key_span) {
                continue;
            }
            let value = self.inside(&entry.key, |check| match check.removal(entry, alone) {
                Some(mark) => mark,
                None => check.keyed_record(&entry.value, record, &entry.key),
            });
            checked.extend(value.map(|value| Entry {
                value,
                ..entry.clone()
            }));
        }
        Value::map(checked, span)
    }

    pub(super) fn keyed_record(
        &mut self,
        value: &Value,
        record: &'static RecordShape,
        key: &str,
    ) -> Option<Value> {
        match &value.data {
            ValueData::Map(entries) => Some(self.record(entries, value.span, record, Some(key))),
            ValueData::Scalar(scalar) if scalar.is_null_word() && self.inherits => {
                Some(value.clone())
            }
            _ => self.refuse(value, Shape::Record(record)),
        }
    }

    pub(super) fn keyed_list(
        &mut self,
        items: &[Value],
        span: Span,
        record: &'static RecordShape,
    ) -> Value {
        let mut checked: Vec<Entry> = Vec::with_capacity(items.len());
        let mut seen: HashMap<String, Span> = HashMap::new();
        for (n, item) in items.iter().enumerate() {
            let Some(entry) = self.keyed_item(item, record) else {
                continue;
            };
            if self.inherits && entry.key == "!" && n > 0 {
                self.misplaced_clear(entry.key_span, NOT_FIRST);
                continue;
            }
            match seen.get(entry.key.as_str()) {
                Some(&first) => self.twice(&entry.key, entry.key_span, first),
                None => {
                    seen.insert(entry.key.to_string(), entry.key_span);
                    checked.push(entry);
                }
            }
        }
        Value::map(checked, span)
    }

    /// A list's item as the entry of a map: its key taken out of it.
    pub(super) fn keyed_item(
        &mut self,
        item: &Value,
        record: &'static RecordShape,
    ) -> Option<Entry> {
        if let Some(scalar) = item.as_scalar().filter(|_| self.inherits)
            && self.removal_mark(scalar, item.span).is_some()
        {
            if !self.may_be_key(&scalar.text, item.span) {
                return None;
            }
            let value = Value::map(Vec::new(), item.span);
            return Some(Entry {
                key: scalar.text.clone(),
                key_span: item.span,
                value,
            });
        }
        let Some(entries) = item.as_map() else {
            self.wrong(item, Shape::Record(record));
            return None;
        };
        let named = entries.iter().find(|entry| entry.key == record.key);
        let named = named.filter(|e| self.inherits || is_name(&e.value));
        let named = named.and_then(|e| Some((e.value.as_scalar()?, e.value.span)));
        let named = named.filter(|(key, _)| !key.text.is_empty() && !key.is_null_word());
        let Some((key, key_span)) = named else {
            let diagnostic = Diagnostic::new(
                Code::WRONG_VALUE,
                format!("an entry without `{}`", record.key),
            );
            self.report(
                diagnostic
                    .at(item.span, "")
                    .help(format!("say which one it is: `{}: ...`", record.key)),
            );
            return None;
        };
        if self.is_stray_secret(key, key_span) || !self.may_be_key(&key.text, key_span) {
            return None;
        }
        if self.inherits && self.removal_mark(key, key_span).is_some() {
            if entries.len() > 1 {
                let message = format!(
                    "{} removes, so nothing else can be said of it",
                    quote(&key.text)
                );
                self.report(Diagnostic::new(Code::WRONG_VALUE, message).at(key_span, ""));
            }
            return Some(Entry {
                key: key.text.clone(),
                key_span,
                value: Value::map(Vec::new(), item.span),
            });
        }
        let name = key.text.clone();
        let value = self.inside(&name, |check| {
            check.record(entries, item.span, record, Some(&name))
        });
        Some(Entry {
            key: name,
            key_span,
            value,
        })
    }
}
