//! What every store owes, on a file of its own each, and all on one file.

#[path = "../../../drydock-core/tests/store/keys.rs"]
mod keys;
#[path = "../../../drydock-core/tests/store/leases.rs"]
mod leases;

use super::folder::Folder;
use drydock_core::state::{Batch, StateRevision, StateStore, Stored};
use drydock_store::RedbStore;

macro_rules! obligations {
    ($($part:ident::$name:ident)*) => {
        mod alone {
            $(
                #[tokio::test(start_paused = true)]
                async fn $name() {
                    let folder = super::Folder::new();
                    let store = super::RedbStore::open(folder.join("state.redb")).unwrap();
                    super::$part::$name(&store).await;
                }
            )*
        }

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
async fn a_store_conforms_with_everything_in_it_and_once_more_opened_anew() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    conforms(&RedbStore::open(&path).unwrap()).await;
    let store = RedbStore::open(&path).unwrap();
    for name in store.scan("").await.unwrap() {
        store.commit(Batch::new().delete(name.key)).await.unwrap();
    }
    // Journals are never emptied, so those that count their entries are left out.
    leases::fences_only_grow(&store).await;
    leases::a_lease_that_nobody_gave_is_refused(&store).await;
    keys::a_scan_gives_every_key_of_a_prefix_in_order(&store).await;
    keys::changes_are_told_in_order(&store).await;
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
