//! Commits at the same time, futures that are dropped, and the end of the store.

use super::{content, folder::Folder, runtime};
use drydock_core::state::{Batch, StateError, StateRevision, StateStore};
use drydock_store::RedbStore;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

#[test]
fn many_writers_at_once_each_have_their_commit_whole() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let store = RedbStore::open(&path).unwrap();
    let runtime = runtime();
    let revisions = runtime.block_on(async {
        let writers = (0..64_u8).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut revisions = Vec::new();
                for n in 0..20_u8 {
                    let batch = Batch::new()
                        .append(format!("j/{writer}"), [n])
                        .append("all", [writer, n])
                        .put(format!("k/{writer}"), [n]);
                    revisions.push(store.commit(batch).await.unwrap());
                }
                assert!(revisions.is_sorted());
                revisions
            })
        });
        let mut all = BTreeSet::new();
        for writer in writers.collect::<Vec<_>>() {
            all.extend(writer.await.unwrap());
        }
        all
    });
    let expected: BTreeSet<_> = (1..=64 * 20).map(StateRevision).collect();
    assert_eq!(revisions, expected);
    drop(store);
    let store = RedbStore::open(&path).unwrap();
    runtime.block_on(async {
        for writer in 0..64 {
            let journal = store.read_journal(&format!("j/{writer}"), 0).await.unwrap();
            assert_eq!(journal, (0..20).map(|n| vec![n]).collect::<Vec<_>>());
        }
        // What is in the one journal of all is in the order of the revisions.
        let all = store.read_journal("all", 0).await.unwrap();
        let changes = content(&store).await.unwrap().changes;
        let told = changes.iter().filter_map(|change| match change {
            drydock_core::state::StateChange::Put(put) => {
                let writer: u8 = put.key.strip_prefix("k/").unwrap().parse().unwrap();
                Some(vec![writer, put.value[0]])
            }
            _ => None,
        });
        assert_eq!(all, told.collect::<Vec<_>>());
    });
}

#[test]
fn a_commit_whose_future_is_dropped_is_carried_out_before_the_file_is_closed() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let runtime = runtime();
    for n in 0..20_u64 {
        let store = RedbStore::open(&path).unwrap();
        runtime.block_on(async {
            let mut waiting: Vec<_> = (0..5)
                .map(|_| store.commit(Batch::new().append("j", "x").append("j", "y")))
                .collect();
            for commit in &mut waiting {
                let once = std::future::poll_fn(|cx| {
                    let _ = commit.as_mut().poll(cx);
                    std::task::Poll::Ready(())
                });
                once.await;
            }
        });
        drop(store);
        // At once, in the same process.
        let store = RedbStore::open(&path).unwrap();
        let journal = runtime.block_on(store.read_journal("j", 0)).unwrap();
        assert_eq!(journal.len() as u64, (n + 1) * 10);
    }
}

#[test]
fn the_file_is_open_as_long_as_one_clone_is_there() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let runtime = runtime();
    let store = RedbStore::open(&path).unwrap();
    let clone = store.clone();
    drop(store);
    runtime
        .block_on(clone.commit(Batch::new().put("k", "v")))
        .unwrap();
    let again = RedbStore::open(&path).unwrap_err().to_string();
    assert!(again.contains("is open in another process"), "{again}");
    assert!(again.contains(path.to_str().unwrap()), "{again}");
    // Reads that nobody waits for any more do not keep it open either.
    for _ in 0..20 {
        drop(runtime.spawn({
            let clone = clone.clone();
            async move { clone.scan("").await.map(drop) }
        }));
    }
    let reads: Vec<_> = (0..20)
        .map(|_| {
            runtime.spawn({
                let clone = clone.clone();
                async move { clone.scan("").await.map(drop) }
            })
        })
        .collect();
    reads.iter().for_each(|read| read.abort());
    runtime.block_on(async {
        for read in reads {
            let _ = read.await;
        }
    });
    drop(clone);
    // The tasks that were let go hold clones of their own; once they have ended nothing holds the file.
    let until = std::time::Instant::now() + Duration::from_secs(10);
    while let Err(error) = RedbStore::open(&path) {
        assert!(std::time::Instant::now() < until, "{error}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_change_is_told_of_it() {
    let folder = Folder::new();
    let store = Arc::new(RedbStore::open(folder.join("state.redb")).unwrap());
    let now = store.commit(Batch::new().put("k", "1")).await.unwrap();
    let waits = tokio::spawn({
        let store = store.clone();
        async move { store.changed(now, Duration::from_secs(60)).await }
    });
    let next = store.commit(Batch::new().put("k", "2")).await.unwrap();
    assert_eq!(waits.await.unwrap().unwrap(), next);
    let shortly = Duration::from_millis(5);
    assert_eq!(store.changed(next, shortly).await.unwrap(), next);
    assert_eq!(store.changes(now).await.unwrap().len(), 1);
}

#[tokio::test]
async fn leases_of_an_earlier_process_have_ended_and_their_fences_go_on() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let hour = Duration::from_secs(3600);
    let store = RedbStore::open(&path).unwrap();
    let first = store.acquire("run/1", "a", hour).await.unwrap();
    store.commit(Batch::new().under(&first)).await.unwrap();
    drop(store);
    let store = RedbStore::open(&path).unwrap();
    let stale = store
        .commit(Batch::new().under(&first).put("k", "late"))
        .await;
    assert!(matches!(stale, Err(StateError::Fenced { .. })), "{stale:?}");
    let second = store.acquire("run/1", "b", hour).await.unwrap();
    assert!(second.fence > first.fence);
    store.commit(Batch::new().under(&second)).await.unwrap();
    assert!(store.renew(&first, hour).await.is_err());
    assert_eq!(store.get("k").await.unwrap(), None);
}
