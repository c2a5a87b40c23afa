//! What the store's reads are on the tables. What is missing or out of place there is reported, never passed over.

use super::{
    fault::Fault,
    tables::{APPENDED, DELETED, ENTRIES, HISTORY, JOURNALS, KEYS, Place, WRITTEN},
};
use drydock_core::state::{PAGE, StateChange, StateRevision, Stored};
use redb::{ReadTransaction, ReadableTable};
use smol_str::SmolStr;

/// The value of a key.
pub(super) fn value(read: &ReadTransaction, key: &str) -> Result<Option<Stored>, Fault> {
    let place = read.open_table(KEYS)?.get(key)?.map(|row| row.value());
    let history = read.open_table(HISTORY)?;
    place.map(|at| written(&history, key, at)).transpose()
}

/// Every key that begins with the prefix, in order.
pub(super) fn values(read: &ReadTransaction, prefix: &str) -> Result<Vec<Stored>, Fault> {
    let (keys, history) = (read.open_table(KEYS)?, read.open_table(HISTORY)?);
    let mut found = Vec::new();
    for row in keys.range(prefix..)? {
        let (key, place) = row?;
        if !key.value().starts_with(prefix) {
            break;
        }
        found.push(written(&history, key.value(), place.value())?);
    }
    Ok(found)
}

/// The names of the journals that begin with the prefix, in order.
pub(super) fn journals(read: &ReadTransaction, prefix: &str) -> Result<Vec<SmolStr>, Fault> {
    let mut found = Vec::new();
    for row in read.open_table(JOURNALS)?.range(prefix..)? {
        let (name, _) = row?;
        if !name.value().starts_with(prefix) {
            break;
        }
        found.push(name.value().into());
    }
    Ok(found)
}

/// The entries of a journal without the first `skip`.
pub(super) fn entries(
    read: &ReadTransaction,
    journal: &str,
    skip: u64,
) -> Result<Vec<Vec<u8>>, Fault> {
    let length = read.open_table(JOURNALS)?.get(journal)?;
    let length = length.map_or(0, |row| row.value());
    let (mut found, mut next) = (Vec::new(), skip);
    if skip < length {
        for row in read
            .open_table(ENTRIES)?
            .range((journal, skip)..(journal, length))?
        {
            let (key, entry) = row?;
            if key.value().1 != next {
                break;
            }
            found.push(entry.value().to_vec());
            next += 1;
        }
    }
    match next < length {
        true => Err(Fault::Damaged(format!(
            "entry {next} of {length} of the journal {journal} is missing"
        ))),
        false => Ok(found),
    }
}

/// What commits after this revision changed: whole commits, a page of them.
pub(super) fn changes(
    read: &ReadTransaction,
    after: StateRevision,
) -> Result<Vec<StateChange>, Fault> {
    let mut found: Vec<StateChange> = Vec::new();
    let Some(from) = after.0.checked_add(1) else {
        return Ok(found);
    };
    for row in read.open_table(HISTORY)?.range((from, 0)..)? {
        let (place, change) = row?;
        let revision = StateRevision(place.value().0);
        if found.len() >= PAGE && found.last().is_some_and(|last| last.revision() < revision) {
            break;
        }
        let (what, name, value) = change.value();
        let key = SmolStr::from(name);
        found.push(match what {
            WRITTEN => StateChange::Put(Stored {
                key,
                revision,
                value: value.to_vec(),
            }),
            DELETED => StateChange::Deleted { key, revision },
            APPENDED => StateChange::Appended {
                journal: key,
                revision,
            },
            _ => return Err(misplaced(name, place.value())),
        });
    }
    Ok(found)
}

fn written(
    history: &impl ReadableTable<Place, super::tables::Change>,
    key: &str,
    place: Place,
) -> Result<Stored, Fault> {
    let row = history.get(place)?;
    match row.as_ref().map(|row| row.value()) {
        Some((WRITTEN, name, value)) if name == key => Ok(Stored {
            key: key.into(),
            revision: StateRevision(place.0),
            value: value.to_vec(),
        }),
        _ => Err(misplaced(key, place)),
    }
}

fn misplaced(name: &str, (revision, place): Place) -> Fault {
    Fault::Damaged(format!(
        "what it says of {name} at revision {revision}, change {place}, is missing or makes no sense"
    ))
}
