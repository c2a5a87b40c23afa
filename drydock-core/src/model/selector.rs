//! Selectors: which nodes, by their labels and fields. `role=compute,rack in (r1,r2),spec.platform.image=noble,!spec.hold`

mod parse;

use super::shape::{Spelling, Word, WordForm, WordShape, from_text};
use crate::field::FieldPath;
use smol_str::SmolStr;
use std::{borrow::Cow, fmt, str::FromStr};

/// A condition on labels and fields; all of its terms must hold. The empty selector selects everything.
///
/// Terms: `key=value` (also `==`), `key!=value`, `key in (a,b)`, `key notin (a,b)`, `key` (there is one), `!key` (there is
/// none). `!=` and `notin` also hold where there is none. A key that begins with `spec.` or `metadata.` is the path of a
/// field of the document, any other the key of a label. What is no word is quoted: `'a b'`, a quote inside doubled; a
/// quoted key is always a label's.
///
/// ```
/// let selector: drydock_core::Selector = "role=compute,spec.platform.image in (noble,'22.10 LTS')".parse()?;
/// assert_eq!(selector.to_string(), "role=compute,spec.platform.image in (noble,'22.10 LTS')");
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    In(Key, Vec<SmolStr>),
    NotIn(Key, Vec<SmolStr>),
    Exists(Key),
    Missing(Key),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Label(SmolStr),
    /// Its first key is `spec` or `metadata`.
    Field(FieldPath),
}

/// What selectors can be held against.
pub trait Selectable {
    /// The label of this key.
    fn label(&self, key: &str) -> Option<&str>;
    /// Whether something is said at this field of the document; a path begins with `spec` or `metadata`. Nothing is said
    /// by null, `false` and an empty list or map.
    fn has(&self, field: &FieldPath) -> bool;
    /// Whether the field is this text, or a list with such an item, or a map or keyed collection with such a key. A
    /// secret equals nothing.
    fn is(&self, field: &FieldPath, text: &str) -> bool;
}

impl Selector {
    /// The selector that selects everything.
    pub fn everything() -> Self {
        Self::default()
    }

    /// Whether it has no terms, so that it selects everything.
    pub fn is_everything(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether every term holds.
    pub fn matches(&self, selectable: &(impl Selectable + ?Sized)) -> bool {
        self.terms.iter().all(|term| match term {
            Term::In(key, values) => key.is_one_of(selectable, values),
            Term::NotIn(key, values) => !key.is_one_of(selectable, values),
            Term::Exists(key) => key.exists(selectable),
            Term::Missing(key) => !key.exists(selectable),
        })
    }

    /// The fields that it asks for; each path begins with `spec` or `metadata`.
    pub fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.terms.iter().filter_map(|term| match term.key() {
            Key::Field(path) => Some(path),
            Key::Label(_) => None,
        })
    }

    /// The labels that have to have one of these values.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&str, &[SmolStr])> {
        self.terms.iter().filter_map(|term| match term {
            Term::In(Key::Label(key), values) => Some((key.as_str(), values.as_slice())),
            _ => None,
        })
    }
}

impl Term {
    fn key(&self) -> &Key {
        match self {
            Term::In(key, _) | Term::NotIn(key, _) | Term::Exists(key) | Term::Missing(key) => key,
        }
    }
}

impl Key {
    fn exists(&self, selectable: &(impl Selectable + ?Sized)) -> bool {
        match self {
            Key::Label(key) => selectable.label(key).is_some(),
            Key::Field(path) => selectable.has(path),
        }
    }

    fn is_one_of(&self, selectable: &(impl Selectable + ?Sized), values: &[SmolStr]) -> bool {
        match self {
            Key::Label(key) => {
                let label = selectable.label(key);
                label.is_some_and(|label| values.iter().any(|value| value == label))
            }
            Key::Field(path) => values.iter().any(|value| selectable.is(path, value)),
        }
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse::terms(text).map(|terms| Self { terms })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match term {
                Term::In(key, one) if one.len() == 1 => {
                    write!(f, "{comma}{key}={}", Text(&one[0]))?
                }
                Term::NotIn(key, one) if one.len() == 1 => {
                    write!(f, "{comma}{key}!={}", Text(&one[0]))?;
                }
                Term::In(key, values) => write!(f, "{comma}{key} in ({})", Texts(values))?,
                Term::NotIn(key, values) => write!(f, "{comma}{key} notin ({})", Texts(values))?,
                Term::Exists(key) => write!(f, "{comma}{key}")?,
                Term::Missing(key) => write!(f, "{comma}!{key}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = match self {
            Key::Label(key) if parse::begins_a_field(key) => return quoted(key, f),
            Key::Label(key) => return Text(key).fmt(f),
            Key::Field(path) => path.keys(),
        };
        for (n, key) in keys.iter().enumerate() {
            let dot = if n > 0 { "." } else { "" };
            match parse::is_word(key) && !key.contains('.') {
                true => write!(f, "{dot}{key}")?,
                // A path quotes as it does everywhere.
                false => {
                    let key = key.replace('\\', "\\\\").replace('"', "\\\"");
                    write!(f, "[\"{key}\"]")?;
                }
            }
        }
        Ok(())
    }
}

/// A value as it is written: in quotes where it is no word.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match parse::is_word(self.0) {
            true => f.write_str(self.0),
            false => quoted(self.0, f),
        }
    }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "'{}'", text.replace('\'', "''"))
}

struct Texts<'a>(&'a [SmolStr]);

impl fmt::Display for Texts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, text) in self.0.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            write!(f, "{comma}{}", Text(text))?;
        }
        Ok(())
    }
}

impl Word for Selector {
    const WORD: WordShape = WordShape {
        expected: "a selector such as role=compute,rack in (r1,r2),!gpu",
        form: WordForm::Text,
        spelling: Spelling::Any,
        commas: false,
        single: false,
        check: |text| text.parse::<Selector>().map(|_| Cow::Borrowed(text)),
    };
}
from_text!(Selector);

#[cfg(test)]
#[path = "selector/tests.rs"]
mod tests;
