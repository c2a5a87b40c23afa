//! Selectors: which nodes, by their labels. `role=compute,rack in (r1,r2),!gpu`

use super::shape::{Spelling, Word, WordForm, WordShape, from_text};
use smol_str::SmolStr;
use std::{borrow::Cow, fmt, str::FromStr};

/// A condition on labels; all of its terms must hold. The empty selector selects everything.
///
/// Terms: `key=value` (also `==`), `key!=value`, `key in (a,b)`, `key notin (a,b)`, `key` (there is one), `!key` (there is
/// none). `!=` and `notin` also hold where the label is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    In(SmolStr, Vec<SmolStr>),
    NotIn(SmolStr, Vec<SmolStr>),
    Exists(SmolStr),
    Missing(SmolStr),
}

impl Selector {
    /// The selector that selects everything.
    pub fn everything() -> Self {
        Self::default()
    }

    /// Whether the labels, asked for by key, satisfy every term.
    pub fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.terms.iter().all(|term| match term {
            Term::In(key, values) => label(key).is_some_and(|l| values.iter().any(|v| v == l)),
            Term::NotIn(key, values) => !label(key).is_some_and(|l| values.iter().any(|v| v == l)),
            Term::Exists(key) => label(key).is_some(),
            Term::Missing(key) => label(key).is_none(),
        })
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut terms = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (term, after) = split_term(rest)?;
            terms.push(parse_term(term.trim())?);
            rest = after.trim_start();
        }
        Ok(Self { terms })
    }
}

/// The text up to the next comma outside parentheses, and what follows it.
fn split_term(text: &str) -> Result<(&str, &str), String> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Err("a `)` has no `(`".into()),
            ')' => depth -= 1,
            ',' if depth == 0 => {
                let after = text[at + 1..].trim();
                let none_after = if after.is_empty() {
                    Err("it ends with a comma".into())
                } else {
                    Ok(())
                };
                return none_after.map(|()| (&text[..at], &text[at + 1..]));
            }
            _ => {}
        }
    }
    if depth > 0 {
        Err("a `(` is not closed".into())
    } else {
        Ok((text, ""))
    }
}

fn parse_term(term: &str) -> Result<Term, String> {
    if let Some((key, value)) = term.split_once("!=") {
        return Ok(Term::NotIn(word(key)?, vec![word(value)?]));
    }
    if let Some((key, value)) = term.split_once('=') {
        return Ok(Term::In(
            word(key)?,
            vec![word(value.strip_prefix('=').unwrap_or(value))?],
        ));
    }
    if let Some(list) = term.strip_suffix(')') {
        let (head, values) = list.split_once('(').ok_or("a `)` has no `(`")?;
        let values = values.split(',').map(word).collect::<Result<Vec<_>, _>>()?;
        let mut head = head.split_whitespace();
        return match (head.next(), head.next(), head.next()) {
            (Some(key), Some("in"), None) => Ok(Term::In(word(key)?, values)),
            (Some(key), Some("notin"), None) => Ok(Term::NotIn(word(key)?, values)),
            _ => Err("a list follows `in` or `notin`".into()),
        };
    }
    match term.strip_prefix('!') {
        Some(key) => Ok(Term::Missing(word(key)?)),
        None => Ok(Term::Exists(word(term)?)),
    }
}

fn word(text: &str) -> Result<SmolStr, String> {
    let text = text.trim();
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    match text.find(|c| !allowed(c)) {
        None if text.is_empty() => Err("a word is missing".into()),
        None => Ok(text.into()),
        Some(_) => Err(format!("`{text}` is not a word")),
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            match term {
                Term::In(key, one) if one.len() == 1 => write!(f, "{comma}{key}={}", one[0])?,
                Term::NotIn(key, one) if one.len() == 1 => write!(f, "{comma}{key}!={}", one[0])?,
                Term::In(key, values) => write!(f, "{comma}{key} in ({})", values.join(","))?,
                Term::NotIn(key, values) => write!(f, "{comma}{key} notin ({})", values.join(","))?,
                Term::Exists(key) => write!(f, "{comma}{key}")?,
                Term::Missing(key) => write!(f, "{comma}!{key}")?,
            }
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
mod tests {
    use super::*;

    fn selects(selector: &str, labels: &[(&str, &'static str)]) -> bool {
        let selector: Selector = selector.parse().unwrap();
        selector.matches(|key| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v))
    }

    #[test]
    fn every_term_must_hold() {
        let labels = [("role", "compute"), ("rack", "r1")];
        assert!(selects("role=compute,rack in (r1, r2),!gpu", &labels));
        assert!(selects("role!=storage, gpu notin (a)", &labels) && selects("", &labels));
        assert!(
            !selects("role==storage", &labels)
                && !selects("gpu", &labels)
                && !selects("!role", &labels)
        );
    }

    #[test]
    fn broken_selectors_say_why() {
        for text in ["a=", "a in r1", "a in (b", "a,", "a b", "a)"] {
            assert!(!text.parse::<Selector>().unwrap_err().is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_printed_is_read_back() {
        for text in ["role=compute,rack in (r1,r2),!gpu", "a!=b,c notin (d,e),f"] {
            assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
        }
    }
}
