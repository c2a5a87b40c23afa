//! What is written exactly as its form demands is brought into its present spelling where it stands: nothing of it is
//! copied. That is most of every good design.
//!
//! It never reports. At the first thing that is not plainly right it gives up; what it has settled until then is what
//! [`super::Check`] would have made of it, and makes of it again.

use super::secret::may_be_key;
use crate::{
    model::shape::{FieldShape, RecordShape, Scope, Shape, WordForm, WordShape},
    names::Kind,
    source::{Entry, Form, Scalar, Shared, Value, ValueData},
};
use smol_str::SmolStr;
use std::collections::HashSet;

/// Up to so many items are compared with one another before a set is made of them.
const FEW: usize = 16;

/// Settles a document's values; false leaves the document to the whole check.
pub(super) struct InPlace<'a> {
    pub(super) kind: &'a Kind,
    pub(super) inherits: bool,
}

impl InPlace<'_> {
    pub(super) fn value(&self, value: &mut Value, shape: Shape) -> bool {
        match (shape, &mut value.data) {
            (Shape::Word(word) | Shape::WordOrRecord(word, _), ValueData::Scalar(scalar)) => {
                self.word(scalar, word)
            }
            (Shape::Secret, ValueData::Scalar(scalar)) => self.secret(scalar),
            (Shape::Free(free), ValueData::Map(entries)) => {
                self.entries(entries, |entry| self.free(entry, free.lists))
            }
            (Shape::Set(word), ValueData::List(items)) => self.set(items, word),
            (Shape::List(shape), ValueData::List(items)) => items
                .unique()
                .is_some_and(|items| items.iter_mut().all(|item| self.value(item, *shape))),
            (Shape::List(Shape::Word(word)), ValueData::Scalar(scalar)) => {
                let alone = self.is_alone(scalar, word) && self.word(scalar, word);
                if alone {
                    *value = Value::list([value.clone()], value.span);
                }
                alone
            }
            (Shape::Record(record) | Shape::WordOrRecord(_, record), ValueData::Map(entries)) => {
                self.entries(entries, |entry| self.field(entry, record))
            }
            (Shape::Keyed(record), ValueData::Map(entries)) => self.entries(entries, |entry| {
                may_be_key(&entry.key)
                    && match &mut entry.value.data {
                        ValueData::Map(fields) => {
                            self.entries(fields, |entry| self.field(entry, record))
                        }
                        _ => false,
                    }
            }),
            (Shape::Keyed(record), ValueData::List(items)) => {
                let entries = self.keyed_list(items, record);
                entries
                    .map(|entries| *value = Value::map(entries, value.span))
                    .is_some()
            }
            _ => false,
        }
    }

    /// A list's records as the entries of a map. Nothing of the list is lost where one is not plain.
    fn keyed_list(
        &self,
        items: &mut Shared<Value>,
        record: &'static RecordShape,
    ) -> Option<Vec<Entry>> {
        let is_field = record.fields.iter().any(|field| field.name == record.key);
        let is_key = |entry: &Entry| entry.key == record.key;
        let items = items.unique()?;
        let mut entries: Vec<Entry> = Vec::with_capacity(items.len());
        for item in items {
            let ValueData::Map(fields) = &mut item.data else {
                return None;
            };
            let settled = self.entries(fields, |entry| {
                is_key(entry) && !is_field || self.field(entry, record)
            });
            let named = fields.iter().find(|entry| settled && is_key(entry))?;
            let key = named.value.as_scalar()?;
            let is_plain = self.is_plainly_said(key) && !key.text.is_empty();
            if !is_plain || !may_be_key(&key.text) {
                return None;
            }
            let rest = fields.iter().filter(|entry| is_field || !is_key(entry));
            entries.push(Entry {
                key: key.text.clone(),
                key_span: named.value.span,
                value: Value::map(rest.cloned().collect::<Vec<_>>(), item.span),
            });
        }
        all_differ(entries.iter().map(|entry| &*entry.key)).then_some(entries)
    }

    /// Whether each entry is settled. What an alias shares is another's too, and what removes is not plain.
    fn entries(&self, entries: &mut Shared<Entry>, settle: impl Fn(&mut Entry) -> bool) -> bool {
        let settle = |entry: &mut Entry| !self.removes(&entry.key) && settle(entry);
        let entries = entries.unique();
        entries.is_some_and(|entries| entries.iter_mut().all(settle))
    }

    fn field(&self, entry: &mut Entry, record: &'static RecordShape) -> bool {
        let Some(field) = record.fields.iter().find(|field| field.name == entry.key) else {
            return false;
        };
        if !self.may_stand(field) || !self.value(&mut entry.value, field.shape) {
            return false;
        }
        if entry.key.is_heap_allocated() {
            entry.key = SmolStr::new_static(field.name);
        }
        true
    }

    fn may_stand(&self, field: &FieldShape) -> bool {
        field.scope != Scope::NodeOnly || *self.kind == Kind::BaremetalNode
    }

    fn free(&self, entry: &mut Entry, lists: bool) -> bool {
        !entry.key.is_empty()
            && may_be_key(&entry.key)
            && match &mut entry.value.data {
                ValueData::Scalar(scalar) => self.text(scalar),
                ValueData::List(items) if lists => items.unique().is_some_and(|items| {
                    items.iter_mut().all(|item| match &mut item.data {
                        ValueData::Scalar(scalar) => self.text(scalar),
                        _ => false,
                    })
                }),
                _ => false,
            }
    }

    fn text(&self, scalar: &mut Scalar) -> bool {
        let settled = self.is_plainly_said(scalar);
        if settled {
            scalar.form = Form::Text;
        }
        settled
    }

    fn secret(&self, scalar: &mut Scalar) -> bool {
        let settled = !scalar.text.is_empty() && !scalar.is_null_word() && scalar.text != "!";
        if settled {
            scalar.form = Form::Secret;
        }
        settled
    }

    fn word(&self, scalar: &mut Scalar, word: &WordShape) -> bool {
        if !self.is_plainly_said(scalar) {
            return false;
        }
        let kept = match (word.check)(&scalar.text) {
            Ok(text) if *text == *scalar.text => None,
            // Another spelling is taken only if it is its own, so that it is the same when it is asked again.
            Ok(text) => match (word.check)(&text) {
                Ok(again) if again == text => Some(SmolStr::from(text.as_ref())),
                _ => return false,
            },
            Err(_) => return false,
        };
        scalar.form = match (word.form, scalar.form) {
            (WordForm::Text, _) => Form::Text,
            (WordForm::Integer, _) => Form::Integer,
            // In quotes it is reported.
            (WordForm::Boolean, Form::Quoted) => return false,
            (WordForm::Boolean, _) => Form::Boolean,
        };
        if let Some(text) = kept {
            scalar.text = text;
        }
        true
    }

    /// Whether the scalar is a list of one, written without the list.
    fn is_alone(&self, scalar: &Scalar, word: &WordShape) -> bool {
        let in_parts =
            word.commas && (scalar.text.contains(',') || scalar.text.trim() != scalar.text);
        (word.commas || word.single) && !scalar.text.is_empty() && !in_parts
    }

    fn set(&self, items: &mut Shared<Value>, word: &WordShape) -> bool {
        let Some(items) = items.unique() else {
            return false;
        };
        let settled = items.iter_mut().all(|item| match &mut item.data {
            ValueData::Scalar(scalar) => self.word(scalar, word),
            _ => false,
        });
        settled && all_differ(items.iter().map(|item| item.as_text().unwrap_or_default()))
    }

    /// Whether the scalar says something, and neither removes nor is a secret.
    fn is_plainly_said(&self, scalar: &Scalar) -> bool {
        !self.removes(&scalar.text)
            && !scalar.is_null_word()
            && !scalar.is_empty_plain()
            && !matches!(scalar.form, Form::Tagged | Form::Secret)
    }

    fn removes(&self, text: &str) -> bool {
        self.inherits && text.starts_with('!')
    }
}

/// Whether no text stands twice.
fn all_differ<'t>(texts: impl ExactSizeIterator<Item = &'t str> + Clone) -> bool {
    if texts.len() > FEW {
        let mut seen = HashSet::with_capacity(texts.len());
        return texts.into_iter().all(|text| seen.insert(text));
    }
    let before = |n: usize| texts.clone().take(n);
    let mut numbered = texts.clone().enumerate();
    numbered.all(|(n, text)| before(n).all(|other| other != text))
}
