//! The stages of the pipeline as one call each, on texts in memory, and the floor under them.

use crate::SiteFile;
use drydock_core::{
    Drivers, Goal, Selector,
    driver::Context,
    execute::survey::observe_all,
    plan::{self, Observations, Planned},
    resolve::{self, Allocations, Resolved, ResolvedDesign},
    source::{Snapshot, yaml},
};
use drydock_noop::{NoopNetworkDriver, NoopOobDriver, NoopServerDriver};
use granit_parser::Parser;
use std::{io, sync::Arc};

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

/// Reads the texts as a source does: documents with the span of every value.
pub fn read<'a>(files: impl IntoIterator<Item = &'a SiteFile>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    files
        .into_iter()
        .for_each(|file| read_into(&mut snapshot, file));
    snapshot
}

/// Reads one more text.
pub fn read_into(snapshot: &mut Snapshot, (name, text): &SiteFile) {
    let read = yaml::read(name, text.as_bytes());
    snapshot.documents.extend(read.documents);
    snapshot.diagnostics.extend(read.diagnostics);
    snapshot.files.insert(read.file);
}

/// Resolves, with provenance.
pub fn resolve(snapshot: &Snapshot) -> Resolved {
    resolve::resolve(snapshot, &Allocations::default())
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
