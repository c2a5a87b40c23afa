//! Seals the secrets of registered kinds: reading knows only those that stand under the key of a secret.

use super::super::refused::is_unread;
use crate::{
    diagnostic::Diagnostic,
    model::{
        Kinds,
        config_item::{ItemMerge, ItemPolicy, Marks},
    },
    source::{Document, Entry, Value, ValueData, is_secret, names_a_secret, seal},
    span::{FileId, SourceMap, Span},
};
use std::collections::HashSet;

/// The document with its marked secrets sealed; their places are added to `hidden`.
pub(crate) fn sealed(document: Document, kinds: &Kinds, hidden: &mut Vec<Span>) -> Document {
    let registered = kinds.find(&document.id.kind);
    let Some(registered) = registered.filter(|registered| !registered.secrets.is_empty()) else {
        return document;
    };
    let mut secrets = Secrets::default();
    secrets.collect(
        &document.spec,
        &registered.secrets.root(),
        &registered.policy,
    );
    if secrets.places.is_empty() {
        return document;
    }
    hidden.extend(secrets.places.iter().chain(&secrets.around));
    // What an anchor makes stand elsewhere too is sealed there as well.
    let spec = seal(&document.spec, &secrets.places);
    Document { spec, ..document }
}

/// All documents with their marked secrets sealed, of texts in which those are struck out already.
pub(crate) fn all_sealed(documents: &[Document], kinds: &Kinds) -> Vec<Document> {
    let mut hidden = Vec::new();
    let documents = documents.iter().cloned();
    documents
        .map(|document| sealed(document, kinds, &mut hidden))
        .collect()
}

/// In texts that could not be read whole, nobody knows where the marked secrets stand: what follows the names of their
/// keys is hidden.
pub(crate) fn hide_unread(found: &[Diagnostic], kinds: &Kinds, files: &mut SourceMap) {
    let unread = found.iter().filter(|found| is_unread(found));
    let unread: HashSet<FileId> = unread.map(|found| found.span().file).collect();
    if !unread.is_empty() {
        let keys = kinds.secret_keys();
        unread
            .into_iter()
            .for_each(|file| files.mark_secret_keys(file, &keys));
    }
}

#[derive(Default)]
struct Secrets {
    places: HashSet<Span>,
    /// From the colon to the end of the value: what is not quoted may have been read as an anchor or a tag.
    around: Vec<Span>,
}

impl Secrets {
    fn collect(&mut self, value: &Value, marks: &Marks<'_>, policy: &ItemPolicy) {
        if marks.is_secret() {
            if !names_a_secret(value) {
                self.all_of(value);
            }
            return;
        }
        match &value.data {
            ValueData::Scalar(_) => {}
            ValueData::Map(entries) => {
                for entry in entries.iter() {
                    self.entry(entry, &marks.key(&entry.key), policy.below(&entry.key));
                }
            }
            ValueData::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    match policy.merge() {
                        // A list that will be a map is marked as the map is.
                        Some(ItemMerge::Keyed(key)) => {
                            let name = item.field(key).and_then(Value::as_text);
                            let name = name.unwrap_or_default();
                            self.collect(item, &marks.key(name), policy.below(name));
                        }
                        _ => self.collect(item, &marks.item(n), policy.below("*")),
                    }
                }
            }
        }
    }

    fn entry(&mut self, entry: &Entry, marks: &Marks<'_>, policy: &ItemPolicy) {
        let before = self.places.len();
        self.collect(&entry.value, marks, policy);
        let (key, value) = (entry.key_span, entry.value.span);
        let follows = key.file == value.file && key.hi < value.lo;
        if self.places.len() > before && marks.is_secret() && follows {
            self.around.push(Span::new(key.file, key.hi + 1, value.hi));
        }
    }

    fn all_of(&mut self, value: &Value) {
        value.walk(&mut |value| {
            let written = value.span.hi > value.span.lo;
            if written && value.as_scalar().is_some_and(is_secret) {
                self.places.insert(value.span);
            }
        });
    }
}
