//! Designs with very much of one thing, to find what costs more than in proportion: each shape is made at a size and at
//! twice that size, and what every stage takes of the two is compared.
//!
//! What grows with the number of things takes twice as long; what compares each thing with every other one takes four
//! times as long.

mod choosing;
mod networks;
mod nodes;
mod profiles;
mod text;

use crate::{SiteFile, stages};
use drydock_core::{
    diagnostic::{Color, render_all},
    field::FieldPath,
    resolve::Explanation,
    validate::RuleSet,
};
use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

/// A design with very much of one thing.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What there is much of.
    pub name: &'static str,
    /// The text of the design with so many of it.
    pub text: fn(usize) -> String,
}

/// Every shape.
pub fn all() -> impl Iterator<Item = Shape> {
    let tables = [
        choosing::SHAPES,
        networks::SHAPES,
        nodes::SHAPES,
        profiles::SHAPES,
        text::SHAPES,
    ];
    tables.into_iter().flatten().copied()
}

/// The stages whose times are taken, in order.
pub const STAGES: [&str; 8] = [
    "read", "resolve", "validate", "sort", "render", "json", "sarif", "explain",
];

/// What one design took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken {
    /// The time of each stage, in the order of [`STAGES`].
    pub times: [Duration; STAGES.len()],
    /// How many findings there were.
    pub found: usize,
}

impl Taken {
    /// The time of all stages together.
    pub fn total(&self) -> Duration {
        self.times.iter().sum()
    }
}

/// Takes a design through everything that comes before planning.
pub fn take(text: String) -> Taken {
    let file: SiteFile = ("shape.yaml".to_owned(), text);
    let mut times = [Duration::ZERO; STAGES.len()];
    let [read, resolve, validate, sort, render, json, sarif, explain] = &mut times;
    let snapshot = timed(read, || stages::read(std::slice::from_ref(&file)));
    let resolved = timed(resolve, || stages::resolve(&snapshot));
    let (mut found, design) = (resolved.diagnostics, Arc::new(resolved.design));
    let by_rules = timed(validate, || RuleSet::standard().validate(&design));
    let found = timed(sort, || {
        found.extend(by_rules);
        found.sorted(&design.files)
    });
    timed(render, || {
        black_box(render_all(&found, &design.files, Color::Never));
    });
    timed(json, || {
        black_box(found.to_json(&design.files));
    });
    timed(sarif, || {
        black_box(found.to_sarif(&design.files));
    });
    timed(explain, || {
        let first = design.nodes.keys().next();
        let explained = first.map(|node| Explanation::of(&design, node, &FieldPath::root()));
        black_box(explained.and_then(Result::ok).map(|it| it.to_string()));
    });
    Taken {
        times,
        found: found.len(),
    }
}

fn timed<T>(time: &mut Duration, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    *time = began.elapsed();
    result
}

/// A document of the design language.
fn document(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n---\n")
}

/// So many pieces of text, with a comma and a new line between them.
fn lines(n: usize, piece: impl Fn(usize) -> String) -> String {
    (0..n).map(piece).collect::<Vec<_>>().join(",\n  ")
}

/// So many documents.
fn documents(n: usize, document: impl Fn(usize) -> String) -> String {
    (0..n).map(document).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use drydock_core::diagnostic::Code;
    use std::collections::BTreeSet;

    #[test]
    fn every_shape_is_a_design_with_more_of_it_the_more_is_asked_for() {
        let mut names = BTreeSet::new();
        for shape in all() {
            assert!(names.insert(shape.name), "{} stands twice", shape.name);
            let (few, many) = ((shape.text)(20), (shape.text)(40));
            assert!(many.len() > few.len() + 20 * 4, "{}", shape.name);
            let read = stages::read(&[("shape.yaml".to_owned(), few)]);
            let is_broken = read.diagnostics.iter().any(|d| d.code == Code::SYNTAX);
            assert_eq!(is_broken, shape.name.contains("broken"), "{}", shape.name);
            let is_told = !read.diagnostics.is_empty();
            assert!(is_told || !read.documents.is_empty(), "{}", shape.name);
        }
    }
}
