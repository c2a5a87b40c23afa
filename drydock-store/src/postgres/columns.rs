//! Batches as the columns that the database's `commit_batches` takes, and what it answers. Pure.

use drydock_core::state::{Batch, StateError, StateRevision};
use tokio_postgres::{Row, types::ToSql};

/// What the columns are handed to.
pub(super) const COMMIT: &str = "SELECT committed, unmet, actual \
    FROM commit_batches($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

/// Batches side by side: their leases by number, and of everything else where each one's part ends.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    lease_names: Vec<Option<&'a str>>,
    lease_owners: Vec<&'a str>,
    lease_fences: Vec<i64>,
    expect_ends: Vec<i32>,
    expect_keys: Vec<&'a str>,
    expect_revisions: Vec<i64>,
    put_ends: Vec<i32>,
    put_keys: Vec<&'a str>,
    put_values: Vec<&'a [u8]>,
    delete_ends: Vec<i32>,
    delete_keys: Vec<&'a str>,
    append_ends: Vec<i32>,
    append_journals: Vec<&'a str>,
    append_entries: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(batches: impl IntoIterator<Item = &'a Batch>) -> Self {
        let mut columns = Self::default();
        batches.into_iter().for_each(|batch| columns.push(batch));
        columns
    }

    fn push(&mut self, batch: &'a Batch) {
        let lease = batch.lease.as_ref();
        self.lease_names
            .push(lease.map(|lease| lease.name.as_str()));
        self.lease_owners
            .push(lease.map_or("", |lease| lease.owner.as_str()));
        self.lease_fences
            .push(lease.map_or(0, |lease| number(lease.fence)));
        for (key, revision) in &batch.expect {
            self.expect_keys.push(key);
            self.expect_revisions.push(number(revision.0));
        }
        for (key, value) in &batch.put {
            self.put_keys.push(key);
            self.put_values.push(value);
        }
        self.delete_keys
            .extend(batch.delete.iter().map(|key| key.as_str()));
        for (journal, entry) in &batch.append {
            self.append_journals.push(journal);
            self.append_entries.push(entry);
        }
        self.expect_ends.push(end(&self.expect_keys));
        self.put_ends.push(end(&self.put_keys));
        self.delete_ends.push(end(&self.delete_keys));
        self.append_ends.push(end(&self.append_journals));
    }

    pub(super) fn parameters(&self) -> [&(dyn ToSql + Sync); 14] {
        [
            &self.lease_names,
            &self.lease_owners,
            &self.lease_fences,
            &self.expect_ends,
            &self.expect_keys,
            &self.expect_revisions,
            &self.put_ends,
            &self.put_keys,
            &self.put_values,
            &self.delete_ends,
            &self.delete_keys,
            &self.append_ends,
            &self.append_journals,
            &self.append_entries,
        ]
    }
}

/// As the database counts. What is beyond its numbers was never given out, and nothing is equal to -1.
pub(super) fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(-1)
}

fn end(list: &[&str]) -> i32 {
    // A message to the database has at most 1 GiB, so no list is longer.
    i32::try_from(list.len()).unwrap_or(i32::MAX)
}

/// What the database answered to one batch; none where it makes no sense.
pub(super) fn answer(row: &Row, batch: &Batch) -> Option<Result<StateRevision, StateError>> {
    let committed: Option<i64> = row.try_get(0).ok()?;
    let unmet: Option<i32> = row.try_get(1).ok()?;
    let actual: Option<i64> = row.try_get(2).ok()?;
    if let Some(revision) = committed {
        return Some(Ok(StateRevision(u64::try_from(revision).ok()?)));
    }
    Some(Err(match unmet {
        Some(place) => {
            let place = usize::try_from(place).ok()?.checked_sub(1)?;
            let (key, expected) = batch.expect.get(place)?;
            StateError::Conflict {
                key: key.clone(),
                expected: *expected,
                actual: StateRevision(u64::try_from(actual?).ok()?),
            }
        }
        None => {
            let lease = batch.lease.as_ref()?;
            StateError::Fenced {
                name: lease.name.clone(),
                fence: lease.fence,
            }
        }
    }))
}
