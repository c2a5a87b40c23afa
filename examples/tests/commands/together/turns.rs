//! Who begins a run, and who waits for whom.

use super::{
    lab::Shared,
    process::{Ended, HANGS, Process},
};
use crate::cluster;
use drydock_noop::lab::Counts;
use std::{
    thread,
    time::{Duration, Instant},
};

/// Waits until calls are made for a plan; with `slow` machines some are under way then.
fn until_calls(shared: &Shared, is_slow: bool) {
    let began = Instant::now();
    loop {
        let counts = shared.site.counts();
        if !counts.calls.is_empty() && (counts.under_way > 0 || !is_slow) {
            return;
        }
        assert!(began.elapsed() < HANGS, "{counts:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// One that begins as soon as nobody else is about to.
fn in_its_turn(shared: &Shared) -> Ended {
    let began = Instant::now();
    loop {
        let ended = shared.deploy(&[]).end();
        if ended.code != Some(2) {
            return ended;
        }
        let [why] = ended.told.as_slice() else {
            panic!("{:#?}", ended.told);
        };
        assert!(why.contains("is about to begin a run"), "{why}");
        assert!(began.elapsed() < HANGS, "{why}");
    }
}

/// It says that it came too late, and has done nothing since the other's end.
fn is_too_late(shared: &Shared, first: Process, before: &Counts) {
    let ended = first.end();
    let why = ended.why();
    assert!(why.contains("its turn to begin a run has run out"), "{why}");
    assert_eq!(changes(&shared.quiet()), changes(before));
    shared.is_sound();
}

/// How many calls may have changed something.
fn changes(counts: &Counts) -> u64 {
    let looks = |kind: &str| kind.starts_with("observe ") || kind == "catalog";
    let changes = counts.calls.iter().filter(|(kind, _)| !looks(kind));
    changes.map(|(_, number)| number).sum()
}

#[test]
fn who_was_stopped_as_it_planned_does_not_begin_after_another() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let machines = ["--slow", "100", "--unfenced"];
    let shared = Shared::new(cluster, "together-plan-stopped", &machines);
    let first = shared.deploy(&[]);
    until_calls(&shared, true);
    first.stop();
    in_its_turn(&shared).is_done();
    let before = shared.quiet();
    first.go_on();
    is_too_late(&shared, first, &before);
}

#[test]
fn who_stood_with_its_plan_made_does_not_begin_after_another() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let shared = Shared::new(cluster, "together-plan-unread", &["--unfenced"]);
    let (first, unread) = shared.unread();
    until_calls(&shared, false);
    in_its_turn(&shared).is_done();
    let before = shared.quiet();
    drop(unread);
    is_too_late(&shared, first, &before);
}

#[test]
fn who_is_cancelled_as_it_plans_gives_its_turn_back() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let machines = ["--slow", "100", "--unfenced"];
    let shared = Shared::new(cluster, "together-plan-cancelled", &machines);
    let first = shared.deploy(&[]);
    until_calls(&shared, true);
    first.press();
    let ended = first.end();
    assert!(
        ended.why().ends_with("cancelled before anything was done"),
        "{ended:?}"
    );
    // At once.
    shared.deploy(&[]).end().is_done();
    shared.is_sound();
}

#[test]
fn who_waits_is_told_when_another_has_the_run() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let shared = Shared::new(cluster, "together-owners", &["--slow", "30", "--unfenced"]);
    let mut first = shared.deploy(&[]);
    assert!(first.until("step_done", 20), "{:?}", first.end());
    let mut waits = shared.deploy(&["--resume"]);
    let one = waits.until_told("waiting: ").to_owned();
    waits.stop();
    first.kill();
    let mut second = shared.deploy(&["--resume"]);
    assert_eq!(
        second.until_told("waiting: "),
        one,
        "both wait for the first"
    );
    // It calls nothing for some seconds now.
    second.until_told("taken over: ");
    waits.go_on();
    waits.told.clear();
    assert_ne!(waits.until_told("waiting: "), one);
    second.end().is_done();
    waits.end().is_done();
    shared.is_sound();
}
