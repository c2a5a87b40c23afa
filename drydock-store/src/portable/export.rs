//! A store to lines.

use super::{Counts, PortableError, line::Line};
use drydock_core::state::{StateRevision, StateStore};
use std::{
    io::{self, Write},
    time::Duration,
};

/// Writes everything that the store holds, as it is at one moment, and flushes it. A key or journal of what is written at
/// the same time would stand beside one of before, so that is an error.
///
/// The values of all keys are in memory at once, and the entries of one journal at a time. Writing blocks.
///
/// # Errors
/// When the store fails or is written to, or the lines cannot be written. What was written then has no last line and is
/// not imported.
pub async fn export(
    store: &dyn StateStore,
    mut out: impl Write + Send,
) -> Result<Counts, PortableError> {
    let before = last_change(store, StateRevision(0)).await?;
    let mut counts = Counts::default();
    put(&mut out, Line::first())?;
    for stored in store.scan("").await? {
        put(&mut out, Line::Key(stored.key.into(), stored.value))?;
        counts.keys += 1;
    }
    for journal in store.journals("").await? {
        counts.journals += 1;
        for entry in store.read_journal(&journal, 0).await? {
            put(&mut out, Line::Entry(journal.to_string(), entry))?;
            counts.entries += 1;
        }
    }
    if last_change(store, before).await? != before {
        return Err(PortableError::Busy);
    }
    put(&mut out, Line::End(counts))?;
    out.flush()?;
    Ok(counts)
}

fn put(out: &mut impl Write, line: Line) -> io::Result<()> {
    out.write_all(&line.write()?)
}

/// The revision of the last commit that changed anything, looked for from this one on.
async fn last_change(
    store: &dyn StateStore,
    mut last: StateRevision,
) -> Result<StateRevision, PortableError> {
    // What is only a hint may be behind, so the changes after it are looked through.
    last = last.max(store.changed(last, Duration::ZERO).await?);
    while let Some(change) = store.changes(last).await?.last() {
        last = change.revision();
    }
    Ok(last)
}
