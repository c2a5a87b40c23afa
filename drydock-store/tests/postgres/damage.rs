//! Tables that somebody dropped or changed by hand: reported, never guessed at.

use crate::lab::Lab;
use drydock_core::state::{Batch, StateError, StateRevision, StateStore};
use std::time::Duration;

#[track_caller]
fn damaged<T: std::fmt::Debug>(result: Result<T, StateError>, at: &str, words: &str) {
    match result {
        Err(StateError::Damaged { key, reason }) => {
            assert!(key == at && reason.contains(words), "{key}: {reason}");
        }
        other => panic!("not damaged: {other:?}"),
    }
}

#[tokio::test]
async fn a_dropped_table_is_told() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    store
        .commit(Batch::new().put("k", "v").append("j", "e"))
        .await
        .unwrap();
    let lost = |table: &str| format!("\"{table}\" does not exist");
    lab.sql("DROP TABLE journals").await;
    damaged(
        store.read_journal("j", 0).await,
        "the database",
        &lost("journals"),
    );
    damaged(
        store.commit(Batch::new().append("j", "e")).await,
        "the database",
        &lost("journals"),
    );
    lab.sql("DROP TABLE leases").await;
    damaged(
        store.acquire("l", "a", Duration::from_secs(1)).await,
        "the database",
        &lost("leases"),
    );
    lab.sql("DROP TABLE history").await;
    damaged(store.get("k").await, "the database", &lost("history"));
    damaged(store.scan("").await, "the database", &lost("history"));
    damaged(
        store.changes(StateRevision(0)).await,
        "the database",
        &lost("history"),
    );
    lab.sql("DROP TABLE counter").await;
    damaged(
        store.commit(Batch::new()).await,
        "the database",
        &lost("counter"),
    );
    damaged(
        store.changed(StateRevision(9), Duration::ZERO).await,
        "the database",
        &lost("counter"),
    );
}

#[tokio::test]
async fn a_missing_function_is_told() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    lab.sql("DROP FUNCTION commit_batches").await;
    damaged(
        store.commit(Batch::new()).await,
        "the database",
        "does not exist",
    );
}

#[tokio::test]
async fn rows_that_somebody_took_away_are_told() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    let batch = ["a", "b", "c"]
        .iter()
        .fold(Batch::new(), |batch, entry| batch.append("j", *entry));
    store.commit(batch.put("k", "v")).await.unwrap();
    lab.sql("DELETE FROM journals WHERE idx = 1").await;
    damaged(
        store.read_journal("j", 0).await,
        "j",
        "its entry 1 is missing",
    );
    damaged(
        store.read_journal("j", 1).await,
        "j",
        "its entry 1 is missing",
    );
    assert_eq!(store.read_journal("j", 2).await.unwrap(), [b"c"]);
    lab.sql("DELETE FROM history WHERE kind = 'put'").await;
    damaged(
        store.get("k").await,
        "k",
        "its value of revision 1 is missing",
    );
    damaged(
        store.scan("").await,
        "k",
        "its value of revision 1 is missing",
    );
    lab.sql("DELETE FROM counter").await;
    damaged(
        store.changed(StateRevision(9), Duration::ZERO).await,
        "the table counter",
        "0 rows",
    );
    damaged(store.commit(Batch::new()).await, "the database", "no rows");
}

#[tokio::test]
async fn a_column_of_another_type_is_told() {
    let Some(lab) = Lab::new().await else { return };
    lab.store()
        .await
        .commit(Batch::new().put("k", "v"))
        .await
        .unwrap();
    lab.sql("ALTER TABLE keys ALTER revision TYPE numeric")
        .await;
    let store = lab.store().await;
    damaged(
        store.get("k").await,
        "the database",
        "its column revision is not as it was made",
    );
}
