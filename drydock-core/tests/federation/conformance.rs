//! The suite for sources: those that are there pass it, and each way to break the contract is found.

use super::{Given, run};
use async_trait::async_trait;
use drydock_core::{
    names::SourceName,
    source::{
        DesignSource, DirectorySource, FederatedSource, Load, MemorySource, Revision, Snapshot,
        SourceError,
    },
    testing::{conformance, fixture},
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

fn memory(files: &[(&str, &str)]) -> MemorySource {
    let all = MemorySource::new("memory");
    files
        .iter()
        .fold(all, |all, (name, text)| all.text(*name, *text))
}

#[test]
fn memory_keeps_to_it() {
    let found = run(conformance::source_of_texts(
        async |files: &[(&str, &str)]| memory(files),
    ));
    assert_eq!(found, []);
}

#[test]
fn documents_in_memory_keep_to_it_in_any_order() {
    let parts = fixture::snapshot(&[("a.yaml", &super::node("hold: true"))]).documents;
    let twice = fixture::snapshot(&[("b.yaml", &super::node("hold: false"))]).documents;
    let nowhere = |document: &drydock_core::source::Document| {
        let mut document = document.clone();
        document.span = drydock_core::span::Span::NONE;
        document.name_span = drydock_core::span::Span::NONE;
        document
    };
    let (a, b) = (nowhere(&parts[0]), nowhere(&twice[0]));
    let of = |documents: [&drydock_core::source::Document; 2]| {
        let all = MemorySource::new("memory");
        documents
            .into_iter()
            .fold(all, |all, one| all.document(one.clone()))
    };
    let hold = |source: &MemorySource| {
        let resolved = super::resolved(source);
        super::of_node(&resolved, "hold")
    };
    assert_eq!(hold(&of([&a, &b])), hold(&of([&b, &a])));
}

#[test]
fn directories_keep_to_it() {
    let calls = AtomicUsize::new(0);
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("conformance-source");
    let _ = std::fs::remove_dir_all(&root);
    let found = run(conformance::source_of_texts(
        async |files: &[(&str, &str)]| {
            let folder = root.join(calls.fetch_add(1, Ordering::Relaxed).to_string());
            std::fs::create_dir_all(&folder).unwrap();
            for (name, text) in files {
                std::fs::write(folder.join(name), text).unwrap();
            }
            let paths: Vec<PathBuf> = files.iter().map(|(name, _)| folder.join(name)).collect();
            DirectorySource::new("folder", paths)
        },
    ));
    std::fs::remove_dir_all(&root).unwrap();
    assert_eq!(found, []);
}

#[test]
fn federations_keep_to_it() {
    let found = run(conformance::source_of_texts(
        async |files: &[(&str, &str)]| {
            let all = MemorySource::new("all");
            let all = files
                .iter()
                .fold(all, |all, (name, text)| all.text(*name, *text));
            let other = MemorySource::new("other").text("other.yaml", super::node("hold: true"));
            FederatedSource::new("design")
                .source(other)
                .unwrap()
                .source(all)
                .unwrap()
        },
    ));
    assert_eq!(found, []);
    // Each file from a source of its own, added in their order.
    let found = run(conformance::source_of_texts(
        async |files: &[(&str, &str)]| {
            let all = FederatedSource::new("design");
            files.iter().fold(all, |all, (name, text)| {
                all.source(MemorySource::new(*name).text(*name, *text))
                    .unwrap()
            })
        },
    ));
    assert_eq!(found, []);
}

/// How a source may break the contract.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Breaks {
    NeverUnchanged,
    AlwaysUnchanged,
    Grows,
    HidesOthers,
    SaysNothing,
    GoesByOrder,
    ForgetsItsFiles,
    Fails,
}

#[derive(Debug)]
struct Broken {
    inner: Given,
    breaks: Breaks,
    loads: AtomicUsize,
}

#[async_trait]
impl DesignSource for Broken {
    fn name(&self) -> &SourceName {
        &self.inner.name
    }

    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError> {
        let loads = self.loads.fetch_add(1, Ordering::Relaxed);
        let Load::Loaded { revision, snapshot } = self.inner.load(None).await? else {
            panic!("it always loads");
        };
        let mut snapshot = Snapshot::clone(&snapshot);
        match self.breaks {
            Breaks::AlwaysUnchanged if loads > 0 => return Ok(Load::Unchanged),
            Breaks::NeverUnchanged => {
                return Ok(Load::Loaded {
                    revision,
                    snapshot: Arc::new(snapshot),
                });
            }
            Breaks::Grows => {
                let more = format!("{loads}.yaml");
                let more = fixture::snapshot(&[(&more, &super::node("hold: true"))]);
                snapshot.documents.extend(more.documents);
                snapshot.files.extend(&more.files);
            }
            Breaks::HidesOthers => snapshot.documents.retain(|d| d.id.name != "after"),
            Breaks::SaysNothing => snapshot.diagnostics = Default::default(),
            Breaks::GoesByOrder => snapshot.documents.truncate(3),
            Breaks::ForgetsItsFiles => snapshot.files = Default::default(),
            Breaks::Fails if snapshot.diagnostics.errors() > 0 => {
                return Err(SourceError {
                    source_name: self.name().clone(),
                    message: "a document is broken".to_owned(),
                    cause: None,
                });
            }
            _ => {}
        }
        if known == Some(&revision) {
            return Ok(Load::Unchanged);
        }
        Ok(Load::Loaded {
            revision,
            snapshot: Arc::new(snapshot),
        })
    }
}

#[test]
fn every_break_is_found() {
    for (breaks, rule) in [
        (
            Breaks::NeverUnchanged,
            "at the revision that the caller knows it is unchanged",
        ),
        (
            Breaks::AlwaysUnchanged,
            "who does not know the revision is given the whole",
        ),
        (
            Breaks::Grows,
            "load changes nothing: loading again gives the same",
        ),
        (
            Breaks::HidesOthers,
            "a document that cannot be read hides no other",
        ),
        (
            Breaks::SaysNothing,
            "a document that cannot be read is a diagnostic",
        ),
        (Breaks::GoesByOrder, "the order of files changes nothing"),
        (
            Breaks::ForgetsItsFiles,
            "every place is in a file of the snapshot",
        ),
        (
            Breaks::Fails,
            "a source that can be reached is loaded, whatever its documents say",
        ),
    ] {
        let found = run(conformance::source_of_texts(
            async |files: &[(&str, &str)]| {
                let files = files
                    .iter()
                    .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()))
                    .collect();
                let inner = Given {
                    name: "given".into(),
                    files,
                };
                Broken {
                    inner,
                    breaks,
                    loads: AtomicUsize::new(0),
                }
            },
        ));
        assert!(
            found.iter().any(|violation| violation.rule == rule),
            "{breaks:?}: {found:?}"
        );
    }
}
