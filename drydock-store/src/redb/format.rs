//! Which format a file is in, and who wrote it: the first thing that is written to a file, and the first that is read.

use super::{
    fault::Fault,
    tables::{ENTRIES, FORMAT, HEAD, HISTORY, JOURNALS, KEYS, LEASES, REVISION},
};
use drydock_core::state::StateRevision;
use redb::{ReadTransaction, ReadableTable, TableHandle, WriteTransaction};

/// The version of the tables. A file of a version that is not known here is not opened.
const VERSION: u64 = 1;

/// The version of this crate.
const OURS: &str = env!("CARGO_PKG_VERSION");

/// Makes an empty database a store.
pub(super) fn write(write: &WriteTransaction) -> Result<(), Fault> {
    let mut format = write.open_table(FORMAT)?;
    format.insert("store", "drydock")?;
    format.insert("version", &*VERSION.to_string())?;
    format.insert("written-by", OURS)?;
    write.open_table(HEAD)?.insert(REVISION, 0)?;
    write.open_table(HISTORY)?;
    write.open_table(KEYS)?;
    write.open_table(JOURNALS)?;
    write.open_table(ENTRIES)?;
    write.open_table(LEASES)?;
    Ok(())
}

/// The revision of a store that can be worked with.
pub(super) fn check(read: &ReadTransaction) -> Result<StateRevision, Fault> {
    if !read
        .list_tables()?
        .any(|table| table.name() == FORMAT.name())
    {
        return Err(Fault::Damaged(
            "it is no drydock store, but another program's database".into(),
        ));
    }
    let format = read.open_table(FORMAT)?;
    let row = |name: &str| -> Result<String, Fault> {
        let row = format.get(name)?;
        Ok(row.map_or_else(String::new, |row| row.value().into()))
    };
    if row("store")? != "drydock" {
        return Err(Fault::Damaged(
            "it is no drydock store, but another program's database".into(),
        ));
    }
    let (version, writer) = (row("version")?, row("written-by")?);
    match version.parse::<u64>() {
        Ok(VERSION) => {}
        Ok(newer) if newer > VERSION => {
            return Err(Fault::Unusable(format!(
                "is in format {newer} and was written by drydock-store {writer}; this is drydock-store {OURS}, which knows \
                 formats up to {VERSION}: use {writer} or newer, or export there and import here into a new file"
            )));
        }
        _ => {
            return Err(Fault::Damaged(format!("its format is called {version:?}")));
        }
    }
    // Each is there, and has the types that it should have.
    read.open_table(KEYS)?;
    read.open_table(JOURNALS)?;
    read.open_table(ENTRIES)?;
    read.open_table(LEASES)?;
    let last = read
        .open_table(HISTORY)?
        .last()?
        .map_or(0, |(place, _)| place.value().0);
    let revision = read.open_table(HEAD)?.get(REVISION)?.map(|row| row.value());
    match revision {
        Some(revision) if revision >= last => Ok(StateRevision(revision)),
        _ => Err(Fault::Damaged(format!(
            "its history goes on to revision {last}, its head says {}",
            revision.map_or("nothing".into(), |revision| revision.to_string())
        ))),
    }
}
