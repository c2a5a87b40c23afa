//! Where a value came from: the fold of a document's chain done once more, this time with everything it does written down.
//!
//! Nothing is kept while resolving but each value's own span and the fragments of composed documents, so provenance costs
//! nothing until somebody asks.

mod derived;
mod origins;
mod recorder;
mod shown;

pub use derived::Derived;

use super::{merge, merge_policy::SpecPolicy, resolved::ResolvedDesign};
use crate::{
    field::FieldPath,
    model::{self, shape::Shape},
    names::{DocumentId, Kind, SourceName},
    source::Value,
    span::Span,
};
use derived::Deriving;
use origins::Origins;
use recorder::HistoryRecorder;
use smol_str::SmolStr;
use std::sync::Arc;

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
    /// By which source; none where the design has only one.
    pub source: Option<SourceName>,
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
    /// What the value refers to: an entry of the hardware profile, the address that an alias stands for.
    pub reference: Option<Premise>,
}

impl History {
    /// The value as the history leaves it; none when it was removed.
    pub fn value(&self) -> Option<&str> {
        self.steps.last().and_then(|step| step.value.as_deref())
    }
}

/// A written value that another value follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Premise {
    /// The document that says it.
    pub document: DocumentId,
    /// Where in it.
    pub field: FieldPath,
    /// The value, secrets struck out.
    pub value: SmolStr,
    /// Where it was written.
    pub span: Span,
    /// By which source; none where the design has only one.
    pub source: Option<SourceName>,
}

/// Why what a source says does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyLost {
    /// Another source precedes it.
    Outweighed,
    /// Another source says something else, and nothing says which counts; that was reported.
    Conflict,
    /// The field belongs to another source; that was reported.
    NotOwner,
}

/// What a source says of a field and does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LosingCandidate {
    /// The field; a list is one field here.
    pub field: FieldPath,
    /// In which document of the chain.
    pub document: DocumentId,
    /// Which source.
    pub source: SourceName,
    /// Where.
    pub span: Span,
    /// The value, secrets struck out; none for a removal.
    pub value: Option<SmolStr>,
    /// Why it does not count.
    pub why: WhyLost,
}

/// Where the values of a document's field came from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explanation {
    /// The document.
    pub document: DocumentId,
    /// The field that was asked for.
    pub field: FieldPath,
    /// Every leaf at or below it, those that were removed included.
    pub leaves: Vec<History>,
    /// What sources said of it that does not count.
    pub losing: Vec<LosingCandidate>,
    /// What nobody wrote and follows from other values, of a node's field; the root explains what was written alone.
    pub derived: Vec<Derived>,
    design: Arc<ResolvedDesign>,
}

/// Why a field cannot be explained.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// There is no such node.
    #[error("there is no node `{0}`")]
    NoNode(String),
    /// There is no such document.
    #[error("there is no {0}")]
    NoDocument(DocumentId),
    /// No document of the chain says anything of the field.
    #[error("no document that {0} consists of says anything of `{1}`")]
    NoField(DocumentId, FieldPath),
}

impl Explanation {
    /// Where the values at or below `field` of a node's spec came from; `fqdn`, `dns_servers`, `default_gateway` and
    /// `oob_address` follow from other values and are explained as well.
    ///
    /// # Errors
    /// When there is no such node, or nobody ever wrote such a field.
    pub fn of(
        design: &Arc<ResolvedDesign>,
        node: &str,
        field: &FieldPath,
    ) -> Result<Self, ExplainError> {
        match design.nodes.get(node) {
            Some(node) => Self::of_document(design, &node.id(), field),
            None => Err(ExplainError::NoNode(node.to_owned())),
        }
    }

    /// Where the values at or below `field` of any document's spec came from: along its chain where it inherits, else in
    /// one step.
    ///
    /// # Errors
    /// When there is no such document, or nobody ever wrote such a field.
    pub fn of_document(
        design: &Arc<ResolvedDesign>,
        id: &DocumentId,
        field: &FieldPath,
    ) -> Result<Self, ExplainError> {
        let none = || ExplainError::NoDocument(id.clone());
        let document = design.documents.get(id).ok_or_else(none)?;
        let node = design.nodes.get(id.name.as_str());
        let node = node.filter(|_| id.kind == Kind::BaremetalNode);
        let chain: Vec<DocumentId> = match design.chain_of(id) {
            Some(chain) => chain.iter().cloned().collect(),
            None => vec![id.clone()],
        };
        let origins = Origins(design);
        let mut recorder = HistoryRecorder::new(id.clone(), origins);
        match inherited_by(design, &id.kind) {
            Some(spec) => fold(design, &chain, spec, &mut recorder),
            None => {
                let shape = model::shape_of(&id.kind).map_or(Shape::Any, Shape::Record);
                recorder.alone(&document.spec, shape);
            }
        }
        let all = recorder.leaves;
        let deriving = Deriving {
            design,
            leaves: &all,
        };
        let mut asked: Vec<_> = all
            .iter()
            .filter(|(path, _)| path.starts_with(field))
            .collect();
        asked.sort_by_key(|(_, (order, _))| *order);
        let history = |(field, (_, steps)): (&FieldPath, &(usize, Vec<HistoryStep>))| {
            let mut history = History {
                field: field.clone(),
                steps: steps.clone(),
                reference: None,
            };
            history.reference = deriving.reference(&history).filter(|_| document.inherits());
            history
        };
        let leaves: Vec<History> = asked.into_iter().map(history).collect();
        let mut losing = origins.losing(&chain);
        // An item of a list is asked for by its text, and a list is one candidate.
        losing.retain(|one| one.field.starts_with(field) || field.starts_with(&one.field));
        let mut derived = match node.filter(|_| !field.is_root()) {
            Some(node) => deriving.of_node(node),
            None => Vec::new(),
        };
        derived.retain(|one| one.field.starts_with(field));
        if leaves.is_empty() && losing.is_empty() && derived.is_empty() {
            return Err(ExplainError::NoField(id.clone(), field.clone()));
        }
        Ok(Self {
            document: id.clone(),
            field: field.clone(),
            leaves,
            losing,
            derived,
            design: design.clone(),
        })
    }
}

/// How the documents of a kind inherit, if they do.
fn inherited_by<'d>(design: &'d ResolvedDesign, kind: &Kind) -> Option<SpecPolicy<'d>> {
    match kind {
        Kind::HostProfile | Kind::BaremetalNode => Some(SpecPolicy::PROFILES),
        Kind::Other(_) => {
            let registered = design.kinds.find(kind)?;
            Some(SpecPolicy::Item(
                &registered.policy,
                registered.parents.as_deref()?,
            ))
        }
        _ => None,
    }
}

fn fold(
    design: &ResolvedDesign,
    chain: &[DocumentId],
    spec: SpecPolicy<'_>,
    recorder: &mut HistoryRecorder<'_>,
) {
    let mut value: Option<Value> = None;
    for document in chain.iter().filter_map(|id| design.documents.get(id)) {
        recorder.go_on_with(document.id.clone(), spec);
        let below = value.as_ref();
        value = Some(merge::merge_spec(below, &document.spec, spec, recorder));
    }
}
