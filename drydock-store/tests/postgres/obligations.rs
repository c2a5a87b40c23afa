//! What every store owes: on one store, and with every call on another of two.

#[path = "../../../drydock-core/tests/store/keys.rs"]
mod keys;
#[path = "leases_obligations.rs"]
mod leases;

use crate::lab::Lab;
use async_trait::async_trait;
use drydock_core::state::{
    Batch, Lease, StateChange, StateError, StateRevision, StateStore, Stored,
};
use drydock_store::PostgresStore;
use smol_str::SmolStr;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

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

macro_rules! obligations {
    (keys: $($key:ident)* ; leases: $($lease:ident)*) => {
        mod one_store {
            $(
                #[tokio::test]
                async fn $key() {
                    let Some(lab) = super::Lab::new().await else { return };
                    super::keys::$key(&lab.store().await).await;
                }
            )*
            $(
                #[tokio::test]
                async fn $lease() {
                    let Some(lab) = super::Lab::new().await else { return };
                    super::leases::$lease(&lab.store().await, &lab).await;
                }
            )*
        }

        /// Everything a state store owes.
        async fn conforms(store: &dyn StateStore, lab: &Lab) {
            $(keys::$key(store).await;)*
            $(leases::$lease(store, lab).await;)*
        }
    };
}

obligations! {
    keys:
    every_commit_has_a_greater_revision
    a_key_has_its_last_value_and_the_revision_that_wrote_it
    a_deleted_key_is_not_there
    a_key_is_written_only_as_it_was_expected
    every_expectation_of_a_batch_must_hold
    a_refused_batch_did_nothing
    writers_that_expect_lose_no_update
    a_scan_gives_every_key_of_a_prefix_in_order
    a_journal_keeps_its_order
    a_journal_is_no_key
    changes_are_told_in_order
    changes_of_the_future_are_none
    ;
    leases:
    a_lease_is_held_by_one_owner
    a_lease_that_is_renewed_goes_on
    a_lease_that_ran_out_is_held_by_nobody
    a_writer_that_lost_its_lease_is_refused_always
    a_lease_that_was_given_back_is_free
    who_gives_back_a_lost_lease_takes_nothing_from_its_successor
    an_owner_that_comes_back_fences_itself_out
    fences_only_grow
    leases_of_other_names_are_no_matter
    a_lease_that_nobody_gave_is_refused
    a_lease_may_be_meant_for_ever
}

#[tokio::test]
async fn a_store_conforms_with_everything_in_it() {
    let Some(lab) = Lab::new().await else { return };
    conforms(&lab.store().await, &lab).await;
}

#[tokio::test]
async fn two_stores_on_one_database_conform_as_one() {
    let Some(lab) = Lab::new().await else { return };
    let stores = [lab.store().await, lab.store().await];
    let both = Alternating(stores, AtomicUsize::new(0));
    assert!(both.is_durable());
    conforms(&both, &lab).await;
}

fn stored(key: &str, revision: StateRevision, value: &str) -> Stored {
    Stored {
        key: key.into(),
        revision,
        value: value.into(),
    }
}

async fn commit(store: &dyn StateStore, batch: Batch) -> StateRevision {
    store.commit(batch).await.unwrap()
}

async fn value(store: &dyn StateStore, key: &str) -> Option<String> {
    let stored = store.get(key).await.unwrap();
    stored.map(|stored| String::from_utf8(stored.value).unwrap())
}

async fn journal(store: &dyn StateStore, journal: &str, skip: u64) -> Vec<String> {
    let entries = store.read_journal(journal, skip).await.unwrap();
    entries
        .into_iter()
        .map(|entry| String::from_utf8(entry).unwrap())
        .collect()
}
