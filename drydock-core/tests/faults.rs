//! Many faults at once: however many independent things are wrong with the bundled site, exactly as many are found, each
//! at its own place. `faults/catalogue.rs` has the faults, each with the one finding that follows from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "faults/catalogue.rs"]
mod catalogue;
mod support;

use catalogue::{FAULTS, Fault, MASKED};
use drydock_core::{diagnostic::Code, testing::fixture};
use proptest::prelude::*;
use std::{collections::BTreeSet, ops::Range, sync::LazyLock};

/// What marks the place of a fault's finding in the text that it writes.
const MARK: char = '①';

static SITE: LazyLock<Vec<(String, String)>> = LazyLock::new(support::bundled_site);

/// One finding: its code and place, `DD0005 profiles/hosts.yaml:12:3`.
type Found = String;

/// A change of the site: the file, the bytes that go and the text that comes.
struct Change {
    file: usize,
    bytes: Range<usize>,
    text: &'static str,
}

impl Fault {
    fn changes(&self) -> Vec<Change> {
        let change = |&(name, from, text): &(&str, &str, &'static str)| {
            let file = SITE.iter().position(|(known, _)| known == name).unwrap();
            let site = &SITE[file].1;
            // Without a text to replace, the new one is appended.
            let lo = match from {
                "" => site.len(),
                _ => site
                    .find(from)
                    .unwrap_or_else(|| panic!("{}: {from:?} is not there", self.name)),
            };
            let once = from.is_empty() || site.matches(from).count() == 1;
            assert!(once, "{}: {from:?} is there more than once", self.name);
            Change {
                file,
                bytes: lo..lo + from.len(),
                text,
            }
        };
        self.changes.iter().map(change).collect()
    }

    /// Whether both can be made: no byte of the site is changed by both, and none is known to mask the other.
    fn is_independent_of(&self, other: &Fault) -> bool {
        let apart = |a: &Change, b: &Change| {
            let overlap = a.bytes.start < b.bytes.end && b.bytes.start < a.bytes.end;
            a.file != b.file || !(overlap || a.bytes.start == b.bytes.start)
        };
        let (ours, theirs) = (self.changes(), other.changes());
        let masked = MASKED.iter().any(|(masks, hidden, _)| {
            let pair = |a: &Fault, b: &Fault| masks.contains(&a.name) && hidden.contains(&b.name);
            pair(self, other) || pair(other, self)
        });
        !masked && ours.iter().all(|a| theirs.iter().all(|b| apart(a, b)))
    }
}

/// The site with these faults, and what is to be found in it.
fn injected(faults: &[&Fault]) -> (Vec<(String, String)>, Vec<Found>) {
    let mut changes: Vec<(usize, Change)> = Vec::new();
    for (n, fault) in faults.iter().enumerate() {
        changes.extend(fault.changes().into_iter().map(|change| (n, change)));
    }
    changes.sort_by_key(|(_, change)| (change.file, change.bytes.start));
    let (mut files, mut expected) = (Vec::new(), Vec::new());
    for (file, (name, site)) in SITE.iter().enumerate() {
        let (mut text, mut at) = (String::new(), 0);
        for (n, change) in changes.iter().filter(|(_, change)| change.file == file) {
            text.push_str(&site[at..change.bytes.start]);
            at = change.bytes.end;
            let (before, after) = match change.text.split_once(MARK) {
                None => (change.text, None),
                Some((before, after)) => (before, Some(after)),
            };
            text.push_str(before);
            if let Some(after) = after {
                let line = text.matches('\n').count() + 1;
                let column = text.chars().rev().take_while(|c| *c != '\n').count() + 1;
                expected.push(format!("{} {name}:{line}:{column}", faults[*n].code));
                text.push_str(after);
            }
        }
        text.push_str(&site[at..]);
        files.push((name.clone(), text));
    }
    assert_eq!(expected.len(), faults.len(), "each fault marks one place");
    expected.sort();
    (files, expected)
}

/// Demands that exactly what these faults lead to is found.
fn check(faults: &[&Fault]) -> Result<(), String> {
    let (files, expected) = injected(faults);
    let design = fixture::load(&support::borrowed(&files));
    let place = |found: &drydock_core::Diagnostic| {
        format!(
            "{} {}",
            found.code,
            design.resolved.files.origin(found.span())
        )
    };
    let mut found: Vec<Found> = design.diagnostics.iter().map(place).collect();
    found.sort();
    if found == expected {
        return Ok(());
    }
    let names: Vec<&str> = faults.iter().map(|fault| fault.name).collect();
    let said = fixture::lines(&design.diagnostics, &design.resolved);
    Err(format!("{names:?}\nexpected {expected:#?}\nfound\n{said}"))
}

#[test]
fn each_fault_alone_is_found_where_it_is() {
    let wrong: Vec<String> = FAULTS
        .iter()
        .filter_map(|fault| check(&[fault]).err())
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_catalogue_is_large_and_its_faults_differ() {
    let names: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    let codes: BTreeSet<Code> = FAULTS.iter().map(|fault| fault.code).collect();
    assert_eq!(names.len(), FAULTS.len(), "two faults have one name");
    assert!(
        FAULTS.len() >= 50 && codes.len() >= 30,
        "{} faults of {} codes",
        FAULTS.len(),
        codes.len()
    );
    for (masks, hidden, _) in MASKED {
        for name in masks.iter().chain(*hidden) {
            assert!(names.contains(name), "no fault is called {name}");
        }
    }
}

#[test]
fn every_pair_of_independent_faults_is_found() {
    let mut wrong = Vec::new();
    for group in groups() {
        if let Err(all) = check(&group) {
            // The pair that is to blame says more than the group it was found in.
            let pairs = group.iter().enumerate();
            let pairs = pairs.flat_map(|(n, a)| group[n + 1..].iter().map(move |b| [*a, *b]));
            let blamed: Vec<String> = pairs.filter_map(|pair| check(&pair).err()).collect();
            wrong.extend(if blamed.is_empty() { vec![all] } else { blamed });
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Groups of at most eight independent faults, such that each pair of independent ones is in some group.
fn groups() -> Vec<Vec<&'static Fault>> {
    let all = 0..FAULTS.len();
    let independent = |a: usize, b: usize| FAULTS[a].is_independent_of(&FAULTS[b]);
    let pairs = all
        .clone()
        .flat_map(|a| (a + 1..FAULTS.len()).map(move |b| (a, b)));
    let pairs: BTreeSet<(usize, usize)> = pairs.filter(|&(a, b)| independent(a, b)).collect();
    let pair = |a: usize, b: usize| (a.min(b), a.max(b));
    let (mut open, mut groups) = (pairs.clone(), Vec::new());
    while let Some(&(a, b)) = open.first() {
        let mut group = vec![a, b];
        while group.len() < 8 {
            let fits = |n: &usize| {
                group
                    .iter()
                    .all(|&m| m != *n && pairs.contains(&pair(m, *n)))
            };
            let gain = |n: &usize| {
                group
                    .iter()
                    .filter(|&&m| open.contains(&pair(m, *n)))
                    .count()
            };
            match all.clone().filter(fits).max_by_key(gain) {
                Some(best) if gain(&best) > 0 => group.push(best),
                _ => break,
            }
        }
        for (n, &a) in group.iter().enumerate() {
            for &b in &group[n + 1..] {
                open.remove(&pair(a, b));
            }
        }
        groups.push(group.into_iter().map(|n| &FAULTS[n]).collect());
    }
    groups
}

#[test]
fn what_is_said_to_mask_another_does() {
    for (masks, hidden, why) in MASKED {
        for (a, b) in masks
            .iter()
            .flat_map(|a| hidden.iter().map(move |b| (a, b)))
        {
            let fault = |name: &str| FAULTS.iter().find(|fault| fault.name == name).unwrap();
            assert!(
                check(&[fault(a), fault(b)]).is_err(),
                "{a} does not mask {b}: {why}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_many_faults_as_are_made_are_found(
        order in Just((0..FAULTS.len()).collect::<Vec<usize>>()).prop_shuffle(),
        count in 1..=8_usize,
    ) {
        let mut chosen: Vec<&Fault> = Vec::new();
        for fault in order.into_iter().map(|n| &FAULTS[n]) {
            if chosen.len() < count && chosen.iter().all(|other| other.is_independent_of(fault)) {
                chosen.push(fault);
            }
        }
        prop_assert_eq!(chosen.len(), count);
        prop_assert_eq!(check(&chosen), Ok(()));
    }
}
