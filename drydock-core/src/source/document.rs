//! Untyped documents: what a source hands over, each value with its place.
//!
//! A [`Value`] is cheap to clone: lists and maps are shared, so what a thousand nodes inherit is stored once.

use super::shared::{Shared, find};
use crate::{
    names::{DocumentId, Kind, SourceName},
    secret::{self, MASK},
    span::Span,
};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use smol_str::SmolStr;
use std::{fmt, sync::Arc};

/// One value of a document and the place where it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    /// Where it was written.
    pub span: Span,
    /// What it is.
    pub data: ValueData,
}

/// What a value is.
#[derive(Clone, PartialEq, Eq)]
pub enum ValueData {
    /// A single value as it was written.
    Scalar(Scalar),
    /// A list.
    List(Shared<Value>),
    /// A map; its entries keep the order in which they were written, and no key stands twice.
    Map(Shared<Entry>),
}

/// One entry of a map.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key as written.
    pub key: SmolStr,
    /// Where the key was written.
    pub key_span: Span,
    /// What it stands for.
    pub value: Value,
}

/// A single value: its text as written, and how it was written or, once a field has decided, what it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, without quotes.
    pub text: SmolStr,
    /// How it was written, or what it is.
    pub form: Form,
}

/// How a scalar was written or, once a field has decided its type, what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Written without quotes; no field has decided yet what it is.
    Plain,
    /// Written in quotes or as a block.
    Quoted,
    /// Written with a tag that YAML does not know and without a value, `!x`; the text keeps the `!`.
    Tagged,
    /// A text, by its field.
    Text,
    /// A whole number, by its field.
    Integer,
    /// `true` or `false`, by its field.
    Boolean,
    /// Stands at a secret position; never printed.
    Secret,
}

impl Scalar {
    /// Whether the text is the word for nothing, `null` or `~`, written without quotes.
    pub fn is_null_word(&self) -> bool {
        self.form == Form::Plain && matches!(&*self.text, "null" | "Null" | "NULL" | "~")
    }

    /// Whether nothing at all was written.
    pub fn is_empty_plain(&self) -> bool {
        self.form == Form::Plain && self.text.is_empty()
    }

    /// The text for people: secrets struck out.
    pub fn shown(&self) -> SmolStr {
        match self.form {
            Form::Secret => MASK.into(),
            _ => secret::mask_text(&self.text).as_ref().into(),
        }
    }
}

impl Value {
    /// A single value.
    pub fn scalar(text: impl Into<SmolStr>, form: Form, span: Span) -> Self {
        Self {
            span,
            data: ValueData::Scalar(Scalar {
                text: text.into(),
                form,
            }),
        }
    }

    /// A list.
    pub fn list(items: impl Into<Arc<[Value]>>, span: Span) -> Self {
        Self {
            span,
            data: ValueData::List(items.into().into()),
        }
    }

    /// A map.
    pub fn map(entries: impl Into<Arc<[Entry]>>, span: Span) -> Self {
        Self {
            span,
            data: ValueData::Map(entries.into().into()),
        }
    }

    /// The scalar, if it is one.
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.data {
            ValueData::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of the scalar, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| &*scalar.text)
    }

    /// The items of the list, if it is one.
    pub fn as_list(&self) -> Option<&[Value]> {
        match &self.data {
            ValueData::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of the map, if it is one.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.data {
            ValueData::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of this key, if it is a map that has one.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.data {
            ValueData::Map(entries) => find(entries, key),
            _ => None,
        }
    }

    /// The value of this key, if it is a map that has one.
    pub fn field(&self, key: &str) -> Option<&Value> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value at the end of these keys; an item of a list is found by its text, else by its number.
    pub fn at<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Option<&Value> {
        keys.into_iter()
            .try_fold(self, |value, key| match &value.data {
                ValueData::Map(_) => value.field(key),
                ValueData::List(items) => {
                    let by_text = find(items, key);
                    by_text.or_else(|| key.parse::<usize>().ok().and_then(|n| items.get(n)))
                }
                ValueData::Scalar(_) => None,
            })
    }

    /// Whether it is the very list or map that the other is, not only an equal one.
    pub(crate) fn is_the_same(&self, other: &Self) -> bool {
        match (&self.data, &other.data) {
            (ValueData::List(one), ValueData::List(other)) => one.is_the_same(other),
            (ValueData::Map(one), ValueData::Map(other)) => one.is_the_same(other),
            _ => false,
        }
    }

    /// What kind of value it is, for messages.
    pub fn what(&self) -> &'static str {
        match &self.data {
            ValueData::Scalar(s) if s.is_empty_plain() => "nothing",
            ValueData::Scalar(s) if s.is_null_word() => "null",
            ValueData::Scalar(_) => "a single value",
            ValueData::List(_) => "a list",
            ValueData::Map(_) => "a map",
        }
    }

    /// Calls `visit` for this value and every value inside it, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Value)) {
        visit(self);
        match &self.data {
            ValueData::Scalar(_) => {}
            ValueData::List(items) => items.iter().for_each(|item| item.walk(visit)),
            ValueData::Map(entries) => entries.iter().for_each(|entry| entry.value.walk(visit)),
        }
    }
}

/// Prints as YAML's flow style, secrets struck out.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data {
            ValueData::Scalar(scalar) => scalar.fmt(f),
            ValueData::List(items) => f.debug_list().entries(items.iter()).finish(),
            ValueData::Map(entries) => f
                .debug_map()
                .entries(
                    entries
                        .iter()
                        .map(|e| (secret::mask_text(&e.key), &e.value)),
                )
                .finish(),
        }
    }
}

impl fmt::Debug for ValueData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Value {
            span: Span::NONE,
            data: self.clone(),
        }
        .fmt(f)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?}", secret::mask_text(&self.key), self.value)
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form {
            Form::Plain | Form::Integer | Form::Boolean | Form::Tagged => {
                f.write_str(&self.shown())
            }
            Form::Quoted | Form::Text | Form::Secret => write!(f, "{:?}", self.shown()),
        }
    }
}

/// Numbers and booleans where a field decided so (plain text by YAML's core schema where none did); secrets struck out.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.data {
            ValueData::Scalar(scalar) => scalar.serialize(serializer),
            ValueData::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items
                    .iter()
                    .try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            ValueData::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|entry| {
                    map.serialize_entry(&secret::mask_text(&entry.key), &entry.value)
                })?;
                map.end()
            }
        }
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: &str = &self.text;
        match (self.form, super::core_schema::plain(text)) {
            (Form::Plain, super::core_schema::Plain::Null) => serializer.serialize_unit(),
            (Form::Plain | Form::Boolean, super::core_schema::Plain::Bool(b)) => {
                serializer.serialize_bool(b)
            }
            (Form::Plain | Form::Integer, super::core_schema::Plain::Int(i)) => {
                serializer.serialize_i64(i)
            }
            (Form::Plain | Form::Integer, super::core_schema::Plain::Unsigned(u)) => {
                serializer.serialize_u64(u)
            }
            (Form::Plain, super::core_schema::Plain::Float(f)) => serializer.serialize_f64(f),
            _ => serializer.serialize_str(&self.shown()),
        }
    }
}

/// One document as its source gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The document's kind and name.
    pub id: DocumentId,
    /// Which source of a federation gave it; empty for a lone source.
    pub source: SourceName,
    /// Where its envelope begins; the place of findings about the document as a whole.
    pub span: Span,
    /// Where its name is written.
    pub name_span: Span,
    /// Its metadata, a map or nothing.
    pub metadata: Option<Value>,
    /// What it says: `spec` or `data`.
    pub spec: Value,
}

impl Document {
    /// Whether the kind inherits, and so may remove.
    pub fn inherits(&self) -> bool {
        matches!(self.id.kind, Kind::HostProfile | Kind::BaremetalNode)
    }
}
