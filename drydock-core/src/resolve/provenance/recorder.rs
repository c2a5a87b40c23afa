//! Writes down what a merge does to every leaf.

use super::{HistoryStep, What, origins::Origins};
use crate::{
    field::FieldPath,
    model::shape::Shape,
    names::DocumentId,
    resolve::{compose::inner_shape, merge::Watch, merge_policy::SpecPolicy},
    source::{Value, ValueData},
    span::Span,
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// By path: when it was first met, and its steps.
pub(super) type Leaves = BTreeMap<FieldPath, (usize, Vec<HistoryStep>)>;

pub(super) struct HistoryRecorder<'d> {
    path: FieldPath,
    current: DocumentId,
    origins: Origins<'d>,
    pub(super) leaves: Leaves,
    order: usize,
}

impl<'d> HistoryRecorder<'d> {
    pub(super) fn new(current: DocumentId, origins: Origins<'d>) -> Self {
        Self {
            path: FieldPath::root(),
            current,
            origins,
            leaves: BTreeMap::new(),
            order: 0,
        }
    }

    /// What follows is done by this document of the chain.
    pub(super) fn go_on_with(&mut self, document: DocumentId, spec: SpecPolicy<'_>) {
        self.current = document;
        // What holds for the document before alone is no part of the next one's history.
        self.leaves
            .retain(|path, _| path.keys().first().is_none_or(|key| !spec.is_own(key)));
    }

    /// Writes down a document that inherits nothing, as it is.
    pub(super) fn alone(&mut self, spec: &Value, shape: Shape) {
        let mut leaves = Vec::new();
        leaves_of(FieldPath::root(), spec, shape, &mut leaves);
        for (path, span, shown) in leaves {
            self.leaf(path, What::Set, span, Some(shown));
        }
    }

    fn leaf(&mut self, path: FieldPath, what: What, span: Span, value: Option<SmolStr>) {
        self.order += 1;
        let source = self.origins.source(&self.current, span, &path);
        let (_, steps) = self
            .leaves
            .entry(path)
            .or_insert_with(|| (self.order, Vec::new()));
        steps.push(HistoryStep {
            what,
            document: self.current.clone(),
            source,
            span,
            value,
        });
    }

    /// Removes every leaf at or below the path, but for those that stay.
    fn remove_below(&mut self, by: Span, stay: &BTreeSet<&FieldPath>) {
        let path = self.path.clone();
        // Paths are ordered by their keys, so those below this one follow it.
        let below = self
            .leaves
            .range(&path..)
            .take_while(|(leaf, _)| leaf.starts_with(&path));
        let present = below.filter(|(leaf, (_, steps))| {
            !stay.contains(leaf) && steps.last().is_some_and(|step| step.what == What::Set)
        });
        let present: Vec<FieldPath> = present.map(|(leaf, _)| leaf.clone()).collect();
        for leaf in present {
            self.leaf(leaf, What::Removed, by, None);
        }
    }
}

/// The single values at or below this one, each with its path; an item of a list without duplicates has its text in it.
pub(super) fn leaves_of(
    path: FieldPath,
    value: &Value,
    shape: Shape,
    leaves: &mut Vec<(FieldPath, Span, SmolStr)>,
) {
    match &value.data {
        ValueData::Scalar(scalar) => leaves.push((path, value.span, scalar.shown())),
        ValueData::Map(entries) => {
            for entry in entries.iter() {
                let inner = inner_shape(shape, &entry.key);
                leaves_of(path.join(entry.key.clone()), &entry.value, inner, leaves);
            }
        }
        ValueData::List(items) => {
            for (n, item) in items.iter().enumerate() {
                match (shape, item.as_text()) {
                    (Shape::Set(_), Some(text)) => {
                        leaves_of(path.join(text), item, Shape::Any, leaves);
                    }
                    (Shape::List(inner), _) => {
                        leaves_of(path.join(n.to_string()), item, *inner, leaves);
                    }
                    _ => leaves_of(path.join(n.to_string()), item, Shape::Any, leaves),
                }
            }
        }
    }
}

impl Watch for HistoryRecorder<'_> {
    const HEARS_ALL: bool = true;

    fn enter(&mut self, key: SmolStr) {
        self.path.push(key);
    }
    fn leave(&mut self) {
        self.path.pop();
    }
    fn set(&mut self, value: &Value) {
        let mut leaves = Vec::new();
        leaves_of(self.path.clone(), value, Shape::Any, &mut leaves);
        // A value takes away what the one before it had in other places, such as the rest of a longer list.
        let stay = leaves.iter().map(|(path, _, _)| path).collect();
        self.remove_below(value.span, &stay);
        for (path, span, shown) in leaves {
            self.leaf(path, What::Set, span, Some(shown));
        }
    }
    fn removed(&mut self, by: Span) {
        self.remove_below(by, &BTreeSet::new());
    }
    fn nothing_to_remove(&mut self, _what: &str, _by: Span) {}
}
