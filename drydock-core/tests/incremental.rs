//! A site that is kept through changes is, after each of them, what loading everything anew gives: values, places and
//! findings. And an update costs what depends on the change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "incremental/counted.rs"]
mod counted;
#[path = "incremental/world.rs"]
mod world;

use drydock_core::{
    Design, Site,
    resolve::{Allocations, Changes, ResolvedDesign},
    source::{Snapshot, Value, ValueData, yaml},
    validate::RuleSet,
};
use proptest::prelude::*;
use std::{collections::BTreeMap, fmt::Write};

/// Everything a design says, with the place of every value; file ids, which differ from load to load, are left out.
fn shown(design: &Design) -> String {
    let Design {
        resolved,
        diagnostics,
        allocations,
        ..
    } = design;
    let mut text = String::new();
    for diagnostic in diagnostics.to_json(&resolved.files) {
        writeln!(text, "{}", serde_json::to_string(&diagnostic).unwrap()).unwrap();
    }
    writeln!(text, "{allocations:?}").unwrap();
    for (id, document) in &resolved.documents {
        place(&mut text, resolved, &id.to_string(), &document.spec);
    }
    for (name, profile) in &resolved.profiles {
        writeln!(text, "profile {name} {:?}", profile.chain).unwrap();
        place(&mut text, resolved, name, &profile.value);
    }
    for (name, network) in &resolved.networks {
        let spec = serde_json::to_string(&network.spec).unwrap();
        let (link, mtu, routes) = (&network.link, network.mtu, &network.routes);
        writeln!(text, "network {name} {spec} {link:?} {mtu} {routes:?}").unwrap();
    }
    for (name, node) in &resolved.nodes {
        writeln!(text, "node {name} {:?} {:?}", node.chain, node.fqdn).unwrap();
        writeln!(text, "{}", serde_json::to_string(&node.spec).unwrap()).unwrap();
        writeln!(text, "{:?} {:?}", node.interfaces, node.disks).unwrap();
        writeln!(text, "{:?} {:?}", node.labels, node.hardware).unwrap();
        writeln!(text, "{:?} {}", node.oob_address, node.kernel_params).unwrap();
        place(&mut text, resolved, name, &node.value);
    }
    let others = (&resolved.racks, &resolved.links, &resolved.regions);
    writeln!(
        text,
        "{others:?} {:?} {:?}",
        resolved.hardware, resolved.boot_actions
    )
    .unwrap();
    text
}

fn place(text: &mut String, design: &ResolvedDesign, path: &str, value: &Value) {
    writeln!(text, "{path} {}", design.files.origin(value.span)).unwrap();
    match &value.data {
        ValueData::Scalar(scalar) => writeln!(text, "{path} = {scalar:?}").unwrap(),
        ValueData::List(items) => {
            for (n, item) in items.iter().enumerate() {
                place(text, design, &format!("{path}.{n}"), item);
            }
        }
        ValueData::Map(entries) => {
            for entry in entries.iter() {
                let key = design.files.origin(entry.key_span);
                writeln!(text, "{path}.{} {key}", entry.key).unwrap();
                place(text, design, &format!("{path}.{}", entry.key), &entry.value);
            }
        }
    }
}

/// The same files, loaded anew.
fn anew(files: &BTreeMap<String, String>, allocations: &Allocations) -> Design {
    let mut snapshot = Snapshot::default();
    for (name, text) in files {
        let read = yaml::read(name, text.as_bytes());
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

    /// Files are written, written otherwise, broken and deleted, one at a time or several at once.
    #[test]
    fn any_sequence_of_changes_is_loading_anew(steps in world::steps()) {
        let mut files = BTreeMap::new();
        let mut site = Site::new(RuleSet::standard());
        for (n, step) in steps.into_iter().enumerate() {
            let known = site.design().allocations;
            let mut changes = Changes::new();
            for (file, text) in step {
                changes = match &text {
                    Some(text) => changes.file(yaml::read(&file, text.as_bytes())),
                    None => changes.without_file(&file),
                };
                match text {
                    Some(text) => files.insert(file, text),
                    None => files.remove(&file),
                };
            }
            let update = site.update(changes);
            let design = anew(&files, &known);
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
