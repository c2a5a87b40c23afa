//! Commits: done whole or refused, alone, many at once, or given up halfway.

use super::rig::{Kept, Rig, broken, demand, equal, polled, stored, together, yield_once};
use crate::state::{Batch, StateChange, StateError, StateRevision, StateStore};

const ABSENT: StateRevision = StateRevision(0);

pub(super) async fn expected(rig: &Rig<'_>) -> Kept {
    let key = rig.name("expect/k");
    let put = |at, text: &str| Batch::new().expect(&*key, at).put(&*key, text);
    let first = rig.commit(put(ABSENT, "one")).await?;
    for wrong in [ABSENT, StateRevision(first.0 + 1)] {
        rig.conflicts(put(wrong, "wrong"), (&key, first), wrong)
            .await?;
    }
    let second = rig.commit(put(first, "two")).await?;
    rig.wrote(&key, second, "two").await?;
    rig.conflicts(put(first, "late"), (&key, second), first)
        .await?;
    // Another key's commit does not change its revision.
    rig.commit(Batch::new().put(rig.name("expect/other"), "o"))
        .await?;
    rig.commit(Batch::new().expect(&*key, second).delete(&*key))
        .await?;
    rig.commit(put(ABSENT, "again")).await?;
    rig.has(&key, Some("again")).await
}

pub(super) async fn all_expected(rig: &Rig<'_>) -> Kept {
    let [a, b, c] = ["all/a", "all/b", "all/c"].map(|name| rig.name(name));
    let revision = rig.commit(Batch::new().put(&*a, "a")).await?;
    let batch = Batch::new()
        .expect(&*a, revision)
        .expect(&*b, revision)
        .put(&*c, "c");
    rig.conflicts(batch, (&b, ABSENT), revision).await?;
    rig.has(&c, None).await
}

pub(super) async fn refused(rig: &Rig<'_>) -> Kept {
    let [key, new, journal] = ["nothing/k", "nothing/new", "nothing/j"].map(|name| rig.name(name));
    let lease = rig.acquire("nothing", "a").await?;
    rig.store.release(&lease).await?;
    let before = Batch::new()
        .put(&*key, "before")
        .append(&*journal, "before");
    let before = rig.commit(before).await?;
    let batch = || {
        Batch::new()
            .put(&*key, "after")
            .put(&*new, "after")
            .append(&*journal, "after")
    };
    for batch in [
        batch().expect(&*new, StateRevision(7)),
        batch().delete(&*key).under(&lease),
        batch().expect(&*key, before).under(&lease),
    ] {
        let answer = rig.store.commit(batch).await;
        demand(answer.is_err(), || format!("not refused: {answer:?}"))?;
        rig.wrote(&key, before, "before").await?;
        rig.has(&new, None).await?;
        rig.entries(&journal, 0, &["before"]).await?;
        let told = rig.store.changes(before).await?;
        equal("changes after a refusal", &told, &Vec::new())?;
    }
    Ok(())
}

pub(super) async fn no_lost_update(rig: &Rig<'_>) -> Kept {
    const EACH: usize = 20;
    const WRITERS: usize = 3;
    let key = rig.name("count");
    let writers = (0..WRITERS).map(|_| count(rig.store, &key, EACH)).collect();
    for outcome in together(writers).await {
        outcome?;
    }
    let value = rig.store.get(&key).await?.map(|stored| stored.value.len());
    equal("the count of all", &value, &Some(EACH * WRITERS))
}

/// Adds a byte so many times.
async fn count(store: &dyn StateStore, key: &str, times: usize) -> Kept {
    /// How often a writer tries: each time that it is refused, another one got on.
    const TRIES: usize = 1000;
    let mut left = times;
    for _ in 0..TRIES {
        let now = store.get(key).await?;
        let at = now.as_ref().map_or(ABSENT, |stored| stored.revision);
        let mut value = now.map(|stored| stored.value).unwrap_or_default();
        value.push(b'+');
        yield_once().await;
        match store
            .commit(Batch::new().expect(key, at).put(key, value))
            .await
        {
            Ok(_) => left -= 1,
            Err(StateError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        if left == 0 {
            return Ok(());
        }
    }
    broken(format!("of {times} updates {left} conflict without end"))
}

pub(super) async fn at_once(rig: &Rig<'_>) -> Kept {
    const MANY: usize = 80;
    let [journal, prize] = ["once/j", "once/prize"].map(|name| rig.name(name));
    let key = |n: usize| rig.name(&format!("once/k/{n:02}"));
    let stale = rig.acquire("once", "a").await?;
    rig.store.release(&stale).await?;
    let held = rig.acquire("once", "b").await?;
    let before = rig.commit(Batch::new()).await?;
    let batch = |n: usize| {
        let text = n.to_string();
        let batch = Batch::new().put(key(n), &*text).append(&*journal, text);
        match n % 4 {
            0 => batch.under(&held),
            1 => batch.under(&stale),
            2 => batch.expect(&*prize, StateRevision(u64::MAX)),
            // Of these one wins.
            _ => batch.expect(&*prize, ABSENT).put(&*prize, "won"),
        }
    };
    let answers = together((0..MANY).map(|n| rig.store.commit(batch(n))).collect()).await;
    let mut done: Vec<(StateRevision, usize)> = Vec::new();
    for (n, answer) in answers.into_iter().enumerate() {
        match (n % 4, answer) {
            (0 | 3, Ok(revision)) => done.push((revision, n)),
            (1, Err(StateError::Fenced { .. })) | (2 | 3, Err(StateError::Conflict { .. })) => {}
            (_, other) => return broken(format!("commit {n} of {MANY}: {other:?}")),
        }
    }
    let won = done.iter().filter(|(_, n)| n % 4 == 3).count();
    equal("how many won what is there once", &won, &1)?;
    done.sort_unstable();
    let distinct = done.is_sorted_by(|a, b| before < a.0 && a.0 < b.0);
    demand(distinct, || format!("revisions and commits: {done:?}"))?;
    let (mut changes, mut keys) = (Vec::new(), Vec::new());
    for (revision, n) in &done {
        let put = stored(&key(*n), *revision, &n.to_string());
        keys.push(put.clone());
        changes.push(StateChange::Put(put));
        if n % 4 == 3 {
            changes.push(StateChange::Put(stored(&prize, *revision, "won")));
        }
        changes.push(StateChange::Appended {
            journal: journal.as_str().into(),
            revision: *revision,
        });
    }
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    let found = rig.store.scan(&rig.name("once/k/")).await?;
    equal("the keys", &found, &keys)?;
    let entries: Vec<String> = done.iter().map(|(_, n)| n.to_string()).collect();
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    rig.entries(&journal, 0, &entries).await?;
    equal("the changes", &rig.store.changes(before).await?, &changes)
}

pub(super) async fn dropped(rig: &Rig<'_>) -> Kept {
    for polls in 0..6 {
        let name = |part: &str| rig.name(&format!("dropped/{polls}/{part}"));
        let before = rig.commit(Batch::new()).await?;
        let batch = Batch::new()
            .put(name("a"), "a")
            .put(name("b"), "b")
            .append(name("j"), "j");
        give_up(rig, batch, polls).await;
        // What is still under way somewhere else comes to its end.
        rig.commit(Batch::new()).await?;
        rig.pass(rig.lease_time / 3).await;
        let keys = rig
            .store
            .scan(&rig.name(&format!("dropped/{polls}/")))
            .await?;
        let entries = rig.store.read_journal(&name("j"), 0).await?;
        let changes = rig.store.changes(before).await?;
        let seen = (keys.len(), entries.len(), changes.len());
        demand(seen == (0, 0, 0) || seen == (2, 1, 3), || {
            format!(
                "polled {polls} times: {} of 2 keys, {} of 1 entry, {} of 3 changes",
                seen.0, seen.1, seen.2
            )
        })?;
    }
    Ok(())
}

/// Begins a commit and drops it after it was polled so many times, or has answered.
pub(super) async fn give_up(rig: &Rig<'_>, batch: Batch, polls: u32) {
    let mut commit = rig.store.commit(batch);
    for _ in 0..polls {
        if polled(&mut commit).await.is_ready() {
            return;
        }
        yield_once().await;
    }
}
