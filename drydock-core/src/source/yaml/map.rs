//! A map while it is built: its keys are judged here, and what stands under the key of a secret is sealed.

use super::{
    findings::Findings,
    secrets::{self, Position},
    tree::Node,
};
use crate::{
    diagnostic::{Code, Diagnostic, quote},
    source::{Entry, Form, ValueData},
    span::Span,
};
use smol_str::SmolStr;
use std::collections::HashMap;

/// Maps up to this size are searched, larger ones have an index.
const SEARCHED: usize = 8;

/// A map, but for its entries so far, which all open maps keep together.
#[derive(Debug)]
pub(super) struct Map {
    /// Which entries are its own: those from here on.
    pub(super) first: usize,
    /// Where each key was written, once they are many.
    index: Option<HashMap<SmolStr, Span>>,
    /// The key whose value comes next.
    pub(super) key: Option<Key>,
    pub(super) merge: Option<Box<Merge>>,
}

/// A key that waits for its value.
#[derive(Debug)]
pub(super) struct Key {
    text: SmolStr,
    pub(super) span: Span,
    /// The byte after it, in its own place.
    pub(super) end: u32,
    role: Role,
    pub(super) position: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Entry,
    Merge,
    /// Reported already; its value is read and left out.
    Dropped,
}

/// What stands under `<<`.
#[derive(Debug)]
pub(super) struct Merge {
    /// Before which entry it stands.
    pub(super) place: usize,
    pub(super) key: Span,
    pub(super) node: Node,
}

impl Map {
    /// A map whose entries will be those from `first` on.
    pub(super) fn new(first: usize) -> Self {
        Self {
            first,
            index: None,
            key: None,
            merge: None,
        }
    }

    /// Makes a key of what stands in its place.
    pub(super) fn key(
        &self,
        entries: &[Entry],
        node: Node,
        secret: bool,
        found: &mut Findings,
    ) -> Key {
        let span = node.value.span;
        let mut key = Key {
            text: SmolStr::default(),
            span,
            end: node.end,
            role: Role::Entry,
            position: Position::Open,
        };
        let Some(scalar) = node.value.as_scalar() else {
            let message = format!("a key must be a single word, this is {}", node.value.what());
            found.push(Diagnostic::new(Code::WRONG_VALUE, message).at(span, ""));
            return Key {
                role: Role::Dropped,
                ..key
            };
        };
        if node.missing {
            return Key {
                role: Role::Dropped,
                ..key
            };
        }
        if scalar.is_empty_plain() {
            let empty = Diagnostic::new(Code::WRONG_VALUE, "a key is missing before this `:`");
            found.push(empty.at(span, "").help("write '' for an empty one"));
            return Key {
                role: Role::Dropped,
                ..key
            };
        }
        if scalar.is_null_word() {
            let null = Diagnostic::new(Code::WRONG_VALUE, "a key must be a word, this is null")
                .at(span, "");
            found.push(null.help(format!("write '{}'", scalar.text)));
        }
        if scalar.form == Form::Tagged {
            let quoted = format!("'{}'", scalar.text.replace('\'', "''"));
            let removal =
                Diagnostic::new(Code::UNQUOTED_REMOVAL, "a removal must be quoted").at(span, "");
            let help = format!("write {quoted}: YAML reads an unquoted `!` as a tag");
            found.push(removal.help(help).edit(span, quoted));
        }
        key.text = scalar.text.clone();
        key.position = secrets::position(&key.text);
        if scalar.form == Form::Plain && key.text == "<<" {
            key.role = Role::Merge;
        }
        let first = match (key.role, &self.merge) {
            (Role::Merge, merge) => merge.as_ref().map(|merge| merge.key),
            _ => self.place_of(entries, &key.text),
        };
        if let Some(first) = first {
            let message = match secret {
                true => "a key stands twice".to_owned(),
                false => format!("the key {} stands twice", quote(&key.text)),
            };
            let help = match key.role {
                Role::Merge => "write one `<<` with a list of maps",
                _ => "keep one of them; the first one is read",
            };
            let twice = Diagnostic::new(Code::DUPLICATE_KEY, message).at(span, "again here");
            found.push(twice.also(first, "first here").help(help));
            key.role = Role::Dropped;
        }
        key
    }

    /// Puts a value under its key.
    pub(super) fn insert(&mut self, entries: &mut Vec<Entry>, key: Key, node: Node) {
        match key.role {
            Role::Dropped => {}
            Role::Merge => {
                let place = entries.len() - self.first;
                self.merge = Some(Box::new(Merge {
                    place,
                    key: key.span,
                    node,
                }));
            }
            Role::Entry => {
                let entry = Entry {
                    key: key.text,
                    key_span: key.span,
                    value: node.value,
                };
                if let Some(index) = &mut self.index {
                    index.insert(entry.key.clone(), entry.key_span);
                }
                entries.push(entry);
                let own = &entries[self.first..];
                if self.index.is_none() && own.len() > SEARCHED {
                    let places = own.iter().map(|entry| (entry.key.clone(), entry.key_span));
                    self.index = Some(places.collect());
                }
            }
        }
    }

    fn place_of(&self, entries: &[Entry], key: &str) -> Option<Span> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => {
                let same = entries[self.first..].iter().find(|entry| entry.key == key);
                same.map(|entry| entry.key_span)
            }
        }
    }
}

/// The value of this key, sealed if it is a secret, its place marked.
pub(super) fn hidden(key: &Key, mut node: Node, spans: &mut Vec<Span>, seals: &mut bool) -> Node {
    if key.position == Position::Open || (secrets::names_a_secret(&node.value) && !node.missing) {
        return node;
    }
    let span = node.value.span;
    if span.hi > span.lo {
        spans.push(span);
    }
    // From the colon on: a secret that is not quoted may have been read as a tag, an anchor or an alias.
    spans.push(Span::new(span.file, key.end + 1, node.end));
    if key.position == Position::Secret {
        match &mut node.value.data {
            // The other values of an anchor are elsewhere; they are found when the document is complete.
            ValueData::Scalar(scalar) if !node.shared => {
                if secrets::is_secret(scalar) {
                    scalar.form = Form::Secret;
                }
            }
            _ => *seals = true,
        }
    }
    node
}
