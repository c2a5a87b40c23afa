//! The collections of the model. Which one a field has decides how it is written and how it is inherited.

use super::{
    Text,
    shape::{FreeShape, Record, Shape, Shaped, Word},
    text::masked_entries,
};
use crate::secret::{MASK, is_secret_key, mask_text};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use smol_str::SmolStr;
use std::{fmt, marker::PhantomData, ops::Deref};

/// Single values without duplicates; an inheriting document's come first, then the inherited ones.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Set<T>(pub Vec<T>);

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
impl<T> Deref for Set<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}
impl<T: Word> Shaped for Set<T> {
    const SHAPE: Shape = Shape::Set(&T::WORD);
}

/// Records in their order, each found by its primary key.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyed<T>(pub Vec<(SmolStr, T)>);

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
impl<T> Keyed<T> {
    /// The record of this key.
    pub fn find(&self, key: &str) -> Option<&T> {
        self.0
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, record)| record)
    }
    /// Keys and records in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &T)> {
        self.0.iter().map(|(key, record)| (key, record))
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
impl<T: Record> Shaped for Keyed<T> {
    const SHAPE: Shape = Shape::Keyed(&T::RECORD);
}
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Keyed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(deserializer.deserialize_map(Entries(PhantomData))?))
    }
}

impl<T: Serialize> Serialize for Keyed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// A free map from text to text, in its order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Free(pub Vec<(SmolStr, Text)>);

impl Free {
    /// The text under this key.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, text)| text.as_str())
    }
    /// Keys and texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Text)> {
        self.0.iter().map(|(key, text)| (key, text))
    }
}
impl Shaped for Free {
    const SHAPE: Shape = Shape::Free(FreeShape { lists: false });
}
impl<'de> Deserialize<'de> for Free {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(deserializer.deserialize_map(Entries(PhantomData))?))
    }
}

impl fmt::Debug for Free {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(masked_entries(self.iter())).finish()
    }
}

impl Serialize for Free {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(masked_entries(self.iter()))
    }
}

/// A free map whose values may be lists: each key with its texts, in their order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FreeLists(pub Vec<(SmolStr, Texts)>);

/// One text, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Texts {
    /// One text.
    One(Text),
    /// Several, in their order.
    Many(Vec<Text>),
}

impl Shaped for FreeLists {
    const SHAPE: Shape = Shape::Free(FreeShape { lists: true });
}
impl<'de> Deserialize<'de> for FreeLists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(deserializer.deserialize_map(Entries(PhantomData))?))
    }
}

impl fmt::Debug for FreeLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(masked_entries(
                self.0.iter().map(|(key, texts)| (key, texts)),
            ))
            .finish()
    }
}

impl Serialize for FreeLists {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(masked_entries(
            self.0.iter().map(|(key, texts)| (key, texts)),
        ))
    }
}

/// Records in their order, replaced whole.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Listed<T>(pub Vec<T>);

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
impl<T> Deref for Listed<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}
impl<T: Record> Shaped for Listed<T> {
    const SHAPE: Shape = Shape::List(&Shape::Record(&T::RECORD));
}

/// Single values, also written as one text with commas; replaced whole.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Commas<T>(pub Vec<T>);

impl<T> Default for Commas<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}
impl<T> Deref for Commas<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}
impl<T: Word> Shaped for Commas<T> {
    const SHAPE: Shape = Shape::List(&Shape::Word(&super::shape::WordShape {
        commas: true,
        ..T::WORD
    }));
}

/// Any YAML, kept as written; printed and serialized with secrets struck out.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Any(pub serde_json::Value);

impl fmt::Debug for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(&self.0).fmt(f)
    }
}
impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        masked(&self.0).serialize(serializer)
    }
}

/// The value as it may be printed. `{secret: NAME}` names a secret and is none.
fn masked(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    let names_a_secret = |value: &Value| {
        value
            .as_object()
            .is_some_and(|map| map.len() == 1 && map.contains_key("secret"))
    };
    match value {
        Value::String(text) => mask_text(text).into(),
        Value::Array(items) => items.iter().map(masked).collect(),
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let struck = is_secret_key(key) && !value.is_null() && !names_a_secret(value);
                let shown = if struck { MASK.into() } else { masked(value) };
                (mask_text(key).into_owned(), shown)
            });
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}

impl Shaped for Any {
    const SHAPE: Shape = Shape::Any;
}

/// Reads a map's entries in their order.
struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = Vec<(SmolStr, T)>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0));
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }
}
