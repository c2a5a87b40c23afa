//! A node's resolved document as YAML, beside each value where it came from.

use drydock_core::{
    field::FieldPath,
    names::DocumentId,
    resolve::{Explanation, ResolvedDesign, ResolvedNode},
    source::{Value, ValueData, to_yaml},
    span::{Origin, Span},
};
use std::{collections::BTreeMap, fmt::Write, sync::Arc};

/// The node's document, with a comment beside each value when `annotate` is set.
pub fn document(design: &Arc<ResolvedDesign>, node: &ResolvedNode, annotate: bool) -> String {
    let mut origins = BTreeMap::new();
    let all = annotate
        .then(|| Explanation::of(design, &node.name, &FieldPath::root()).ok())
        .flatten();
    for history in all.iter().flat_map(|explanation| &explanation.leaves) {
        if let Some(last) = history.steps.last() {
            origins.insert(history.field.clone(), (last.document.clone(), last.span));
        }
    }
    let mut writer = Writer {
        text: String::new(),
        origins,
        design,
        node: node.id(),
    };
    let name = to_yaml(&Value::scalar(
        node.name.as_str(),
        drydock_core::source::Form::Text,
        Span::NONE,
    ));
    let name = name.trim_end();
    writer.text = format!(
        "---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata:\n  name: {name}\nspec:\n"
    );
    writer.value(&node.value, 1, &FieldPath::root());
    writer.text
}

struct Writer<'a> {
    text: String,
    /// By leaf: the document and the place that decide its value.
    origins: BTreeMap<FieldPath, (DocumentId, Span)>,
    design: &'a ResolvedDesign,
    node: DocumentId,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize, path: &FieldPath) {
        let indent = "  ".repeat(depth);
        match &value.data {
            ValueData::Scalar(_) => {}
            ValueData::Map(entries) => {
                for entry in entries.iter() {
                    let path = path.join(entry.key.clone());
                    let key = scalar(&Value::scalar(
                        entry.key.clone(),
                        drydock_core::source::Form::Text,
                        Span::NONE,
                    ));
                    self.item(&format!("{indent}{key}:"), &entry.value, depth, &path);
                }
            }
            ValueData::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    // An item of a list of names is known by itself, one of another list by its number.
                    let by_name = item.as_text().map(|text| path.join(text));
                    let by_name = by_name.filter(|path| self.origins.contains_key(path));
                    let path = by_name.unwrap_or_else(|| path.join(n.to_string()));
                    self.item(&format!("{indent}-"), item, depth, &path);
                }
            }
        }
    }

    fn item(&mut self, head: &str, value: &Value, depth: usize, path: &FieldPath) {
        let empty = match &value.data {
            ValueData::Scalar(_) => Some(scalar(value)),
            ValueData::List(items) => items.is_empty().then(|| "[]".to_owned()),
            ValueData::Map(entries) => entries.is_empty().then(|| "{}".to_owned()),
        };
        // Writing to a String cannot fail.
        let _ = match empty {
            Some(text) => writeln!(self.text, "{head} {text}{}", self.comment(path)),
            None => writeln!(self.text, "{head}"),
        };
        self.value(value, depth + 1, path);
    }

    fn comment(&self, path: &FieldPath) -> String {
        let Some((document, span)) = self.origins.get(path) else {
            return String::new();
        };
        let place = match self.design.files.origin(*span) {
            // The column says nothing to a reader of YAML.
            Origin::Text { file, position } => format!("{file}:{}", position.line),
            other => other.to_string(),
        };
        if *document == self.node {
            format!("  # set, {place}")
        } else {
            format!("  # inherited from {}, {place}", document.name)
        }
    }
}

/// A single value as YAML writes it on one line.
fn scalar(value: &Value) -> String {
    let text = to_yaml(value);
    let text = text.trim_end();
    // A text of several lines is written as JSON writes it, which YAML reads as well.
    if text.contains('\n') {
        serde_json::to_string(value).unwrap_or_default()
    } else {
        text.to_owned()
    }
}
