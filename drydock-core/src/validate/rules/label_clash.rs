//! DD3004: a label says one thing. Selectors see those of a document's metadata before those of its spec, and `name` and
//! `rack` as they are; a label that says otherwise is written in vain.

use crate::{
    diagnostic::{Code, Diagnostic, quote},
    field::FieldPath,
    names::{DocumentId, Kind},
    resolve::{ResolvedDesign, ResolvedNode},
    source::{Document, Entry, Value},
    validate::{DocumentRule, NodeRule, Report},
};

#[derive(Debug)]
pub(super) struct LabelsOfNode;

impl NodeRule for LabelsOfNode {
    fn codes(&self) -> &'static [Code] {
        &[Code::LABEL_CLASH]
    }

    fn check(&self, node: &ResolvedNode, _design: &ResolvedDesign, report: &mut Report<'_>) {
        let written = labels(node.metadata.as_ref());
        let in_spec = labels(node.value.field("metadata"));
        let rack = node.value.at(["metadata", "rack"]);
        let id = node.id();
        between(&id, written, in_spec, "spec.metadata", report);
        for (of_spec, labels) in [(false, written), (true, in_spec)] {
            for label in labels {
                let (seen, span) = match &*label.key {
                    "name" => (Some(node.name.as_str()), None),
                    "rack" => (
                        node.spec.metadata.rack.as_deref(),
                        rack.map(|rack| rack.span),
                    ),
                    _ => continue,
                };
                let (Some(seen), Some(text)) = (seen, label.value.as_text()) else {
                    continue;
                };
                if text != seen {
                    let message = format!(
                        "label `{}` is {}, but selectors see {}",
                        label.key,
                        quote(text),
                        quote(seen)
                    );
                    let found = found(&id, of_spec, label, message);
                    report.push(
                        found
                            .also(span.unwrap_or_default(), "seen")
                            .help("remove the label"),
                    );
                }
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct LabelsOfDocument;

impl DocumentRule for LabelsOfDocument {
    fn codes(&self) -> &'static [Code] {
        &[Code::LABEL_CLASH]
    }

    fn check(&self, document: &Document, _design: &ResolvedDesign, report: &mut Report<'_>) {
        if matches!(
            document.id.kind,
            Kind::Rack | Kind::Network | Kind::NetworkLink
        ) {
            let written = labels(document.metadata.as_ref());
            between(
                &document.id,
                written,
                labels(Some(&document.spec)),
                "spec",
                report,
            );
        }
    }
}

/// Reports each label of the metadata that the spec says otherwise. `name` and `rack` of a node are judged by what they are.
fn between(
    id: &DocumentId,
    written: &[Entry],
    in_spec: &[Entry],
    place: &str,
    report: &mut Report<'_>,
) {
    for label in written {
        let other = in_spec.iter().find(|other| other.key == label.key);
        let texts = other.map(|other| (label.value.as_text(), other.value.as_text()));
        let is_fixed = id.kind == Kind::BaremetalNode && matches!(&*label.key, "name" | "rack");
        let (Some(other), Some((Some(text), Some(unseen)))) = (other, texts) else {
            continue;
        };
        if text != unseen && !is_fixed {
            let (key, text, unseen) = (quote(&label.key), quote(text), quote(unseen));
            let message = format!("label {key} is {text} in metadata and {unseen} in {place}");
            let found = found(id, false, label, message).also(other.value.span, "not seen");
            report.push(found.help("selectors see the one in metadata; remove one of them"));
        }
    }
}

fn found(id: &DocumentId, of_spec: bool, label: &Entry, message: String) -> Diagnostic {
    let found = Diagnostic::new(Code::LABEL_CLASH, message).about(id);
    let found = found.at(label.value.span, "");
    match of_spec {
        true => found.field(FieldPath::of(["metadata", "labels", &label.key])),
        false => found,
    }
}

fn labels(around: Option<&Value>) -> &[Entry] {
    let labels = around.and_then(|around| around.field("labels"));
    labels.and_then(Value::as_map).unwrap_or_default()
}
