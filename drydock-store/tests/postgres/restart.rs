//! The database crashes and comes back while orchestrators write.

use crate::{
    HANGS,
    cluster::{Cluster, Sync},
    lab::until,
};
use drydock_core::state::{Batch, StateError, StateRevision, StateStore};
use drydock_store::{PostgresOptions, PostgresStore};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};

/// What a writer was told of each of its commits, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Committed,
    NothingWritten,
    MayHaveBeen,
}

async fn connect(cluster: &Cluster) -> PostgresStore {
    let options = PostgresOptions::default()
        .connections(4)
        .patience(Duration::from_secs(5));
    PostgresStore::connect_with(&cluster.url(), options)
        .await
        .unwrap()
}

/// Every commit that was answered is there once; one of which it was said that nothing was written is not there; one
/// that may have been is there once or not at all, and never by half.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loses_nothing_that_was_answered() {
    let Some(cluster) = Cluster::start(Sync::On) else {
        return;
    };
    let stores = [connect(&cluster).await, connect(&cluster).await];
    let (stop, answered) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
    );
    let mut writers = JoinSet::new();
    for name in 0..6_usize {
        let (store, stop, answered) = (stores[name % 2].clone(), stop.clone(), answered.clone());
        writers.spawn(async move {
            let mut all = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let n = all.len();
                let batch = Batch::new()
                    .put(format!("{name}/{n:06}"), n.to_string())
                    .append(format!("journal/{name}"), n.to_string())
                    .append("all", format!("{name}/{n:06}"));
                all.push(match store.commit(batch).await {
                    Ok(_) => {
                        answered.fetch_add(1, Ordering::Relaxed);
                        Told::Committed
                    }
                    Err(StateError::Unavailable(reason)) => {
                        // Otherwise the time in which it is gone fills with thousands of refusals.
                        sleep(Duration::from_millis(3)).await;
                        match reason.ends_with("nothing was written") {
                            true => Told::NothingWritten,
                            false => {
                                assert!(reason.contains("may have been"), "{reason}");
                                Told::MayHaveBeen
                            }
                        }
                    }
                    Err(other) => panic!("{other}"),
                });
            }
            (name, all)
        });
    }
    for _ in 0..4 {
        let before = answered.load(Ordering::Relaxed);
        until("commits are answered", async || {
            answered.load(Ordering::Relaxed) > before + 100
        })
        .await;
        cluster.crash();
        let began = Instant::now();
        let gone = stores[0].get("0/000000").await;
        assert!(matches!(gone, Err(StateError::Unavailable(_))), "{gone:?}");
        let gone = stores[1]
            .changed(StateRevision(u64::MAX), Duration::from_secs(60))
            .await;
        assert!(matches!(gone, Err(StateError::Unavailable(_))), "{gone:?}");
        assert!(began.elapsed() < HANGS);
        cluster.resume();
    }
    let before = answered.load(Ordering::Relaxed);
    until("it goes on", async || {
        answered.load(Ordering::Relaxed) > before + 100
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    let store = &stores[0];
    // The last commits are under way until their writers have ended.
    let writers = writers.join_all().await;
    let all = store.read_journal("all", 0).await.unwrap();
    let mut expected_all = Vec::new();
    let (mut committed, mut uncertain) = (0, 0);
    for (name, told) in writers {
        let journal = store
            .read_journal(&format!("journal/{name}"), 0)
            .await
            .unwrap();
        let journal: Vec<usize> = journal
            .iter()
            .map(|entry| String::from_utf8_lossy(entry).parse().unwrap())
            .collect();
        assert!(journal.is_sorted_by(|a, b| a < b), "one is there twice");
        let keys = store.scan(&format!("{name}/")).await.unwrap();
        let keys: Vec<String> = keys.iter().map(|stored| stored.key.to_string()).collect();
        let of_journal: Vec<String> = journal.iter().map(|n| format!("{name}/{n:06}")).collect();
        assert_eq!(keys, of_journal, "one is there by half");
        expected_all.extend(of_journal);
        for (n, told) in told.iter().enumerate() {
            match (told, journal.binary_search(&n).is_ok()) {
                (Told::Committed, true) => committed += 1,
                (Told::NothingWritten, false) => {}
                (Told::MayHaveBeen, _) => uncertain += 1,
                (told, there) => panic!("{name}/{n}: {told:?}, and there: {there}"),
            }
        }
    }
    let mut all: Vec<String> = all
        .into_iter()
        .map(|entry| String::from_utf8(entry).unwrap())
        .collect();
    all.sort_unstable();
    expected_all.sort_unstable();
    assert!(
        all == expected_all,
        "the journal of all is not what the others are"
    );
    assert!(committed > 400 && uncertain > 0, "{committed} {uncertain}");
}

/// Nobody was asking when it was restarted: the connections of before are asked for a sign of life, and the first commit
/// does not go to one of them. Nothing else of this runtime runs meanwhile, so that no other way of noticing is left.
#[tokio::test]
async fn a_restart_in_a_quiet_hour_is_not_noticed() {
    let Some(cluster) = Cluster::start(Sync::On) else {
        return;
    };
    let store = connect(&cluster).await;
    let lease = store
        .acquire("l", "a", Duration::from_secs(300))
        .await
        .unwrap();
    store
        .commit(Batch::new().under(&lease).put("k", "1"))
        .await
        .unwrap();
    cluster.crash();
    cluster.resume();
    std::thread::sleep(Duration::from_millis(1200));
    store
        .commit(Batch::new().under(&lease).put("k", "2"))
        .await
        .unwrap();
    assert_eq!(store.get("k").await.unwrap().unwrap().value, b"2");
    // The lease is where it was, for others as well.
    let held = connect(&cluster)
        .await
        .acquire("l", "b", Duration::from_secs(1))
        .await;
    assert!(matches!(held, Err(StateError::Held { .. })), "{held:?}");
}
