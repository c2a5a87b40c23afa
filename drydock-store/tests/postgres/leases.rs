//! Leases by the database's own clock, and takeovers in the middle of a commit.

use crate::lab::{Lab, until};
use drydock_core::state::{Batch, StateError, StateStore};
use std::time::Duration;
use tokio::{task::JoinSet, time::sleep};

const SLOW: &str = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$; \
    CREATE TRIGGER slow BEFORE INSERT ON journals FOR EACH ROW WHEN (NEW.name = 'slow') EXECUTE FUNCTION slow()";

#[tokio::test]
async fn a_lease_runs_out_by_the_clock() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    let lease = store
        .acquire("l", "a", Duration::from_millis(700))
        .await
        .unwrap();
    store.commit(Batch::new().under(&lease)).await.unwrap();
    let held = store.acquire("l", "b", Duration::from_secs(1)).await;
    assert!(matches!(held, Err(StateError::Held { .. })), "{held:?}");
    sleep(Duration::from_millis(750)).await;
    let late = store.commit(Batch::new().under(&lease)).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    store
        .acquire("l", "b", Duration::from_secs(1))
        .await
        .unwrap();
}

/// The lease ends while the commit is being written. Whoever is given it after that sees the whole commit.
#[tokio::test]
async fn a_takeover_waits_for_the_commit_under_way() {
    let Some(lab) = Lab::new().await else { return };
    let (old, new) = (lab.store().await, lab.store().await);
    lab.sql(SLOW).await;
    let lease = old
        .acquire("l", "a", Duration::from_millis(300))
        .await
        .unwrap();
    let late = Batch::new().under(&lease).append("slow", "a");
    let writing = tokio::spawn(async move { old.commit(late).await });
    sleep(Duration::from_millis(100)).await;
    let taking = async {
        loop {
            match new.acquire("l", "b", Duration::from_secs(60)).await {
                Ok(lease) => return lease,
                Err(StateError::Held { .. }) => sleep(Duration::from_millis(10)).await,
                Err(other) => panic!("{other}"),
            }
        }
    };
    let taken = taking.await;
    assert!(taken.fence > lease.fence);
    assert_eq!(new.read_journal("slow", 0).await.unwrap(), [b"a"]);
    writing.await.unwrap().unwrap();
}

/// A commit that waited until its lease had ended is refused: it is checked when its turn comes, by the clock of that
/// moment.
#[tokio::test]
async fn a_commit_that_waited_too_long_is_refused() {
    let Some(lab) = Lab::new().await else { return };
    let (one, other) = (lab.store().await, lab.store().await);
    lab.sql(SLOW).await;
    let lease = other
        .acquire("l", "a", Duration::from_millis(600))
        .await
        .unwrap();
    let slow = tokio::spawn(async move { one.commit(Batch::new().append("slow", "x")).await });
    // Which the row that counts is locked for.
    let counter = format!(
        "SELECT count(*) FROM pg_locks WHERE mode = 'RowShareLock' AND relation = '{}.counter'::regclass",
        lab.schema
    );
    until("the slow commit is under way", async || {
        lab.number(&counter).await > 0
    })
    .await;
    let late = other.commit(Batch::new().under(&lease).put("k", "v")).await;
    assert!(matches!(late, Err(StateError::Fenced { .. })), "{late:?}");
    assert_eq!(other.get("k").await.unwrap(), None);
    slow.await.unwrap().unwrap();
}

/// Many take the lease from each other as soon as it ends, and write as long as they believe to have it.
#[tokio::test(flavor = "multi_thread")]
async fn no_writer_writes_after_its_successor() {
    let Some(lab) = Lab::new().await else { return };
    let stores = [lab.store().await, lab.store().await];
    let mut owners = JoinSet::new();
    for n in 0..6 {
        let store = stores[n % 2].clone();
        owners.spawn(async move {
            let mut lost = 0_u32;
            let mut written = 0;
            while written < 40 {
                let ttl = Duration::from_millis(4);
                let lease = match store.acquire("l", &format!("o{n}"), ttl).await {
                    Ok(lease) => lease,
                    Err(StateError::Held { .. }) => {
                        sleep(Duration::from_millis(1)).await;
                        continue;
                    }
                    Err(other) => panic!("{other}"),
                };
                loop {
                    let fence = lease.fence.to_be_bytes();
                    match store
                        .commit(Batch::new().under(&lease).append("fences", fence))
                        .await
                    {
                        Ok(_) => written += 1,
                        Err(StateError::Fenced { .. }) => break,
                        Err(other) => panic!("{other}"),
                    }
                }
                lost += 1;
            }
            lost
        });
    }
    let lost: u32 = owners.join_all().await.iter().sum();
    assert!(lost > 6, "nobody lost a lease");
    let fences = stores[0].read_journal("fences", 0).await.unwrap();
    assert!(fences.len() >= 240);
    assert!(
        fences.is_sorted(),
        "a stale writer wrote after its successor"
    );
}
