//! Which values of a text are secrets, by the keys they stand under, and sealing them.
//!
//! An alias makes one place of the text two values: where one of them is a secret, both are sealed.

use crate::{
    diagnostic::did_you_mean,
    secret::{self, MASK},
    source::{Entry, Form, Scalar, Shared, Value, ValueData},
    span::Span,
};
use std::collections::{HashMap, HashSet};

/// What a key says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// It may be printed.
    Open,
    /// The key is one slip of the hand from a secret's: the value's text is not shown, its meaning stays.
    Near,
    /// It is a secret.
    Secret,
}

/// The longer words among the keys of secret positions, each with its letters; shorter ones have too many innocent
/// neighbours.
const LONG_KEYS: &[(&str, u32)] = &[
    with_letters("credential"),
    with_letters("libvirt_uri"),
    with_letters("api_key"),
    with_letters("apikey"),
    with_letters("password"),
    with_letters("passwd"),
    with_letters("private_key"),
];

/// What this key says about its value.
pub(crate) fn position(key: &str) -> Position {
    if secret::is_secret_key(key) {
        return Position::Secret;
    }
    let letters = letters(key);
    // An edit that adds or drops a letter changes the set of letters by one, any other by two; nearly every key ends here.
    let near = |(word, of_word): &&(&str, u32)| {
        let longer = word.len().abs_diff(key.len()) as u32;
        longer <= 2 && (of_word ^ letters).count_ones() <= 4 - longer
    };
    let mut near = LONG_KEYS
        .iter()
        .filter(near)
        .map(|(word, _)| *word)
        .peekable();
    if near.peek().is_some() && did_you_mean(&key.to_ascii_lowercase(), near).is_some() {
        return Position::Near;
    }
    Position::Open
}

/// The set of ASCII letters in a word, upper and lower case alike.
const fn letters(word: &str) -> u32 {
    let (bytes, mut set, mut at) = (word.as_bytes(), 0, 0);
    while at < bytes.len() {
        if bytes[at].is_ascii_alphabetic() {
            set |= 1 << (bytes[at] & 0x1f);
        }
        at += 1;
    }
    set
}

const fn with_letters(word: &'static str) -> (&'static str, u32) {
    (word, letters(word))
}

/// Whether a value is `{secret: NAME}`, which names a secret and is none.
pub(crate) fn names_a_secret(value: &Value) -> bool {
    matches!(value.as_map(), Some([only]) if only.key == "secret" && only.value.as_scalar().is_some())
}

/// Whether a scalar at a secret position is a secret; nothing, null and `'!'` only say that there is none.
pub(crate) fn is_secret(scalar: &Scalar) -> bool {
    !(scalar.is_null_word() || scalar.is_empty_plain() || scalar.text == "!")
}

/// Collects the places of secrets, each shared part of a tree once.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) spans: HashSet<Span>,
    seen: HashSet<(usize, bool)>,
}

impl Places {
    /// Adds the secrets of a value, all of its scalars if it stands inside a secret itself.
    pub(super) fn collect(&mut self, value: &Value, inside: bool) {
        match &value.data {
            ValueData::Scalar(scalar) => {
                let written = value.span.hi > value.span.lo;
                if written && is_secret(scalar) && (inside || scalar.form == Form::Secret) {
                    self.spans.insert(value.span);
                }
            }
            ValueData::List(items) => {
                if self.seen.insert((place_of(items), inside)) {
                    items.iter().for_each(|item| self.collect(item, inside));
                }
            }
            ValueData::Map(entries) => {
                if self.seen.insert((place_of(entries), inside)) {
                    entries.iter().for_each(|entry| self.entry(entry, inside));
                }
            }
        }
    }

    /// Adds the secrets of one entry of a map.
    pub(super) fn entry(&mut self, entry: &Entry, inside: bool) {
        let secret = secret::is_secret_key(&entry.key) && !names_a_secret(&entry.value);
        self.collect(&entry.value, inside || secret);
    }
}

/// Seals every scalar at these places, and what was shared stays shared.
pub(crate) fn seal(value: &Value, spans: &HashSet<Span>) -> Value {
    let mut sealed = HashMap::new();
    sealed_value(value, spans, &mut sealed).unwrap_or_else(|| value.clone())
}

/// The sealed value, or nothing where nothing inside it is a secret.
fn sealed_value(
    value: &Value,
    spans: &HashSet<Span>,
    done: &mut HashMap<usize, Option<ValueData>>,
) -> Option<Value> {
    let shared = match &value.data {
        ValueData::Scalar(scalar) => {
            let seals = scalar.form != Form::Secret && spans.contains(&value.span);
            return seals.then(|| Value::scalar(scalar.text.clone(), Form::Secret, value.span));
        }
        ValueData::List(items) => place_of(items),
        ValueData::Map(entries) => place_of(entries),
    };
    if let Some(known) = done.get(&shared) {
        return known.clone().map(|data| Value {
            span: value.span,
            data,
        });
    }
    let data = match &value.data {
        ValueData::Scalar(_) => None,
        ValueData::List(items) => {
            replaced(items, |item| sealed_value(item, spans, done)).map(ValueData::List)
        }
        ValueData::Map(entries) => {
            replaced(entries, |entry| sealed_entry(entry, spans, done)).map(ValueData::Map)
        }
    };
    done.insert(shared, data.clone());
    data.map(|data| Value {
        span: value.span,
        data,
    })
}

/// Where a shared part is: what tells it from every other one.
fn place_of<T>(shared: &Shared<T>) -> usize {
    shared.as_ptr() as usize
}

/// All items, with the new one where there is one; or nothing where there is none.
fn replaced<T: Clone>(items: &[T], new: impl FnMut(&T) -> Option<T>) -> Option<Shared<T>> {
    let new: Vec<_> = items.iter().map(new).collect();
    new.iter().any(Option::is_some).then(|| {
        let all = items.iter().zip(new);
        let all = all.map(|(old, new)| new.unwrap_or_else(|| old.clone()));
        Shared::from(all.collect::<Vec<T>>())
    })
}

fn sealed_entry(
    entry: &Entry,
    spans: &HashSet<Span>,
    done: &mut HashMap<usize, Option<ValueData>>,
) -> Option<Entry> {
    let value = sealed_value(&entry.value, spans, done);
    let key = spans.contains(&entry.key_span).then(|| MASK.into());
    if value.is_none() && key.is_none() {
        return None;
    }
    Some(Entry {
        key: key.unwrap_or_else(|| entry.key.clone()),
        key_span: entry.key_span,
        value: value.unwrap_or_else(|| entry.value.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_words_are_keys_of_secret_positions() {
        let mut keys = LONG_KEYS.iter();
        assert!(keys.all(|(key, _)| secret::is_secret_key(key)));
    }

    #[test]
    fn a_slip_of_the_hand_hides_the_value_too() {
        for key in [
            "credentail",
            "credentials",
            "Credentia",
            "pasword",
            "libvirt_url",
            "pasward",
        ] {
            assert_eq!(position(key), Position::Near, "{key}");
        }
        for key in [
            "name",
            "primary_network",
            "credit",
            "address",
            "key",
            "tokens",
            "device_name",
        ] {
            assert_eq!(position(key), Position::Open, "{key}");
        }
        assert_eq!(position("PASSWORD"), Position::Secret);
    }
}
