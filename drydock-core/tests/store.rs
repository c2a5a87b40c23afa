//! The store in memory is a store: the conformance suite finds nothing in it, and something in every store that is broken.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "store/batches.rs"]
mod batches;
#[path = "store/broken.rs"]
mod broken;
#[path = "store/reopened.rs"]
mod reopened;

use drydock_core::{
    state::{Batch, MemoryStore, StateError, StateRevision, StateStore, Stored},
    testing::conformance::{self, Violation},
};
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

const LEASE: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn a_store_in_memory_is_a_store_also_with_everything_in_it() {
    let store = MemoryStore::new();
    for _ in 0..2 {
        let found = conformance::store(&store, LEASE, sleep).await;
        assert_eq!(found, [] as [Violation; 0]);
    }
}

#[tokio::test]
async fn a_store_in_memory_is_a_store_by_the_clock_on_the_wall() {
    let lease = Duration::from_millis(300);
    let found = conformance::store(&MemoryStore::new(), lease, sleep).await;
    assert_eq!(found, [] as [Violation; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_store_behind_an_arc_is_a_store() {
    let store: Arc<dyn StateStore> = Arc::new(MemoryStore::new());
    let found = conformance::store(&store, LEASE, sleep).await;
    assert_eq!(found, [] as [Violation; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_lease_ends_on_its_instant_or_never() {
    let store = MemoryStore::new();
    let lease = store.acquire("run", "a", LEASE).await.unwrap();
    sleep(LEASE - Duration::from_millis(1)).await;
    store.commit(Batch::new().under(&lease)).await.unwrap();
    sleep(Duration::from_millis(1)).await;
    store.commit(Batch::new().under(&lease)).await.unwrap_err();
    let lease = store.acquire("run", "b", Duration::MAX).await.unwrap();
    sleep(Duration::from_secs(365 * 24 * 60 * 60)).await;
    store.commit(Batch::new().under(&lease)).await.unwrap();
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
