//! Kinds that a host registers: what may be registered, what a schema has against items, how items inherit and where
//! their secrets go, and where values came from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "kinds/conforming.rs"]
mod conforming;
#[path = "kinds/differential.rs"]
mod differential;
#[path = "kinds/explaining.rs"]
mod explaining;
#[path = "kinds/inheriting.rs"]
mod inheriting;
#[path = "kinds/registering.rs"]
mod registering;
#[path = "support/replay.rs"]
mod replay;
#[path = "kinds/secrets.rs"]
mod secrets;
#[path = "kinds/updating.rs"]
mod updating;

use drydock_core::{
    model::{KindDefinition, Kinds},
    names::{DocumentId, Kind},
    resolve::{Allocations, Resolved, ResolvedItem, resolve_with},
    testing::fixture,
};
use serde_json::{Value, json};
use std::sync::Arc;

fn license() -> KindDefinition {
    KindDefinition::new("acme/v1", "License")
}

fn registered(definition: KindDefinition) -> Kinds {
    Kinds::new().with(definition).unwrap()
}

/// A kind that inherits: pools by name, their users united, terms replaced whole.
fn inheriting() -> Kinds {
    let definition = license()
        .inherits("based_on")
        .keyed("pools", "name")
        .unite("pools.*.users");
    registered(definition.unite("regions").replace("terms"))
}

/// Documents of the kind, each a name and a spec in flow style, in files of their own.
fn resolved(kinds: &Kinds, documents: &[(&str, &str)]) -> Resolved {
    let files: Vec<(String, String)> = documents
        .iter()
        .map(|(name, spec)| {
            let head = "apiVersion: acme/v1\nkind: License\n";
            let text = format!("{head}metadata: {{name: {name}}}\nspec: {spec}\n");
            (format!("{name}.yaml"), text)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    resolve_with(&fixture::snapshot(&files), &Allocations::default(), kinds)
}

/// What is said, one finding a line.
fn said(resolved: &Resolved) -> Vec<String> {
    let lines = fixture::lines(&resolved.diagnostics, &resolved.design);
    lines.lines().map(str::to_owned).collect()
}

fn item(resolved: &Resolved, name: &str) -> Arc<ResolvedItem> {
    let id = DocumentId::new(Kind::Other("acme/v1/License".into()), name);
    resolved.design.items[&id].clone()
}

/// What an item comes to, as JSON.
fn value(resolved: &Resolved, name: &str) -> Value {
    json!(item(resolved, name).value)
}
