//! The store in one file: what every store owes, and what only a file can suffer.
#![cfg(feature = "redb")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[path = "redb/agrees.rs"]
mod agrees;
#[path = "redb/damage.rs"]
mod damage;
#[path = "redb/folder.rs"]
mod folder;
#[path = "redb/full.rs"]
mod full;
#[path = "redb/killed.rs"]
mod killed;
#[path = "redb/obligations.rs"]
mod obligations;
#[path = "redb/opening.rs"]
mod opening;
#[path = "redb/process.rs"]
mod process;
#[path = "redb/together.rs"]
mod together;

use drydock_core::state::{Batch, StateChange, StateRevision, StateStore, Stored};
use drydock_store::RedbStore;
use smol_str::SmolStr;

/// Everything that can be read of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    revision: StateRevision,
    keys: Vec<Stored>,
    journals: Vec<(SmolStr, Vec<Vec<u8>>)>,
    changes: Vec<StateChange>,
}

async fn content(store: &dyn StateStore) -> Result<Content, drydock_core::state::StateError> {
    let mut journals = Vec::new();
    for name in store.journals("").await? {
        let entries = store.read_journal(&name, 0).await?;
        journals.push((name, entries));
    }
    let (mut changes, mut last) = (Vec::new(), StateRevision(0));
    loop {
        let page = store.changes(last).await?;
        let Some(change) = page.last() else { break };
        last = change.revision();
        changes.extend(page);
    }
    Ok(Content {
        revision: store
            .changed(StateRevision(0), std::time::Duration::ZERO)
            .await?,
        keys: store.scan("").await?,
        journals,
        changes,
    })
}

/// A store with something of everything in it: several levels of pages, values that span pages, what was written over and
/// deleted.
async fn fill(store: &RedbStore) {
    for n in 0..40_u8 {
        let mut batch = Batch::new()
            .put(format!("key/{}", n % 30), vec![n; usize::from(n) * 40])
            .delete(format!("key/{}", (n + 7) % 30));
        for entry in 0..5 {
            batch = batch.append(format!("journal/{}", n % 3), format!("{n} {entry}"));
        }
        store.commit(batch).await.unwrap();
    }
    store
        .commit(Batch::new().put("large", vec![7; 30_000]))
        .await
        .unwrap();
    let ttl = std::time::Duration::from_secs(60);
    store.acquire("run/1", "a", ttl).await.unwrap();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}
