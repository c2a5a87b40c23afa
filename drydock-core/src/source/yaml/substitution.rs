//! Whether a document of Deckhand still waits to be rendered.
//!
//! Only what is plain is judged: a path without wildcards that leads nowhere, and a placeholder that is a word and still
//! stands where its value should. What else Deckhand may do is left to Deckhand.

use crate::{
    diagnostic::{Code, Diagnostic, quote},
    source::Value,
};

/// A finding for each destination of `metadata.substitutions` that plainly did not receive its value yet: nothing is
/// there, or the placeholder still is.
pub(super) fn not_rendered<'v>(
    substitutions: &'v Value,
    data: &'v Value,
) -> impl Iterator<Item = Diagnostic> + 'v {
    let items = substitutions.as_list().unwrap_or_default().iter();
    let destinations = items
        .filter_map(|item| item.field("dest"))
        .flat_map(|dest| match dest.as_list() {
            Some(several) => several,
            None => std::slice::from_ref(dest),
        });
    let mut budget = BUDGET;
    destinations.filter_map(move |dest| {
        let path = dest.field("path")?;
        let text = path.as_text()?;
        let keys = keys(text)?;
        let target = data.at(keys.iter().map(String::as_str));
        let waits = match target {
            None => None,
            Some(value) if says_nothing(value) => Some(value),
            Some(value) => Some(placeholder(value, dest, &mut budget)?),
        };
        let message = format!("{} has not received its value yet", quote(text));
        let mut found = Diagnostic::new(Code::NOT_RENDERED, message).at(path.span, "");
        if let Some(value) = waits {
            found = found.also(value.span, "here");
        }
        Some(found.help("render the documents with Deckhand first"))
    })
}

/// How many values are searched for placeholders in one document: each substitution could search them all.
const BUDGET: usize = 1_000_000;

/// The keys of a path as Deckhand writes it: `.`, `.a.b`, `.a[0].b`, `$.a`, `.a['b.c']`. Nothing where it is none of these.
fn keys(path: &str) -> Option<Vec<String>> {
    let mut keys = Vec::new();
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    if rest == "." {
        return Some(keys);
    }
    while !rest.is_empty() {
        let (key, after) = match rest.strip_prefix('[') {
            Some(bracket) => bracketed(bracket)?,
            None => {
                let rest = rest.strip_prefix('.').unwrap_or(rest);
                rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()))
            }
        };
        if key.is_empty() || key.contains(['*', '?', '(', ')', '@', '|', '`']) {
            return None;
        }
        keys.push(key.to_owned());
        rest = after;
    }
    Some(keys)
}

/// A number, or a key in quotes, and what follows the bracket.
fn bracketed(rest: &str) -> Option<(&str, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            let (key, after) = quoted.split_once(quote)?;
            return Some((key, after.strip_prefix(']')?));
        }
    }
    let (key, after) = rest.split_once(']')?;
    key.bytes()
        .all(|b| b.is_ascii_digit())
        .then_some((key, after))
}

fn says_nothing(value: &Value) -> bool {
    let scalar = value.as_scalar();
    scalar.is_some_and(|s| s.is_empty_plain() || s.is_null_word())
}

/// The text in which the placeholder still stands. Deckhand looks for it in the value itself or, where it is told to
/// `recurse`, in everything below; a pattern that is no word may match what was rendered as well.
fn placeholder<'v>(value: &'v Value, dest: &Value, budget: &mut usize) -> Option<&'v Value> {
    let pattern = dest.field("pattern").and_then(Value::as_text)?;
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if *budget == 0 || pattern.is_empty() || !pattern.chars().all(is_word) {
        return None;
    }
    let mut found = None;
    value.walk(&mut |inside| {
        *budget = budget.saturating_sub(1);
        let stands = inside.as_text().is_some_and(|text| text.contains(pattern));
        if stands && found.is_none() {
            found = Some(inside);
        }
    });
    found
}
