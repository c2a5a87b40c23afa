//! The stages of the pipeline as one call each, on texts in memory, and the floor under them.

use crate::SiteFile;
use drydock_core::{
    Design, Drivers, Goal, Selector,
    driver::Context,
    execute::survey::observe_all,
    names::Kind,
    plan::{self, Observations, Planned},
    resolve::{self, Allocations, Resolved, ResolvedDesign},
    source::{Document, Entry, Form, Snapshot, Value, yaml},
    validate::RuleSet,
};
use drydock_noop::{NoopNetworkDriver, NoopOobDriver, NoopServerDriver};
use granit_parser::Parser;
use std::{io, panic::resume_unwind, sync::Arc, thread};

/// How many bytes the texts have.
pub fn bytes(files: &[SiteFile]) -> u64 {
    files.iter().map(|(_, text)| text.len() as u64).sum()
}

/// The floor: the parser's events of these texts, counted and dropped, in one thread. Nobody can read YAML with this
/// parser in less.
///
/// # Panics
/// When a text is not YAML.
pub fn events(files: &[SiteFile]) -> usize {
    let count = |(name, text): &SiteFile| {
        let mut parser = Parser::new_from_str(text);
        let mut events = 0;
        while let Some(event) = parser.next_event() {
            assert!(event.is_ok(), "{name}: {event:?}");
            events += 1;
        }
        events
    };
    files.iter().map(count).sum()
}

/// The floor's work shared among all cores. Where cores share a core's parts, each of them is slower than it would be
/// alone: what this costs in processor time over [`events`] is the machine's, and no stage can have it for less.
///
/// # Panics
/// As [`events`].
pub fn events_on_all_cores(files: &[SiteFile]) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let shares = files.chunks(files.len().div_ceil(cores).max(1));
    thread::scope(|scope| {
        let busy: Vec<_> = shares
            .map(|share| scope.spawn(move || events(share)))
            .collect();
        busy.into_iter()
            .map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .sum()
    })
}

/// Reads the texts as a source does, on all cores: documents with the span of every value.
pub fn read(files: &[SiteFile]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for read in yaml::read_all(files) {
        add(&mut snapshot, read);
    }
    snapshot
}

/// Reads one more text.
pub fn read_into(snapshot: &mut Snapshot, (name, text): &SiteFile) {
    add(snapshot, yaml::read(name, text.as_bytes()));
}

fn add(snapshot: &mut Snapshot, read: yaml::Read) {
    snapshot.documents.extend(read.documents);
    snapshot.diagnostics.extend(read.diagnostics);
    snapshot.files.insert(read.file);
}

/// Resolves, with provenance.
pub fn resolve(snapshot: &Snapshot) -> Resolved {
    resolve::resolve(snapshot, &Allocations::default())
}

/// Resolves and validates, under the standard rules; what was read is freed on the way.
pub fn design(snapshot: Snapshot) -> Design {
    Design::new(snapshot, &RuleSet::standard(), &Allocations::default())
}

/// A node's document that says something else in one place; nothing where there is no such node.
pub fn edited(design: &ResolvedDesign, node: &str, serial: &str) -> Option<Document> {
    let mut document = Document::clone(design.document(Kind::BaremetalNode, node)?);
    let entries = document.spec.as_map().unwrap_or_default().iter();
    let others = entries.filter(|entry| entry.key != "serial").cloned();
    let mut entries: Vec<Entry> = others.collect();
    entries.push(Entry {
        key: "serial".into(),
        key_span: document.name_span,
        value: Value::scalar(serial, Form::Plain, document.name_span),
    });
    document.spec = Value::map(entries, document.spec.span);
    Some(document)
}

/// Noop drivers for everything: planning with them costs what planning itself costs.
pub fn drivers() -> Drivers {
    Drivers::new()
        .server(Selector::everything(), Arc::new(NoopServerDriver::new()))
        .network(Selector::everything(), Arc::new(NoopNetworkDriver::new()))
        .oob("ipmi", Arc::new(NoopOobDriver::new()))
}

/// What these drivers see: every node New, no network there.
///
/// # Errors
/// When no runtime can be had.
pub fn observe(design: &ResolvedDesign, drivers: &Drivers) -> io::Result<Observations> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let nodes: Vec<_> = design.nodes.values().cloned().collect();
    let cx = Context::detached("bench");
    Ok(runtime.block_on(observe_all(&cx, design, drivers, &nodes)))
}

/// Plans to deploy every node.
pub fn plan(design: &ResolvedDesign, drivers: &Drivers, seen: &Observations) -> Planned {
    plan::plan(design, drivers, seen, Goal::Deploy, &Selector::everything())
}
