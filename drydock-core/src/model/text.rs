//! Free text, and maps of it. A text may be a URL that carries user information, and a key may say that its value is a
//! secret: both are struck out wherever such a value is printed or serialized. The program gets the text as written from
//! [`Text::as_str`], and from nothing else.

use super::shape::{Spelling, Word, WordForm, WordShape};
use crate::secret::{MASK, is_secret_key, mask_text};
use serde::{Deserialize, Serialize, Serializer};
use smol_str::SmolStr;
use std::{
    borrow::{Borrow, Cow},
    collections::BTreeMap,
    fmt,
    ops::{Deref, DerefMut},
};

/// A text as somebody wrote it. Equality, order and [`Text::as_str`] are about all of it; `Debug`, `Display` and
/// `Serialize` strike out the user information of URLs, `https://***@host`, and what follows a secret's key in a text that
/// is itself a file.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Text(SmolStr);

impl Text {
    /// The text as it was written, for whoever acts on it; it is not to be printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*mask_text(&self.0), f)
    }
}
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&mask_text(&self.0))
    }
}
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&mask_text(&self.0))
    }
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}
impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}
impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}
impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}
impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}
impl From<SmolStr> for Text {
    fn from(text: SmolStr) -> Self {
        Self(text)
    }
}
impl From<Text> for SmolStr {
    fn from(text: Text) -> Self {
        text.0
    }
}
impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}
impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}
impl PartialEq<SmolStr> for Text {
    fn eq(&self, other: &SmolStr) -> bool {
        self.0 == *other
    }
}

impl Word for Text {
    const WORD: WordShape = WordShape {
        expected: "a text",
        form: WordForm::Text,
        spelling: Spelling::Any,
        commas: false,
        single: false,
        check: |text| Ok(Cow::Borrowed(text)),
    };
}

/// Values by keys of the writer's own, in the order of the keys. Printed and serialized with secrets struck out.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ByKey<T>(pub BTreeMap<SmolStr, T>);

impl<T> Default for ByKey<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}
impl<T> Deref for ByKey<T> {
    type Target = BTreeMap<SmolStr, T>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
impl<T> DerefMut for ByKey<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}
impl<T> FromIterator<(SmolStr, T)> for ByKey<T> {
    fn from_iter<I: IntoIterator<Item = (SmolStr, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
impl<T: fmt::Debug> fmt::Debug for ByKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(masked_entries(self.0.iter()))
            .finish()
    }
}
impl<T: Serialize> Serialize for ByKey<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(masked_entries(self.0.iter()))
    }
}

/// The entries of a map as they may be printed.
pub(super) fn masked_entries<'a, T: 'a>(
    entries: impl Iterator<Item = (&'a SmolStr, &'a T)>,
) -> impl Iterator<Item = (Cow<'a, str>, Shown<'a, T>)> {
    entries.map(|(key, value)| {
        let shown = match is_secret_key(key) {
            true => Shown::Struck,
            false => Shown::Open(value),
        };
        (mask_text(key), shown)
    })
}

/// A value, or what stands in its place.
pub(super) enum Shown<'a, T> {
    Struck,
    Open(&'a T),
}

impl<T: fmt::Debug> fmt::Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Shown::Struck => f.write_str(MASK),
            Shown::Open(value) => value.fmt(f),
        }
    }
}
impl<T: Serialize> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Shown::Struck => serializer.serialize_str(MASK),
            Shown::Open(value) => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_shows_no_user_information_and_keeps_it() {
        let text = Text::from("https://u:hunter2@h/x");
        assert_eq!(
            format!("{text} {text:?} {}", serde_json::json!(text)),
            r#"https://***@h/x "https://***@h/x" "https://***@h/x""#
        );
        assert_eq!(text.as_str(), "https://u:hunter2@h/x");
        assert_ne!(text, Text::from("https://u:other@h/x"));
        assert_eq!(serde_json::from_str::<Text>("\"a\"").unwrap(), "a");
    }

    #[test]
    fn a_map_shows_nothing_that_stands_under_a_secrets_key() {
        let map: ByKey<Text> = [("token", "hunter2"), ("url", "x://u:hunter2@h"), ("a", "b")]
            .map(|(key, text)| (key.into(), text.into()))
            .into_iter()
            .collect();
        let shown = r#"{"a": "b", "token": (secret), "url": "x://***@h"}"#;
        assert_eq!(format!("{map:?}"), shown);
        assert_eq!(
            serde_json::to_string(&map).unwrap(),
            r#"{"a":"b","token":"(secret)","url":"x://***@h"}"#
        );
        assert_eq!(map["token"], "hunter2");
    }
}
