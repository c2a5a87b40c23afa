//! What is not copied, and that nobody can tell from the result. What is written exactly as its form demands is checked where
//! it stands, the rest in a copy; what somebody else holds is never changed, so that keeping a snapshot asks for the copying
//! check. What nodes have as their profile has it is decoded once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_core::{
    Design,
    resolve::{Allocations, ResolvedNode},
    source::{Document, Entry, Form, Snapshot, Value, ValueData, yaml},
    testing::fixture,
    validate::RuleSet,
};
use std::{fs, path::Path, sync::Arc};

/// The bundled site and every broken design that is kept, as they are written.
fn texts() -> Vec<String> {
    let mut texts = texts_under("../examples/site");
    texts.extend(texts_under("tests/diagnostics"));
    assert!(texts.len() > 150, "the designs were not found");
    texts
}

/// What stands in the YAML files of a folder.
fn texts_under(folder: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == "yaml") {
                texts.extend(fs::read_to_string(path));
            }
        }
    }
    texts.sort();
    texts
}

fn snapshot(document: Document) -> Snapshot {
    let mut snapshot = Snapshot::default();
    snapshot.documents.push(document);
    snapshot
}

/// What comes of a document, for comparison: itself in its present spelling, and what is found.
fn outcome(snapshot: Snapshot) -> String {
    let design = Design::new(snapshot, &RuleSet::standard(), &Allocations::default());
    format!("{:?}\n{:?}", design.resolved.documents, design.diagnostics)
}

/// A copy that nobody else holds; the scalar of this number says something else in it. None if there are fewer.
fn damaged(document: &Document, number: usize, put: (&str, Form)) -> Option<Document> {
    let mut left = Some(number);
    let spec = apart(&document.spec, &mut left, put);
    let document = Document {
        spec,
        ..document.clone()
    };
    left.is_none().then_some(document)
}

fn apart(value: &Value, left: &mut Option<usize>, put: (&str, Form)) -> Value {
    match &value.data {
        ValueData::Scalar(_) => {
            let here = *left == Some(0);
            *left = left.and_then(|left| left.checked_sub(1));
            match here {
                true => Value::scalar(put.0, put.1, value.span),
                false => value.clone(),
            }
        }
        ValueData::List(items) => {
            let items = items.iter().map(|item| apart(item, left, put));
            Value::list(items.collect::<Vec<_>>(), value.span)
        }
        ValueData::Map(entries) => {
            let entries = entries.iter().map(|entry| Entry {
                value: apart(&entry.value, left, put),
                ..entry.clone()
            });
            Value::map(entries.collect::<Vec<_>>(), value.span)
        }
    }
}

#[test]
fn whatever_is_written_is_settled_in_place_as_it_is_in_a_copy() {
    const TEXTS: [(&str, Form); 12] = [
        ("", Form::Plain),
        ("", Form::Quoted),
        ("null", Form::Plain),
        ("null", Form::Quoted),
        ("!", Form::Quoted),
        ("!x", Form::Tagged),
        ("!name", Form::Quoted),
        ("true", Form::Quoted),
        ("017", Form::Plain),
        ("20G", Form::Plain),
        ("AA:BB:CC:DD:EE:FF", Form::Plain),
        ("x", Form::Secret),
    ];
    let mut tried = 0;
    for (turn, text) in texts().iter().enumerate() {
        for document in yaml::read("a.yaml", text.as_bytes()).documents {
            for number in 0..5 {
                let put = TEXTS[(turn + 5 * number) % TEXTS.len()];
                let Some(damaged) = damaged(&document, number, put) else {
                    break;
                };
                let held = snapshot(damaged);
                let before = format!("{held:?}");
                let copied = outcome(held.clone());
                assert_eq!(format!("{held:?}"), before, "another's was changed");
                assert_eq!(outcome(held), copied, "{put:?} at {number} in {text}");
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn what_is_right_is_not_copied() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read(core.join("../examples/site/formation/nodes-r1.yaml")).unwrap();
    let documents = yaml::read("nodes.yaml", &text).documents;
    assert!(documents.len() > 3);
    for document in documents {
        let (id, place) = (
            document.id.clone(),
            document.spec.as_map().unwrap().as_ptr(),
        );
        let design = Design::new(
            snapshot(document),
            &RuleSet::standard(),
            &Allocations::default(),
        );
        let kept = &design.resolved.documents[&id].spec;
        assert_eq!(kept.as_map().unwrap().as_ptr(), place, "{id}");
    }
}

#[test]
fn what_nodes_have_as_their_profile_has_it_is_decoded_once() {
    let site = texts_under("../examples/site");
    let files: Vec<(&str, &str)> = site.iter().map(|text| ("site.yaml", &**text)).collect();
    let design = fixture::load(&files);
    let nodes: Vec<_> = design.resolved.nodes.values().collect();
    let shares = |node: &&&Arc<ResolvedNode>| {
        let mut others = nodes.iter().filter(|other| other.name != node.name);
        others.any(|other| Arc::ptr_eq(&other.spec.storage, &node.spec.storage))
    };
    let sharing = nodes.iter().filter(shares).count();
    assert!(sharing * 2 > nodes.len() && nodes.len() > 9, "{sharing}");
}
