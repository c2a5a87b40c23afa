//! What waits for what, how much is in flight at once, and who may go on with a run.

use crate::{apply, bundled, nothing_is_left, orchestrator, plan};
use drydock_core::{
    Approval, Drivers, Goal, Orchestrator, Policy, Selector,
    driver::{DriverError, ErrorKind, Progress},
    event::{EventKind, Recorder},
    execute::{Command, Input, Run},
    names::{RunId, StepId},
    state::{MemoryStore, StateStore},
};
use drydock_noop::{NoopNetworkDriver, NoopOobDriver, NoopServerDriver, SimulatedSite};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

#[tokio::test(start_paused = true)]
async fn nothing_starts_before_what_it_needs_and_nodes_overlap() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let recorder = Recorder::default();
    let orchestrator = orchestrator(&site).sink(recorder.clone());
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    apply(&orchestrator, &design, &planned.plan).await;
    let (mut started, mut done) = (BTreeMap::new(), BTreeMap::new());
    for (n, event) in recorder.events().into_iter().enumerate() {
        match event.kind {
            EventKind::StepStarted { name, needs } => {
                for need in needs {
                    assert!(
                        done.contains_key(&need),
                        "step {} started before {need} was done",
                        name.step
                    );
                }
                started.insert(name.step, n);
            }
            EventKind::StepDone { name } => drop(done.insert(name.step, n)),
            _ => {}
        }
    }
    assert_eq!(done.len(), planned.plan.steps.len());
    let target = |step: &StepId| &planned.plan.steps[step.index()].target;
    let overlap = |a: &StepId, b: &StepId| {
        target(a) != target(b) && started[a] < done[b] && started[b] < done[a]
    };
    assert!(done.keys().any(|a| done.keys().any(|b| overlap(a, b))));
}

#[tokio::test(start_paused = true)]
async fn calls_in_flight_reach_the_limit_and_never_pass_it() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let plan = Arc::new(plan(&orchestrator(&site), &design, Goal::Deploy).await.plan);
    for limit in [1, 3, 5] {
        let mut policy = Policy::default();
        policy.in_flight = limit;
        let (now, mut in_flight, mut most) = (Duration::ZERO, BTreeSet::new(), 0);
        let mut run = Run::recover(plan.clone(), policy, &[], now);
        // Every call stays in flight until nothing else can be begun; then one of them is answered.
        loop {
            match run.poll(now) {
                Command::Append(_) => {}
                Command::Observe(steps) => in_flight.extend(steps),
                Command::Apply { step, .. } => assert!(in_flight.contains(&step)),
                Command::Sleep(_) => {
                    let step = *in_flight.first().expect("something is in flight");
                    in_flight.remove(&step);
                    let error = DriverError::new(ErrorKind::Rejected, "no");
                    let result = if plan.steps[step.index()].needs.is_empty() {
                        Ok(Progress::Done)
                    } else {
                        Err(error)
                    };
                    run.handle(Input::Applied { step, result }, now);
                }
                Command::Finished => break,
                other => panic!("not asked for: {other:?}"),
            }
            most = most.max(in_flight.len());
            assert!(
                in_flight.len() <= limit,
                "{} calls in flight",
                in_flight.len()
            );
        }
        assert_eq!(most, limit);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_another_has_taken_over_writes_nothing_more() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let store = MemoryStore::new();
    let orchestrator = orchestrator(&site).store(store.clone()).owner("first");
    let planned = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let usurp = async {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let refused = store
            .acquire("run/r", "second", Duration::from_secs(60))
            .await
            .unwrap_err();
        assert_eq!(refused.to_string(), "lease run/r is held by first");
        // The same owner, started anew, may go on at once; whoever went on before is fenced out.
        store
            .acquire("run/r", "first", Duration::from_secs(60))
            .await
            .unwrap();
        store.read_journal("run/r/journal", 0).await.unwrap().len()
    };
    let run = orchestrator.apply(&design, &planned, RunId::from("r"), &Approval::All, None);
    let (result, written) = tokio::join!(run, usurp);
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains("another orchestrator has taken over"),
        "{error}"
    );
    assert_eq!(
        store.read_journal("run/r/journal", 0).await.unwrap().len(),
        written
    );
}

#[tokio::test(start_paused = true)]
async fn one_driver_may_serve_everything_under_one_name() {
    let design = bundled().await;
    let drivers = Drivers::new()
        .server(Selector::everything(), Arc::new(NoopServerDriver::new()))
        .network(Selector::everything(), Arc::new(NoopNetworkDriver::new()))
        .oob("ipmi", Arc::new(NoopOobDriver::new()));
    let orchestrator = Orchestrator::new(drivers);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let names: BTreeSet<&str> = planned
        .steps
        .iter()
        .map(|step| step.driver.as_str())
        .collect();
    assert_eq!(names, BTreeSet::from(["noop"]));
    let outcome = apply(&orchestrator, &design, &planned).await;
    assert!(outcome.is_success(), "{outcome:?}");
    nothing_is_left(&orchestrator, &design, Goal::Deploy).await;
}
