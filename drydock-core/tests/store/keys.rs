//! Keys, journals and changes: what one commit does, and what of it can be seen.

use super::{commit, journal, stored, value};
use drydock_core::state::{Batch, StateChange, StateError, StateRevision, StateStore};
use std::time::Duration;

pub(super) async fn every_commit_has_a_greater_revision(store: &dyn StateStore) {
    let first = commit(store, Batch::new().put("revision/a", "1")).await;
    let second = commit(store, Batch::new()).await;
    let third = commit(store, Batch::new().put("revision/a", "1")).await;
    assert!(StateRevision(0) < first && first < second && second < third);
}

pub(super) async fn a_key_has_its_last_value_and_the_revision_that_wrote_it(
    store: &dyn StateStore,
) {
    assert_eq!(store.get("value/k").await.unwrap(), None);
    let first = commit(
        store,
        Batch::new().put("value/k", "one").put("value/l", "l"),
    )
    .await;
    let second = commit(store, Batch::new().put("value/k", "two")).await;
    assert_eq!(
        store.get("value/k").await.unwrap(),
        Some(stored("value/k", second, "two"))
    );
    assert_eq!(
        store.get("value/l").await.unwrap(),
        Some(stored("value/l", first, "l"))
    );
    let bytes = vec![0, 255, 10];
    commit(store, Batch::new().put("value/k", bytes.clone())).await;
    assert_eq!(store.get("value/k").await.unwrap().unwrap().value, bytes);
}

pub(super) async fn a_deleted_key_is_not_there(store: &dyn StateStore) {
    commit(store, Batch::new().put("deleted/k", "v")).await;
    commit(store, Batch::new().delete("deleted/k")).await;
    assert_eq!(store.get("deleted/k").await.unwrap(), None);
    // Nor is it an error to delete it once more.
    commit(store, Batch::new().delete("deleted/k")).await;
}

pub(super) async fn a_key_is_written_only_as_it_was_expected(store: &dyn StateStore) {
    const KEY: &str = "expect/k";
    let put = |revision, text: &str| Batch::new().expect(KEY, revision).put(KEY, text);
    let absent = StateRevision(0);
    let first = commit(store, put(absent, "one")).await;
    for wrong in [absent, StateRevision(first.0 + 1)] {
        match store.commit(put(wrong, "wrong")).await {
            Err(StateError::Conflict {
                key,
                expected,
                actual,
            }) => {
                assert_eq!((&*key, expected, actual), (KEY, wrong, first));
            }
            other => panic!("no conflict: {other:?}"),
        }
    }
    let second = commit(store, put(first, "two")).await;
    assert_eq!(
        store.get(KEY).await.unwrap(),
        Some(stored(KEY, second, "two"))
    );
    // Another key's commit does not change its revision.
    commit(store, Batch::new().put("expect/other", "o")).await;
    commit(store, Batch::new().expect(KEY, second).delete(KEY)).await;
    commit(store, put(absent, "again")).await;
    assert_eq!(value(store, KEY).await.as_deref(), Some("again"));
}

pub(super) async fn every_expectation_of_a_batch_must_hold(store: &dyn StateStore) {
    let revision = commit(store, Batch::new().put("all/a", "a")).await;
    let batch = Batch::new()
        .expect("all/a", revision)
        .expect("all/b", revision)
        .put("all/c", "c");
    match store.commit(batch).await {
        Err(StateError::Conflict {
            key,
            expected,
            actual,
        }) => {
            assert_eq!(
                (&*key, expected, actual),
                ("all/b", revision, StateRevision(0))
            );
        }
        other => panic!("no conflict: {other:?}"),
    }
    assert_eq!(value(store, "all/c").await, None);
}

pub(super) async fn a_refused_batch_did_nothing(store: &dyn StateStore) {
    let lease = store
        .acquire("nothing", "a", Duration::from_secs(30))
        .await
        .unwrap();
    store.release(&lease).await.unwrap();
    let setting_up = Batch::new()
        .put("nothing/k", "before")
        .append("nothing/j", "before");
    let before = commit(store, setting_up).await;
    let batch = || {
        Batch::new()
            .put("nothing/k", "after")
            .put("nothing/new", "after")
            .append("nothing/j", "after")
    };
    let refused = [
        batch().expect("nothing/new", StateRevision(7)),
        batch().delete("nothing/k").under(&lease),
        batch().expect("nothing/k", before).under(&lease),
    ];
    for batch in refused {
        store.commit(batch).await.unwrap_err();
        assert_eq!(
            store.get("nothing/k").await.unwrap(),
            Some(stored("nothing/k", before, "before"))
        );
        assert_eq!(value(store, "nothing/new").await, None);
        assert_eq!(journal(store, "nothing/j", 0).await, ["before"]);
        assert_eq!(store.changes(before).await.unwrap(), []);
    }
}

pub(super) async fn writers_that_expect_lose_no_update(store: &dyn StateStore) {
    async fn count(store: &dyn StateStore) -> u32 {
        let mut conflicts = 0;
        for _ in 0..20 {
            loop {
                let now = store.get("count").await.unwrap();
                let number = now.as_ref().map_or(0, |stored| stored.value[0]);
                let revision = now.map_or(StateRevision(0), |stored| stored.revision);
                tokio::task::yield_now().await;
                let batch = Batch::new()
                    .expect("count", revision)
                    .put("count", [number + 1]);
                match store.commit(batch).await {
                    Ok(_) => break,
                    Err(StateError::Conflict { .. }) => conflicts += 1,
                    Err(other) => panic!("{other}"),
                }
            }
        }
        conflicts
    }
    let (a, b, c) = tokio::join!(count(store), count(store), count(store));
    assert_eq!(store.get("count").await.unwrap().unwrap().value, [60]);
    assert!(a + b + c > 0, "they never met");
}

pub(super) async fn a_scan_gives_every_key_of_a_prefix_in_order(store: &dyn StateStore) {
    let keys = [
        "scan/b",
        "scan/a/2",
        "scan/a",
        "scan/a/10",
        "scan/á",
        "scan",
        "scan0",
        "scan/a0",
    ];
    let batch = keys
        .iter()
        .fold(Batch::new(), |batch, key| batch.put(*key, *key));
    let revision = commit(store, batch).await;
    let scan = async |prefix: &str| {
        let found = store.scan(prefix).await.unwrap();
        for one in &found {
            assert_eq!(*one, stored(&one.key, revision, &one.key));
        }
        found
            .into_iter()
            .map(|one| one.key.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        scan("scan/").await,
        [
            "scan/a",
            "scan/a/10",
            "scan/a/2",
            "scan/a0",
            "scan/b",
            "scan/á"
        ]
    );
    assert_eq!(scan("scan/a/").await, ["scan/a/10", "scan/a/2"]);
    assert_eq!(scan("scan/á").await, ["scan/á"]);
    assert_eq!(scan("scan/c").await, [""; 0]);
    let all: Vec<_> = store
        .scan("")
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.key)
        .collect();
    assert!(all.is_sorted() && keys.iter().all(|key| all.iter().any(|one| one == key)));
    commit(store, Batch::new().delete("scan/a/10")).await;
    assert_eq!(scan("scan/a/").await, ["scan/a/2"]);
}

pub(super) async fn a_journal_keeps_its_order(store: &dyn StateStore) {
    assert_eq!(journal(store, "order/j", 0).await, [""; 0]);
    commit(
        store,
        Batch::new()
            .append("order/j", "1")
            .append("order/i", "x")
            .append("order/j", "2"),
    )
    .await;
    commit(
        store,
        Batch::new().append("order/j", "3").append("order/j", "3"),
    )
    .await;
    assert_eq!(journal(store, "order/j", 0).await, ["1", "2", "3", "3"]);
    assert_eq!(journal(store, "order/j", 2).await, ["3", "3"]);
    assert_eq!(journal(store, "order/j", 4).await, [""; 0]);
    assert_eq!(journal(store, "order/j", u64::MAX).await, [""; 0]);
    assert_eq!(journal(store, "order/i", 0).await, ["x"]);
}

pub(super) async fn a_journal_is_no_key(store: &dyn StateStore) {
    commit(
        store,
        Batch::new()
            .append("apart/x", "entry")
            .put("apart/y", "value"),
    )
    .await;
    assert_eq!(value(store, "apart/x").await, None);
    assert_eq!(journal(store, "apart/y", 0).await, [""; 0]);
    assert_eq!(store.scan("apart/").await.unwrap().len(), 1);
    commit(
        store,
        Batch::new().delete("apart/x").put("apart/x", "value"),
    )
    .await;
    assert_eq!(journal(store, "apart/x", 0).await, ["entry"]);
}

pub(super) async fn changes_are_told_in_order(store: &dyn StateStore) {
    let before = commit(store, Batch::new()).await;
    let first = commit(
        store,
        Batch::new().put("changes/a", "1").put("changes/b", "2"),
    )
    .await;
    let batch = Batch::new()
        .put("changes/a", "3")
        .delete("changes/b")
        .delete("changes/none");
    let second = commit(store, batch.append("changes/j", "4")).await;
    // Nothing changed, and nobody is told.
    let third = commit(store, Batch::new().delete("changes/none")).await;
    let of_first = [
        StateChange::Put(stored("changes/a", first, "1")),
        StateChange::Put(stored("changes/b", first, "2")),
    ];
    let of_second = [
        StateChange::Put(stored("changes/a", second, "3")),
        StateChange::Deleted {
            key: "changes/b".into(),
            revision: second,
        },
        StateChange::Appended {
            journal: "changes/j".into(),
            revision: second,
        },
    ];
    let all = [&of_first[..], &of_second[..]].concat();
    assert_eq!(store.changes(before).await.unwrap(), all);
    assert_eq!(store.changes(first).await.unwrap(), of_second);
    assert_eq!(store.changes(second).await.unwrap(), []);
    assert_eq!(store.changes(third).await.unwrap(), []);
}

pub(super) async fn changes_of_the_future_are_none(store: &dyn StateStore) {
    commit(store, Batch::new().put("future", "1")).await;
    assert_eq!(store.changes(StateRevision(u64::MAX)).await.unwrap(), []);
}
