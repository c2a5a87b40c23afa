//! The collections of the model. Which one a field has decides how it is written and how it is inherited.

use crate::secret::mask_urls;

use super::shape::{FreeShape, Record, Shape, Shaped, Word};
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Free(pub Vec<(SmolStr, SmolStr)>);

impl Free {
    /// The text under this key.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, text)| text.as_str())
    }
    /// Keys and texts in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &SmolStr)> {
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

impl Serialize for Free {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, text)| (key, mask_urls(text))))
    }
}

/// A free map whose values may be lists: each key with its texts, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FreeLists(pub Vec<(SmolStr, Texts)>);

/// One text, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Texts {
    /// One text.
    One(SmolStr),
    /// Several, in their order.
    Many(Vec<SmolStr>),
}

impl Shaped for FreeLists {
    const SHAPE: Shape = Shape::Free(FreeShape { lists: true });
}
impl<'de> Deserialize<'de> for FreeLists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(deserializer.deserialize_map(Entries(PhantomData))?))
    }
}

impl Serialize for FreeLists {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
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

/// Any YAML, kept as written.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Any(pub serde_json::Value);

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
