//! Input that nobody would write: designs that are damaged at random, and what the pipeline makes of each.
//!
//! A case follows from its seed and the corpus alone, so a seed that fails fails again.

mod corpus;
mod mutate;
mod random;

pub use corpus::Corpus;

use crate::stages;
use drydock_core::{
    Diagnostics,
    diagnostic::{Color, render_all},
    field::FieldPath,
    resolve::Explanation,
    source::Snapshot,
    validate::RuleSet,
};
use random::Random;
use std::{hint::black_box, sync::Arc};

/// The longest case in bytes: what a mutation doubles must end somewhere.
pub const MAX_CASE: usize = 512 * 1024;

/// Nodes that are explained in a case; explaining is for one at a time.
const EXPLAINED: usize = 8;

/// The case of this seed.
pub fn case(corpus: &Corpus, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let mut text = corpus.text(&mut random).as_bytes().to_vec();
    for _ in 0..random.one_of(&[1, 1, 2, 3, 5, 8]) {
        text = mutate::mutated(text, corpus, &mut random);
        text.truncate(MAX_CASE);
    }
    text
}

/// Everything that is done with a design before anybody plans: read, resolve, validate, render, explain. Gives the number
/// of findings.
pub fn run(bytes: &[u8]) -> usize {
    let read = drydock_core::source::yaml::read("hostile.yaml", bytes);
    let mut snapshot = Snapshot::default();
    snapshot.documents.extend(read.documents);
    snapshot.diagnostics.extend(read.diagnostics);
    snapshot.files.insert(read.file);
    let resolved = stages::resolve(&snapshot);
    let mut found: Diagnostics = resolved.diagnostics;
    let design = Arc::new(resolved.design);
    found.extend(RuleSet::standard().validate(&design));
    let found = found.sorted(&design.files);
    black_box(render_all(&found, &design.files, Color::Never));
    black_box(found.to_json(&design.files));
    for node in design.nodes.keys().take(EXPLAINED) {
        let explained = Explanation::of(&design, node, &FieldPath::root());
        black_box(explained.map(|explanation| explanation.to_string()).ok());
    }
    found.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_case_again_and_another_seed_another() {
        let corpus = Corpus::load();
        let cases: Vec<Vec<u8>> = (0..40).map(|seed| case(&corpus, seed)).collect();
        for (seed, text) in cases.iter().enumerate() {
            assert_eq!(*text, case(&corpus, seed as u64));
            assert!(text.len() <= MAX_CASE);
        }
        let different: std::collections::BTreeSet<_> = cases.iter().collect();
        assert!(different.len() > 35);
    }

    #[test]
    fn a_few_cases_of_every_kind_are_survived() {
        let corpus = Corpus::load();
        // Most cases are broken, and some are not: else nothing but the reader would be tested.
        let found: Vec<usize> = (0..20).map(|seed| run(&case(&corpus, seed))).collect();
        assert!(found.iter().any(|&n| n > 0), "{found:?}");
    }
}
