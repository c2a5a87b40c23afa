//! Reads selectors from text, in one pass from left to right.

use super::{Key, Term};
use crate::{diagnostic::quote, field::FieldPath};
use smol_str::SmolStr;

/// The terms of a selector.
pub(super) fn terms(text: &str) -> Result<Vec<Term>, String> {
    let mut text = Rest(text.trim());
    let mut terms = Vec::new();
    while !text.0.is_empty() {
        terms.push(text.term()?);
        if text.0.is_empty() {
            break;
        }
        if !text.eat(",") {
            let at = quote(text.0);
            return Err(format!(
                "there should be a comma before {at}; what is no word is written in quotes"
            ));
        }
        if text.0.is_empty() {
            return Err("nothing follows the last comma".into());
        }
    }
    Ok(terms)
}

/// Whether the text can be written without quotes.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(in_word)
}

/// Whether a key of this text, unquoted, is the path of a field.
pub(super) fn begins_a_field(key: &str) -> bool {
    FIELDS.iter().any(|first| {
        let rest = key.strip_prefix(first);
        rest.is_some_and(|rest| rest.starts_with(['.', '[']))
    })
}

const FIELDS: [&str; 2] = ["spec", "metadata"];

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':')
}

/// What is still to be read; it never begins with a space.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn term(&mut self) -> Result<Term, String> {
        if self.eat("!") {
            return self.key().map(Term::Missing);
        }
        let key = self.key()?;
        if self.eat("!=") {
            return Ok(Term::NotIn(key, vec![self.text()?]));
        }
        if self.eat("==") || self.eat("=") {
            return Ok(Term::In(key, vec![self.text()?]));
        }
        match self.word() {
            "" => Ok(Term::Exists(key)),
            "in" => self.list().map(|values| Term::In(key, values)),
            "notin" => self.list().map(|values| Term::NotIn(key, values)),
            other => Err(format!(
                "{} is none of `=`, `!=`, `in` and `notin`",
                quote(other)
            )),
        }
    }

    fn key(&mut self) -> Result<Key, String> {
        if begins_a_field(self.0) {
            let path: FieldPath = self.field()?.parse().map_err(|error| format!("{error}"))?;
            return Ok(Key::Field(path));
        }
        match self.text()? {
            key if key.is_empty() => Err("a key is empty".into()),
            key => Ok(Key::Label(key)),
        }
    }

    /// The text of a field's path: words, and keys in brackets and quotes.
    fn field(&mut self) -> Result<&'a str, String> {
        let whole = self.0;
        let mut length = 0;
        loop {
            let rest = &whole[length..];
            length += rest.find(|c| !in_word(c)).unwrap_or(rest.len());
            let Some(key) = whole[length..].strip_prefix("[\"") else {
                break;
            };
            let mut escaped = false;
            let end = key.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let closed = end.filter(|end| key[end + 1..].starts_with(']'));
            length += 4 + closed.ok_or("a key in brackets is not closed: write [\"KEY\"]")?;
        }
        self.advance(length);
        Ok(&whole[..length])
    }

    /// A word, or a text in quotes.
    fn text(&mut self) -> Result<SmolStr, String> {
        for quote in ["'", "\""] {
            if let Some(rest) = self.0.strip_prefix(quote) {
                return self.quoted(rest, quote);
            }
        }
        match self.word() {
            "" if self.0.is_empty() => Err("a word is missing at the end".into()),
            "" => Err(format!(
                "a word is missing before {}; what is no word is written in quotes",
                quote(self.0)
            )),
            word => Ok(word.into()),
        }
    }

    /// A text up to its closing quote; a quote inside it stands twice.
    fn quoted(&mut self, rest: &'a str, quote: &str) -> Result<SmolStr, String> {
        let mut text = String::new();
        let mut rest = rest;
        loop {
            let Some((before, after)) = rest.split_once(quote) else {
                return Err("a quote is not closed".into());
            };
            text.push_str(before);
            match after.strip_prefix(quote) {
                Some(more) => {
                    text.push_str(quote);
                    rest = more;
                }
                None => {
                    self.0 = after.trim_start();
                    return Ok(text.into());
                }
            }
        }
    }

    fn list(&mut self) -> Result<Vec<SmolStr>, String> {
        if !self.eat("(") {
            return Err("a list in parentheses follows `in` and `notin`".into());
        }
        let mut values = vec![self.text()?];
        while self.eat(",") {
            values.push(self.text()?);
        }
        match self.eat(")") {
            true => Ok(values),
            false => Err("a `(` is not closed".into()),
        }
    }

    /// The word that comes next; empty when none does.
    fn word(&mut self) -> &'a str {
        let whole = self.0;
        let length = whole.find(|c| !in_word(c)).unwrap_or(whole.len());
        self.advance(length);
        &whole[..length]
    }

    fn eat(&mut self, what: &str) -> bool {
        let rest = self.0.strip_prefix(what);
        self.0 = rest.map_or(self.0, str::trim_start);
        rest.is_some()
    }

    fn advance(&mut self, length: usize) {
        self.0 = self.0[length..].trim_start();
    }
}
