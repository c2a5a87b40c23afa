//! The database is restarted under a run, or gone for good.

use super::{Draw, STEPS, lab::Shared, process::Ended};
use crate::cluster::{Cluster, Sync};
use drydock_core::testing::canary::Canary;

/// How often it is restarted.
const RESTARTS: usize = 4;

/// It said in one line that the database is the matter, and which one.
fn is_told(ended: &Ended) {
    let why = ended.why();
    for part in ["PostgreSQL at ", "user drydock"] {
        assert!(why.contains(part), "{why}");
    }
}

#[test]
fn a_restart_of_the_database_loses_nothing() {
    let Some(cluster) = Cluster::start(Sync::On) else {
        return;
    };
    let mut survived = 0;
    for number in 0..RESTARTS {
        let mut draw = Draw(2000 + number as u64);
        let name = format!("together-restart-{number}");
        let shared = Shared::new(&cluster, &name, &["--slow", "10", "--unfenced"]);
        let mut deploy = shared.deploy(&[]);
        assert!(deploy.until("run_started", 1), "{:?}", deploy.end());
        let steps = draw.below(STEPS) as usize;
        assert!(deploy.until("step_done", steps), "{:?}", deploy.end());
        cluster.crash();
        cluster.resume();
        let ended = deploy.end();
        if ended.code == Some(0) {
            survived += 1;
        } else {
            is_told(&ended);
            shared.deploy(&["--resume"]).end().is_done();
        }
        shared.is_sound();
    }
    eprintln!("{survived} of {RESTARTS} runs survived");
}

#[test]
fn a_database_that_is_gone_is_told_and_the_run_gone_on_with_when_it_is_back() {
    let Some(cluster) = Cluster::start(Sync::On) else {
        return;
    };
    let shared = Shared::new(&cluster, "together-gone", &["--slow", "10", "--unfenced"]);
    let mut deploy = shared.deploy(&[]);
    assert!(deploy.until("step_done", 30), "{:?}", deploy.end());
    cluster.crash();
    is_told(&deploy.end());
    // One that begins when it is gone is told the same.
    for more in [&[][..], &["--resume"]] {
        let ended = shared.deploy(more).end();
        is_told(&ended);
        assert!(ended.why().contains("is the database running there?"));
        assert_eq!(ended.told.len(), 1, "{:?}", ended.told);
    }
    cluster.resume();
    shared.deploy(&["--resume"]).end().is_done();
    shared.is_sound();
}

#[test]
fn a_password_is_never_told() {
    const PASSWORD: &str = "cAnArY7-aBcD42x";
    let Some(cluster) = Cluster::start(Sync::Off) else {
        return;
    };
    let mut shared = Shared::new(&cluster, "together-password", &[]);
    let refused = [
        cluster.url_of(&format!("guarded:{PASSWORD}")),
        format!("postgres://u:{PASSWORD}@nowhere.invalid/d"),
        format!("postgres://u:{PASSWORD}"),
    ];
    // Everybody else is let in without being asked for it.
    let taken = shared
        .url
        .replace("drydock@", &format!("drydock:{PASSWORD}@"));
    for url in refused.into_iter().chain([taken.clone()]) {
        shared.url = url;
        let ended = shared.deploy(&[]).end();
        if shared.url == taken {
            ended.is_done();
        } else {
            assert!(!ended.why().is_empty());
        }
        let said = format!("{ended:?}");
        assert_eq!(Canary::new(PASSWORD).found_in(&said), None, "{said}");
    }
}
