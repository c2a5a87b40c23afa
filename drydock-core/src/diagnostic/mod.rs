//! What is wrong with a design, as data: code, cause, place and help. Never an `Err`, never a panic, all at once.
//!
//! Messages are written without a full stop and never quote a secret position.

mod code;
mod json;
mod near;
#[cfg(feature = "render")]
mod render;
mod sarif;

pub use code::Code;
pub use json::{JsonDiagnostic, JsonEdit, JsonLabel};
#[cfg(feature = "render")]
pub use render::{Color, render, render_all};
pub use sarif::SarifLog;

use crate::{
    field::FieldPath,
    names::DocumentId,
    span::{SourceMap, Span},
};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap, fmt};

/// How bad a finding is. Only errors stop a design from being planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Likely not meant.
    Warning,
    /// Must be mended before anything is planned.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// A marked place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
    /// Whether it is the cause rather than something that belongs to it.
    pub primary: bool,
}

/// A mechanical repair: replace the span's bytes by this text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// What to replace.
    pub span: Span,
    /// What to write there.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, for this document.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The document it is about.
    pub subject: Option<DocumentId>,
    /// The field inside the document's spec; the root when it is about the document.
    pub field: FieldPath,
    /// Places, the primary ones first.
    pub labels: Vec<Label>,
    /// The repair, where one can be made without thinking.
    pub edit: Option<Edit>,
    /// How many documents share this one cause; 1 for most.
    pub touches: u32,
}

impl Diagnostic {
    /// A finding of this code, with the code's severity.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            help: None,
            subject: None,
            field: FieldPath::root(),
            labels: Vec::new(),
            edit: None,
            touches: 1,
        }
    }

    /// Says which document it is about.
    #[must_use]
    pub fn about(mut self, subject: &DocumentId) -> Self {
        self.subject = Some(subject.clone());
        self
    }

    /// Says which field it is about.
    #[must_use]
    pub fn field(mut self, field: FieldPath) -> Self {
        self.field = field;
        self
    }

    /// Marks the cause. A span that nobody wrote is left out.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        if span.is_known() {
            let place = self.labels.partition_point(|label| label.primary);
            self.labels.insert(
                place,
                Label {
                    span,
                    text: text.into(),
                    primary: true,
                },
            );
        }
        self
    }

    /// Marks something that belongs to the cause. A span that nobody wrote is left out.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        if span.is_known() {
            self.labels.push(Label {
                span,
                text: text.into(),
                primary: false,
            });
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Gives the repair.
    #[must_use]
    pub fn edit(mut self, span: Span, text: impl Into<String>) -> Self {
        self.edit = Some(Edit {
            span,
            text: text.into(),
        });
        self
    }

    /// Where the cause is.
    pub fn span(&self) -> Span {
        self.labels.first().map_or(Span::NONE, |label| label.span)
    }

    /// The message, with how many others have the same cause.
    pub fn full_message(&self) -> String {
        match self.touches {
            0 | 1 => self.message.clone(),
            n => format!("{} (and {} more with the same cause)", self.message, n - 1),
        }
    }
}

/// All findings of a design, each cause once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No findings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many are errors.
    pub fn errors(&self) -> usize {
        self.0
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count()
    }

    /// The findings in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Folds findings of one cause (equal code, severity and span) into one that counts them, and orders them by file name and
    /// place, findings without a place last. The result does not depend on the order in which they were found.
    #[must_use]
    pub fn sorted(self, sources: &SourceMap) -> Self {
        let mut found = self.0;
        found.sort_by_cached_key(|d| {
            let (file, lo, hi) = sources.order(d.span());
            let place = (d.labels.is_empty(), file.to_owned(), lo, hi);
            (
                place,
                d.code,
                Reverse(d.severity),
                d.subject.clone(),
                d.field.clone(),
                d.message.clone(),
            )
        });
        let mut places: BTreeMap<(Code, Severity, Span), Place> = BTreeMap::new();
        let mut folded: Vec<Diagnostic> = Vec::with_capacity(found.len());
        for diagnostic in found {
            if diagnostic.labels.is_empty() {
                folded.push(diagnostic);
                continue;
            }
            let cause = (diagnostic.code, diagnostic.severity, diagnostic.span());
            let place = places.entry(cause).or_default();
            if place.subject != diagnostic.subject {
                place.subject = diagnostic.subject.clone();
                place.told.clear();
            }
            // One document may have two things wrong at one place, and may be told one of them twice.
            if place.told.contains(&diagnostic.message) {
                continue;
            }
            // Documents that share a cause have the same things wrong, each in its own words.
            let same = place.findings.get(place.told.len());
            place.told.push(diagnostic.message.clone());
            match same {
                Some(&at) => folded[at].touches += diagnostic.touches,
                None => {
                    place.findings.push(folded.len());
                    folded.push(diagnostic);
                }
            }
        }
        Self(folded)
    }
}

/// What was found of one code and severity at one place.
#[derive(Default)]
struct Place {
    /// Which findings, by their number.
    findings: Vec<usize>,
    /// The document whose findings are being folded, and what it was told so far.
    subject: Option<DocumentId>,
    told: Vec<String>,
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        self.0.extend(more);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// At most 60 characters of what a user wrote, for a message; URLs lose their user information.
pub fn quote(text: &str) -> String {
    let masked = crate::secret::mask_text(text);
    let mut short: String = masked
        .chars()
        .take(60)
        .flat_map(char::escape_debug)
        .collect();
    if masked.chars().nth(60).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

pub(crate) use near::{Ordered, nearest_among, ordered};

/// The candidate that was most likely meant, when one is near enough to be worth a mention.
pub fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    near::nearest(written, candidates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{names::Kind, span::SourceFile};
    use std::sync::Arc;

    #[test]
    fn one_cause_is_one_finding_that_counts() {
        let file = Arc::new(SourceFile::text("a.yaml", "x: 1\ny: 2\n"));
        let mut sources = SourceMap::default();
        sources.insert(file.clone());
        let mut found = Diagnostics::new();
        for node in ["n2", "n1", "n3"] {
            let subject = DocumentId::new(Kind::BaremetalNode, node);
            let at = Span::new(file.id(), 5, 6);
            found.push(
                Diagnostic::new(Code::UNKNOWN_NETWORK, format!("{node} is wrong"))
                    .about(&subject)
                    .at(at, ""),
            );
        }
        found.push(Diagnostic::new(Code::SYNTAX, "early").at(Span::new(file.id(), 0, 1), ""));
        let found = found.sorted(&sources);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found.iter().nth(1).unwrap().full_message(),
            "n1 is wrong (and 2 more with the same cause)"
        );
    }

    #[test]
    fn near_words_are_offered_and_far_ones_are_not() {
        assert_eq!(
            did_you_mean("addresing", ["addressing", "attachments"]),
            Some("addressing")
        );
        assert_eq!(did_you_mean("zzz", ["addressing"]), None);
        assert_eq!(quote(&"x".repeat(99)).chars().count(), 63);
    }
}
