//! Golden diagnostics of federations: each case a folder with a folder `source-NAME` of YAML files for each source,
//! perhaps a `federation.txt`, and what is said of it in `expected.txt`.

use super::{
    loading::{Clock, Flaky},
    run,
};
use drydock_core::{
    Design,
    diagnostic::{Color, render_all},
    names::Kind,
    resolve::Allocations,
    source::{DesignSource, FederatedSource, Load, MemorySource, WhenUnavailable},
    validate::RuleSet,
};
use std::{collections::BTreeMap, fs, path::Path, sync::atomic::Ordering};

/// What is said of the case in this folder. Its `federation.txt` has lines `own SOURCE KIND PATH`, `precedence A B C` and
/// `stale SOURCE`: a source that was loaded once and fails an hour and a half later, when everything is loaded again.
pub(crate) fn said_of(folder: &Path) -> String {
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut sources = BTreeMap::new();
    for name in names.filter(|name| name.starts_with("source-")) {
        let mut source = MemorySource::new(name.trim_start_matches("source-"));
        for file in fs::read_dir(folder.join(&name)).unwrap() {
            let file = file.unwrap();
            let shown = format!("{name}/{}", file.file_name().to_str().unwrap());
            source = source.text(shown, fs::read_to_string(file.path()).unwrap());
        }
        sources.insert(source.name().to_string(), Flaky::new(source));
    }
    let rules = fs::read_to_string(folder.join("federation.txt")).unwrap_or_default();
    let rules: Vec<Vec<&str>> = rules
        .lines()
        .map(|l| l.split_whitespace().collect())
        .collect();
    let mut all = FederatedSource::new("design");
    for source in sources.values() {
        all = all
            .member(source.clone(), WhenUnavailable::UseLastGood)
            .unwrap();
    }
    for rule in &rules {
        all = match rule.as_slice() {
            ["own", source, kind, path] => {
                let kind = Kind::built_in(kind).unwrap_or_else(|| panic!("{kind} is no kind"));
                all.owner(*source, kind, path).unwrap()
            }
            ["precedence", sources @ ..] => all.precedence(sources.iter().copied()).unwrap(),
            ["stale", _] | [] => all,
            other => panic!("{}: no rule {other:?}", folder.display()),
        };
    }
    let clock = Clock::default();
    let all = clock.of(all);
    run(all.load(None)).unwrap();
    clock.pass(5400);
    for rule in rules.iter().filter(|rule| rule.first() == Some(&"stale")) {
        sources[rule[1]].fails.store(true, Ordering::Relaxed);
    }
    let Load::Loaded { snapshot, .. } = run(all.load(None)).unwrap() else {
        panic!("nothing was known");
    };
    let design = Design::of(&snapshot, &RuleSet::standard(), &Allocations::default());
    render_all(&design.diagnostics, &design.resolved.files, Color::Never)
}

#[test]
fn every_case_says_what_is_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    for code in ["DD0506", "DD0511"] {
        let mut cases = 0;
        for case in fs::read_dir(root.join(code)).unwrap() {
            let folder = case.unwrap().path();
            let expected = folder.join("expected.txt");
            let said = said_of(&folder);
            let expected = fs::read_to_string(expected).unwrap();
            assert_eq!(said, expected, "{}", folder.display());
            assert!(said.contains(&format!("[{code}]")), "{}", folder.display());
            cases += 1;
        }
        assert!(cases >= 2, "{code} has two cases at least");
    }
}
