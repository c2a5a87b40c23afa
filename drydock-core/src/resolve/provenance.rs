//! Where a value came from: the fold of a node's chain done once more, this time with everything it does written down.
//!
//! Nothing is kept while resolving but each value's own span, so provenance costs nothing until somebody asks.

use super::{
    merge::{self, Watch},
    merge_policy::SpecPolicy,
    resolved::ResolvedDesign,
};
use crate::{
    field::FieldPath,
    names::DocumentId,
    source::{Value, ValueData},
    span::Span,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fmt::Write,
    sync::Arc,
};

/// What a document of the chain did to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// Wrote it.
    Set,
    /// Removed it.
    Removed,
}

/// One thing that happened to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryStep {
    /// What.
    pub what: What,
    /// In which document of the chain.
    pub document: DocumentId,
    /// Where.
    pub span: Span,
    /// The value, secrets struck out; none for a removal.
    pub value: Option<SmolStr>,
}

/// The whole history of one leaf: a single value, or an item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// The leaf.
    pub field: FieldPath,
    /// What happened to it, in order; the last step decides.
    pub steps: Vec<HistoryStep>,
}

impl History {
    /// The value as the history leaves it; none when it was removed.
    pub fn value(&self) -> Option<&str> {
        self.steps.last().and_then(|step| step.value.as_deref())
    }
}

/// Where the values of a node's field came from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explanation {
    /// The node.
    pub node: DocumentId,
    /// The field that was asked for.
    pub field: FieldPath,
    /// Every leaf at or below it, those that were removed included.
    pub leaves: Vec<History>,
    design: Arc<ResolvedDesign>,
}

/// Why a field cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// There is no such node.
    #[error("there is no node `{0}`")]
    NoNode(String),
    /// No document of the node's chain says anything of the field.
    #[error("no document that {0} consists of says anything of `{1}`")]
    NoField(DocumentId, FieldPath),
}

impl Explanation {
    /// Where the values at or below `field` of a node's spec came from.
    ///
    /// # Errors
    /// When there is no such node, or nobody ever wrote such a field.
    pub fn of(
        design: &Arc<ResolvedDesign>,
        node: &str,
        field: &FieldPath,
    ) -> Result<Self, ExplainError> {
        let node = design
            .nodes
            .get(node)
            .ok_or_else(|| ExplainError::NoNode(node.to_owned()))?;
        let mut recorder = HistoryRecorder {
            path: FieldPath::root(),
            current: node.id(),
            leaves: BTreeMap::new(),
            order: 0,
        };
        let mut value: Option<Value> = None;
        for id in node.chain.iter() {
            let Some(document) = design.documents.get(id) else {
                continue;
            };
            recorder.current = id.clone();
            let spec = SpecPolicy::PROFILES;
            recorder.forget_own(spec);
            value = Some(merge::merge_spec(
                value.as_ref(),
                &document.spec,
                spec,
                &mut recorder,
            ));
        }
        let asked = recorder
            .leaves
            .into_iter()
            .filter(|(path, _)| path.starts_with(field));
        let mut asked: Vec<_> = asked.collect();
        asked.sort_by_key(|(_, (order, _))| *order);
        let leaves: Vec<History> = asked
            .into_iter()
            .map(|(field, (_, steps))| History { field, steps })
            .collect();
        if leaves.is_empty() {
            return Err(ExplainError::NoField(node.id(), field.clone()));
        }
        Ok(Self {
            node: node.id(),
            field: field.clone(),
            leaves,
            design: design.clone(),
        })
    }

    fn rule(&self, history: &History) -> String {
        let Some((last, before)) = history.steps.split_last() else {
            return String::new();
        };
        let inherited = before.last().filter(|step| step.what == What::Set);
        match (last.what, inherited) {
            (What::Removed, Some(step)) => format!(
                "inherited from {}, removed by {}",
                step.document, last.document
            ),
            (What::Removed, None) => format!("removed by {}", last.document),
            (What::Set, _) if last.document != self.node => {
                format!("inherited from {}", last.document)
            }
            (What::Set, Some(step)) => format!("set, overrides {}", step.document),
            (What::Set, None) => "set".to_owned(),
        }
    }
}

impl fmt::Display for Explanation {
    /// One line a leaf: value, place and rule; below it, indented, every earlier step.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.is_root() {
            true => writeln!(f, "{}", self.node.name)?,
            false => writeln!(f, "{} {}", self.node.name, self.field)?,
        }
        for history in &self.leaves {
            let Some((last, before)) = history.steps.split_last() else {
                continue;
            };
            let mut line = format!("  {}", history.field);
            if let Some(value) = &last.value {
                write!(line, " = {value}")?;
            }
            let place = self.design.files.origin(last.span);
            writeln!(f, "{line}  {place}  {}", self.rule(history))?;
            for step in before.iter().rev() {
                let place = self.design.files.origin(step.span);
                match (&step.value, step.what) {
                    (Some(value), _) => writeln!(
                        f,
                        "      before: {value}  {place}  set by {}",
                        step.document
                    )?,
                    (None, _) => {
                        writeln!(f, "      before: removed  {place}  by {}", step.document)?
                    }
                }
            }
        }
        Ok(())
    }
}

/// Writes down what happens to every leaf.
struct HistoryRecorder {
    path: FieldPath,
    current: DocumentId,
    /// By path: when it was first met, and its steps.
    leaves: BTreeMap<FieldPath, (usize, Vec<HistoryStep>)>,
    order: usize,
}

impl HistoryRecorder {
    fn leaf(&mut self, path: FieldPath, what: What, span: Span, value: Option<SmolStr>) {
        self.order += 1;
        let (_, steps) = self
            .leaves
            .entry(path)
            .or_insert_with(|| (self.order, Vec::new()));
        steps.push(HistoryStep {
            what,
            document: self.current.clone(),
            span,
            value,
        });
    }

    /// What holds for the document before alone is no part of the next one's history.
    fn forget_own(&mut self, spec: SpecPolicy<'_>) {
        self.leaves
            .retain(|path, _| path.keys().first().is_none_or(|key| !spec.is_own(key)));
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

/// The single values at or below this one, each with its path.
fn leaves_of(path: FieldPath, value: &Value, leaves: &mut Vec<(FieldPath, Span, SmolStr)>) {
    match &value.data {
        ValueData::Scalar(scalar) => leaves.push((path, value.span, scalar.shown())),
        ValueData::Map(entries) => {
            for entry in entries.iter() {
                leaves_of(path.join(entry.key.clone()), &entry.value, leaves);
            }
        }
        ValueData::List(items) => {
            for (n, item) in items.iter().enumerate() {
                leaves_of(path.join(n.to_string()), item, leaves);
            }
        }
    }
}

impl Watch for HistoryRecorder {
    const HEARS_ALL: bool = true;

    fn enter(&mut self, key: &str) {
        self.path.push(key);
    }
    fn leave(&mut self) {
        self.path.pop();
    }
    fn set(&mut self, value: &Value) {
        let mut leaves = Vec::new();
        leaves_of(self.path.clone(), value, &mut leaves);
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
