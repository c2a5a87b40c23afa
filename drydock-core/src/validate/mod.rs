//! What a resolved design must satisfy: rules, each in a file of its own, and the framework that finds the place that
//! caused a finding.
//!
//! A rule declares what it looks at (one document, one resolved node, or entries of an index), so that after an edit it
//! is run again only where something changed. It names a field; the framework follows the field's provenance to the
//! line that wrote it, and folds findings of one cause into one.

mod index;
mod judgement;
mod report;
mod rules;

pub(crate) use judgement::Judgement;
pub use report::Report;

use crate::{
    diagnostic::{Code, Diagnostics},
    driver::Drivers,
    field::FieldPath,
    names::DocumentId,
    resolve::{Catalogs, ResolvedDesign, ResolvedNode, Touched},
    source::Document,
    span::Span,
};
use smol_str::SmolStr;
use std::fmt;

/// A check of documents one by one, before inheritance.
pub trait DocumentRule: fmt::Debug + Send + Sync {
    /// The codes it reports.
    fn codes(&self) -> &'static [Code];
    /// Looks at one document; of the rest of the design it may look only at what the document names.
    fn check(&self, document: &Document, design: &ResolvedDesign, report: &mut Report<'_>);
}

/// A check of resolved nodes one by one.
pub trait NodeRule: fmt::Debug + Send + Sync {
    /// The codes it reports.
    fn codes(&self) -> &'static [Code];
    /// Looks at one node; of the rest of the design it may look only at what the node names.
    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>);
}

/// A check for clashes between documents: what several claim under one key.
pub trait IndexRule: fmt::Debug + Send + Sync {
    /// The codes it reports.
    fn codes(&self) -> &'static [Code];
    /// Adds every key that the subject claims. This is asked of all; what follows only of those that share a key.
    fn keys(&self, subject: Subject<'_>, design: &ResolvedDesign, keys: &mut Vec<SmolStr>);
    /// What the subject claims, with the same keys.
    fn claims(&self, subject: Subject<'_>, design: &ResolvedDesign) -> Vec<Claim>;
    /// Looks at all claims of one key, two at least, in the order of the documents' identities.
    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>);
}

/// A check of the design as a whole, for what no smaller scope can tell. It is run again after every change, so it must
/// be quick: at most a few passes over the nodes.
pub trait DesignRule: fmt::Debug + Send + Sync {
    /// The codes it reports.
    fn codes(&self) -> &'static [Code];
    /// Looks at everything.
    fn check(&self, design: &ResolvedDesign, report: &mut Report<'_>);
}

/// Who claims a key. A node is asked both as the document that was written and as the node that came of it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Subject<'a> {
    /// A document as it was written.
    Document(&'a Document),
    /// A resolved node.
    Node(&'a ResolvedNode),
}

/// What one document claims under a key of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The key.
    pub key: SmolStr,
    /// Who claims it.
    pub subject: DocumentId,
    /// By which field.
    pub field: FieldPath,
    /// Where that is written.
    pub span: Span,
    /// As what, for messages.
    pub what: SmolStr,
}

impl Claim {
    /// A claim of `key` as `what`.
    pub fn new(
        key: impl Into<SmolStr>,
        subject: DocumentId,
        field: FieldPath,
        span: Span,
        what: impl Into<SmolStr>,
    ) -> Self {
        Self {
            key: key.into(),
            subject,
            field,
            span,
            what: what.into(),
        }
    }

    /// A claim of `key` as `what` by a field of the subject, at the place where that was written.
    pub fn by_field(
        subject: Subject<'_>,
        key: impl Into<SmolStr>,
        field: FieldPath,
        what: impl Into<SmolStr>,
    ) -> Self {
        let (id, value) = match subject {
            Subject::Document(document) => (document.id.clone(), &document.spec),
            Subject::Node(node) => (node.id(), &node.value),
        };
        let (id, field, span) = report::place(id, value, field);
        Self::new(key, id, field, span, what)
    }
}

/// A rule of any scope.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rule {
    /// Of documents one by one.
    Document(Box<dyn DocumentRule>),
    /// Of nodes one by one.
    Node(Box<dyn NodeRule>),
    /// Of clashes.
    Index(Box<dyn IndexRule>),
    /// Of everything together.
    Design(Box<dyn DesignRule>),
}

/// The rules that a design is held against.
#[derive(Debug)]
pub struct RuleSet(Vec<Rule>);

impl RuleSet {
    /// No rules.
    pub fn empty() -> Self {
        Self(Vec::new())
    }

    /// The built-in rules.
    pub fn standard() -> Self {
        Self(rules::standard())
    }

    /// These rules and one more.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        self.0.push(rule);
        self
    }

    /// These rules and DD3001: images and kernels are offered by the driver that serves the node. Without catalogs there is
    /// no such rule; a driver whose catalog is not among them is a note. See [`crate::Orchestrator::catalogs`].
    #[must_use]
    pub fn with_catalogs(self, drivers: Drivers, catalogs: Catalogs) -> Self {
        self.with(rules::offered(drivers, catalogs))
    }

    /// Everything that is wrong with the design, each cause once, in the order of the sources.
    pub fn validate(&self, design: &ResolvedDesign) -> Diagnostics {
        let mut judgement = Judgement::default();
        judgement.update(&self.0, design, &Touched::everything());
        judgement.found().sorted(&design.files)
    }

    pub(crate) fn rules(&self) -> &[Rule] {
        &self.0
    }
}

impl Default for RuleSet {
    fn default() -> Self {
        Self::standard()
    }
}
