//! Batches that are made durable together: each is held against what those before it did, and carried out whole or not
//! at all. Nothing here is seen by anybody before the transaction is committed, which is not done here.

use super::{
    fault::Fault,
    leases::{Held, Leases, end, fenced},
    tables::{
        APPENDED, Change, DELETED, ENTRIES, HEAD, HISTORY, JOURNALS, KEYS, LEASES, Place, REVISION,
        WRITTEN,
    },
};
use drydock_core::state::{Batch, Lease, StateError, StateRevision};
use redb::{ReadableTable, Table, WriteTransaction};
use smol_str::SmolStr;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

/// What a group has done so far.
pub(super) struct Group<'t> {
    head: Table<'t, &'static str, u64>,
    history: Table<'t, Place, Change>,
    keys: Table<'t, &'static str, Place>,
    journals: Table<'t, &'static str, u64>,
    entries: Table<'t, (&'static str, u64), &'static [u8]>,
    fences: Table<'t, &'static str, (&'static str, u64)>,
    before: u64,
    revision: u64,
    /// How long the journals are that have grown.
    lengths: BTreeMap<SmolStr, u64>,
    leases: &'t Leases,
    granted: Held,
}

/// What a group came to.
pub(super) struct Done {
    /// Whether there is anything to make durable.
    pub(super) wrote: bool,
    /// The revision of the last commit.
    pub(super) revision: StateRevision,
    /// Leases that are held once it is durable.
    pub(super) granted: Held,
}

impl<'t> Group<'t> {
    /// A group that has done nothing.
    pub(super) fn new(write: &'t WriteTransaction, leases: &'t Leases) -> Result<Self, Fault> {
        let head = write.open_table(HEAD)?;
        let revision = head.get(REVISION)?.map(|row| row.value());
        let revision = revision.ok_or_else(|| Fault::Damaged("its revision is missing".into()))?;
        Ok(Self {
            head,
            history: write.open_table(HISTORY)?,
            keys: write.open_table(KEYS)?,
            journals: write.open_table(JOURNALS)?,
            entries: write.open_table(ENTRIES)?,
            fences: write.open_table(LEASES)?,
            before: revision,
            revision,
            lengths: BTreeMap::new(),
            leases,
            granted: Held::new(),
        })
    }

    /// Does all of the batch, or nothing. `now` is when it was asked for: it is not the asker's fault that others were
    /// before it, and who takes the lease over in the meantime is before it or after it.
    pub(super) fn commit(
        &mut self,
        batch: &Batch,
        now: Instant,
    ) -> Result<Result<StateRevision, StateError>, Fault> {
        match self.refusal(batch, now)? {
            Some(refusal) => Ok(Err(refusal)),
            None => self.carry_out(batch).map(Ok),
        }
    }

    /// Grants a lease, with a fence greater than any before, unless somebody else holds it.
    pub(super) fn acquire(
        &mut self,
        name: &str,
        owner: &str,
        now: Instant,
        ttl: Duration,
    ) -> Result<Result<Lease, StateError>, Fault> {
        if let Some(held) = self.held(name, now).filter(|held| held.owner != owner) {
            return Ok(Err(StateError::Held {
                name: held.name,
                owner: held.owner,
            }));
        }
        let last = self.fences.get(name)?.map_or(0, |row| row.value().1);
        let lease = Lease::new(name, owner, next(last)?);
        self.fences.insert(name, (owner, lease.fence))?;
        self.granted
            .insert(name.into(), (lease.clone(), end(now, ttl)));
        Ok(Ok(lease))
    }

    /// Writes down what is known only at the end.
    pub(super) fn finish(mut self) -> Result<Done, Fault> {
        let wrote = self.revision > self.before || !self.granted.is_empty();
        if self.revision > self.before {
            self.head.insert(REVISION, self.revision)?;
        }
        for (journal, length) in &self.lengths {
            self.journals.insert(&**journal, length)?;
        }
        Ok(Done {
            wrote,
            revision: StateRevision(self.revision),
            granted: self.granted,
        })
    }

    fn held(&self, name: &str, now: Instant) -> Option<Lease> {
        match self.granted.get(name) {
            Some((lease, end)) => (*end > now).then(|| lease.clone()),
            None => self.leases.of(name, now),
        }
    }

    fn refusal(&self, batch: &Batch, now: Instant) -> Result<Option<StateError>, Fault> {
        if let Some(lease) = &batch.lease
            && self.held(&lease.name, now).as_ref() != Some(lease)
        {
            return Ok(Some(fenced(lease)));
        }
        for (key, expected) in &batch.expect {
            let actual = self.keys.get(&**key)?.map_or(0, |row| row.value().0);
            if actual != expected.0 {
                return Ok(Some(StateError::Conflict {
                    key: key.clone(),
                    expected: *expected,
                    actual: StateRevision(actual),
                }));
            }
        }
        Ok(None)
    }

    fn carry_out(&mut self, batch: &Batch) -> Result<StateRevision, Fault> {
        self.revision = next(self.revision)?;
        let mut place = (self.revision, 0);
        for (key, value) in &batch.put {
            self.history.insert(place, (WRITTEN, &**key, &**value))?;
            self.keys.insert(&**key, place)?;
            place.1 += 1;
        }
        for key in &batch.delete {
            if self.keys.remove(&**key)?.is_some() {
                self.history.insert(place, (DELETED, &**key, &[][..]))?;
                place.1 += 1;
            }
        }
        for (journal, entry) in &batch.append {
            let length = match self.lengths.get_mut(journal) {
                Some(length) => length,
                None => {
                    let length = self.journals.get(&**journal)?.map_or(0, |row| row.value());
                    self.lengths.entry(journal.clone()).or_insert(length)
                }
            };
            self.entries.insert((&**journal, *length), &**entry)?;
            *length += 1;
            self.history
                .insert(place, (APPENDED, &**journal, &[][..]))?;
            place.1 += 1;
        }
        Ok(StateRevision(self.revision))
    }
}

/// The number after this one; there is always one in a file that was not tampered with.
fn next(last: u64) -> Result<u64, Fault> {
    let next = last.checked_add(1);
    next.ok_or_else(|| Fault::Damaged("it has counted as far as numbers go".into()))
}
