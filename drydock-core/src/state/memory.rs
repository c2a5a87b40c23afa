//! `[io]` A store in memory, for tests and for runs that need not survive the process.

use super::{Batch, Lease, PAGE, StateChange, StateError, StateRevision, StateStore, Stored};
use async_trait::async_trait;
use smol_str::SmolStr;
use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

/// Keeps everything in memory; clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    memory: Mutex<Memory>,
    /// The revision, for those who wait for the next one.
    revision: watch::Sender<StateRevision>,
}

#[derive(Debug, Default)]
struct Memory {
    revision: StateRevision,
    keys: BTreeMap<SmolStr, Stored>,
    journals: BTreeMap<SmolStr, Vec<Vec<u8>>>,
    /// The last lease of each name, and when it ends; none once it has ended.
    leases: BTreeMap<SmolStr, (Lease, Option<Instant>)>,
    changes: Vec<StateChange>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        // Nothing is left half done when a holder panics: every check comes before the first change.
        let mut memory = self.0.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.end_leases(Instant::now());
        memory
    }
}

/// When a lease ends; one that would end past all time ends in a century.
fn end(now: Instant, ttl: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now + ttl.min(CENTURY)
}

impl Memory {
    fn check_lease(&self, lease: &Lease) -> Result<(), StateError> {
        match self.leases.get(&lease.name) {
            Some((held, Some(_))) if held == lease => Ok(()),
            _ => Err(StateError::Fenced {
                name: lease.name.clone(),
                fence: lease.fence,
            }),
        }
    }

    /// A lease that has run out is as good as given back. Its fence is kept, for the next one must be greater.
    fn end_leases(&mut self, now: Instant) {
        for (_, end) in self.leases.values_mut() {
            *end = end.filter(|end| *end > now);
        }
    }

    fn check(&self, batch: &Batch) -> Result<(), StateError> {
        batch
            .lease
            .as_ref()
            .map_or(Ok(()), |lease| self.check_lease(lease))?;
        for (key, expected) in &batch.expect {
            let actual = self
                .keys
                .get(key)
                .map(|stored| stored.revision)
                .unwrap_or_default();
            if actual != *expected {
                return Err(StateError::Conflict {
                    key: key.clone(),
                    expected: *expected,
                    actual,
                });
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, batch: Batch) -> StateRevision {
        self.revision.0 += 1;
        let revision = self.revision;
        for (key, value) in batch.put {
            let stored = Stored {
                key: key.clone(),
                revision,
                value,
            };
            self.changes.push(StateChange::Put(stored.clone()));
            self.keys.insert(key, stored);
        }
        for key in batch.delete {
            if self.keys.remove(&key).is_some() {
                self.changes.push(StateChange::Deleted { key, revision });
            }
        }
        for (journal, entry) in batch.append {
            self.changes.push(StateChange::Appended {
                journal: journal.clone(),
                revision,
            });
            self.journals.entry(journal).or_default().push(entry);
        }
        revision
    }
}

#[async_trait]
impl StateStore for MemoryStore {
    fn is_durable(&self) -> bool {
        false
    }

    async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError> {
        let mut memory = self.memory();
        memory.check(&batch)?;
        let revision = memory.carry_out(batch);
        self.0.revision.send_replace(revision);
        Ok(revision)
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        Ok(self.memory().keys.get(key).cloned())
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        let memory = self.memory();
        let from = memory
            .keys
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        Ok(from
            .take_while(|(key, _)| key.starts_with(prefix))
            .map(|(_, stored)| stored.clone())
            .collect())
    }

    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        let memory = self.memory();
        let entries = memory
            .journals
            .get(journal)
            .map(Vec::as_slice)
            .unwrap_or_default();
        Ok(entries
            .iter()
            .skip(usize::try_from(skip).unwrap_or(usize::MAX))
            .cloned()
            .collect())
    }

    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        let mut memory = self.memory();
        let (now, before) = (Instant::now(), memory.leases.get(name));
        if let Some((held, Some(_))) = before.filter(|(held, _)| held.owner != owner) {
            return Err(StateError::Held {
                name: name.into(),
                owner: held.owner.clone(),
            });
        }
        let lease = Lease::new(name, owner, before.map_or(0, |(held, _)| held.fence) + 1);
        memory
            .leases
            .insert(name.into(), (lease.clone(), Some(end(now, ttl))));
        Ok(lease)
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        let mut memory = self.memory();
        memory.check_lease(lease)?;
        memory.leases.insert(
            lease.name.clone(),
            (lease.clone(), Some(end(Instant::now(), ttl))),
        );
        Ok(())
    }

    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        let mut memory = self.memory();
        if memory.check_lease(lease).is_ok() {
            memory
                .leases
                .insert(lease.name.clone(), (lease.clone(), None));
        }
        Ok(())
    }

    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        let memory = self.memory();
        let from = memory
            .journals
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let of_prefix = from.take_while(|(name, _)| name.starts_with(prefix));
        Ok(of_prefix.map(|(name, _)| name.clone()).collect())
    }

    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        let memory = self.memory();
        let all = &memory.changes;
        let start = all.partition_point(|change| change.revision() <= after);
        // The commit that fills the page is told whole.
        let last = all.get(start + PAGE - 1).map(StateChange::revision);
        let end = last.map_or(all.len(), |last| {
            all.partition_point(|change| change.revision() <= last)
        });
        Ok(all[start..end].to_vec())
    }

    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        let mut revision = self.0.revision.subscribe();
        // The sender lives as long as this store, so the only other end is that of the time.
        let _ = timeout(at_most, revision.wait_for(|now| *now > after)).await;
        let now = *revision.borrow();
        Ok(now)
    }
}
