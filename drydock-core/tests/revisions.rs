//! A design that is kept is, when it is recalled, the design that was read: values, places, findings and secrets. And a
//! store is given nothing of a secret.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "revisions/damage.rs"]
mod damage;
#[path = "revisions/history.rs"]
mod history;
#[path = "revisions/secrets.rs"]
mod secrets;
#[path = "support/shown.rs"]
mod shown;
mod support;
#[allow(dead_code)]
#[path = "incremental/world.rs"]
mod world;

use drydock_core::{
    Design,
    model::Kinds,
    names::{DocumentId, Kind, SourceName},
    resolve::Allocations,
    revision::{Kept, RevisionError, Which, keep, recall},
    secret::{Seal, Vault},
    source::{Document, Entry, Federation, Form, Owner, Snapshot, Value, ValueData, yaml},
    span::{SourceFile, Span},
    state::{MemoryStore, StateStore},
    testing::fixture,
    validate::RuleSet,
};
use proptest::prelude::*;
use shown::shown;
use std::{path::Path, sync::Arc};

fn design(snapshot: &Snapshot) -> Design {
    Design::of(snapshot, &RuleSet::standard(), &Allocations::default())
}

fn vault() -> Arc<dyn Seal> {
    Arc::new(Vault::new())
}

/// Keeps a snapshot at the time 7.
async fn kept(
    store: &dyn StateStore,
    snapshot: &Snapshot,
    seal: Option<&Arc<dyn Seal>>,
) -> Result<Kept, RevisionError> {
    keep(store, snapshot, &design(snapshot), &Kinds::new(), seal, 7).await
}

/// What recalling makes of a snapshot that was kept.
async fn again(snapshot: &Snapshot) -> Snapshot {
    let (store, seal) = (MemoryStore::new(), vault());
    kept(&store, snapshot, Some(&seal)).await.unwrap();
    let recalled = recall(&store, Which::Latest, Some(&seal)).await.unwrap();
    assert_eq!(recalled.revision.documents, snapshot.documents.len());
    recalled.snapshot
}

/// Whether two values say the same, secrets included.
fn equal(a: &Value, b: &Value) -> bool {
    match (&a.data, &b.data) {
        (ValueData::Scalar(a), ValueData::Scalar(b)) => a == b,
        (ValueData::List(a), ValueData::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (ValueData::Map(a), ValueData::Map(b)) => {
            let alike = |(a, b): (&_, &_)| same_entry(a, b);
            a.len() == b.len() && a.iter().zip(b.iter()).all(alike)
        }
        _ => false,
    }
}

fn same_entry(a: &Entry, b: &Entry) -> bool {
    a.key == b.key && equal(&a.value, &b.value)
}

/// The documents in the order of their places.
fn in_order(snapshot: &Snapshot) -> Vec<&Document> {
    let mut documents: Vec<&Document> = snapshot.documents.iter().collect();
    documents.sort_by_cached_key(|document| {
        let (file, lo, hi) = snapshot.files.order(document.span);
        let who = (document.source.clone(), document.id.clone());
        (file.to_owned(), lo, hi, who, format!("{:?}", document.spec))
    });
    documents
}

/// Recalled, it is the same design, and so it is once more.
async fn survives(what: &str, snapshot: &Snapshot) {
    let recalled = again(snapshot).await;
    for (read, recalled) in in_order(snapshot).iter().zip(in_order(&recalled)) {
        assert_eq!(read.id, recalled.id, "{what}");
        assert_eq!(read.source, recalled.source, "{what}");
        assert!(equal(&read.spec, &recalled.spec), "{what}: {}", read.id);
        let metadata = (&read.metadata, &recalled.metadata);
        let same = match metadata {
            (Some(a), Some(b)) => equal(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        assert!(same, "{what}: {}", read.id);
    }
    let (read, recalled) = (design(snapshot), design(&recalled));
    let (read, recalled) = (shown(&read), shown(&recalled));
    if read != recalled {
        let differing = read.lines().zip(recalled.lines()).find(|(a, b)| a != b);
        panic!("{what}: {differing:#?}");
    }
}

fn files_below(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path
            .extension()
            .is_some_and(|of| of == "yaml" || of == "yml")
        {
            let name = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .display()
                .to_string();
            found.push((name, std::fs::read(&path).unwrap()));
        }
    }
}

fn snapshot(files: &[(String, Vec<u8>)]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (name, bytes) in files {
        let read = yaml::read(name, bytes);
        snapshot.files.insert(read.file);
        snapshot.documents.extend(read.documents);
        snapshot.diagnostics.extend(read.diagnostics);
    }
    snapshot
}

#[tokio::test]
async fn every_golden_case_survives() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut cases = 0;
    for code in std::fs::read_dir(root).unwrap() {
        let code = code.unwrap().path();
        // Beside the folders lies what explains them.
        for case in std::fs::read_dir(&code).into_iter().flatten() {
            let case = case.unwrap().path();
            let mut files = Vec::new();
            if case.is_dir() {
                files_below(&case, &mut files);
            }
            survives(&case.display().to_string(), &snapshot(&files)).await;
            cases += usize::from(!files.is_empty());
        }
    }
    assert!(cases > 150, "{cases} cases");
}

#[tokio::test]
async fn the_bundled_site_survives() {
    let files = support::bundled_site();
    survives(
        "the bundled site",
        &fixture::snapshot(&support::borrowed(&files)),
    )
    .await;
}

#[tokio::test]
async fn designs_of_others_survive() {
    for name in [
        "fullsite.yaml",
        "deckhand_fullsite.yaml",
        "bootstrap_seed_2017.yaml",
    ] {
        if let Some(text) = support::foreign_site(name) {
            survives(name, &fixture::snapshot(&[(name, &text)])).await;
        }
    }
}

#[tokio::test]
async fn aliases_are_kept_once() {
    let mut text = "apiVersion: drydock/v1\nkind: Region\nmetadata: {name: r}\nspec:\n  tag_definitions: []\n  x0: &a0 [1, 2, 3, 4, 5, 6, 7, 8]\n".to_owned();
    for n in 1..6 {
        let one = format!("*a{}", n - 1);
        let ten = [one.as_str(); 10].join(", ");
        text += &format!("  x{n}: &a{n} [{ten}]\n");
    }
    let snapshot = fixture::snapshot(&[("aliases.yaml", &text)]);
    let store = MemoryStore::new();
    let kept = kept(&store, &snapshot, None).await.unwrap();
    assert!(
        kept.bytes < 16 * text.len(),
        "{} bytes of {}",
        kept.bytes,
        text.len()
    );
    survives("aliases", &snapshot).await;
}

/// An inventory: its values stand in no text, but at places that it has names for.
fn inventory(third: &str) -> Snapshot {
    let locators = ["/racks/7", "/racks/7/name", third];
    let locators: Vec<Box<str>> = locators.map(Into::into).to_vec();
    let file = Arc::new(SourceFile::external("dcim", locators));
    let at = |n| Span::new(file.id(), n, n);
    let text = |text: &str, n| Value::scalar(text, Form::Quoted, at(n));
    let entry = |key: &str, value: Value| Entry {
        key: key.into(),
        key_span: value.span,
        value,
    };
    let labels = Value::map(vec![entry("row", text("7", 2))], at(0));
    let document = |name: &str, n| Document {
        id: DocumentId::new(Kind::Rack, name),
        source: SourceName::default(),
        span: at(n),
        name_span: at(1),
        metadata: None,
        spec: Value::map(vec![entry("labels", labels.clone())], at(n)),
    };
    let mut snapshot = Snapshot {
        documents: vec![document("r7", 0), document("r8", 1)],
        ..Snapshot::default()
    };
    // A value nobody wrote, and one that stands in a text of another name.
    let note = Arc::new(SourceFile::text("notes.txt", "row 9"));
    let spec = vec![
        entry(
            "labels",
            Value::map(vec![entry("row", text("9", 1))], Span::NONE),
        ),
        entry(
            "x",
            Value::scalar("row", Form::Plain, Span::new(note.id(), 0, 3)),
        ),
    ];
    let homeless = Document {
        span: Span::NONE,
        spec: Value::map(spec, Span::NONE),
        ..document("r9", 0)
    };
    snapshot.documents.push(homeless);
    snapshot.files.insert(file);
    snapshot.files.insert(note);
    snapshot
}

#[tokio::test]
async fn an_inventory_survives() {
    survives("an inventory", &inventory("/racks/7/row")).await;
    let inventory = inventory("https://u:hunter2@dcim.example/racks/7");
    let recalled = again(&inventory).await;
    let origin = |snapshot: &Snapshot, n: usize| {
        let spec = &snapshot.documents[n].spec;
        let value = spec.at(["labels", "row"]).unwrap();
        snapshot.files.origin(value.span).to_string()
    };
    assert_eq!(
        origin(&inventory, 0),
        "dcim:https://u:hunter2@dcim.example/racks/7"
    );
    assert_eq!(
        origin(&recalled, 0),
        "dcim:https://***@dcim.example/racks/7"
    );
}

/// The files of two sources, of which `upper` owns a field and precedes the other.
fn federated(texts: &[String]) -> Snapshot {
    let owner = Owner::new("upper", Kind::Rack, "labels".parse().unwrap());
    let federation = Federation::new(["lower", "upper"], [owner], ["upper"]).unwrap();
    let mut snapshot = Snapshot {
        federation: Arc::new(federation),
        ..Snapshot::default()
    };
    for (n, text) in texts.iter().enumerate() {
        // Two sources may have files of one name.
        let mut read = yaml::read(&format!("{}.yaml", n / 2), text.as_bytes());
        for document in &mut read.documents {
            document.source = SourceName::from(["lower", "upper"][n % 2]);
        }
        snapshot.files.insert(read.file);
        snapshot.documents.extend(read.documents);
        snapshot.diagnostics.extend(read.diagnostics);
    }
    snapshot
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_design_of_two_sources_survives(texts in world::texts()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(survives("two sources", &federated(&texts)));
    }
}
