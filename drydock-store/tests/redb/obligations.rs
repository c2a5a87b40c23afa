//! The store in a file is a store, and goes on when it is opened anew: the conformance suites find nothing.

use super::folder::Folder;
use drydock_core::{
    state::{Batch, StateStore},
    testing::conformance::{self, Violation},
};
use drydock_store::RedbStore;
use std::time::Duration;
use tokio::time::sleep;

const LEASE: Duration = Duration::from_secs(30);
const NONE: [Violation; 0] = [];

#[tokio::test(start_paused = true)]
async fn a_file_is_a_store_also_with_everything_in_it_and_opened_anew() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    for _ in 0..2 {
        let store = RedbStore::open(&path).unwrap();
        assert_eq!(conformance::store(&store, LEASE, sleep).await, NONE);
    }
    let store = RedbStore::open(&path).unwrap();
    assert_eq!(conformance::store(&store, LEASE, sleep).await, NONE);
    assert_eq!(conformance::store(&store, LEASE, sleep).await, NONE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_a_store_by_the_clock_on_the_wall_and_on_several_threads() {
    let folder = Folder::new();
    let store = RedbStore::open(folder.join("state.redb")).unwrap();
    let lease = Duration::from_millis(500);
    assert_eq!(conformance::store(&store, lease, sleep).await, NONE);
}

#[tokio::test(start_paused = true)]
async fn a_file_goes_on_when_it_is_opened_anew() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let open = async || Ok(Box::new(RedbStore::open(&path)?) as Box<dyn StateStore>);
    let found = conformance::store_reopened(open, LEASE, sleep).await;
    assert_eq!(found, NONE);
}

#[tokio::test(start_paused = true)]
async fn a_lease_ends_on_its_instant_or_never() {
    let folder = Folder::new();
    let store = RedbStore::open(folder.join("state.redb")).unwrap();
    let lease = store.acquire("run", "a", LEASE).await.unwrap();
    sleep(LEASE - Duration::from_millis(1)).await;
    store.commit(Batch::new().under(&lease)).await.unwrap();
    sleep(Duration::from_millis(1)).await;
    store.commit(Batch::new().under(&lease)).await.unwrap_err();
    let lease = store.acquire("run", "b", Duration::MAX).await.unwrap();
    sleep(Duration::from_secs(365 * 24 * 60 * 60)).await;
    store.commit(Batch::new().under(&lease)).await.unwrap();
}
