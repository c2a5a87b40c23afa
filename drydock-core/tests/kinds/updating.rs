//! A site that is kept gives the items that resolving anew gives, whatever came and went.

use super::inheriting;
use drydock_core::{
    Site,
    model::Kinds,
    resolve::{Allocations, Changes, resolve_with},
    source::yaml,
    testing::fixture,
    validate::RuleSet,
};
use serde_json::json;
use std::collections::BTreeMap;

fn document(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: acme/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n")
}

#[track_caller]
fn same_as_anew(site: &Site, files: &BTreeMap<&str, String>, kinds: &Kinds) {
    let all: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    let anew = resolve_with(&fixture::snapshot(&all), &Allocations::default(), kinds);
    let kept = site.design();
    let lines = fixture::lines(&kept.diagnostics, &kept.resolved);
    assert_eq!(lines, fixture::lines(&anew.diagnostics, &anew.design));
    let items = |design: &drydock_core::resolve::ResolvedDesign| {
        let items = design.items.iter();
        items
            .map(|(id, item)| (id.to_string(), json!(item.value)))
            .collect::<Vec<_>>()
    };
    assert_eq!(items(&kept.resolved), items(&anew.design));
}

#[test]
fn what_changes_is_resolved_again() {
    let kinds = inheriting();
    let mut site = Site::new(RuleSet::empty()).kinds(kinds.clone());
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    for (file, text) in [
        (
            "one.yaml",
            Some(document("License", "one", "{based_on: base, '!a': {}}")),
        ),
        (
            "base.yaml",
            Some(document("License", "base", "{a: 1, b: 2}")),
        ),
        ("other.yaml", Some(document("Cage", "c", "{x: 1}"))),
        ("base.yaml", Some(document("License", "base", "{b: 3}"))),
        ("other.yaml", None),
        (
            "two.yaml",
            Some(document("License", "two", "{based_on: [one, base]}")),
        ),
        (
            "one.yaml",
            Some(document("License", "one", "{based_on: two}")),
        ),
        ("base.yaml", None),
        ("one.yaml", None),
        ("two.yaml", None),
    ] {
        let mut changes = Changes::new();
        if files.remove(file).is_some() {
            changes = changes.without_file(file);
        }
        if let Some(text) = text {
            changes = changes.file(yaml::read(file, text.as_bytes()));
            files.insert(file, text);
        }
        site.update(changes);
        same_as_anew(&site, &files, &kinds);
    }
    assert!(site.design().resolved.items.is_empty());
}
