//! Section "Inheritance" of the language, sentence by sentence, the ancestor's defects, and what must hold for every
//! design: the order of documents changes nothing, a naive oracle agrees, and provenance replays to the same values.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "inheritance/chains.rs"]
mod chains;
#[path = "inheritance/defects.rs"]
mod defects;
#[path = "support/replay.rs"]
mod ends;
#[path = "inheritance/misplaced.rs"]
mod misplaced;
#[path = "inheritance/oracle.rs"]
mod oracle;
#[path = "inheritance/order.rs"]
mod order;
#[path = "inheritance/removal.rs"]
mod removal;
#[path = "inheritance/replay.rs"]
mod replay;
#[path = "inheritance/shapes.rs"]
mod shapes;

use drydock_core::{
    diagnostic::{Diagnostic, Edit},
    resolve::{Allocations, Resolved, resolve},
    source::Value,
    testing::fixture,
};

/// Documents by name, each with the text of its spec: `node` is a BaremetalNode, `hw` a HardwareProfile, the others are
/// HostProfiles. Each has a file of its own, where its spec begins at 5:3.
type Documents<'a> = [(&'a str, &'a str)];

fn files(documents: &Documents<'_>) -> Vec<(String, String)> {
    documents
        .iter()
        .map(|(name, spec)| (format!("{name}.yaml"), document(name, spec)))
        .collect()
}

fn document(name: &str, spec: &str) -> String {
    let kind = match name {
        "hw" => "HardwareProfile",
        name if name.starts_with("node") => "BaremetalNode",
        _ => "HostProfile",
    };
    let spec = spec.replace('\n', "\n  ");
    format!("apiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  {spec}\n")
}

fn resolved_files(files: &[(String, String)]) -> Resolved {
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    resolve(&fixture::snapshot(&files), &Allocations::default())
}

fn resolved(documents: &Documents<'_>) -> Resolved {
    resolved_files(&files(documents))
}

/// What is said, one finding a line, without what every line begins with.
fn said(resolved: &Resolved) -> Vec<String> {
    let lines = fixture::lines(&resolved.diagnostics, &resolved.design);
    lines.lines().map(str::to_owned).collect()
}

/// A value as JSON without quotes, its entries in their order: `{bond0:{mtu:9000}}`.
fn flow(value: &Value) -> String {
    serde_json::to_string(value).unwrap().replace('"', "")
}

/// What `node` says at a field; `-` when it says nothing.
fn field(resolved: &Resolved, path: &str) -> String {
    let node = &resolved.design.nodes["node"];
    let at = node.value.at(path.split('.').filter(|key| !key.is_empty()));
    at.map_or("-".to_owned(), flow)
}

/// What these documents, of which nothing is to be said, come to in a field of `node`.
#[track_caller]
fn clean(documents: &Documents<'_>, path: &str, expected: &str) {
    with(documents, path, expected, &[]);
}

/// What these documents come to in a field of `node`, and what is said of them.
#[track_caller]
fn with(documents: &Documents<'_>, path: &str, expected: &str, lines: &[&str]) {
    let resolved = resolved(documents);
    assert_eq!(said(&resolved), lines);
    assert_eq!(field(&resolved, path), expected);
}

/// The one finding of this code.
#[track_caller]
fn only<'a>(resolved: &'a Resolved, code: &str) -> &'a Diagnostic {
    let mut of_code = resolved
        .diagnostics
        .iter()
        .filter(|d| d.code.to_string() == code);
    let found = of_code.next().unwrap_or_else(|| panic!("no {code}"));
    assert_eq!(of_code.next(), None);
    found
}

/// The text with the edit made.
fn edited(text: &str, edit: &Edit) -> String {
    let (lo, hi) = (edit.span.lo as usize, edit.span.hi as usize);
    format!("{}{}{}", &text[..lo], edit.text, &text[hi..])
}
