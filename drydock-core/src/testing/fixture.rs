//! Designs from a few lines of YAML.

use crate::{
    diagnostic::Diagnostics,
    resolve::{Allocations, ResolvedDesign},
    site::Design,
    source::{Snapshot, yaml},
    validate::RuleSet,
};

/// The documents of these files, each a name and a text.
pub fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (name, text) in files {
        snapshot.add(yaml::read(name, text.as_bytes()));
    }
    snapshot
}

/// The design of these files, resolved and held against the standard rules.
pub fn load(files: &[(&str, &str)]) -> Design {
    Design::of(
        &snapshot(files),
        &RuleSet::standard(),
        &Allocations::default(),
    )
}

/// The design of these files, which must be free of errors.
///
/// # Panics
/// When it is not, with everything that is wrong.
pub fn design(files: &[(&str, &str)]) -> ResolvedDesign {
    let design = load(files);
    assert!(
        design.diagnostics.errors() == 0,
        "the fixture has errors:\n{}",
        lines(&design.diagnostics, &design.resolved)
    );
    ResolvedDesign::clone(&design.resolved)
}

/// Diagnostics as one line each: `error[DD0005] site.yaml:3:5 unknown key ...`, for comparing in tests.
pub fn lines(diagnostics: &Diagnostics, design: &ResolvedDesign) -> String {
    let line = |d: &crate::diagnostic::Diagnostic| {
        let origin = design.files.origin(d.span());
        let subject = d
            .subject
            .as_ref()
            .map(|s| format!("{s}: "))
            .unwrap_or_default();
        format!(
            "{}[{}] {origin} {subject}{}\n",
            d.severity,
            d.code,
            d.full_message()
        )
    };
    diagnostics.iter().map(line).collect()
}
