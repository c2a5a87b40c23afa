//! A site that is kept through changes is, after each of them, what loading everything anew gives: values, places and
//! findings. And an update costs what depends on the change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "incremental/counted.rs"]
mod counted;
#[path = "support/shown.rs"]
mod shown;
#[path = "incremental/world.rs"]
mod world;

use drydock_core::{
    Design, Site,
    names::{Kind, SourceName},
    resolve::{Allocations, Changes},
    source::{Document, Federation, Owner, Snapshot, yaml},
    validate::RuleSet,
};
use proptest::{option, prelude::*};
use shown::shown;
use std::{collections::BTreeMap, sync::Arc};

/// Two sources, the one with the lower half of the files and the other with the rest; neither, one or both have precedence.
fn federation(stated: usize) -> Arc<Federation> {
    let names = ["lower", "upper"];
    let owner = Owner::new("upper", Kind::Rack, "labels".parse().unwrap());
    let precedence = names.into_iter().rev().take(stated);
    Arc::new(Federation::new(names, [owner], precedence).unwrap())
}

/// The source that a file is of.
fn source_of(file: &str) -> SourceName {
    SourceName::from(if file < "f07" { "lower" } else { "upper" })
}

/// The same files, loaded anew; of two sources where there is a federation.
fn anew(
    files: &BTreeMap<String, String>,
    allocations: &Allocations,
    federation: Option<&Arc<Federation>>,
) -> Design {
    let mut snapshot = Snapshot {
        federation: federation.cloned().unwrap_or_default(),
        ..Snapshot::default()
    };
    for (name, text) in files {
        let mut read = yaml::read(name, text.as_bytes());
        if federation.is_some() {
            let of_source = |document: &mut Document| document.source = source_of(name);
            read.documents.iter_mut().for_each(of_source);
        }
        snapshot.files.insert(read.file);
        snapshot.documents.extend(read.documents);
        snapshot.diagnostics.extend(read.diagnostics);
    }
    Design::new(snapshot, &RuleSet::standard(), allocations)
}

fn assert_same(kept: &Design, anew: &Design, step: usize) {
    let (kept, anew) = (shown(kept), shown(anew));
    if kept != anew {
        let differing = kept.lines().zip(anew.lines()).filter(|(a, b)| a != b);
        let lines: Vec<String> = differing
            .take(4)
            .map(|(a, b)| format!("kept: {a}\nanew: {b}"))
            .collect();
        panic!("after step {step}:\n{}", lines.join("\n"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Files are written, written otherwise, broken and deleted, one at a time or several at once; of one source or two.
    #[test]
    fn any_sequence_of_changes_is_loading_anew(steps in world::steps(), stated in option::of(0..3usize)) {
        let federation = stated.map(federation);
        let mut files = BTreeMap::new();
        let mut site = Site::new(RuleSet::standard());
        if let Some(federation) = &federation {
            site.update(Changes::all(Snapshot {
                federation: federation.clone(),
                ..Snapshot::default()
            }));
        }
        for (n, step) in steps.into_iter().enumerate() {
            let known = site.design().allocations;
            let mut changes = Changes::new();
            for (file, text) in step {
                changes = match &text {
                    Some(text) => {
                        let read = yaml::read(&file, text.as_bytes());
                        match federation {
                            Some(_) => changes.file_of(&source_of(&file), read),
                            None => changes.file(read),
                        }
                    }
                    None => changes.without_file(&file),
                };
                match text {
                    Some(text) => files.insert(file, text),
                    None => files.remove(&file),
                };
            }
            let update = site.update(changes);
            let design = anew(&files, &known, federation.as_ref());
            assert_same(&site.design(), &design, n);
            for diagnostic in &update.appeared {
                prop_assert!(site.design().diagnostics.iter().any(|d| d == diagnostic));
            }
        }
    }

    /// Documents are put and taken out one by one, whatever file they stand in.
    #[test]
    fn documents_may_change_alone(texts in world::texts(), picks in world::picks()) {
        let mut model = Snapshot::default();
        for (n, text) in texts.iter().enumerate() {
            let read = yaml::read(&format!("{n}.yaml"), text.as_bytes());
            model.files.insert(read.file);
            model.documents.extend(read.documents);
            model.diagnostics.extend(read.diagnostics);
        }
        let all = model.documents.clone();
        let mut site = Site::new(RuleSet::standard());
        site.update(Changes::all(model.clone()));
        for (n, (pick, put)) in picks.into_iter().enumerate() {
            let Some(document) = all.get(pick % all.len().max(1)).cloned() else {
                break;
            };
            let known = site.design().allocations;
            let id = document.id.clone();
            model.documents.retain(|other| other.id != id);
            let kept = std::mem::take(&mut model.diagnostics).into_iter();
            model.diagnostics.extend(kept.filter(|d| d.subject.as_ref() != Some(&id)));
            if put {
                model.documents.push(document.clone());
                site.update(Changes::new().put(document));
            } else {
                site.update(Changes::new().remove(id));
            }
            let design = Design::of(&model, &RuleSet::standard(), &known);
            assert_same(&site.design(), &design, n);
        }
    }
}
