//! Diagnostics as JSON for scripts and editors: places worked out, secrets left out.

use super::{Diagnostic, Diagnostics, Severity};
use crate::{
    field::FieldPath,
    span::{Origin, SourceMap},
};
use serde::Serialize;

/// One diagnostic as JSON; `null` where there is nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JsonDiagnostic {
    /// `DDnnnn`.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Kind of the document it is about.
    pub kind: Option<String>,
    /// Name of the document it is about.
    pub name: Option<String>,
    /// Field path inside the document's spec.
    pub field: Option<FieldPath>,
    /// Places, the primary ones first.
    pub labels: Vec<JsonLabel>,
}

/// One place as JSON. A place in a source without lines has its locator as `file` and line 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JsonLabel {
    /// File name as the source gave it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
    /// From 0.
    pub byte: u32,
    /// What is there.
    pub text: String,
    /// Whether it is the cause.
    pub primary: bool,
}

impl Diagnostic {
    /// This diagnostic with its places worked out.
    pub fn to_json(&self, sources: &SourceMap) -> JsonDiagnostic {
        let label = |label: &super::Label| {
            let (file, line, column, byte) = match sources.origin(label.span) {
                Origin::Text { file, position } => (
                    file.to_owned(),
                    position.line,
                    position.column,
                    position.byte,
                ),
                origin => (origin.to_string(), 0, 0, 0),
            };
            JsonLabel {
                file,
                line,
                column,
                byte,
                text: label.text.clone(),
                primary: label.primary,
            }
        };
        JsonDiagnostic {
            code: self.code.to_string(),
            severity: self.severity,
            message: self.full_message(),
            help: self.help.clone(),
            kind: self.subject.as_ref().map(|s| s.kind.to_string()),
            name: self.subject.as_ref().map(|s| s.name.to_string()),
            field: (!self.field.is_root()).then(|| self.field.clone()),
            labels: self.labels.iter().map(label).collect(),
        }
    }
}

impl Diagnostics {
    /// All diagnostics with their places worked out.
    pub fn to_json(&self, sources: &SourceMap) -> Vec<JsonDiagnostic> {
        self.iter().map(|d| d.to_json(sources)).collect()
    }
}
