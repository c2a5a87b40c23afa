//! Holds a document against the form of its kind, and brings it into its present spelling: old keys renamed, keyed
//! lists turned into maps, every scalar given the type of its field.
//!
//! Everything wrong is reported at its place, all at once; what is wrong is left out, so that the rest can go on.
//! Removals (`'!x'`, `null`) stay in kinds that inherit; [`super::merge`] carries them out.

mod collections;
mod in_place;
mod item;
mod sealing;
mod secret;
mod words;

pub(crate) use sealing::all_sealed;
pub(super) use sealing::{hide_unread, sealed};

use self::in_place::InPlace;
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean, quote},
    field::FieldPath,
    model::{
        self, Kinds,
        shape::{FieldShape, RecordShape, Scope, Shape},
    },
    names::{DocumentId, Kind},
    source::{Document, Entry, Form, Scalar, Value, ValueData},
    span::Span,
};
use smol_str::SmolStr;

/// The document in its present spelling; a configuration item whose kind does not inherit stays as it is.
pub(crate) fn check(
    mut document: Document,
    kinds: &Kinds,
    diagnostics: &mut Diagnostics,
) -> Document {
    let shape = model::shape_of(&document.id.kind).map(Shape::Record);
    let inherits = document.inherits();
    let in_place = InPlace {
        kind: &document.id.kind,
        inherits,
    };
    if shape.is_some_and(|shape| in_place.value(&mut document.spec, shape)) {
        return document;
    }
    let mut check = Check {
        id: &document.id,
        inherits,
        path: FieldPath::root(),
        diagnostics,
    };
    let nothing = || Value::map(Vec::new(), document.spec.span);
    if let Some(shape) = shape {
        document.spec = check.value(&document.spec, shape).unwrap_or_else(nothing);
    } else if let Some(registered) = kinds.find(&document.id.kind) {
        if let Some(parents) = &registered.parents {
            check.inherits = true;
            let spec = check.item_spec(&document.spec, parents, &registered.policy);
            document.spec = spec.unwrap_or_else(nothing);
        }
    } else {
        check.unregistered(&document, kinds);
    }
    document
}

/// Whether a value can be the name of something.
fn is_name(value: &Value) -> bool {
    let name = |s: &Scalar| !s.text.is_empty() && !s.is_null_word() && s.form != Form::Tagged;
    value.as_scalar().is_some_and(name)
}

struct Check<'a> {
    id: &'a DocumentId,
    inherits: bool,
    path: FieldPath,
    diagnostics: &'a mut Diagnostics,
}

impl Check<'_> {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics
            .push(diagnostic.about(self.id).field(self.path.clone()));
    }

    pub(super) fn wrong(&mut self, value: &Value, shape: Shape) {
        let is_list = matches!(shape, Shape::Set(_) | Shape::List(_));
        self.unexpected(value, shape.expected(), is_list);
    }

    pub(super) fn unexpected(&mut self, value: &Value, expected: &str, is_list: bool) {
        let message = format!("expected {expected}, found {}", value.what());
        let diagnostic = Diagnostic::new(Code::WRONG_VALUE, message).at(value.span, "");
        let nothing = value
            .as_scalar()
            .is_some_and(|s| s.is_empty_plain() || s.is_null_word());
        let help = if nothing && self.inherits {
            Some("write '!' to clear what is inherited, {} or [] for empty")
        } else if nothing {
            Some("write {} or [] for empty, or leave the key out")
        } else if is_list && value.as_scalar().is_some() {
            Some("write it in brackets: [...]")
        } else {
            None
        };
        self.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }

    /// The value in its present spelling; nothing when it was wrong, or said nothing.
    pub(super) fn value(&mut self, value: &Value, shape: Shape) -> Option<Value> {
        if let Some(scalar) = value.as_scalar()
            && self.clears(scalar, value.span)
        {
            return Some(Value::scalar(
                SmolStr::new_static("!"),
                Form::Text,
                value.span,
            ));
        }
        match (shape, &value.data) {
            (Shape::Any, _) => self.any(value),
            (Shape::Word(word), ValueData::Scalar(scalar)) => self.word(scalar, value.span, word),
            (Shape::Secret, ValueData::Scalar(scalar)) => self.secret(scalar, value.span),
            (Shape::Secret, ValueData::Map(entries)) => match &entries[..] {
                [entry] if entry.key == "secret" && is_name(&entry.value) => Some(value.clone()),
                _ => self.refuse(value, shape),
            },
            (Shape::Free(free), ValueData::Map(entries)) => {
                Some(self.free(entries, value.span, free))
            }
            (Shape::Set(word), ValueData::List(items)) => Some(self.set(items, value.span, word)),
            (Shape::List(item), ValueData::List(items)) => {
                Some(self.list(items, value.span, *item))
            }
            (Shape::List(Shape::Word(word)), ValueData::Scalar(scalar))
                if (word.commas || word.single)
                    && !scalar.text.is_empty()
                    && !scalar.is_null_word() =>
            {
                Some(self.inline_list(scalar, value.span, word))
            }
            (Shape::Record(record), ValueData::Map(entries)) => {
                Some(self.record(entries, value.span, record, None))
            }
            (Shape::Keyed(record), ValueData::Map(entries)) => {
                Some(self.keyed_map(entries, value.span, record))
            }
            (Shape::Keyed(record), ValueData::List(items)) => {
                Some(self.keyed_list(items, value.span, record))
            }
            (Shape::WordOrRecord(word, _), ValueData::Scalar(scalar)) => {
                self.word(scalar, value.span, word)
            }
            (Shape::WordOrRecord(_, record), ValueData::Map(entries)) => {
                Some(self.record(entries, value.span, record, None))
            }
            _ => self.refuse(value, shape),
        }
    }

    pub(super) fn refuse(&mut self, value: &Value, shape: Shape) -> Option<Value> {
        self.wrong(value, shape);
        None
    }

    pub(super) fn inside<T>(&mut self, key: &SmolStr, check: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(key.clone());
        let result = check(self);
        self.path.pop();
        result
    }

    pub(super) fn record(
        &mut self,
        entries: &[Entry],
        span: Span,
        record: &'static RecordShape,
        key: Option<&str>,
    ) -> Value {
        let mut checked: Vec<Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            let is_key =
                key.is_some() && entry.key == record.key && record.field(&entry.key).is_none();
            if is_key {
                if entry.value.as_text() != key {
                    let message = format!(
                        "`{}` differs from the key {}",
                        record.key,
                        quote(key.unwrap_or_default())
                    );
                    self.report(
                        Diagnostic::new(Code::WRONG_VALUE, message).at(entry.value.span, ""),
                    );
                }
                continue;
            }
            let Some(entry) = self.record_entry(entry, entries, record) else {
                continue;
            };
            // No key stands twice in what was read; one that has an old spelling may.
            let field = record.field(entry.key.trim_start_matches('!'));
            let first = field.and_then(|_| checked.iter().find(|other| other.key == entry.key));
            match first {
                Some(first) => {
                    let first = first.key_span;
                    self.twice(&entry.key, entry.key_span, first);
                }
                None => checked.push(entry),
            }
        }
        Value::map(checked, span)
    }

    pub(super) fn record_entry(
        &mut self,
        entry: &Entry,
        entries: &[Entry],
        record: &'static RecordShape,
    ) -> Option<Entry> {
        let removed = entry.key.strip_prefix('!').filter(|_| self.inherits);
        if let Some(target) = removed
            && (target.is_empty() || record.shape_of(target).is_some())
        {
            let field = record.field(target);
            if !self.may_stand(entry, field) {
                return None;
            }
            let value = self
                .inside(&entry.key, |check| check.removal(entry, entries.len() == 1))
                .flatten()?;
            let key = field.map_or_else(|| entry.key.clone(), |f| format!("!{}", f.name).into());
            return Some(Entry {
                key,
                key_span: entry.key_span,
                value,
            });
        }
        let field = record.field(&entry.key);
        // Where other keys are free, one that nearly is a known one is a slip all the same.
        let known = || record.fields.iter().map(|field| field.name);
        let is_slip = || did_you_mean(&entry.key, known()).is_some();
        let rest = || record.rest.filter(|_| !is_slip());
        let Some(shape) = field.map(|field| field.shape).or_else(rest) else {
            self.unknown_key(entry, entries, record);
            return None;
        };
        if !self.may_stand(entry, field)
            || (field.is_none() && !self.may_be_key(&entry.key, entry.key_span))
        {
            return None;
        }
        let key = field.map_or_else(|| entry.key.clone(), |f| SmolStr::new_static(f.name));
        self.inside(&key, |check| {
            if matches!(shape, Shape::Any) && check.id.kind == Kind::HardwareProfile {
                let message = format!(
                    "`{}` is kept as written; nothing acts on it in this release",
                    entry.key
                );
                check
                    .report(Diagnostic::new(Code::KEPT_AS_WRITTEN, message).at(entry.key_span, ""));
            }
            let value = check.value(&entry.value, shape)?;
            Some(Entry {
                key: key.clone(),
                key_span: entry.key_span,
                value,
            })
        })
    }

    pub(super) fn may_stand(&mut self, entry: &Entry, field: Option<&FieldShape>) -> bool {
        let node_only = field.is_some_and(|field| field.scope == Scope::NodeOnly);
        if node_only && self.id.kind != Kind::BaremetalNode {
            let message = format!("`{}` belongs to a node alone", entry.key);
            let diagnostic = Diagnostic::new(Code::NOT_INHERITABLE, message).at(entry.key_span, "");
            self.report(diagnostic.help("write it in the BaremetalNode it is about"));
            return false;
        }
        true
    }

    pub(super) fn unknown_key(
        &mut self,
        entry: &Entry,
        entries: &[Entry],
        record: &'static RecordShape,
    ) {
        if let Some((key, instead)) = record.gone.iter().find(|(key, _)| *key == entry.key) {
            let diagnostic = Diagnostic::new(
                Code::NO_SUCCESSOR,
                format!("`{key}` is no longer part of the language"),
            );
            return self.report(diagnostic.at(entry.key_span, "").help(*instead));
        }
        let names = || record.fields.iter().map(|field| field.name);
        let diagnostic = Diagnostic::new(
            Code::UNKNOWN_KEY,
            format!("unknown key {}", quote(&entry.key)),
        );
        let diagnostic = diagnostic.at(entry.key_span, "");
        let removed = entry.key.strip_prefix('!').filter(|_| self.inherits);
        // What is written beside it was not meant.
        let written = removed.unwrap_or(&entry.key);
        let near = names().filter(|name| did_you_mean(written, [*name]).is_some());
        let free = near.filter(|name| entries.iter().all(|other| other.key != *name));
        self.report(match did_you_mean(written, free) {
            Some(meant) if removed.is_some() => diagnostic
                .help(format!("did you mean `!{meant}`?"))
                .edit(entry.key_span, format!("'!{meant}'")),
            Some(meant) => diagnostic
                .help(format!("did you mean `{meant}`?"))
                .edit(entry.key_span, meant),
            None => {
                let known: Vec<&str> = names().collect();
                diagnostic.help(format!("known here: {}", known.join(", ")))
            }
        });
    }
}
