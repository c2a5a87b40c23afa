//! What a state store owes, as functions over any store; here the one in memory is held to it.
//!
//! Each works under names of its own and asks only what follows from its own commits, so that all of them can run on one
//! store that holds other things as well. Time passes by `tokio::time::sleep`, which costs nothing while time is paused.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "store/batches.rs"]
mod batches;
#[path = "store/keys.rs"]
mod keys;
#[path = "store/leases.rs"]
mod leases;

use drydock_core::state::{Batch, MemoryStore, StateError, StateRevision, StateStore, Stored};

/// One test on an empty store for each obligation, and one that runs them all on one store, one after the other.
macro_rules! obligations {
    ($($part:ident::$name:ident)*) => {
        mod memory {
            $(
                #[tokio::test(start_paused = true)]
                async fn $name() {
                    super::$part::$name(&super::MemoryStore::new()).await;
                }
            )*
        }

        /// Everything a state store owes.
        async fn conforms(store: &dyn StateStore) {
            $($part::$name(store).await;)*
        }
    };
}

obligations! {
    keys::every_commit_has_a_greater_revision
    keys::a_key_has_its_last_value_and_the_revision_that_wrote_it
    keys::a_deleted_key_is_not_there
    keys::a_key_is_written_only_as_it_was_expected
    keys::every_expectation_of_a_batch_must_hold
    keys::a_refused_batch_did_nothing
    keys::writers_that_expect_lose_no_update
    keys::a_scan_gives_every_key_of_a_prefix_in_order
    keys::a_journal_keeps_its_order
    keys::a_journal_is_no_key
    keys::changes_are_told_in_order
    keys::changes_of_the_future_are_none
    leases::a_lease_is_held_by_one_owner
    leases::a_lease_that_is_renewed_goes_on
    leases::a_lease_that_ran_out_is_held_by_nobody
    leases::a_writer_that_lost_its_lease_is_refused_always
    leases::a_lease_that_was_given_back_is_free
    leases::who_gives_back_a_lost_lease_takes_nothing_from_its_successor
    leases::an_owner_that_comes_back_fences_itself_out
    leases::fences_only_grow
    leases::leases_of_other_names_are_no_matter
    leases::a_lease_that_nobody_gave_is_refused
    leases::a_lease_may_be_meant_for_ever
}

#[tokio::test(start_paused = true)]
async fn a_store_conforms_with_everything_in_it() {
    let store = MemoryStore::new();
    conforms(&store).await;
}

#[tokio::test]
async fn clones_share_what_they_hold() {
    let store = MemoryStore::new();
    let revision = store
        .clone()
        .commit(Batch::new().put("k", "v"))
        .await
        .unwrap();
    assert_eq!(
        store.get("k").await.unwrap(),
        Some(stored("k", revision, "v"))
    );
}

#[tokio::test]
async fn the_first_revision_is_not_that_of_an_absent_key() {
    let revision = MemoryStore::new().commit(Batch::new()).await.unwrap();
    assert_eq!(revision, StateRevision(1));
}

#[test]
fn refusals_say_what_happened() {
    let fenced = StateError::Fenced {
        name: "run/1".into(),
        fence: 3,
    };
    assert_eq!(
        fenced.to_string(),
        "lease run/1 with fence 3 is no longer held; it ran out, or another orchestrator has taken over"
    );
    let held = StateError::Held {
        name: "run/1".into(),
        owner: "b".into(),
    };
    assert_eq!(held.to_string(), "lease run/1 is held by b");
    let conflict = StateError::Conflict {
        key: "k".into(),
        expected: StateRevision(2),
        actual: StateRevision(5),
    };
    assert_eq!(conflict.to_string(), "k is at revision 5, not 2");
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
