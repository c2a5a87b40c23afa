//! What a resolved design must satisfy: rules, each in a file of its own, and the framework that finds the place that
//! caused a finding.
//!
//! A rule declares what it looks at (one document, one resolved node, or entries of an index), so that after an edit it
//! is run again only where something changed. It names a field; the framework follows the field's provenance to the
//! line that wrote it, and folds findings of one cause into one.

mod report;
mod rules;

pub use report::Report;

use crate::{
    diagnostic::{Code, Diagnostics},
    field::FieldPath,
    names::DocumentId,
    resolve::{ResolvedDesign, ResolvedNode},
    source::Document,
    span::Span,
};
use smol_str::SmolStr;
use std::{collections::BTreeMap, fmt};

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
    /// What the node claims.
    fn claims_of_node(&self, node: &ResolvedNode, design: &ResolvedDesign) -> Vec<Claim>;
    /// What the document claims.
    fn claims_of_document(&self, document: &Document, design: &ResolvedDesign) -> Vec<Claim>;
    /// Looks at all claims of one key, two at least, in the order of the documents' identities.
    fn check(&self, key: &str, claims: &[Claim], report: &mut Report<'_>);
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

    /// Everything that is wrong with the design, each cause once, in the order of the sources.
    pub fn validate(&self, design: &ResolvedDesign) -> Diagnostics {
        let mut found = Diagnostics::new();
        for rule in &self.0 {
            let mut report = Report::new(&mut found);
            match rule {
                Rule::Document(rule) => {
                    design
                        .documents
                        .values()
                        .for_each(|document| rule.check(document, design, &mut report));
                }
                Rule::Node(rule) => design
                    .nodes
                    .values()
                    .for_each(|node| rule.check(node, design, &mut report)),
                Rule::Index(rule) => index(rule.as_ref(), design, &mut report),
            }
        }
        found.sorted(&design.files)
    }
}

impl Default for RuleSet {
    fn default() -> Self {
        Self::standard()
    }
}

fn index(rule: &dyn IndexRule, design: &ResolvedDesign, report: &mut Report<'_>) {
    let of_nodes = design
        .nodes
        .values()
        .flat_map(|node| rule.claims_of_node(node, design));
    let of_documents = design
        .documents
        .values()
        .flat_map(|document| rule.claims_of_document(document, design));
    let mut claims: BTreeMap<SmolStr, Vec<Claim>> = BTreeMap::new();
    for claim in of_documents.chain(of_nodes) {
        claims.entry(claim.key.clone()).or_default().push(claim);
    }
    for (key, mut claims) in claims {
        if claims.len() > 1 {
            claims.sort_by(|a, b| (&a.subject, &a.field).cmp(&(&b.subject, &b.field)));
            rule.check(&key, &claims, report);
        }
    }
}
