//! What sources contend for, and what each of them says.

use crate::{
    field::FieldPath,
    model::shape::Shape,
    names::SourceName,
    source::{Entry, Owner, Value, ValueData},
    span::Span,
};

/// Which half of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Part {
    /// What it says.
    Spec,
    /// What is said about it.
    Metadata,
}

/// A field that sources contend for.
#[derive(Debug)]
pub(in super::super) struct Contest<'a> {
    pub(in super::super) part: Part,
    pub(in super::super) path: FieldPath,
    /// What counts, by rank of its sources; nothing where only those say something who may not.
    pub(in super::super) kept: Vec<Candidate>,
    /// What does not, by rank.
    pub(in super::super) lost: Vec<Candidate>,
    pub(in super::super) why: Why<'a>,
}

/// Why it does not count.
#[derive(Debug, Clone, Copy)]
pub(in super::super) enum Why<'a> {
    /// A precedence says so.
    Outweighed,
    /// Nothing says which counts.
    Disagree,
    /// The field, or one below it, belongs to another source.
    Owned(&'a Owner),
}

/// What one source says of a field.
#[derive(Debug, Clone)]
pub(in super::super) struct Candidate {
    pub(in super::super) source: SourceName,
    pub(in super::super) says: Says,
    pub(in super::super) span: Span,
    /// The whole entry, where the field is one.
    pub(super) entry: Option<Entry>,
}

#[derive(Debug, Clone)]
pub(in super::super) enum Says {
    Value(Value),
    /// An entry `!x`, or null as an entry.
    Removed,
}

impl Candidate {
    pub(super) fn said(source: &SourceName, entry: &Entry, outer: Shape, inherits: bool) -> Self {
        // As an entry null removes, whatever the entry would be.
        let entries = matches!(outer, Shape::Keyed(_) | Shape::Free(_));
        let null = entry.value.as_scalar().is_some_and(|s| s.is_null_word());
        let says = match entries && inherits && null {
            true => Says::Removed,
            false => Says::Value(entry.value.clone()),
        };
        // A map is long; its key is where it begins for those who read.
        let span = match &entry.value.data {
            ValueData::Map(_) => entry.key_span,
            _ => entry.value.span,
        };
        Self {
            source: source.clone(),
            says,
            span,
            entry: Some(entry.clone()),
        }
    }

    pub(super) fn removal(source: &SourceName, entry: &Entry) -> Self {
        Self {
            source: source.clone(),
            says: Says::Removed,
            span: entry.key_span,
            entry: Some(entry.clone()),
        }
    }
}
