//! Several stores on one database, at the same time.

use crate::{HANGS, lab::Lab};
use drydock_core::state::{Batch, StateChange, StateError, StateRevision, StateStore};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn eight_writers_at_two_stores_lose_no_update() {
    let Some(lab) = Lab::new().await else { return };
    let stores = [lab.store().await, lab.store().await];
    let mut writers = JoinSet::new();
    for n in 0..8 {
        let store = stores[n % 2].clone();
        writers.spawn(async move {
            let mut conflicts = 0_u32;
            for _ in 0..25 {
                loop {
                    let now = store.get("count").await.unwrap();
                    let count = now.as_ref().map_or(0, |stored| stored.value[0]);
                    let revision = now.map_or(StateRevision(0), |stored| stored.revision);
                    let batch = Batch::new()
                        .expect("count", revision)
                        .put("count", [count + 1]);
                    match store.commit(batch.append("log", [count])).await {
                        Ok(_) => break,
                        Err(StateError::Conflict { .. }) => conflicts += 1,
                        Err(other) => panic!("{other}"),
                    }
                }
            }
            conflicts
        });
    }
    let conflicts: u32 = writers.join_all().await.iter().sum();
    assert!(conflicts > 0, "they never met");
    assert_eq!(stores[0].get("count").await.unwrap().unwrap().value, [200]);
    let log = stores[1].read_journal("log", 0).await.unwrap();
    assert_eq!(log, (0..200).map(|n| vec![n]).collect::<Vec<_>>());
}

/// Revisions are seen in their order: who follows the changes while they come misses none.
#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_changes_misses_none() {
    let Some(lab) = Lab::new().await else { return };
    let stores = [lab.store().await, lab.store().await, lab.store().await];
    let mut writers = JoinSet::new();
    for n in 0..12_u8 {
        let store = stores[usize::from(n) % 2].clone();
        writers.spawn(async move {
            for k in 0..40_u8 {
                let batch = Batch::new()
                    .put(format!("{n}/{k}"), [k])
                    .append("j", [n, k]);
                store.commit(batch).await.unwrap();
            }
        });
    }
    let mut followed: Vec<StateChange> = Vec::new();
    let mut after = StateRevision(0);
    let began = Instant::now();
    while followed.len() < 12 * 40 * 2 {
        assert!(began.elapsed() < HANGS, "only {} came", followed.len());
        stores[2]
            .changed(after, Duration::from_secs(10))
            .await
            .unwrap();
        let changes = stores[2].changes(after).await.unwrap();
        after = changes.last().map_or(after, StateChange::revision);
        followed.extend(changes);
    }
    writers.join_all().await;
    let revisions: Vec<u64> = followed.iter().map(|change| change.revision().0).collect();
    assert!(revisions.is_sorted());
    assert_eq!(stores[0].changes(StateRevision(0)).await.unwrap(), followed);
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_that_connect_at_once_make_the_tables_once() {
    let Some(lab) = Lab::new().await else { return };
    let mut connecting = JoinSet::new();
    for _ in 0..8 {
        let (url, options) = (lab.cluster.url(), lab.options());
        connecting.spawn(async move {
            let store = drydock_store::PostgresStore::connect_with(&url, options)
                .await
                .unwrap();
            store.commit(Batch::new()).await.unwrap().0
        });
    }
    let mut revisions = connecting.join_all().await;
    revisions.sort_unstable();
    assert_eq!(revisions, (1..=8).collect::<Vec<_>>());
}

#[tokio::test]
async fn schemas_know_nothing_of_each_other() {
    let (Some(one), Some(other)) = (Lab::new().await, Lab::new().await) else {
        return;
    };
    let (a, b) = (one.store().await, other.store().await);
    a.commit(Batch::new().put("k", "a").append("j", "a"))
        .await
        .unwrap();
    a.acquire("l", "a", Duration::from_secs(60)).await.unwrap();
    assert_eq!(b.get("k").await.unwrap(), None);
    assert_eq!(b.journals("").await.unwrap(), [""; 0]);
    assert_eq!(b.changes(StateRevision(0)).await.unwrap(), []);
    b.acquire("l", "b", Duration::from_secs(60)).await.unwrap();
}
