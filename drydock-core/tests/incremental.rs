//! A site that is kept through changes is, after each of them, what loading everything anew gives: values, places and
//! findings. And an update costs what depends on the change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "incremental/counted.rs"]
mod counted;
#[path = "incremental/world.rs"]
mod world;

use drydock_core::{
    Design, Site,
    names::{Kind, SourceName},
    resolve::{Allocations, Changes, ResolvedDesign},
    source::{Document, Federation, Owner, Snapshot, Value, ValueData, yaml},
    validate::RuleSet,
};
use proptest::{option, prelude::*};
use std::{collections::BTreeMap, fmt::Write, sync::Arc};

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
    for (id, fragments) in &resolved.fragments {
        let sources: Vec<&str> = fragments.iter().map(|f| f.source.as_str()).collect();
        writeln!(text, "{id} of {sources:?}").unwrap();
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
