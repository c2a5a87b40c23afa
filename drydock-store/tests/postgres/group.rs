//! What a group of commits does, against a store in memory and beside a commit that the database refuses.

use crate::lab::Lab;
use drydock_core::state::{
    Batch, MemoryStore, PAGE, StateChange, StateError, StateRevision, StateStore,
};
use drydock_store::PostgresOptions;
use std::{collections::BTreeSet, time::Duration};
use tokio::task::JoinSet;

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }
}

/// A batch of a few of everything on few names, so that they meet.
fn batch(numbers: &mut Numbers, last: u64) -> Batch {
    let mut batch = Batch::new();
    for _ in 0..numbers.below(6) {
        let name = ["a", "a/b", "b", "c"][numbers.below(4) as usize];
        let value = [numbers.below(256) as u8];
        batch = match numbers.below(9) {
            0..4 => batch.put(name, value),
            4..6 => batch.delete(name),
            6..8 => batch.append(name, value),
            _ => batch.expect(name, StateRevision(numbers.below(last + 2))),
        };
    }
    batch
}

/// Groups of batches are handed in at once, so that they are written together: each must be answered as if they came
/// one after the other, which a store in memory shows.
#[tokio::test]
async fn groups_do_what_their_batches_do_one_by_one() {
    let Some(lab) = Lab::new().await else { return };
    let (store, memory) = (lab.store().await, MemoryStore::new());
    let mut numbers = Numbers(7);
    let (mut committed, mut refused) = (0, 0);
    for _ in 0..60 {
        let last = committed;
        let size = 1 + numbers.below(24);
        let group: Vec<Batch> = (0..size).map(|_| batch(&mut numbers, last)).collect();
        let mut tasks = Vec::new();
        for one in group.clone() {
            let store = store.clone();
            tasks.push(tokio::spawn(async move { store.commit(one).await }));
        }
        for (task, one) in tasks.into_iter().zip(group) {
            let (real, expected) = (task.await.unwrap(), memory.commit(one).await);
            match expected {
                Ok(_) => committed += 1,
                Err(_) => refused += 1,
            }
            assert_eq!(format!("{real:?}"), format!("{expected:?}"));
        }
    }
    assert!(committed > 300 && refused > 40, "{committed} {refused}");
    assert_eq!(
        store.scan("").await.unwrap(),
        memory.scan("").await.unwrap()
    );
    assert_eq!(
        store.journals("").await.unwrap(),
        memory.journals("").await.unwrap()
    );
    assert_eq!(store.journals("a").await.unwrap(), ["a", "a/b"]);
    assert_eq!(store.journals("a/").await.unwrap(), ["a/b"]);
    for journal in ["a", "a/b", "b", "c"] {
        let (real, expected) = (
            store.read_journal(journal, 3),
            memory.read_journal(journal, 3),
        );
        assert_eq!(real.await.unwrap(), expected.await.unwrap());
    }
    let mut after = StateRevision(0);
    loop {
        let changes = memory.changes(after).await.unwrap();
        assert_eq!(store.changes(after).await.unwrap(), changes);
        let Some(last) = changes.last() else { break };
        after = last.revision();
    }
}

/// The only statement of the group is refused by the database: nobody else's commit suffers.
#[tokio::test]
async fn one_commit_that_the_database_refuses_spoils_no_other() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    lab.sql(
        "CREATE FUNCTION dislike() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RAISE EXCEPTION 'disliked' USING ERRCODE = '22000'; END $$; \
         CREATE TRIGGER dislike BEFORE INSERT ON keys FOR EACH ROW WHEN (NEW.name = 'bad') EXECUTE FUNCTION dislike()",
    )
    .await;
    let mut tasks = Vec::new();
    for n in 0..60 {
        let store = store.clone();
        let key = if n == 31 {
            "bad".to_owned()
        } else {
            format!("k{n}")
        };
        let batch = Batch::new().put(key, "v").append("j", [n]);
        tasks.push(tokio::spawn(async move { store.commit(batch).await }));
    }
    for (n, task) in tasks.into_iter().enumerate() {
        match task.await.unwrap() {
            Ok(_) => assert_ne!(n, 31),
            Err(StateError::Unavailable(reason)) if n == 31 => {
                assert!(
                    reason.contains("disliked") && reason.ends_with("nothing was written"),
                    "{reason}"
                );
            }
            Err(error) => panic!("{n}: {error}"),
        }
    }
    let entries = store.read_journal("j", 0).await.unwrap();
    let entries: BTreeSet<u8> = entries.iter().map(|entry| entry[0]).collect();
    assert_eq!(entries, (0..60).filter(|n| *n != 31).collect());
    assert_eq!(store.scan("").await.unwrap().len(), 59);
}

#[tokio::test]
async fn changes_come_in_whole_commits() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    let commit = async |from: usize, to: usize| {
        let batch = (from..to).fold(Batch::new(), |batch, n| batch.put(format!("k{n}"), "v"));
        store.commit(batch).await.unwrap()
    };
    let small = commit(0, 10).await;
    let large = commit(0, PAGE + 500).await;
    let exact = commit(0, PAGE).await;
    let last = commit(0, 1).await;
    let page = async |after| {
        let changes = store.changes(after).await.unwrap();
        (changes.len(), changes.last().map(StateChange::revision))
    };
    assert_eq!(page(StateRevision(0)).await, (10 + PAGE + 500, Some(large)));
    assert_eq!(page(small).await, (PAGE + 500, Some(large)));
    assert_eq!(page(large).await, (PAGE, Some(exact)));
    assert_eq!(page(exact).await, (1, Some(last)));
    assert_eq!(page(last).await, (0, None));
}

/// What the database is set to must not weaken a commit, nor make writers fail that only met.
#[tokio::test]
async fn careless_settings_of_the_database_are_not_obeyed() {
    let Some(lab) = Lab::new().await else { return };
    lab.sql(
        "CREATE ROLE careless LOGIN; ALTER ROLE careless SET synchronous_commit = off; \
         ALTER ROLE careless SET default_transaction_isolation = 'serializable'; \
         GRANT CREATE ON DATABASE postgres TO careless",
    )
    .await;
    let url = lab.cluster.url_of("careless");
    let store = drydock_store::PostgresStore::connect_with(&url, lab.options())
        .await
        .unwrap();
    lab.sql(
        "CREATE TABLE seen (sync text, isolation text); GRANT ALL ON seen TO careless; \
         CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES \
         (current_setting('synchronous_commit'), current_setting('transaction_isolation')); RETURN NULL; END $$; \
         CREATE TRIGGER look AFTER UPDATE ON counter FOR EACH ROW EXECUTE FUNCTION look()",
    )
    .await;
    store.commit(Batch::new()).await.unwrap();
    let seen = format!("SELECT sync || ', ' || isolation FROM {}.seen", lab.schema);
    let seen: String = lab.client.query_one(&seen, &[]).await.unwrap().get(0);
    assert_eq!(seen, "on, read committed");
}

/// A commit whose caller goes away is whole or not there, and the ones after it go on.
#[tokio::test]
async fn a_caller_that_goes_away_leaves_no_half_commit() {
    let Some(lab) = Lab::new().await else { return };
    let store = lab.store().await;
    for n in 0..100_u8 {
        let batch = Batch::new().put(format!("k{n}"), "v").append("j", [n]);
        let wait = Duration::from_micros(u64::from(n) * 20);
        let _ = tokio::time::timeout(wait, store.commit(batch)).await;
    }
    store.commit(Batch::new()).await.unwrap();
    let entries = store.read_journal("j", 0).await.unwrap();
    let entries: BTreeSet<String> = entries
        .iter()
        .map(|entry| format!("k{}", entry[0]))
        .collect();
    let keys = store.scan("k").await.unwrap();
    assert_eq!(
        keys.iter()
            .map(|stored| stored.key.to_string())
            .collect::<BTreeSet<_>>(),
        entries
    );
    assert!(
        !entries.is_empty() && entries.len() < 100,
        "{}",
        entries.len()
    );
}

#[tokio::test]
async fn a_read_whose_caller_goes_away_harms_no_later_one() {
    let Some(lab) = Lab::new().await else { return };
    let options: PostgresOptions = lab.options().connections(2);
    let store = drydock_store::PostgresStore::connect_with(&lab.cluster.url(), options)
        .await
        .unwrap();
    store.commit(Batch::new().put("k", "v")).await.unwrap();
    let mut readers = JoinSet::new();
    for n in 0..200_u64 {
        let store = store.clone();
        readers.spawn(async move {
            let wait = Duration::from_micros(n * 30);
            tokio::time::timeout(wait, store.get("k")).await.is_ok()
        });
    }
    let ended = readers.join_all().await;
    assert!(ended.iter().any(|ended| !ended), "nobody went away");
    assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
}
