//! Golden text of every diagnostic: a folder `diagnostics/DDnnnn/CASE/` is a broken design, and its `expected.txt` all
//! that a person is told of it, in full. A new case is a new folder; `docs/diagnostics.md` is made of the table of codes
//! and these cases.
//!
//! A case holds YAML files at any depth. With a `plan.txt` it is planned as well (see `diagnostics/plan.rs`); with folders
//! `source-NAME` each of them is one source of a federation (`diagnostics/federated.rs`); a `catalogs.txt` says what drivers
//! offer. Names of cases are free; the one that is called `example` is
//! shown in the documentation. `DRYDOCK_BLESS=1` writes what is expected, never where `CI` is set: read the difference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "diagnostics/case.rs"]
mod case;
#[path = "diagnostics/federated.rs"]
mod federated;
#[path = "diagnostics/golden.rs"]
mod golden;
#[path = "diagnostics/plan.rs"]
mod plan;
#[path = "diagnostics/reference.rs"]
mod reference;
#[path = "diagnostics/sarif.rs"]
mod sarif;

use case::Case;
use drydock_core::diagnostic::Code;
use std::collections::BTreeSet;

#[test]
fn every_case_says_exactly_what_is_expected() {
    let wrong: Vec<String> = case::all().iter().filter_map(Case::differs).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_two_cases_that_contain_it() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let cases = case::all().iter().filter(|case| case.code == *code).count();
        if cases < 2 {
            wrong.push(format!("{code} ({}) has {cases} cases", code.title()));
        }
    }
    for case in case::all() {
        if !case.found.iter().any(|found| found.code == case.code) {
            wrong.push(format!("{} does not contain {}", case.name, case.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Demands so many cases of this kind, of so many codes.
#[track_caller]
fn at_least(cases: usize, codes: usize, kind: &str, is_of_kind: impl Fn(&Case) -> bool) {
    let of_kind = case::all().iter().filter(|case| is_of_kind(case));
    let found: Vec<Code> = of_kind.map(|case| case.code).collect();
    let count = found.iter().collect::<BTreeSet<_>>().len();
    let enough = found.len() >= cases && count >= codes;
    assert!(enough, "{} cases of {count} codes {kind}", found.len());
}

#[test]
fn many_cases_reach_across_files() {
    let kind = "have cause and effect in two files";
    at_least(25, 15, kind, Case::reaches_across_files);
}

#[test]
fn many_cases_reach_through_inheritance() {
    let kind = "blame a document for another one's fault";
    at_least(15, 10, kind, Case::reaches_through_inheritance);
}

#[test]
fn making_the_repair_that_is_offered_makes_the_finding_go_away() {
    let mut made = 0;
    for case in case::all().iter().filter(|case| !case.is_planned()) {
        for found in case.found.iter().filter(|found| found.edit.is_some()) {
            let left = case.mended(found).found.len();
            assert_eq!(
                left,
                case.found.len() - 1,
                "{}: {}",
                case.name,
                found.message
            );
            made += 1;
        }
    }
    assert!(made >= 12, "{made} repairs were made");
}

#[test]
fn the_reference_is_current() {
    golden::file("docs/diagnostics.md", &reference::text(case::all()));
}
