//! A state store of one's own: maps behind a lock, gone with the process, and held against the conformance suite.

#[rustfmt::skip]
use drydock_core::{
    async_trait, testing::conformance,
    state::{Batch, Lease, PAGE, StateChange as Change, StateError, StateRevision as At, StateStore, Stored},
};
use drydock_examples::{FAILED, Failure, OK, print};
use smol_str::SmolStr;
use std::{collections::BTreeMap, process::ExitCode, time::Duration};
#[rustfmt::skip]
use tokio::{sync::watch, time::{Instant, sleep, timeout}};

type Answer<T> = Result<T, StateError>;
type Map<T> = BTreeMap<String, T>;

/// What is kept; leases with their ends.
#[derive(Debug, Default)]
struct Maps {
    at: At,
    keys: Map<Stored>,
    journals: Map<Vec<Vec<u8>>>,
    leases: Map<(Lease, Instant)>,
    changes: Vec<Change>,
}

#[rustfmt::skip]
impl Maps {
    fn held(&self, lease: &Lease) -> Answer<()> {
        let held = self.leases.get(&*lease.name).is_some_and(|(held, end)| held == lease && *end > Instant::now());
        if held { Ok(()) } else { Err(StateError::Fenced { name: lease.name.clone(), fence: lease.fence }) }
    }
    fn put(&mut self, stored: Stored) {
        self.changes.push(Change::Put(stored.clone()));
        self.keys.insert(stored.key.to_string(), stored);
    }
    fn renew(&mut self, lease: &Lease, ttl: Duration) -> Answer<()> { self.held(lease).map(|()| self.hold(lease, ttl)) }
    fn hold(&mut self, lease: &Lease, ttl: Duration) {
        let end = Instant::now() + ttl.min(Duration::from_secs(100 * 365 * 24 * 60 * 60));
        self.leases.insert(lease.name.to_string(), (lease.clone(), end));
    }
}

#[rustfmt::skip]
fn of_prefix<'a, T>(map: &'a Map<T>, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a T)> {
    map.range(prefix.to_owned()..).take_while(move |(name, _)| name.starts_with(prefix))
}

/// A lock that wakes whoever waits for a change.
#[derive(Debug, Default)]
pub(crate) struct MapStore(watch::Sender<Maps>);

#[rustfmt::skip]
impl MapStore {
    fn change<T>(&self, change: impl FnOnce(&mut Maps) -> Answer<T>) -> Answer<T> {
        let mut answer = Err(StateError::Unavailable("nothing was changed".to_owned()));
        self.0.send_modify(|maps| answer = change(maps));
        answer
    }
}

// The store begins.
#[rustfmt::skip]
#[async_trait]
impl StateStore for MapStore {
    fn is_durable(&self) -> bool { false }
    async fn commit(&self, batch: Batch) -> Answer<At> {
        self.change(|maps| {
            batch.lease.iter().try_for_each(|lease| maps.held(lease))?;
            for (key, expected) in batch.expect {
                let actual = maps.keys.get(&*key).map_or(At(0), |stored| stored.revision);
                if actual != expected { return Err(StateError::Conflict { key, expected, actual }) }
            }
            let revision = { maps.at.0 += 1; maps.at };
            for (key, value) in batch.put { maps.put(Stored { key, revision, value }) }
            for key in batch.delete {
                if maps.keys.remove(&*key).is_some() { maps.changes.push(Change::Deleted { key, revision }) }
            }
            for (journal, entry) in batch.append {
                maps.journals.entry(journal.to_string()).or_default().push(entry);
                maps.changes.push(Change::Appended { journal, revision });
            }
            Ok(revision)
        })
    }
    async fn get(&self, key: &str) -> Answer<Option<Stored>> { Ok(self.0.borrow().keys.get(key).cloned()) }
    async fn scan(&self, prefix: &str) -> Answer<Vec<Stored>> {
        Ok(of_prefix(&self.0.borrow().keys, prefix).map(|(_, stored)| stored.clone()).collect())
    }
    async fn read_journal(&self, journal: &str, skip: u64) -> Answer<Vec<Vec<u8>>> {
        let entries = self.0.borrow().journals.get(journal).cloned().unwrap_or_default();
        Ok(entries.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).collect())
    }
    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Answer<Lease> {
        self.change(|maps| {
            let last = maps.leases.get(name).map(|(last, _)| last.clone());
            if let Some(last) = last.as_ref().filter(|last| last.owner != owner && maps.held(last).is_ok()) {
                return Err(StateError::Held { name: name.into(), owner: last.owner.clone() });
            }
            let lease = Lease::new(name, owner, last.map_or(1, |last| last.fence + 1));
            maps.hold(&lease, ttl);
            Ok(lease)
        })
    }
    async fn renew(&self, lease: &Lease, ttl: Duration) -> Answer<()> { self.change(|maps| maps.renew(lease, ttl)) }
    async fn release(&self, lease: &Lease) -> Answer<()> { self.renew(lease, Duration::ZERO).await.or(Ok(())) }
    async fn journals(&self, prefix: &str) -> Answer<Vec<SmolStr>> {
        Ok(of_prefix(&self.0.borrow().journals, prefix).map(|(name, _)| name.as_str().into()).collect())
    }
    async fn changes(&self, after: At) -> Answer<Vec<Change>> {
        let maps = self.0.borrow();
        let rest = maps.changes.iter().skip_while(|change| change.revision() <= after);
        let last = rest.clone().nth(PAGE - 1).map_or(At(u64::MAX), Change::revision);
        Ok(rest.take_while(|change| change.revision() <= last).cloned().collect())
    }
    async fn changed(&self, after: At, at_most: Duration) -> Answer<At> {
        let _ = timeout(at_most, self.0.subscribe().wait_for(|maps| maps.at > after)).await;
        Ok(self.0.borrow().at)
    }
}
// The store ends.

fn main() -> ExitCode {
    drydock_examples::main(run())
}

async fn run() -> Result<u8, Failure> {
    let lease_time = Duration::from_millis(300);
    let violations = conformance::store(&MapStore::default(), lease_time, sleep).await;
    violations
        .iter()
        .for_each(|violation| print(&format!("{violation}\n")));
    print(&format!(
        "The store breaks {} obligations of the contract.\n",
        violations.len()
    ));
    Ok(if violations.is_empty() { OK } else { FAILED })
}
