//! Paths of fields: `interfaces.bond0.mtu`, with keys that contain a dot or a bracket quoted: `platform.kernel_params["ipv6.disable"]`.

use smol_str::{SmolStr, format_smolstr};
use std::{fmt, str::FromStr};

/// The way from a document's `spec` to one value, key by key.
///
/// An item of a list of names is reached by the item itself, one of another list by its number from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<SmolStr>);

impl FieldPath {
    /// The path of the whole `spec`.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of these keys.
    pub fn of<I: IntoIterator>(keys: I) -> Self
    where
        I::Item: Into<SmolStr>,
    {
        Self(keys.into_iter().map(Into::into).collect())
    }

    /// This path, one key deeper.
    #[must_use]
    pub fn join(&self, key: impl Into<SmolStr>) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.into());
        Self(keys)
    }

    /// Goes one key deeper.
    pub fn push(&mut self, key: impl Into<SmolStr>) {
        self.0.push(key.into());
    }

    /// Goes back to the parent.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// The keys, outermost first.
    pub fn keys(&self) -> &[SmolStr] {
        &self.0
    }

    /// Whether this is the path of the whole `spec`.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `prefix` is this path or one of its parents.
    pub fn starts_with(&self, prefix: &FieldPath) -> bool {
        self.0.starts_with(&prefix.0)
    }
}

/// Where somebody is who walks through a tree of values: a path that costs nothing until it is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trail<'a> {
    before: Option<&'a Trail<'a>>,
    step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Start,
    Key(&'a SmolStr),
    Item(usize),
}

impl Trail<'_> {
    /// At the root of the tree.
    pub(crate) const START: Trail<'static> = Trail {
        before: None,
        step: Step::Start,
    };

    /// On to the value of this key.
    pub(crate) fn key<'a>(&'a self, key: &'a SmolStr) -> Trail<'a> {
        Trail {
            before: Some(self),
            step: Step::Key(key),
        }
    }

    /// On to the item of this number.
    pub(crate) fn item(&self, number: usize) -> Trail<'_> {
        Trail {
            before: Some(self),
            step: Step::Item(number),
        }
    }

    /// The path.
    pub(crate) fn path(&self) -> FieldPath {
        let mut path = self.before.map(Trail::path).unwrap_or_default();
        match self.step {
            Step::Start => {}
            Step::Key(key) => path.push(key.clone()),
            Step::Item(number) => path.push(format_smolstr!("{number}")),
        }
        path
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.0.iter().enumerate() {
            if key.is_empty() || key.contains(['.', '[', ']', '"']) {
                write!(
                    f,
                    "[\"{}\"]",
                    key.replace('\\', "\\\\").replace('"', "\\\"")
                )?;
            } else if i > 0 {
                write!(f, ".{key}")?;
            } else {
                f.write_str(key)?;
            }
        }
        Ok(())
    }
}

impl serde::Serialize for FieldPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for FieldPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is not the path of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a field path: {reason}; write it like interfaces.bond0.mtu or platform.kernel_params[\"ipv6.disable\"]"
)]
pub struct FieldPathError {
    text: String,
    reason: &'static str,
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        let wrong = |reason| FieldPathError {
            text: text.to_owned(),
            reason,
        };
        let mut keys = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(quoted) = rest.strip_prefix("[\"") {
                let (key, length) =
                    unquote(quoted).ok_or_else(|| wrong("a quote is not closed"))?;
                keys.push(key.into());
                rest = quoted[length..]
                    .strip_prefix(']')
                    .ok_or_else(|| wrong("`]` is missing"))?;
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                if end == 0 {
                    return Err(wrong("a key is empty"));
                }
                keys.push(rest[..end].into());
                rest = &rest[end..];
            }
            match rest.strip_prefix('.') {
                Some("") => return Err(wrong("it ends with a dot")),
                Some(after) => rest = after,
                None if rest.is_empty() || rest.starts_with("[\"") => {}
                None => return Err(wrong("a key in brackets is written in quotes")),
            }
        }
        Ok(Self(keys))
    }
}

/// The text up to the closing quote, and how many bytes it took, quote included.
fn unquote(text: &str) -> Option<(String, usize)> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((key, at + 1)),
            '\\' => key.push(chars.next()?.1),
            _ => key.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for text in [
            "",
            "interfaces.bond0.mtu",
            "platform.kernel_params[\"ipv6.disable\"]",
            "[\"a.b\"].c",
            "x[\"q\\\"\"][\"\"]",
        ] {
            assert_eq!(text.parse::<FieldPath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn broken_paths_say_what_to_write() {
        for text in [".a", "a.", "a[0]", "a[\"b", "a[\"b\"x"] {
            let error = text.parse::<FieldPath>().unwrap_err().to_string();
            assert!(error.contains("write it like"), "{error}");
        }
    }
}
