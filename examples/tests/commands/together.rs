//! Several processes of `deploy --postgres` on one database and one lab: stopped, continued and killed, whenever; with the
//! database restarted under them, or gone.
//!
//! When they are disturbed is counted in steps and lines of their output and drawn from a seed. How long a lease holds is
//! the one time that is waited for: the other process waits, and the test waits for what it prints.

#[path = "together/database.rs"]
mod database;
#[path = "together/lab.rs"]
mod lab;
#[path = "together/process.rs"]
mod process;
#[path = "together/turns.rs"]
mod turns;

use crate::cluster::{self, Cluster};
use lab::Shared;
use process::Process;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// How often a process is stopped past its lease, half of them within a call and half between calls.
const STOPS: usize = 40;

/// How many processes are begun, at most, until one stands as it is to.
const AGAIN: usize = 20;

/// At how many further steps that is tried with one of them.
const FURTHER: usize = 5;

/// How many of these are under way at once: most of their time they wait for a lease.
const AT_ONCE: usize = 5;

/// After how many done steps a process is stopped at most; a run has some more.
const STEPS: u64 = 100;

/// The next numbers of a fixed sequence (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// How calls were when a process was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    /// It had none in flight.
    Between,
    /// It waited for the answer to one.
    Within,
}

/// A process that has begun a run and stands still like this, at a step that is drawn: where it stands otherwise it goes on
/// to the next, and after some of these another begins.
fn stopped_like(
    how: Stopped,
    cluster: &Cluster,
    number: usize,
    draw: &mut Draw,
) -> (Shared, Process) {
    let slow = match how {
        Stopped::Between => "0",
        Stopped::Within => "60",
    };
    // Machines that know no fence as well: then nothing but the process itself keeps it from calling.
    let fences: &[&str] = [&[][..], &["--unfenced"]][number / 2 % 2];
    for again in 0..AGAIN {
        let name = format!("together-stop-{number}-{again}");
        let shared = Shared::new(cluster, &name, &[&["--slow", slow], fences].concat());
        let mut first = shared.deploy(&[]);
        assert!(first.until("run_started", 1), "{:?}", first.end());
        let steps = draw.below(STEPS) as usize;
        assert!(first.until("step_done", steps), "{:?}", first.end());
        for _ in 0..FURTHER {
            first.stop();
            let stands = match shared.site.counts().under_way {
                0 => Stopped::Between,
                _ => Stopped::Within,
            };
            if stands == how {
                return (shared, first);
            }
            first.go_on();
            assert!(first.until("step_done", 1), "{:?}", first.end());
        }
    }
    panic!("{number} never stood {how:?} calls");
}

/// One process is stopped for longer than its lease holds, and another finishes its run; then the first is let go on. It does
/// nothing more and says why.
fn stopped_past_its_lease(cluster: &Cluster, number: usize) {
    let mut draw = Draw(number as u64);
    let how = [Stopped::Between, Stopped::Within][number % 2];
    let (shared, first) = stopped_like(how, cluster, number, &mut draw);
    let run = first.run().to_owned();

    let mut second = shared.deploy(&["--resume"]);
    let waits = second.until_told("waiting: ").to_owned();
    assert!(waits.contains("deploy@") && waits.contains(&run), "{waits}");
    second.until_told("taken over: ");
    let is_midway = draw.below(2) == 0;
    if is_midway {
        // As soon as the second has the run, or when it has done some of what was left.
        let some = draw.below(3) as usize;
        assert!(second.until("step_started", some), "{:?}", second.end());
        first.go_on();
        let why = first.end();
        let (why, words) = (why.why().to_owned(), " goes on with it");
        assert!(why.contains(words) && why.contains(&run), "{why}");
        second.end().is_done();
    } else {
        second.end().is_done();
        let before = shared.quiet();
        first.go_on();
        let why = first.end();
        let words = "its lease on run";
        assert!(why.why().contains(words), "{why:?}");
        let words = "another process has gone on with it to its end";
        assert!(why.why().contains(words), "{why:?}");
        assert_eq!(
            shared.quiet().calls,
            before.calls,
            "{number} has called again"
        );
    }
    shared.is_sound();
}

/// Does this for every number below, several at once.
fn all(numbers: usize, each: impl Fn(usize) + Sync) {
    let next = AtomicUsize::new(0);
    let lane = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers {
                return;
            }
            each(number);
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(lane);
        }
    });
}

#[test]
fn a_process_that_was_stopped_past_its_lease_calls_no_more() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    all(STOPS, |number| stopped_past_its_lease(cluster, number));
}

#[test]
fn a_run_whose_process_was_killed_is_gone_on_with_by_another() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    all(AT_ONCE, |number| {
        let mut draw = Draw(1000 + number as u64);
        let name = format!("together-kill-{number}");
        let shared = Shared::new(cluster, &name, &["--slow", "30", "--unfenced"]);
        let mut first = shared.deploy(&[]);
        assert!(first.until("run_started", 1), "{:?}", first.end());
        // It may be there before, and waits then.
        let early = (number % 2 == 0).then(|| shared.deploy(&["--resume"]));
        let steps = draw.below(STEPS) as usize;
        assert!(first.until("step_done", steps), "{:?}", first.end());
        let mut second = early.unwrap_or_else(|| shared.deploy(&["--resume"]));
        second.until_told("waiting: ");
        let refused = shared.deploy(&[]).end();
        assert_eq!(refused.code, Some(2), "{:?}", refused.told);
        let [why] = refused.told.as_slice() else {
            panic!("{:?}", refused.told);
        };
        for part in ["has a run that has not ended", "--resume", first.run()] {
            assert!(why.contains(part), "{why}");
        }
        first.kill();
        second.until_told("taken over: ");
        second.end().is_done();
        shared.is_sound();
    });
}

#[test]
fn of_two_that_begin_at_once_one_is_refused() {
    let Some(cluster) = cluster::shared() else {
        return;
    };
    let shared = Shared::new(cluster, "together-begin", &["--slow", "60", "--unfenced"]);
    let both = [shared.deploy(&[]), shared.deploy(&[])].map(Process::end);
    let refused = both.iter().filter(|ended| ended.code == Some(2)).count();
    assert_eq!(refused, 1, "{both:#?}");
    let done = both.iter().find(|ended| ended.code != Some(2)).unwrap();
    done.is_done();
    shared.is_sound();
}
