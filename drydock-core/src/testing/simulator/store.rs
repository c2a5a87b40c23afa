//! A state store on virtual time, whose commits may be torn.

use crate::state::{
    Batch, Lease, MemoryStore, StateChange, StateError, StateRevision, StateStore, Stored,
};
use async_trait::async_trait;
use smol_str::SmolStr;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How the next commit goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tear {
    /// Nothing of it is done.
    Refused,
    /// Only so many of what it appends is done; the rest is lost with the writer.
    Prefix(usize),
    /// All of it is done, and reported as failed.
    Unreported,
}

/// Keeps state in memory; leases run on the simulator's clock.
#[derive(Debug, Clone, Default)]
pub(super) struct SimulatedStore(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    memory: MemoryStore,
    now: Duration,
    leases: BTreeMap<SmolStr, (Lease, Option<Duration>)>,
    tear: Option<Tear>,
    down_until: Duration,
}

impl Inner {
    fn answers(&self) -> Result<(), StateError> {
        match self.now < self.down_until {
            true => Err(StateError::Unavailable("it does not answer".into())),
            false => Ok(()),
        }
    }

    fn check(&self, lease: &Lease) -> Result<(), StateError> {
        match self.leases.get(&lease.name) {
            Some((held, Some(end))) if held == lease && *end > self.now => Ok(()),
            _ => Err(StateError::Fenced {
                name: lease.name.clone(),
                fence: lease.fence,
            }),
        }
    }
}

impl SimulatedStore {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_time(&self, now: Duration) {
        self.inner().now = now;
    }

    /// Nothing can be asked of it before then.
    pub(super) fn down_until(&self, until: Duration) {
        self.inner().down_until = until;
    }

    pub(super) fn is_down(&self) -> bool {
        let inner = self.inner();
        inner.now < inner.down_until
    }

    pub(super) fn tear_next(&self, tear: Tear) {
        self.inner().tear = Some(tear);
    }

    /// Whether the commit that was to go wrong has come; if not, none goes wrong any more.
    pub(super) fn took_the_tear(&self) -> bool {
        self.inner().tear.take().is_none()
    }

    /// When a lease ends; nothing when it is not held any more.
    pub(super) fn end_of(&self, lease: &Lease) -> Option<Duration> {
        let inner = self.inner();
        inner.check(lease).ok()?;
        inner.leases.get(&lease.name)?.1
    }
}

#[async_trait]
impl StateStore for SimulatedStore {
    fn is_durable(&self) -> bool {
        false
    }

    async fn commit(&self, mut batch: Batch) -> Result<StateRevision, StateError> {
        let (memory, tear) = {
            let mut inner = self.inner();
            inner.answers()?;
            batch
                .lease
                .take()
                .map_or(Ok(()), |lease| inner.check(&lease))?;
            (inner.memory.clone(), inner.tear.take())
        };
        let failed = || StateError::Unavailable("the connection broke".into());
        match tear {
            None => memory.commit(batch).await,
            Some(Tear::Refused) => Err(failed()),
            Some(Tear::Prefix(most)) => {
                batch.append.truncate(most);
                memory.commit(batch).await?;
                Err(failed())
            }
            Some(Tear::Unreported) => {
                memory.commit(batch).await?;
                Err(failed())
            }
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        let memory = self.inner().memory.clone();
        memory.get(key).await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        let memory = self.inner().memory.clone();
        memory.scan(prefix).await
    }

    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        let memory = self.inner().memory.clone();
        memory.read_journal(journal, skip).await
    }

    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        let mut inner = self.inner();
        inner.answers()?;
        let now = inner.now;
        let before = inner.leases.get(name);
        let held =
            before.filter(|(held, end)| held.owner != owner && end.is_some_and(|end| end > now));
        if let Some((held, _)) = held {
            return Err(StateError::Held {
                name: name.into(),
                owner: held.owner.clone(),
            });
        }
        let lease = Lease::new(name, owner, before.map_or(0, |(held, _)| held.fence) + 1);
        let end = now.saturating_add(ttl);
        inner.leases.insert(name.into(), (lease.clone(), Some(end)));
        Ok(lease)
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        let mut inner = self.inner();
        inner.answers()?;
        inner.check(lease)?;
        let end = inner.now.saturating_add(ttl);
        inner
            .leases
            .insert(lease.name.clone(), (lease.clone(), Some(end)));
        Ok(())
    }

    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        let mut inner = self.inner();
        if inner.check(lease).is_ok() {
            inner
                .leases
                .insert(lease.name.clone(), (lease.clone(), None));
        }
        Ok(())
    }

    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        let memory = self.inner().memory.clone();
        memory.changes(after).await
    }

    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        let memory = self.inner().memory.clone();
        memory.journals(prefix).await
    }

    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        let memory = self.inner().memory.clone();
        memory.changed(after, at_most).await
    }
}
