//! Stores that are broken in one way each, and the rule that the suite has to name.

use super::LEASE;
use drydock_core::{
    async_trait,
    state::{
        Batch, Lease, MemoryStore, PAGE, StateChange, StateError, StateRevision, StateStore, Stored,
    },
    testing::conformance,
};
use smol_str::SmolStr;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{task::yield_now, time::sleep};

/// In which way a store is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Not,
    NothingIsNoCommit,
    TellsTheLastRevisionOfAll,
    KeepsWhatWasDeleted,
    DeletesThenWrites,
    ScansBackwards,
    ScansAFolder,
    ExpectsNothing,
    ExpectsTheFirst,
    LooksThenWrites,
    AppendsWhenRefused,
    WritesWhenRefusedInACrowd,
    CommitsInTwo,
    SkipsNoEntries,
    SortsEntries,
    JournalsAreKeys,
    ListsBackwards,
    TellsTheSameAgain,
    TellsAllOfTheFuture,
    CutsPages,
    HasNoPages,
    AlwaysWaits,
    NeverWakes,
    NeverWaits,
    WaitsForEver,
    KnowsNoOwners,
    RenewsNothing,
    EndsNoLease,
    FencesNobody,
    TakesNothingBack,
    TakesBackByName,
    KeepsTheLeaseOfItsOwner,
    HasOneFence,
    TakesBackAll,
    BelievesAnyOwner,
    KnowsNoEternity,
    ForgetsFences,
    ForgetsItsRevision,
    IsNotDurable,
}

/// A store in memory, and what comes between it and its caller.
#[derive(Debug)]
pub(crate) struct Careless {
    pub(crate) broken: Broken,
    pub(crate) inner: MemoryStore,
    /// How often it was opened.
    pub(crate) life: u32,
    /// The last lease of each name.
    leases: Mutex<BTreeMap<SmolStr, Lease>>,
    under_way: AtomicUsize,
}

impl Careless {
    pub(crate) fn new(broken: Broken, inner: MemoryStore, life: u32) -> Self {
        Self {
            broken,
            inner,
            life,
            leases: Mutex::default(),
            under_way: AtomicUsize::new(0),
        }
    }

    fn last_lease(&self, name: &str) -> Option<Lease> {
        self.leases.lock().unwrap().get(name).cloned()
    }

    /// The lease as the store in memory knows it.
    fn real(&self, lease: &Lease) -> Lease {
        let last = self.last_lease(&lease.name);
        match self.broken {
            Broken::HasOneFence | Broken::BelievesAnyOwner => {
                let same = |last: &Lease| match self.broken {
                    Broken::HasOneFence => last.owner == lease.owner,
                    _ => last.fence == lease.fence,
                };
                last.filter(same).unwrap_or_else(|| lease.clone())
            }
            Broken::ForgetsFences => {
                let name = format!("{}/{}", self.life, lease.name);
                Lease::new(name, lease.owner.clone(), lease.fence)
            }
            _ => lease.clone(),
        }
    }

    async fn commit_carelessly(&self, mut batch: Batch) -> Result<StateRevision, StateError> {
        let written = batch.clone();
        match self.broken {
            Broken::NothingIsNoCommit if batch == Batch::new() => {
                return self.inner.changed(StateRevision(0), Duration::ZERO).await;
            }
            Broken::KeepsWhatWasDeleted => {
                let deleted = std::mem::take(&mut batch.delete);
                batch
                    .put
                    .extend(deleted.into_iter().map(|key| (key, vec![])));
            }
            Broken::DeletesThenWrites => {
                batch
                    .delete
                    .retain(|key| written.put.iter().all(|(put, _)| put != key));
            }
            Broken::ExpectsNothing => batch.expect.clear(),
            Broken::ExpectsTheFirst => batch.expect.truncate(1),
            Broken::LooksThenWrites => {
                for (key, expected) in std::mem::take(&mut batch.expect) {
                    let actual = self.inner.get(&key).await?;
                    let actual = actual.map_or(StateRevision(0), |stored| stored.revision);
                    if actual != expected {
                        return Err(StateError::Conflict {
                            key,
                            expected,
                            actual,
                        });
                    }
                }
                yield_now().await;
            }
            Broken::CommitsInTwo => {
                let rest = Batch::new();
                let rest = batch
                    .append
                    .drain(..)
                    .fold(rest, |rest, (j, e)| rest.append(j, e));
                self.inner.commit(batch).await?;
                yield_now().await;
                return self.inner.commit(rest).await;
            }
            Broken::JournalsAreKeys => batch.put.extend(batch.append.clone()),
            Broken::FencesNobody => batch.lease = None,
            Broken::WritesWhenRefusedInACrowd => yield_now().await,
            _ => {}
        }
        let crowd = self.under_way.load(Ordering::Relaxed) > 8;
        let answer = self.inner.commit(batch).await;
        let anyway = match self.broken {
            Broken::AppendsWhenRefused => (Batch::new(), true),
            Broken::WritesWhenRefusedInACrowd if crowd => {
                let puts = written.put.iter();
                let puts = puts.fold(Batch::new(), |all, (k, v)| all.put(k.clone(), v.clone()));
                (puts, false)
            }
            _ => return answer,
        };
        if answer.is_err() {
            let (mut batch, appends) = anyway;
            batch.append = if appends { written.append } else { vec![] };
            self.inner.commit(batch).await?;
        }
        answer
    }
}

#[async_trait]
impl StateStore for Careless {
    fn is_durable(&self) -> bool {
        self.broken != Broken::IsNotDurable
    }

    async fn commit(&self, mut batch: Batch) -> Result<StateRevision, StateError> {
        let asked = batch.lease.clone();
        batch.lease = asked.as_ref().map(|lease| self.real(lease));
        self.under_way.fetch_add(1, Ordering::Relaxed);
        let answer = self.commit_carelessly(batch).await;
        self.under_way.fetch_sub(1, Ordering::Relaxed);
        match (answer, asked) {
            (Err(StateError::Fenced { .. }), Some(lease)) => Err(StateError::Fenced {
                name: lease.name,
                fence: lease.fence,
            }),
            (answer, _) => answer,
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        let mut stored = self.inner.get(key).await?;
        if let Some(stored) = &mut stored
            && self.broken == Broken::TellsTheLastRevisionOfAll
        {
            stored.revision = self.inner.changed(StateRevision(0), Duration::ZERO).await?;
        }
        Ok(stored)
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        let mut found = self.inner.scan(prefix).await?;
        match self.broken {
            Broken::ScansBackwards => found.reverse(),
            Broken::ScansAFolder => found.retain(|one| {
                let rest = &one.key[prefix.len()..];
                prefix.is_empty() || !rest.contains('/')
            }),
            _ => {}
        }
        Ok(found)
    }

    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        let skip = match self.broken {
            Broken::SkipsNoEntries => 0,
            _ => skip,
        };
        let mut entries = self.inner.read_journal(journal, skip).await?;
        if self.broken == Broken::SortsEntries {
            entries.sort();
        }
        Ok(entries)
    }

    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        let last = self.last_lease(name);
        let mut ttl = ttl;
        if self.broken == Broken::KeepsTheLeaseOfItsOwner
            && let Some(last) = last.as_ref().filter(|last| last.owner == owner)
            && self.inner.renew(last, ttl).await.is_ok()
        {
            return Ok(last.clone());
        }
        match (self.broken, &last) {
            (Broken::KnowsNoOwners, Some(last)) => self.inner.release(last).await?,
            (Broken::EndsNoLease, _) => ttl = Duration::MAX,
            (Broken::KnowsNoEternity, _) if ttl == Duration::MAX => {
                return Err(StateError::Unavailable("that is too long".into()));
            }
            _ => {}
        }
        if self.broken == Broken::ForgetsFences {
            let inside = format!("{}/{name}", self.life);
            let lease = self.inner.acquire(&inside, owner, ttl).await;
            return match lease {
                Ok(lease) => Ok(Lease::new(name, owner, lease.fence)),
                Err(error) => Err(error),
            };
        }
        let lease = self.inner.acquire(name, owner, ttl).await?;
        let mut leases = self.leases.lock().unwrap();
        leases.insert(name.into(), lease.clone());
        Ok(match self.broken {
            Broken::HasOneFence => Lease::new(name, owner, 1),
            _ => lease,
        })
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        let renewed = match self.broken {
            Broken::RenewsNothing => self.inner.commit(Batch::new().under(lease)).await.map(drop),
            _ => self.inner.renew(&self.real(lease), ttl).await,
        };
        renewed.map_err(|_| StateError::Fenced {
            name: lease.name.clone(),
            fence: lease.fence,
        })
    }

    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        match (self.broken, self.last_lease(&lease.name)) {
            (Broken::TakesNothingBack, _) => Ok(()),
            (Broken::TakesBackByName, Some(last)) => self.inner.release(&last).await,
            (Broken::TakesBackAll, _) => {
                let all = self.leases.lock().unwrap().clone();
                for lease in all.values() {
                    self.inner.release(lease).await?;
                }
                Ok(())
            }
            _ => self.inner.release(&self.real(lease)).await,
        }
    }

    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        let mut found = self.inner.journals(prefix).await?;
        if self.broken == Broken::ListsBackwards {
            found.reverse();
        }
        Ok(found)
    }

    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        match self.broken {
            Broken::TellsTheSameAgain => {
                let before = StateRevision(after.0.saturating_sub(1));
                self.inner.changes(before).await
            }
            Broken::TellsAllOfTheFuture if after.0 > u64::MAX / 4 => {
                self.inner.changes(StateRevision(0)).await
            }
            Broken::CutsPages => {
                let mut page = self.inner.changes(after).await?;
                page.truncate(PAGE);
                Ok(page)
            }
            Broken::HasNoPages => {
                let mut all = self.inner.changes(after).await?;
                while let Some(last) = all.last().map(StateChange::revision) {
                    let page = self.inner.changes(last).await?;
                    if page.is_empty() {
                        break;
                    }
                    all.extend(page);
                }
                Ok(all)
            }
            _ => self.inner.changes(after).await,
        }
    }

    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        let now = self.inner.changed(StateRevision(0), Duration::ZERO).await?;
        match self.broken {
            Broken::AlwaysWaits => sleep(at_most).await,
            Broken::NeverWakes if now <= after => sleep(at_most).await,
            Broken::NeverWaits => return Ok(now),
            Broken::WaitsForEver => return self.inner.changed(after, at_most * 1000).await,
            Broken::ForgetsItsRevision if self.life > 0 && after == StateRevision(0) => {
                return Ok(after);
            }
            _ => {}
        }
        self.inner.changed(after, at_most).await
    }
}

#[tokio::test(start_paused = true)]
async fn every_broken_store_is_found_out() {
    let scan = "a scan gives every key of a prefix, in order";
    let order = "a journal keeps its order";
    let pages = "changes come in pages of whole commits";
    let in_vain = "changed waits while there is nothing newer, and answers after its time";
    let dropped = "a commit whose future was dropped has happened whole or not at all";
    let successor = "who gives back a lost lease takes nothing from its successor";
    for (broken, rule) in [
        (
            Broken::NothingIsNoCommit,
            "every commit has a greater revision",
        ),
        (
            Broken::TellsTheLastRevisionOfAll,
            "a key has its last value and the revision that wrote it",
        ),
        (
            Broken::KeepsWhatWasDeleted,
            "a key that was deleted is not there",
        ),
        (Broken::DeletesThenWrites, "a batch writes, then deletes"),
        (Broken::ScansBackwards, scan),
        (Broken::ScansAFolder, scan),
        (
            Broken::ExpectsNothing,
            "a key is written only as it was expected",
        ),
        (
            Broken::ExpectsTheFirst,
            "every expectation of a batch holds, or nothing of it is done",
        ),
        (
            Broken::AppendsWhenRefused,
            "a commit that is refused has done nothing",
        ),
        (
            Broken::LooksThenWrites,
            "writers that expect lose no update",
        ),
        (
            Broken::WritesWhenRefusedInACrowd,
            "of many commits at once each is done whole or refused",
        ),
        (Broken::CommitsInTwo, dropped),
        (Broken::SkipsNoEntries, order),
        (Broken::SortsEntries, order),
        (Broken::JournalsAreKeys, "a journal is no key"),
        (
            Broken::ListsBackwards,
            "journals are listed by prefix, in order",
        ),
        (Broken::TellsTheSameAgain, "changes are told in order"),
        (
            Broken::TellsAllOfTheFuture,
            "changes of the future are none",
        ),
        (Broken::CutsPages, pages),
        (Broken::HasNoPages, pages),
        (
            Broken::AlwaysWaits,
            "changed answers at once when there is something newer",
        ),
        (Broken::NeverWakes, "changed answers when a commit comes"),
        (Broken::NeverWaits, in_vain),
        (Broken::WaitsForEver, in_vain),
        (Broken::KnowsNoOwners, "a lease is held by one owner"),
        (
            Broken::RenewsNothing,
            "a lease that is renewed goes on from then",
        ),
        (
            Broken::EndsNoLease,
            "a lease that ran out is held by nobody",
        ),
        (
            Broken::FencesNobody,
            "a writer that lost its lease is refused always",
        ),
        (
            Broken::TakesNothingBack,
            "a lease that was given back is free",
        ),
        (Broken::TakesBackByName, successor),
        (
            Broken::KeepsTheLeaseOfItsOwner,
            "an owner that comes back fences its former self out",
        ),
        (Broken::HasOneFence, "fences only grow"),
        (Broken::TakesBackAll, "leases of other names are no matter"),
        (
            Broken::BelievesAnyOwner,
            "a lease that nobody gave is refused",
        ),
        (Broken::KnowsNoEternity, "a lease may be meant for ever"),
    ] {
        let store = Careless::new(broken, MemoryStore::new(), 0);
        let found = conformance::store(&store, LEASE, sleep).await;
        let told = found.iter().any(|violation| violation.rule == rule);
        assert!(told, "{broken:?}: {found:#?}");
    }
    let store = Careless::new(Broken::Not, MemoryStore::new(), 0);
    let found = conformance::store(&store, LEASE, sleep).await;
    assert!(
        found.is_empty(),
        "what comes between is not what is found: {found:#?}"
    );
}
