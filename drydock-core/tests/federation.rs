//! Section "Composition" of the language: fragments of several sources, who owns what, whose word counts, sources that
//! fail, and that no order changes anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "federation/composing.rs"]
mod composing;
#[path = "federation/conformance.rs"]
mod conformance;
#[path = "support/replay.rs"]
mod ends;
#[path = "federation/explaining.rs"]
mod explaining;
#[path = "federation/loading.rs"]
mod loading;
#[path = "federation/order.rs"]
mod order;
#[path = "federation/owners.rs"]
mod owners;

use async_trait::async_trait;
use drydock_core::{
    names::SourceName,
    resolve::{Allocations, Resolved, resolve},
    source::{
        DesignSource, FederatedSource, Load, MemorySource, Revision, Snapshot, SourceError, Value,
    },
    testing::fixture,
};
use std::sync::Arc;

/// The text of a document of this kind and name; its spec begins at 5:3.
fn document(kind: &str, name: &str, spec: &str) -> String {
    let spec = spec.replace('\n', "\n  ");
    format!("apiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  {spec}\n")
}

fn node(spec: &str) -> String {
    document("BaremetalNode", "n", spec)
}

/// Sources by name, each with one file, which has the source's name.
fn federation(sources: &[(&str, &str)]) -> FederatedSource {
    let add = |all: FederatedSource, (name, text): &(&str, &str)| {
        let source = MemorySource::new(*name).text(format!("{name}.yaml"), *text);
        all.source(source).unwrap()
    };
    sources.iter().fold(FederatedSource::new("design"), add)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

fn loaded(source: &dyn DesignSource) -> Arc<Snapshot> {
    match run(source.load(None)).unwrap() {
        Load::Loaded { snapshot, .. } => snapshot,
        other => panic!("{other:?}"),
    }
}

fn resolved(source: &dyn DesignSource) -> Resolved {
    resolve(&loaded(source), &Allocations::default())
}

/// A value as JSON without quotes, its entries in their order.
fn flow(value: &Value) -> String {
    serde_json::to_string(value).unwrap().replace('"', "")
}

/// What is said, one finding a line.
fn said(resolved: &Resolved) -> Vec<String> {
    let lines = fixture::lines(&resolved.diagnostics, &resolved.design);
    lines.lines().map(str::to_owned).collect()
}

/// What `BaremetalNode n` says before inheritance; `-` when it says nothing there.
fn of_node(resolved: &Resolved, path: &str) -> String {
    let node = resolved
        .design
        .document(drydock_core::names::Kind::BaremetalNode, "n");
    let keys = path.split('.').filter(|key| !key.is_empty());
    node.unwrap().spec.at(keys).map_or("-".to_owned(), flow)
}

/// What these sources' fragments of the node come to, and what is said.
#[track_caller]
fn with(source: &FederatedSource, path: &str, expected: &str, lines: &[&str]) {
    let resolved = resolved(source);
    assert_eq!(said(&resolved), lines);
    assert_eq!(of_node(&resolved, path), expected);
}

/// The labels of the only conflict: where, and what is there.
#[track_caller]
fn labels(source: &FederatedSource) -> Vec<String> {
    let resolved = resolved(source);
    let mut conflicts = resolved
        .diagnostics
        .iter()
        .filter(|d| d.code.to_string() == "DD0506");
    let conflict = conflicts.next().expect("a conflict");
    assert_eq!(conflicts.next(), None);
    let label = |label: &drydock_core::diagnostic::Label| {
        let mark = if label.primary { '^' } else { '-' };
        let place = resolved.design.files.origin(label.span);
        format!("{mark} {place} {}", label.text)
    };
    conflict.labels.iter().map(label).collect()
}

/// A source that reads its files in the order in which they were given, and gives their documents in that order.
#[derive(Debug)]
struct Given {
    name: SourceName,
    files: Vec<(String, String)>,
}

#[async_trait]
impl DesignSource for Given {
    fn name(&self) -> &SourceName {
        &self.name
    }

    async fn load(&self, _known: Option<&Revision>) -> Result<Load, SourceError> {
        let files: Vec<(&str, &str)> = self.files.iter().map(|(n, t)| (&**n, &**t)).collect();
        let mut snapshot = fixture::snapshot(&files);
        snapshot.documents.reverse();
        Ok(Load::Loaded {
            revision: Revision("1".into()),
            snapshot: Arc::new(snapshot),
        })
    }
}
