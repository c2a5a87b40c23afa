//! Answers that come twice, or after their step was called again.

use crate::rig::{Rig, site};
use drydock_core::{
    driver::{DriverError, ErrorKind, Progress},
    execute::{CallNumber, Cause, Command, Input, Run},
    names::StepId,
    plan::Goal,
    testing::simulator::Fault,
};
use drydock_noop::Faults;
use std::time::Duration;

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn busy(step: StepId) -> Input {
    Input::Applied {
        step,
        result: Err(DriverError::new(ErrorKind::Busy, "not now")),
    }
}

/// Answers the next observation, of one step, and gives the call that follows.
fn next_call(rig: &Rig, run: &mut Run, now: Duration) -> (StepId, CallNumber) {
    loop {
        match run.poll(now) {
            Command::Append(_) => {}
            Command::Observe(steps) => rig.look(run, &steps, now),
            Command::Apply { step, .. } => return (step, run.call_number(step).unwrap()),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn of_two_answers_to_a_call_the_first_counts() {
    let rig = Rig::new(&site(1), Faults::none());
    let mut run = Run::resume(rig.terms(Goal::Deploy), &[], Duration::ZERO);
    let (step, first) = next_call(&rig, &mut run, Duration::ZERO);
    run.answered(first, busy(step), Duration::ZERO);
    let waits = run.waiting(step, Duration::ZERO);
    assert!(matches!(
        waits.as_ref().map(|waits| &waits.what),
        Some(Cause::Retry { failures: 1, .. })
    ));
    run.answered(first, busy(step), Duration::ZERO);
    assert_eq!(run.waiting(step, Duration::ZERO), waits);

    // The step is called again; the answer to its first call, whichever it was, is none to the second.
    let (again, second) = next_call(&rig, &mut run, seconds(300));
    assert!(again == step && second != first);
    let waits = run.waiting(step, seconds(300));
    assert_eq!(
        waits.as_ref().map(|waits| &waits.what),
        Some(&Cause::Call { observes: false })
    );
    run.answered(first, busy(step), seconds(300));
    let done = || Input::Applied {
        step,
        result: Ok(Progress::Done),
    };
    run.answered(first, done(), seconds(300));
    assert_eq!(run.waiting(step, seconds(300)), waits);

    run.answered(second, done(), seconds(300));
    assert_eq!(run.waiting(step, seconds(300)), None, "it is done");
    run.answered(second, busy(step), seconds(300));
    assert_eq!(run.outcome().done, [step]);
}

#[test]
fn what_is_seen_twice_is_done_once() {
    let rig = Rig::new(&site(1), Faults::none());
    let mut run = Run::resume(rig.terms(Goal::Deploy), &[], Duration::ZERO);
    let Command::Observe(steps) = run.poll(Duration::ZERO) else {
        panic!("a run begins with a look");
    };
    let call = run.call_number(steps[0]).unwrap();
    let mut applied = 0;
    loop {
        rig.answer(&mut run, call, &steps, Duration::ZERO);
        match run.poll(Duration::ZERO) {
            Command::Append(_) => {}
            Command::Apply { .. } => applied += 1,
            _ => break,
        }
    }
    assert_eq!(applied, steps.len());
}

#[test]
fn a_run_whose_every_answer_comes_twice_goes_as_any_other() {
    for seed in 0..20 {
        let rig = Rig::new(&site(6), Faults::none());
        let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
        (simulation.seed, simulation.rarity) = (seed, 1);
        simulation.faults = [Fault::RepeatedAnswer].into();
        let ended = simulation.run().unwrap();
        rig.sound(&ended);
        assert!(ended.met[&Fault::RepeatedAnswer] > 100, "{:?}", ended.met);
        assert!(ended.outcome.is_success() && rig.deployed() == 6);
    }
}
