//! Values to documents: which of the two envelopes, which kind, which name.
//!
//! A document whose identity is clear is kept with all its faults, so that what refers to it does not fail as well.

use super::{identity::Identity, substitution};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean, quote},
    names::{DocumentId, Kind, SourceName},
    source::{Document, Entry, Form, Value},
    span::Span,
};
use smol_str::SmolStr;

/// Keys of metadata: ours, then those that Deckhand reads and we accept.
pub(crate) const METADATA: [&str; 13] = [
    "name",
    "labels",
    "annotations",
    "region",
    "date",
    "author",
    "description",
    "schema",
    "storagePolicy",
    "replacement",
    "layeringDefinition",
    "substitutions",
    "abstract",
];

/// The document that a value is; findings and further secrets are added to what is there.
pub(super) fn document(
    value: &Value,
    found: &mut Diagnostics,
    secrets: &mut Vec<Span>,
) -> Option<Document> {
    if value
        .as_scalar()
        .is_some_and(|scalar| scalar.is_empty_plain())
    {
        return None;
    }
    let Some(entries) = value.as_map().filter(|entries| !entries.is_empty()) else {
        let message = format!(
            "a document is a map of apiVersion, kind, metadata and spec, this is {}",
            shown(value)
        );
        found.push(Diagnostic::new(Code::ENVELOPE, message).at(value.span, ""));
        return None;
    };
    let mut reading = Reading {
        entries,
        style: style(value),
        missing: Vec::new(),
        found: Vec::new(),
    };
    let (document, subject) = reading.document(value, secrets);
    found.extend(reading.found.into_iter().map(|diagnostic| match &subject {
        Some(id) => diagnostic.about(id),
        None => diagnostic,
    }));
    document
}

/// How a document is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// apiVersion, kind, metadata, spec.
    Drydock,
    /// schema, metadata, data.
    Deckhand,
}

impl Style {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Style::Drydock => &["apiVersion", "kind", "metadata", "spec"],
            Style::Deckhand => &["schema", "metadata", "data"],
        }
    }

    /// The key that says what the document says.
    fn body(self) -> &'static str {
        match self {
            Style::Drydock => "spec",
            Style::Deckhand => "data",
        }
    }

    fn other(self) -> Style {
        match self {
            Style::Drydock => Style::Deckhand,
            Style::Deckhand => Style::Drydock,
        }
    }
}

fn style(value: &Value) -> Style {
    let has = |key| value.entry(key).is_some();
    let deckhand = has("schema") || (has("data") && !has("spec"));
    match deckhand && !has("apiVersion") && !has("kind") {
        true => Style::Deckhand,
        false => Style::Drydock,
    }
}

/// One document while it is read.
#[derive(Debug)]
pub(super) struct Reading<'v> {
    entries: &'v [Entry],
    style: Style,
    missing: Vec<&'static str>,
    found: Vec<Diagnostic>,
}

impl<'v> Reading<'v> {
    fn document(
        &mut self,
        value: &'v Value,
        secrets: &mut Vec<Span>,
    ) -> (Option<Document>, Option<DocumentId>) {
        let place = self
            .entries
            .first()
            .map_or(value.span, |entry| entry.key_span);
        let identity = match self.style {
            Style::Drydock => self.versioned(value),
            Style::Deckhand => self.schema(value),
        };
        let metadata = value.entry("metadata");
        if matches!(identity, Identity::Foreign) {
            // Deckhand's passphrases and keys are documents whose data is the secret.
            secrets.extend(value.field("data").map(|data| data.span));
            return (None, None);
        }
        if metadata.is_some_and(|entry| is_abstract(&entry.value)) {
            return (None, None);
        }
        self.envelope_keys();
        let kind = match identity {
            Identity::Kind(kind) => Some(kind),
            Identity::Foreign | Identity::Unknown => None,
        };
        let name = self.name(metadata, kind.as_ref());
        let spec = self.body(value, kind.as_ref(), place);
        if !self.missing.is_empty() {
            let missing = std::mem::take(&mut self.missing);
            let message = format!("a document is missing its {}", missing.join(", "));
            self.push(
                Diagnostic::new(Code::ENVELOPE, message)
                    .at(place, "this document")
                    .help(help(self.style)),
            );
        }
        if let Some(substitutions) = metadata.and_then(|entry| entry.value.field("substitutions")) {
            self.found
                .extend(substitution::not_rendered(substitutions, &spec));
        }
        let (Some(kind), Some((name, name_span))) = (kind, name) else {
            return (None, None);
        };
        let id = DocumentId::new(kind, name);
        let metadata = metadata.map(|entry| entry.value.clone());
        (
            Some(Document {
                id: id.clone(),
                source: SourceName::default(),
                span: place,
                name_span,
                metadata,
                spec,
            }),
            Some(id),
        )
    }

    /// The single value of a key of the envelope.
    pub(super) fn single(&mut self, value: &'v Value, key: &'static str) -> Option<&'v Value> {
        match value.entry(key) {
            Some(entry) => self.word(entry),
            None => {
                self.missing.push(key);
                None
            }
        }
    }

    /// The value of an entry that must be a word to call something by.
    fn word(&mut self, entry: &'v Entry) -> Option<&'v Value> {
        let scalar = entry.value.as_scalar();
        let word = scalar
            .is_some_and(|s| !s.text.is_empty() && !s.is_null_word() && s.form != Form::Tagged);
        // Names are printed everywhere, so a secret must not become one.
        let secret = scalar.is_some_and(|s| s.shown() != s.text);
        if word && !secret {
            return Some(&entry.value);
        }
        let message = match secret {
            true => format!("{} must not hold a secret", entry.key),
            false => format!(
                "{} must be a single value, this is {}",
                entry.key,
                shown(&entry.value)
            ),
        };
        self.push(Diagnostic::new(Code::ENVELOPE, message).at(entry.key_span, ""));
        None
    }

    /// Reports what does not belong into the envelope.
    fn envelope_keys(&mut self) {
        let (keys, others) = (self.style.keys(), self.style.other().keys());
        for entry in self
            .entries
            .iter()
            .filter(|entry| !keys.contains(&&*entry.key))
        {
            let found = if others.contains(&&*entry.key) {
                let message = format!("`{}` belongs to the other kind of envelope", entry.key);
                Diagnostic::new(Code::ENVELOPE, message)
                    .at(entry.key_span, "")
                    .help(help(self.style))
            } else {
                unknown_key(entry, keys, "a document")
            };
            self.found.push(found);
        }
    }

    /// The name and its place; reports what is wrong with metadata on the way.
    fn name(
        &mut self,
        metadata: Option<&'v Entry>,
        kind: Option<&Kind>,
    ) -> Option<(SmolStr, Span)> {
        let Some(metadata) = metadata else {
            self.missing.push("metadata");
            return None;
        };
        let Some(entries) = metadata.value.as_map() else {
            let message = format!(
                "metadata must be a map with a name, this is {}",
                shown(&metadata.value)
            );
            let found = Diagnostic::new(Code::ENVELOPE, message).at(metadata.key_span, "");
            self.push(found.help("write metadata: {name: NAME}"));
            return None;
        };
        if !matches!(kind, Some(Kind::Other(_))) {
            let unknown = entries
                .iter()
                .filter(|entry| !METADATA.contains(&&*entry.key));
            self.found
                .extend(unknown.map(|entry| unknown_key(entry, &METADATA, "metadata")));
        }
        let Some(name) = metadata.value.entry("name") else {
            let found =
                Diagnostic::new(Code::ENVELOPE, "metadata has no name").at(metadata.key_span, "");
            self.push(found.help("write metadata: {name: NAME}"));
            return None;
        };
        let name = self.word(name)?;
        Some((name.as_text()?.into(), name.span))
    }

    /// What the document says; nothing where it says it wrongly.
    fn body(&mut self, value: &'v Value, kind: Option<&Kind>, place: Span) -> Value {
        let key = self.style.body();
        // What stands under the other envelope's key was reported there, and is meant.
        let Some(entry) = value
            .entry(key)
            .or_else(|| value.entry(self.style.other().body()))
        else {
            self.missing.push(key);
            return Value::map(Vec::new(), place);
        };
        let any = matches!(kind, Some(Kind::Other(_)));
        let nothing = entry
            .value
            .as_scalar()
            .is_some_and(|s| s.is_empty_plain() || s.is_null_word());
        if entry.value.as_map().is_some() || (any && !nothing) {
            return entry.value.clone();
        }
        let found = match nothing {
            true => {
                let message = format!("{} is nothing; write {{}} for an empty one", entry.key);
                Diagnostic::new(Code::WRONG_VALUE, message)
            }
            false => {
                let message = format!(
                    "{} must be a map, this is {}",
                    entry.key,
                    shown(&entry.value)
                );
                Diagnostic::new(Code::WRONG_VALUE, message)
            }
        };
        self.push(found.at(entry.key_span, ""));
        Value::map(Vec::new(), entry.value.span)
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }
}

/// Whether Deckhand only ever inherits from a document.
fn is_abstract(metadata: &Value) -> bool {
    let mark = |value: &Value| {
        let mark = value.field("abstract").and_then(Value::as_scalar);
        mark.is_some_and(|mark| mark.form == Form::Plain && mark.text.eq_ignore_ascii_case("true"))
    };
    mark(metadata) || metadata.field("layeringDefinition").is_some_and(mark)
}

fn unknown_key(entry: &Entry, known: &[&str], whose: &str) -> Diagnostic {
    let message = format!("{whose} has no key {}", quote(&entry.key));
    let found = Diagnostic::new(Code::UNKNOWN_KEY, message).at(entry.key_span, "");
    match did_you_mean(&entry.key, known.iter().copied()) {
        Some(near) => found
            .help(format!("did you mean `{near}`?"))
            .edit(entry.key_span, near),
        None => found.help(format!("the keys are {}", known.join(", "))),
    }
}

fn help(style: Style) -> &'static str {
    match style {
        Style::Drydock => "a document has apiVersion, kind, metadata and spec",
        Style::Deckhand => "a document with a schema has metadata and data",
    }
}

/// What a value is, also where an empty text is what is wrong with it.
fn shown(value: &Value) -> &'static str {
    match value.as_scalar() {
        Some(scalar) if scalar.text.is_empty() => "nothing",
        Some(scalar) if scalar.form == Form::Tagged => "a tag",
        _ => value.what(),
    }
}
