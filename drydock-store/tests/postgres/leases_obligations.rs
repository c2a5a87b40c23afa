//! Leases: who may write, for how long, and who may not any more.

#![allow(unused_variables)]

use super::{commit, journal, value};
use crate::lab::Lab;
use drydock_core::state::{Batch, Lease, StateError, StateRevision, StateStore};
use std::time::Duration;

const TTL: Duration = Duration::from_secs(30);
const ALMOST: Duration = Duration::from_secs(29);

#[track_caller]
fn is_fenced(result: Result<StateRevision, StateError>, lease: &Lease) {
    match result {
        Err(StateError::Fenced { name, fence }) => {
            assert_eq!((name, fence), (lease.name.clone(), lease.fence));
        }
        other => panic!("not fenced: {other:?}"),
    }
}

#[track_caller]
fn is_held(result: Result<Lease, StateError>, by: &str) {
    match result {
        Err(StateError::Held { owner, .. }) => assert_eq!(owner, by),
        other => panic!("not held: {other:?}"),
    }
}

pub(super) async fn a_lease_is_held_by_one_owner(store: &dyn StateStore, time: &Lab) {
    let lease = store.acquire("one", "a", TTL).await.unwrap();
    assert_eq!((&*lease.name, &*lease.owner), ("one", "a"));
    is_held(store.acquire("one", "b", TTL).await, "a");
    commit(store, Batch::new().under(&lease).put("one/k", "a")).await;
    time.pass(ALMOST).await;
    is_held(store.acquire("one", "b", TTL).await, "a");
    commit(store, Batch::new().under(&lease).put("one/k", "still a")).await;
    assert_eq!(value(store, "one/k").await.as_deref(), Some("still a"));
}

pub(super) async fn a_lease_that_is_renewed_goes_on(store: &dyn StateStore, time: &Lab) {
    let lease = store.acquire("renewed", "a", TTL).await.unwrap();
    for _ in 0..5 {
        time.pass(ALMOST).await;
        store.renew(&lease, TTL).await.unwrap();
    }
    is_held(store.acquire("renewed", "b", TTL).await, "a");
    commit(store, Batch::new().under(&lease)).await;
    // It goes on from now, whatever was left: a shorter time ends it sooner.
    store.renew(&lease, Duration::from_secs(1)).await.unwrap();
    time.pass(Duration::from_secs(2)).await;
    store.acquire("renewed", "b", TTL).await.unwrap();
}

pub(super) async fn a_lease_that_ran_out_is_held_by_nobody(store: &dyn StateStore, time: &Lab) {
    let lease = store.acquire("ran-out", "a", TTL).await.unwrap();
    time.pass(TTL).await;
    // Nobody has taken over yet; the right has ended all the same.
    is_fenced(store.commit(Batch::new().under(&lease)).await, &lease);
    is_fenced(
        store.renew(&lease, TTL).await.map(|()| StateRevision(0)),
        &lease,
    );
    store.release(&lease).await.unwrap();
    let next = store.acquire("ran-out", "b", TTL).await.unwrap();
    assert!(next.fence > lease.fence);
    commit(store, Batch::new().under(&next)).await;
}

pub(super) async fn a_writer_that_lost_its_lease_is_refused_always(
    store: &dyn StateStore,
    time: &Lab,
) {
    let old = store.acquire("lost", "a", TTL).await.unwrap();
    commit(
        store,
        Batch::new()
            .under(&old)
            .put("lost/k", "a")
            .append("lost/j", "a"),
    )
    .await;
    time.pass(TTL).await;
    let new = store.acquire("lost", "b", TTL).await.unwrap();
    let late = || {
        Batch::new()
            .under(&old)
            .put("lost/k", "late")
            .append("lost/j", "late")
    };
    is_fenced(store.commit(late()).await, &old);
    is_fenced(
        store.renew(&old, TTL).await.map(|()| StateRevision(0)),
        &old,
    );
    commit(store, Batch::new().under(&new).append("lost/j", "b")).await;
    is_fenced(store.commit(late()).await, &old);
    // Neither the end of the successor's lease nor its return brings the old one back.
    time.pass(TTL).await;
    is_fenced(store.commit(late()).await, &old);
    let third = store.acquire("lost", "c", TTL).await.unwrap();
    store.release(&third).await.unwrap();
    is_fenced(store.commit(late()).await, &old);
    is_fenced(
        store.renew(&old, TTL).await.map(|()| StateRevision(0)),
        &old,
    );
    assert_eq!(value(store, "lost/k").await.as_deref(), Some("a"));
    assert_eq!(journal(store, "lost/j", 0).await, ["a", "b"]);
}

pub(super) async fn a_lease_that_was_given_back_is_free(store: &dyn StateStore, time: &Lab) {
    let lease = store.acquire("back", "a", TTL).await.unwrap();
    store.release(&lease).await.unwrap();
    is_fenced(store.commit(Batch::new().under(&lease)).await, &lease);
    is_fenced(
        store.renew(&lease, TTL).await.map(|()| StateRevision(0)),
        &lease,
    );
    // Once more is no error.
    store.release(&lease).await.unwrap();
    let next = store.acquire("back", "b", TTL).await.unwrap();
    assert!(next.fence > lease.fence);
}

pub(super) async fn who_gives_back_a_lost_lease_takes_nothing_from_its_successor(
    store: &dyn StateStore,
    time: &Lab,
) {
    let old = store.acquire("successor", "a", TTL).await.unwrap();
    time.pass(TTL).await;
    let new = store.acquire("successor", "b", TTL).await.unwrap();
    store.release(&old).await.unwrap();
    commit(store, Batch::new().under(&new)).await;
    is_held(store.acquire("successor", "a", TTL).await, "b");
}

pub(super) async fn an_owner_that_comes_back_fences_itself_out(store: &dyn StateStore, time: &Lab) {
    // A process that was restarted under the same name: the calls of its former life must not count.
    let before = store.acquire("restart", "a", TTL).await.unwrap();
    let after = store.acquire("restart", "a", TTL).await.unwrap();
    assert!(after.fence > before.fence);
    is_fenced(store.commit(Batch::new().under(&before)).await, &before);
    store.release(&before).await.unwrap();
    commit(store, Batch::new().under(&after)).await;
}

pub(super) async fn fences_only_grow(store: &dyn StateStore, time: &Lab) {
    let mut last = 0;
    for n in 0..6 {
        let owner = ["a", "b"][n % 2];
        let lease = store.acquire("grow", owner, TTL).await.unwrap();
        assert!(lease.fence > last);
        last = lease.fence;
        match n % 3 {
            0 => store.release(&lease).await.unwrap(),
            _ => time.pass(TTL).await,
        }
    }
}

pub(super) async fn leases_of_other_names_are_no_matter(store: &dyn StateStore, time: &Lab) {
    let mine = store.acquire("name/1", "a", TTL).await.unwrap();
    let other = store.acquire("name/2", "b", TTL).await.unwrap();
    store.release(&other).await.unwrap();
    commit(store, Batch::new().under(&mine)).await;
    // Nor are they for what is written without one.
    commit(store, Batch::new().put("name/1", "x")).await;
}

pub(super) async fn a_lease_that_nobody_gave_is_refused(store: &dyn StateStore, time: &Lab) {
    let real = store.acquire("forged", "a", TTL).await.unwrap();
    for lease in [
        Lease::new("forged", "a", real.fence + 1),
        Lease::new("forged", "a", real.fence - 1),
        Lease::new("forged", "b", real.fence),
        Lease::new("forged/none", "a", real.fence),
    ] {
        is_fenced(store.commit(Batch::new().under(&lease)).await, &lease);
        is_fenced(
            store.renew(&lease, TTL).await.map(|()| StateRevision(0)),
            &lease,
        );
    }
    commit(store, Batch::new().under(&real)).await;
}

pub(super) async fn a_lease_may_be_meant_for_ever(store: &dyn StateStore, time: &Lab) {
    let lease = store.acquire("ever", "a", Duration::MAX).await.unwrap();
    store.renew(&lease, Duration::MAX).await.unwrap();
    time.pass(Duration::from_secs(365 * 24 * 60 * 60)).await;
    commit(store, Batch::new().under(&lease)).await;
    is_held(store.acquire("ever", "b", TTL).await, "a");
    store.release(&lease).await.unwrap();
}
