//! Diagnostics as JSON for scripts and editors: places worked out, secrets left out.

use super::{Diagnostic, Diagnostics, Edit, Label, Severity};
use crate::{
    field::FieldPath,
    secret::mask_urls,
    span::{Origin, Position, SourceMap, Span},
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
    /// How many documents share this one cause; 1 for most.
    pub touches: u32,
    /// Places, the primary ones first.
    pub labels: Vec<JsonLabel>,
    /// The repair, where one can be made without thinking.
    pub edit: Option<JsonEdit>,
}

/// One marked place as JSON. A place in a system without lines, such as an inventory, has `source` and `locator`, the
/// two of them together as `file`, and line 0.
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
    /// The place after the last character.
    pub end: Position,
    /// Name of the source without lines.
    pub source: Option<String>,
    /// What that source calls the place.
    pub locator: Option<String>,
    /// What is there.
    pub text: String,
    /// Whether it is the cause.
    pub primary: bool,
}

/// A repair as JSON: what stands from `byte` up to `end.byte` of the file is replaced by `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct JsonEdit {
    /// File name as the source gave it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in Unicode scalar values.
    pub column: u32,
    /// From 0.
    pub byte: u32,
    /// The place after the last character that is replaced.
    pub end: Position,
    /// What to write there.
    pub text: String,
}

impl Diagnostic {
    /// This diagnostic with its places worked out.
    pub fn to_json(&self, sources: &SourceMap) -> JsonDiagnostic {
        JsonDiagnostic {
            code: self.code.to_string(),
            severity: self.severity,
            message: masked(&self.full_message()),
            help: self.help.as_deref().map(masked),
            kind: self.subject.as_ref().map(|s| s.kind.to_string()),
            name: self.subject.as_ref().map(|s| s.name.to_string()),
            field: (!self.field.is_root()).then(|| self.field.clone()),
            touches: self.touches,
            labels: self.labels.iter().map(|l| label(l, sources)).collect(),
            edit: self.edit.as_ref().and_then(|e| edit(e, sources)),
        }
    }
}

impl Diagnostics {
    /// All diagnostics with their places worked out.
    pub fn to_json(&self, sources: &SourceMap) -> Vec<JsonDiagnostic> {
        self.iter().map(|d| d.to_json(sources)).collect()
    }
}

fn label(label: &Label, sources: &SourceMap) -> JsonLabel {
    const NOWHERE: Position = Position {
        line: 0,
        column: 0,
        byte: 0,
    };
    let (mut source, mut locator) = (None, None);
    let (file, begin, end) = match sources.origin(label.span) {
        Origin::Text { file, position } => (file.to_owned(), position, end(label.span, sources)),
        origin => {
            if let Origin::External {
                source: name,
                locator: place,
            } = origin
            {
                (source, locator) = (Some(masked(name)), Some(masked(place)));
            }
            (masked(&origin.to_string()), NOWHERE, NOWHERE)
        }
    };
    JsonLabel {
        file,
        line: begin.line,
        column: begin.column,
        byte: begin.byte,
        end,
        source,
        locator,
        text: masked(&label.text),
        primary: label.primary,
    }
}

/// The repair, if it can be made in a text. One that holds a secret is not given away: struck out, it would no longer be
/// the repair.
fn edit(edit: &Edit, sources: &SourceMap) -> Option<JsonEdit> {
    let Origin::Text { file, position } = sources.origin(edit.span) else {
        return None;
    };
    let is_open = masked(&edit.text) == edit.text;
    is_open.then(|| JsonEdit {
        file: file.to_owned(),
        line: position.line,
        column: position.column,
        byte: position.byte,
        end: end(edit.span, sources),
        text: edit.text.clone(),
    })
}

fn end(span: Span, sources: &SourceMap) -> Position {
    let byte = span.hi;
    let end = sources.file(span).map(|file| file.position(byte));
    end.unwrap_or(Position {
        line: 0,
        column: 0,
        byte,
    })
}

fn masked(text: &str) -> String {
    mask_urls(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnostic::Code, span::SourceFile};
    use std::sync::Arc;

    #[test]
    fn places_have_an_end_and_edits_their_text() {
        let file = Arc::new(SourceFile::text("a.yaml", "ä: [\n !x]\n"));
        let inventory = SourceFile::external("netbox", vec!["devices/7 /name".into()]);
        let external = Span::new(inventory.id(), 0, 0);
        let mut sources = SourceMap::default();
        sources.insert(file.clone());
        sources.insert(Arc::new(inventory));
        let (list, item) = (Span::new(file.id(), 4, 10), Span::new(file.id(), 7, 9));
        let mut found = Diagnostic::new(Code::UNQUOTED_REMOVAL, "wrong")
            .at(list, "here")
            .also(external, "there")
            .edit(item, "'!x'");
        found.touches = 3;
        let json = serde_json::to_value(found.to_json(&sources)).unwrap();
        let expected = serde_json::json!({
            "code": "DD0011", "severity": "error", "message": "wrong (and 2 more with the same cause)",
            "help": null, "kind": null, "name": null, "field": null, "touches": 3,
            "labels": [
                {"file": "a.yaml", "line": 1, "column": 4, "byte": 4,
                 "end": {"line": 2, "column": 5, "byte": 10}, "source": null, "locator": null,
                 "text": "here", "primary": true},
                {"file": "netbox:devices/7 /name", "line": 0, "column": 0, "byte": 0,
                 "end": {"line": 0, "column": 0, "byte": 0}, "source": "netbox",
                 "locator": "devices/7 /name", "text": "there", "primary": false},
            ],
            "edit": {"file": "a.yaml", "line": 2, "column": 2, "byte": 7,
                     "end": {"line": 2, "column": 4, "byte": 9}, "text": "'!x'"},
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn what_users_put_into_urls_is_nowhere_in_it() {
        let file = Arc::new(SourceFile::text("a.yaml", "x: y\n"));
        let mut sources = SourceMap::default();
        sources.insert(file.clone());
        let (at, secret) = (Span::new(file.id(), 3, 4), "https://user:hunter2@host/");
        let found = Diagnostic::new(Code::WRONG_VALUE, secret)
            .at(at, secret)
            .help(secret)
            .edit(at, secret);
        let json = found.to_json(&sources);
        assert_eq!(json.edit, None);
        assert!(!serde_json::to_string(&json).unwrap().contains("hunter2"));
    }
}
