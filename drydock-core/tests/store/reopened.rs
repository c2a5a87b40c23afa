//! Stores that are opened anew, and what is found in those that are broken.

use super::{
    LEASE,
    broken::{Broken, Careless},
};
use drydock_core::{
    state::{MemoryStore, StateError, StateStore},
    testing::conformance::{self, Violation},
};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::time::sleep;

/// Runs the suite on a store that is kept in memory from one life to the next, or is lost in between.
async fn found(broken: Broken, kept: bool) -> Vec<Violation> {
    let (memory, lives) = (MemoryStore::new(), AtomicU32::new(0));
    let open = async || {
        let life = lives.fetch_add(1, Ordering::Relaxed);
        let inner = match kept {
            true => memory.clone(),
            false => MemoryStore::new(),
        };
        Ok(Box::new(Careless::new(broken, inner, life)) as Box<dyn StateStore>)
    };
    conformance::store_reopened(open, LEASE, sleep).await
}

#[tokio::test(start_paused = true)]
async fn every_store_that_is_broken_when_it_is_opened_anew_is_found_out() {
    let kept = "what was committed is there when it is opened anew";
    let revisions = "revisions go on when it is opened anew";
    let fences = "fences grow, and fence out, when it is opened anew";
    let given_up =
        "a commit that was given up has happened whole or not at all when it is opened anew";
    for (broken, is_kept, rule) in [
        (Broken::Not, false, kept),
        (Broken::Not, false, revisions),
        (Broken::ForgetsItsRevision, true, revisions),
        (Broken::ForgetsFences, true, fences),
        (Broken::CommitsInTwo, true, given_up),
        (
            Broken::IsNotDurable,
            true,
            "a store that is opened anew says that it is durable",
        ),
    ] {
        let found = found(broken, is_kept).await;
        let told = found.iter().any(|violation| violation.rule == rule);
        assert!(told, "{broken:?}: {found:#?}");
    }
    assert_eq!(found(Broken::Not, true).await, []);
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_is_told_so() {
    let open = async || Err(StateError::Unavailable("the disk is gone".into()));
    let found = conformance::store_reopened(open, LEASE, sleep).await;
    assert_eq!(found.len(), 1);
    assert!(found[0].detail.contains("the disk is gone"), "{}", found[0]);
}
