//! Every finding, by damage: the bundled site is clean; a test breaks one thing in it and expects exactly what follows,
//! in full. Wherever a finding offers a repair, making it must make that finding go away and nothing else.
//!
//! In the texts, ① to ⑩ mark places; in the findings they stand for file, line and column of those places.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

#[path = "rules/addresses.rs"]
mod addresses;
#[path = "rules/boot_actions.rs"]
mod boot_actions;
#[path = "rules/catalog.rs"]
mod catalog;
#[path = "rules/extremes.rs"]
mod extremes;
#[path = "rules/inheriting.rs"]
mod inheriting;
#[path = "rules/labels.rs"]
mod labels;
#[path = "rules/networks.rs"]
mod networks;
#[path = "rules/reading.rs"]
mod reading;
#[path = "rules/secrets.rs"]
mod secrets;
#[path = "rules/spelling.rs"]
mod spelling;
#[path = "rules/storage.rs"]
mod storage;
#[path = "rules/together.rs"]
mod together;
#[path = "rules/unused.rs"]
mod unused;

use drydock_core::{Design, testing::fixture};

const ACTIONS: &str = "profiles/bootactions.yaml";
const HOSTS: &str = "profiles/hosts.yaml";
const HARDWARE: &str = "profiles/hardware.yaml";
const NETWORKS: &str = "formation/networks.yaml";
const RACKS: &str = "formation/racks.yaml";
const R1: &str = "formation/nodes-r1.yaml";
const R2: &str = "formation/nodes-r2.yaml";

type Files = Vec<(String, String)>;

const MARKS: [char; 10] = ['①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨', '⑩'];

/// The bundled site with these places, each a file, a text that stands in it once and what stands there instead. With no
/// text to replace, the new one is appended.
#[track_caller]
fn damaged(changes: &[(&str, &str, &str)]) -> Files {
    let mut files = support::bundled_site();
    for (name, from, to) in changes {
        let (_, text) = files.iter_mut().find(|(n, _)| n == name).unwrap();
        if from.is_empty() {
            text.push_str(to);
        } else {
            assert_eq!(
                text.matches(from).count(),
                1,
                "{name} has {from:?} not once"
            );
            *text = text.replacen(from, to, 1);
        }
    }
    files
}

/// The files without their marks, and the place of each mark.
fn unmarked(files: &Files) -> (Files, Vec<(char, String)>) {
    let mut places = Vec::new();
    let unmark = |(name, text): &(String, String)| {
        let mut plain = String::new();
        for c in text.chars() {
            if MARKS.contains(&c) {
                let line = plain.matches('\n').count() + 1;
                let column = plain.chars().rev().take_while(|c| *c != '\n').count() + 1;
                places.push((c, format!("{name}:{line}:{column}")));
            } else {
                plain.push(c);
            }
        }
        (name.clone(), plain)
    };
    (files.iter().map(unmark).collect(), places)
}

fn load(files: &Files) -> Design {
    fixture::load(&support::borrowed(files))
}

fn said(design: &Design) -> Vec<String> {
    let lines = fixture::lines(&design.diagnostics, &design.resolved);
    lines.lines().map(str::to_owned).collect()
}

/// Breaks one thing in the bundled site and expects exactly what follows.
#[track_caller]
fn site(file: &str, from: &str, to: &str, lines: &[&str]) {
    sites(&[(file, from, to)], lines);
}

#[track_caller]
fn sites(changes: &[(&str, &str, &str)], lines: &[&str]) {
    expect(damaged(changes), lines);
}

/// A fixture of one file.
#[track_caller]
fn small(text: &str, lines: &[&str]) {
    expect(vec![("site.yaml".to_owned(), text.to_owned())], lines);
}

#[track_caller]
fn expect(files: Files, lines: &[&str]) {
    let (files, places) = unmarked(&files);
    let placed = |line: &&str| {
        let marks = places.iter();
        marks.fold((*line).to_owned(), |line, (mark, place)| {
            line.replace(*mark, place)
        })
    };
    let design = load(&files);
    let said = said(&design);
    assert_eq!(said, lines.iter().map(placed).collect::<Vec<_>>());
    for (n, diagnostic) in design.diagnostics.iter().enumerate() {
        let Some(edit) = &diagnostic.edit else {
            continue;
        };
        let name = design.resolved.files.file(edit.span).unwrap().name();
        let mut mended = files.clone();
        let (_, text) = mended.iter_mut().find(|(n, _)| n == name).unwrap();
        text.replace_range(edit.span.lo as usize..edit.span.hi as usize, &edit.text);
        let left = self::said(&load(&mended)).len();
        assert_eq!(left, said.len() - 1, "after the repair of {}", said[n]);
    }
}

/// The help of the one finding.
#[track_caller]
fn help(file: &str, from: &str, to: &str, expected: &str) {
    let design = load(&unmarked(&damaged(&[(file, from, to)])).0);
    let helps: Vec<_> = design
        .diagnostics
        .iter()
        .map(|d| d.help.as_deref())
        .collect();
    assert_eq!(helps, [Some(expected)]);
}

#[test]
fn the_bundled_site_is_clean() {
    sites(&[], &[]);
}
