//! Where rules put their findings. A rule says what and which field; the place follows from provenance.

use super::Claim;
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, Ordered, nearest_among},
    field::FieldPath,
    names::DocumentId,
    resolve::{ResolvedDesign, ResolvedNode},
    source::{Document, Value},
    span::Span,
};
use smol_str::SmolStr;

/// Takes the findings of rules.
#[derive(Debug)]
pub struct Report<'a> {
    found: &'a mut Diagnostics,
}

impl<'a> Report<'a> {
    pub(super) fn new(found: &'a mut Diagnostics) -> Self {
        Self { found }
    }

    /// Adds a finding that already has its place.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Adds a finding about a field of a node; its place is where that field was written, in whichever document of the
    /// chain, or the node's name where nobody wrote it.
    pub fn node(
        &mut self,
        code: Code,
        node: &ResolvedNode,
        design: &ResolvedDesign,
        field: FieldPath,
        message: String,
    ) -> Finding<'_> {
        let span = span_of_node(node, design, &field);
        let diagnostic = Diagnostic::new(code, message)
            .about(&node.id())
            .field(field)
            .at(span, "");
        Finding {
            found: self.found,
            diagnostic: Some(diagnostic),
        }
    }

    /// Adds a finding about a field of a document.
    pub fn document(
        &mut self,
        code: Code,
        document: &Document,
        field: FieldPath,
        message: String,
    ) -> Finding<'_> {
        let span = span_of(&document.spec, &field).unwrap_or(document.name_span);
        let diagnostic = Diagnostic::new(code, message)
            .about(&document.id)
            .field(field)
            .at(span, "");
        Finding {
            found: self.found,
            diagnostic: Some(diagnostic),
        }
    }

    /// Adds a finding about a claim that another one, `first`, comes before.
    pub fn clash(
        &mut self,
        code: Code,
        claim: &Claim,
        first: &Claim,
        message: String,
    ) -> Finding<'_> {
        let diagnostic = Diagnostic::new(code, message)
            .about(&claim.subject)
            .field(claim.field.clone())
            .at(claim.span, claim.what.clone())
            .also(first.span, first.what.clone());
        Finding {
            found: self.found,
            diagnostic: Some(diagnostic),
        }
    }
}

/// A finding that may still be given help and further places; it is added when it goes out of scope.
#[derive(Debug)]
pub struct Finding<'a> {
    found: &'a mut Diagnostics,
    diagnostic: Option<Diagnostic>,
}

impl Finding<'_> {
    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.take().map(|d| d.help(help));
        self
    }

    /// Marks something that belongs to the cause.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.diagnostic = self.diagnostic.take().map(|d| d.also(span, text));
        self
    }

    /// Gives the help "did you mean" and the repair, where a near name exists, else this help.
    pub fn meant(self, written: &str, known: &[&str], else_help: &str) -> Self {
        let meant = crate::diagnostic::did_you_mean(written, known.iter().copied());
        self.likely(meant, else_help)
    }

    /// The same where the names are kept in order, however many there are.
    pub(crate) fn meant_among(self, written: &str, known: &impl Ordered, else_help: &str) -> Self {
        self.likely(nearest_among(written, known, |_| true), else_help)
    }

    /// The same where it is known what was likely meant.
    pub(crate) fn likely(mut self, meant: Option<&str>, else_help: &str) -> Self {
        self.diagnostic = self.diagnostic.take().map(|d| match meant {
            Some(meant) => {
                let span = d.span();
                d.help(format!("did you mean `{meant}`?")).edit(span, meant)
            }
            None => d.help(else_help),
        });
        self
    }
}

impl Drop for Finding<'_> {
    fn drop(&mut self) {
        self.found.extend(self.diagnostic.take());
    }
}

/// Where a field of a node was written: itself, else the nearest part around it that was, else the node's name.
pub(crate) fn span_of_node(
    node: &ResolvedNode,
    design: &ResolvedDesign,
    field: &FieldPath,
) -> Span {
    let name = || {
        design
            .documents
            .get(&node.id())
            .map_or(Span::NONE, |document| document.name_span)
    };
    span_of(&node.value, field).unwrap_or_else(name)
}

fn span_of(value: &Value, field: &FieldPath) -> Option<Span> {
    let keys = field.keys();
    (1..=keys.len()).rev().find_map(|n| {
        let (last, parents) = keys[..n].split_last()?;
        let parent = value.at(parents.iter().map(SmolStr::as_str))?;
        // What is found by its key is blamed at its key, unless it is a single value.
        let entry = parent.entry(last);
        let whole = entry
            .filter(|entry| entry.value.as_scalar().is_none())
            .map(|entry| entry.key_span);
        whole.or_else(|| parent.at([last.as_str()]).map(|value| value.span))
    })
}

/// The names of a map's keys, for "did you mean".
pub(crate) fn names<'a, N: AsRef<str> + 'a>(keys: impl Iterator<Item = &'a N>) -> Vec<&'a str> {
    keys.map(AsRef::as_ref).collect()
}

/// The document a claim is made by, with the place of its field.
pub(crate) fn place(
    id: DocumentId,
    value: &Value,
    field: FieldPath,
) -> (DocumentId, FieldPath, Span) {
    let span = span_of(value, &field).unwrap_or(Span::NONE);
    (id, field, span)
}
