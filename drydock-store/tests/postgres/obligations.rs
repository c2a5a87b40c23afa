//! What every store owes: on one store, and with every call on another of two.

use crate::lab::Lab;
use async_trait::async_trait;
use drydock_core::{
    state::{Batch, Lease, StateChange, StateError, StateRevision, StateStore, Stored},
    testing::conformance::{self, Violation},
};
use drydock_store::PostgresStore;
use smol_str::SmolStr;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tokio::time::sleep;

/// The database has a clock of its own: time has to pass. Long enough for a question to be answered within a third of it on
/// a machine that is busy.
const LEASE: Duration = Duration::from_secs(2);
const NONE: [Violation; 0] = [];

/// Each call goes to the other store.
#[derive(Debug)]
struct Alternating([PostgresStore; 2], AtomicUsize);

impl Alternating {
    fn next(&self) -> &PostgresStore {
        &self.0[self.1.fetch_add(1, Ordering::Relaxed) % 2]
    }
}

#[async_trait]
impl StateStore for Alternating {
    fn is_durable(&self) -> bool {
        self.next().is_durable()
    }
    async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError> {
        self.next().commit(batch).await
    }
    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        self.next().get(key).await
    }
    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        self.next().scan(prefix).await
    }
    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        self.next().read_journal(journal, skip).await
    }
    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        self.next().acquire(name, owner, ttl).await
    }
    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        self.next().renew(lease, ttl).await
    }
    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        self.next().release(lease).await
    }
    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        self.next().journals(prefix).await
    }
    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        self.next().changes(after).await
    }
    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        self.next().changed(after, at_most).await
    }
}

#[tokio::test]
async fn a_store_is_one_also_with_everything_in_it() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    assert_eq!(conformance::store(&store, LEASE, sleep).await, NONE);
    assert_eq!(conformance::store(&store, LEASE, sleep).await, NONE);
}

#[tokio::test]
async fn two_stores_on_one_database_are_one() {
    let Some(lab) = Lab::new().await else { return };
    let stores = [lab.store().await, lab.store().await];
    let both = Alternating(stores, AtomicUsize::new(0));
    assert!(both.is_durable());
    assert_eq!(conformance::store(&both, LEASE, sleep).await, NONE);
}

#[tokio::test]
async fn a_store_goes_on_when_it_is_connected_to_anew() {
    let Some(lab) = Lab::new().await else { return };
    let open = async || Ok(Box::new(lab.store().await) as Box<dyn StateStore>);
    let found = conformance::store_reopened(open, LEASE, sleep).await;
    assert_eq!(found, NONE);
}

#[tokio::test]
async fn a_lease_may_be_meant_for_ever() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    let lease = store.acquire("ever", "a", Duration::MAX).await.unwrap();
    store.renew(&lease, Duration::MAX).await.unwrap();
    lab.pass(Duration::from_secs(365 * 24 * 60 * 60)).await;
    store.commit(Batch::new().under(&lease)).await.unwrap();
}
