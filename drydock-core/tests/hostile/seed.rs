//! A design of 2017 with a real mistake in it, if the designs of others are beside the checkout.

use super::listed;
use drydock_core::source::yaml;
use std::{collections::BTreeMap, path::Path};

#[test]
fn a_design_of_2017_with_one_broken_document() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/sites/bootstrap_seed_2017.yaml");
    if !path.exists() {
        let required = std::env::var("DRYDOCK_REQUIRE_PEERS").is_ok_and(|value| value == "1");
        assert!(
            !required,
            "DRYDOCK_REQUIRE_PEERS=1, but {} is missing",
            path.display()
        );
        eprintln!("SKIPPED: {} is missing", path.display());
        return;
    }
    let read = yaml::read("seed.yaml", &std::fs::read(&path).unwrap());
    let said = listed(&read.diagnostics, &read.file);
    let syntax: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("DD0001"))
        .collect();
    assert_eq!(syntax, ["DD0001 122:13 `:` cannot stand here"]);
    let others = [
        ("DD0006 28:1 spec is nothing", 1),
        ("stands twice", 14),
        ("is read as drydock/v1", 13),
    ];
    for (part, times) in others {
        assert_eq!(
            said.lines().filter(|line| line.contains(part)).count(),
            times,
            "{said}"
        );
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for document in &read.documents {
        *kinds.entry(document.id.kind.as_str()).or_default() += 1;
    }
    let expected = [
        ("BaremetalNode", 2),
        ("HostProfile", 3),
        ("Network", 4),
        ("NetworkLink", 3),
        ("Region", 1),
    ];
    assert_eq!(kinds, BTreeMap::from(expected));
}
