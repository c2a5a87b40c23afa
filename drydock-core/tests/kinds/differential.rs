//! A registered kind with the policies of host profiles comes to what host profiles come to, which the oracle of
//! `tests/inheritance/oracle.rs` judges.

#[path = "../inheritance/oracle.rs"]
mod oracle;

use super::{registered, replay};
use drydock_core::{
    field::FieldPath,
    model::{KindDefinition, Kinds},
    names::{DocumentId, Kind},
    resolve::{Allocations, Explanation, Resolved, ResolvedDesign, resolve, resolve_with},
    testing::fixture,
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use std::sync::Arc;

// What the oracle's own test asks for.
fn document(name: &str, spec: &str) -> String {
    let kind = if name.starts_with("node") {
        "BaremetalNode"
    } else {
        "HostProfile"
    };
    written(&format!("drydock/v1\nkind: {kind}"), name, spec)
}
fn resolved_files(files: &[(String, String)]) -> Resolved {
    let files: Vec<(&str, &str)> = files.iter().map(|(n, t)| (&**n, &**t)).collect();
    resolve(&fixture::snapshot(&files), &Allocations::default())
}
fn said(found: &Resolved) -> Vec<String> {
    super::said(found)
}

fn written(kind: &str, name: &str, spec: &str) -> String {
    let spec = spec.replace('\n', "\n  ");
    format!("apiVersion: {kind}\nmetadata: {{name: {name}}}\nspec:\n  {spec}\n")
}

fn like_profiles() -> Kinds {
    let kind = KindDefinition::new("acme/v1", "Profile").inherits("host_profile");
    let kind = kind
        .unite("metadata.tags")
        .keyed("interfaces", "device_name");
    registered(kind.unite("interfaces.*.networks"))
}

/// A value with every single value as text, for a profile's field decides what it is.
fn texts(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(texts).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, texts(value)))
            .collect(),
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

/// Nothing where no document of the chain says anything.
fn explained(design: &Arc<ResolvedDesign>, id: &DocumentId) -> Option<Explanation> {
    Explanation::of_document(design, id, &FieldPath::root()).ok()
}

/// Every step of every history, with its place.
fn steps(explanation: Option<&Explanation>, design: &ResolvedDesign) -> Vec<String> {
    let histories = explanation.iter().flat_map(|all| &all.leaves);
    let steps =
        histories.flat_map(|history| history.steps.iter().map(move |step| (&history.field, step)));
    let line = |(field, step): (&FieldPath, &drydock_core::resolve::HistoryStep)| {
        let origin = design.files.origin(step.span);
        format!(
            "{field} {:?} {} {origin} {:?}",
            step.what, step.document.name, step.value
        )
    };
    steps.map(line).collect()
}

/// Code, document, field and place of every finding.
fn findings(found: &Resolved) -> Vec<String> {
    let line = |d: &drydock_core::Diagnostic| {
        let name = d.subject.as_ref().map(|id| id.name.clone());
        format!(
            "{} {name:?} {} {}",
            d.code,
            d.field,
            found.design.files.origin(d.span())
        )
    };
    found.diagnostics.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn registered_kinds_inherit_as_profiles_do(says in vec(oracle::says(), 1..7)) {
        let files = |kind: &str| -> Vec<(String, String)> {
            let text = |n: usize| written(kind, &format!("p{n}"), &oracle::write(&says, n));
            (0..says.len()).map(|n| (format!("p{n}.yaml"), text(n))).collect()
        };
        let profiles = resolved_files(&files("drydock/v1\nkind: HostProfile"));
        let of_kind = files("acme/v1 #\nkind: Profile    ");
        let borrowed: Vec<(&str, &str)> = of_kind.iter().map(|(n, t)| (&**n, &**t)).collect();
        let items = resolve_with(&fixture::snapshot(&borrowed), &Allocations::default(), &like_profiles());
        prop_assert_eq!(findings(&items), findings(&profiles));
        prop_assert_eq!(items.design.items.len(), says.len());
        let (items, profiles) = (Arc::new(items.design), Arc::new(profiles.design));
        for (id, item) in &items.items {
            let profile = &profiles.profiles[id.name.as_str()];
            prop_assert_eq!(texts(json!(item.value)), texts(json!(profile.value)), "{}", id);
            let names = |chain: &drydock_core::resolve::Chain| chain.iter().map(|id| id.name.clone()).collect::<Vec<_>>();
            prop_assert_eq!(names(&item.chain), names(&profile.chain));
            let of_item = explained(&items, id);
            let of_profile = explained(&profiles, &DocumentId::new(Kind::HostProfile, id.name.clone()));
            prop_assert_eq!(steps(of_item.as_ref(), &items), steps(of_profile.as_ref(), &profiles), "{}", id);
            replay::ends_in(of_item.as_ref(), &item.value)?;
        }
    }
}
