//! What every source keeps to.

use super::{Findings, Violation};
use crate::{
    diagnostic::Diagnostic,
    resolve::{Allocations, resolve},
    source::{DesignSource, Document, Load, Revision, Snapshot, Value},
    span::{Origin, SourceMap, Span},
};
use std::{collections::BTreeSet, sync::Arc};

/// Files in which a document that cannot be read stands between two that can, and one identity stands twice.
const FILES: [(&str, &str); 3] = [
    (
        "broken.yaml",
        "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: before}\nspec: {}\n---\nspec: [\n---\n\
         apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: after}\nspec: {hold: true}\n",
    ),
    (
        "first.yaml",
        "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: twice}\nspec: {hold: true}\n",
    ),
    (
        "second.yaml",
        "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: twice}\nspec: {hold: false}\n---\n\
         apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: whole}\nspec: {nonsense: 1}\n",
    ),
];

/// Loads a source that does not change meanwhile, and gives back every obligation that it does not keep to.
pub async fn source(source: &dyn DesignSource) -> Vec<Violation> {
    let mut found = Findings::default();
    check(source, &mut found).await;
    found.0
}

/// As [`source`], for sources that read YAML: `make` gives a source that holds these files, each a name and a text, which
/// were given to it in this order. It is called several times; names of files may be given a folder.
pub async fn source_of_texts<S: DesignSource>(
    make: impl AsyncFn(&[(&str, &str)]) -> S,
) -> Vec<Violation> {
    let mut found = Findings::default();
    let first = make(&FILES).await;
    let Some(all) = check(&first, &mut found).await else {
        return found.0;
    };
    let names: BTreeSet<&str> = all.documents.iter().map(|d| d.id.name.as_str()).collect();
    for name in ["after", "before", "twice", "whole"] {
        let rule = "a document that cannot be read hides no other";
        found.demand(names.contains(name), rule, || {
            format!("Rack {name} is missing")
        });
    }
    let rule = "a document that cannot be read is a diagnostic";
    found.demand(all.diagnostics.errors() > 0, rule, || {
        "nothing is said of broken.yaml".to_owned()
    });
    let expected = (content(&all), outcome(&all));
    let mut order = FILES;
    for swap in [(0, 2), (0, 1), (1, 2)] {
        order.swap(swap.0, swap.1);
        let other = make(&order).await;
        let Some(other) = loaded(&other, None, &mut found).await else {
            continue;
        };
        let same = (content(&other.1), outcome(&other.1)) == expected;
        found.demand(same, "the order of files changes nothing", || {
            let names = order.map(|(name, _)| name);
            format!("given as {}, it holds something else", names.join(", "))
        });
    }
    found.0
}

/// The obligations of a source whatever it holds; what it holds, if it can be loaded.
async fn check(source: &dyn DesignSource, found: &mut Findings) -> Option<Arc<Snapshot>> {
    let name = source.name();
    let stable = !name.is_empty() && name == source.name();
    found.demand(stable, "a source has a stable name", || format!("`{name}`"));
    let (revision, snapshot) = loaded(source, None, found).await?;
    places(&snapshot, found);
    let (again, second) = loaded(source, None, found).await?;
    let rule = "load changes nothing: loading again gives the same";
    found.demand(again == revision, rule, || {
        "the second load has another revision".to_owned()
    });
    found.demand(content(&second) == content(&snapshot), rule, || {
        "the second load holds something else".to_owned()
    });
    match source.load(Some(&revision)).await {
        Ok(Load::Unchanged) => {}
        Ok(Load::Loaded { .. }) => {
            let rule = "at the revision that the caller knows it is unchanged";
            found.demand(false, rule, || "it was loaded whole".to_owned());
        }
        Err(error) => failed(&error, found),
    }
    let stranger = Revision(format!("{}-of-nobody", revision.0).into());
    loaded(source, Some(&stranger), found).await;
    Some(snapshot)
}

/// Loads it as one who has nothing, or something else.
async fn loaded(
    source: &dyn DesignSource,
    known: Option<&Revision>,
    found: &mut Findings,
) -> Option<(Revision, Arc<Snapshot>)> {
    match source.load(known).await {
        Ok(Load::Loaded { revision, snapshot }) => return Some((revision, snapshot)),
        Ok(Load::Unchanged) => {
            let rule = "who does not know the revision is given the whole";
            found.demand(false, rule, || {
                "it says that nothing has changed".to_owned()
            });
        }
        Err(error) => failed(&error, found),
    }
    None
}

fn failed(error: &crate::source::SourceError, found: &mut Findings) {
    let rule = "a source that can be reached is loaded, whatever its documents say";
    found.demand(false, rule, || error.to_string());
}

/// Checks that every place is one of the snapshot's files.
fn places(snapshot: &Snapshot, found: &mut Findings) {
    let known = |span: Span| !span.is_known() || snapshot.files.file(span).is_some();
    let rule = "every place is in a file of the snapshot";
    for document in &snapshot.documents {
        let spans = spans(document);
        found.demand(spans.into_iter().all(known), rule, || {
            format!("{} has a place elsewhere", document.id)
        });
    }
    for diagnostic in &snapshot.diagnostics {
        let labels = diagnostic.labels.iter();
        found.demand(labels.map(|label| label.span).all(known), rule, || {
            format!("{} {}", diagnostic.code, diagnostic.message)
        });
    }
}

fn spans(document: &Document) -> Vec<Span> {
    let mut spans = vec![document.span, document.name_span];
    for value in document.metadata.iter().chain([&document.spec]) {
        value.walk(&mut |value: &Value| {
            spans.push(value.span);
            let entries = value.as_map().unwrap_or_default();
            spans.extend(entries.iter().map(|entry| entry.key_span));
        });
    }
    spans
}

/// What it holds, in an order of its own, with places but without folders.
fn content(snapshot: &Snapshot) -> Vec<String> {
    let files = &snapshot.files;
    let document = |document: &Document| {
        let places: Vec<String> = spans(document)
            .into_iter()
            .map(|s| place(files, s))
            .collect();
        let Document {
            id, metadata, spec, ..
        } = document;
        format!("{id} {metadata:?} {spec:?} {}", places.join(" "))
    };
    let documents = snapshot.documents.iter().map(document);
    let diagnostics = snapshot.diagnostics.iter().map(|d| said(files, d));
    let mut all: Vec<String> = documents.chain(diagnostics).collect();
    all.sort();
    all
}

/// What becomes of it, in its order.
fn outcome(snapshot: &Snapshot) -> Vec<String> {
    let resolved = resolve(snapshot, &Allocations::default());
    let documents = resolved.design.documents.values();
    let documents = documents.map(|d| format!("{} {:?} {:?}", d.id, d.metadata, d.spec));
    let said = resolved
        .diagnostics
        .iter()
        .map(|d| said(&snapshot.files, d));
    documents.chain(said).collect()
}

fn said(files: &SourceMap, diagnostic: &Diagnostic) -> String {
    let labels = diagnostic.labels.iter();
    let labels: Vec<String> = labels.map(|label| place(files, label.span)).collect();
    format!(
        "{} {} {}",
        diagnostic.code,
        diagnostic.message,
        labels.join(" ")
    )
}

fn place(files: &SourceMap, span: Span) -> String {
    match files.origin(span) {
        Origin::Text { file, position } => {
            let name = file.rsplit('/').next().unwrap_or(file);
            format!("{name}:{}:{}", position.line, position.column)
        }
        other => other.to_string(),
    }
}
