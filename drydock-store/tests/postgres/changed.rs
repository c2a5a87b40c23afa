//! Waiting for changes: told by the database, and found without being told.

use crate::{
    HANGS,
    lab::{Lab, until},
};
use drydock_core::state::{Batch, StateRevision, StateStore};
use drydock_store::PostgresStore;
use std::time::{Duration, Instant};

const LISTENING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN \"drydock_SCHEMA\"%'";

fn listening(lab: &Lab) -> String {
    LISTENING.replace("SCHEMA", &lab.schema)
}

/// Polling is an hour away, so only the database's word can be it.
#[tokio::test]
async fn a_commit_of_another_store_wakes_at_once() {
    let Some(lab) = Lab::new().await else { return };
    let options = lab.options().poll_pause(Duration::from_secs(3600));
    let waiting = PostgresStore::connect_with(&lab.cluster.url(), options)
        .await
        .unwrap();
    let writing = lab.store().await;
    let start = writing.commit(Batch::new()).await.unwrap();
    let waiter = tokio::spawn({
        let waiting = waiting.clone();
        async move { waiting.changed(start, Duration::from_secs(60)).await }
    });
    until("the store listens", async || {
        lab.number(&listening(&lab)).await == 1
    })
    .await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!waiter.is_finished(), "nothing has changed");
    let began = Instant::now();
    let next = writing.commit(Batch::new().put("k", "v")).await.unwrap();
    assert_eq!(waiter.await.unwrap().unwrap(), next);
    assert!(began.elapsed() < HANGS);
    // The listening connection ends with the store.
    drop(waiting);
    until("nobody listens", async || {
        lab.number(&listening(&lab)).await == 0
    })
    .await;
}

#[tokio::test]
async fn the_end_of_the_time_ends_the_waiting() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    let last = store.commit(Batch::new()).await.unwrap();
    assert_eq!(store.changed(last, Duration::ZERO).await.unwrap(), last);
    let began = Instant::now();
    let told = store
        .changed(last, Duration::from_millis(300))
        .await
        .unwrap();
    assert_eq!(told, last);
    assert!(began.elapsed() >= Duration::from_millis(300));
    // What is there already is told at once.
    let begin = StateRevision(0);
    assert_eq!(store.changed(begin, Duration::MAX).await.unwrap(), last);
}

/// The user may have no connection beside the pool's, so the store can never listen.
#[tokio::test]
async fn a_store_that_cannot_listen_looks_by_itself() {
    let Some(lab) = Lab::new().await else { return };
    lab.sql("CREATE ROLE deaf LOGIN CONNECTION LIMIT 1; GRANT CREATE ON DATABASE postgres TO deaf")
        .await;
    let options = lab
        .options()
        .connections(1)
        .poll_pause(Duration::from_millis(100));
    let store = PostgresStore::connect_with(&lab.cluster.url_of("deaf"), options)
        .await
        .unwrap();
    let start = store.commit(Batch::new()).await.unwrap();
    let waiter = tokio::spawn({
        let store = store.clone();
        async move { store.changed(start, Duration::from_secs(60)).await }
    });
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(lab.number(&listening(&lab)).await, 0);
    let next = store.commit(Batch::new()).await.unwrap();
    assert_eq!(waiter.await.unwrap().unwrap(), next);
}

#[tokio::test]
async fn a_broken_listening_connection_is_made_anew() {
    let Some(lab) = Lab::new().await else { return };
    let options = lab.options().poll_pause(Duration::from_millis(100));
    let store = PostgresStore::connect_with(&lab.cluster.url(), options)
        .await
        .unwrap();
    let start = store.commit(Batch::new()).await.unwrap();
    let waiter = tokio::spawn({
        let store = store.clone();
        async move { store.changed(start, Duration::from_secs(60)).await }
    });
    let pid = format!(
        "{} AND NOT starts_with(query, 'SELECT')",
        listening(&lab).replace("count(*)", "coalesce(max(pid), 0)::bigint")
    );
    until("the store listens", async || {
        lab.number(&listening(&lab)).await == 1
    })
    .await;
    let first = lab.number(&pid).await;
    lab.sql(&format!("SELECT pg_terminate_backend({first})"))
        .await;
    until("it listens again", async || {
        lab.number(&listening(&lab)).await == 1 && lab.number(&pid).await != first
    })
    .await;
    let next = store.commit(Batch::new()).await.unwrap();
    assert_eq!(waiter.await.unwrap().unwrap(), next);
}
