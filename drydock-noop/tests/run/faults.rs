//! Whatever goes wrong, the run ends as it should, and nothing is done twice.

use crate::{apply, bundled, only_failure, orchestrator, plan, sound};
use drydock_core::{
    Design, Goal, Plan,
    driver::{ServerAction, ServerState},
    execute::Outcome,
    plan::{Action, Step},
};
use drydock_noop::{Durations, Faults, SimulatedNode, SimulatedSite, simulated::Fault};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_the_end_is_as_designed_and_the_second_plan_is_empty() {
    let design = bundled().await;
    for seed in 0..80 {
        let faults = Faults::from_seed(seed, &design.resolved);
        let (site, _, outcome) = deployed(&design, faults, Durations::default()).await;
        sound(&site);
        let deviations = site.as_designed(&design.resolved);
        if seed % 7 == 0 && seed != 0 {
            assert_eq!(
                (outcome.failed.len(), deviations.len()),
                (1, 1),
                "seed {seed}: {outcome:?}"
            );
            let deployed = |node: &&SimulatedNode| node.state == ServerState::Deployed;
            assert_eq!(
                site.nodes().iter().filter(deployed).count(),
                11,
                "seed {seed}"
            );
        } else {
            assert!(outcome.is_success(), "seed {seed}: {outcome:?}");
            assert_eq!(deviations, Vec::<String>::new(), "seed {seed}");
            let again = plan(&orchestrator(&site), &design, Goal::Deploy).await;
            assert!(
                again.plan.is_empty() && again.diagnostics.is_empty(),
                "seed {seed}: {again:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_any_call_is_gone_on_from() {
    let design = bundled().await;
    let mut crashed = 0;
    loop {
        let faults = Faults::none().crash_at_call(crashed + 1);
        let site = SimulatedSite::new(&design.resolved).faults(faults);
        let orchestrator = orchestrator(&site);
        let planned = plan(&orchestrator, &design, Goal::Deploy).await;
        let run = || apply(&orchestrator, &design, &planned.plan);
        let finished = tokio::select! {
            outcome = run() => Some(outcome),
            () = site.crashed() => None,
        };
        let Some(outcome) = finished else {
            crashed += 1;
            let outcome = run().await;
            assert!(
                outcome.is_success(),
                "after a crash in call {crashed}: {outcome:?}"
            );
            sound(&site);
            assert_eq!(site.as_designed(&design.resolved), Vec::<String>::new());
            let once = |node: &SimulatedNode| {
                (node.counters.commissioned, node.counters.deployed) == (1, 1)
            };
            assert!(
                site.nodes().iter().all(once),
                "after a crash in call {crashed}"
            );
            // Both lives left the same key at each machine: the one of its deploy step.
            let deploy = |step: &&Step| step.action == Action::Server(ServerAction::Deploy);
            for step in planned.plan.steps.iter().filter(deploy) {
                let node = site.node(step.target.name()).unwrap();
                assert_eq!(
                    node.operation.as_deref(),
                    Some(format!("r/{}", step.id).as_str())
                );
            }
            continue;
        };
        assert!(
            outcome.is_success() && crashed >= 78,
            "only {crashed} calls change something"
        );
        break;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_always_fails_is_given_up_with_its_reason() {
    let design = bundled().await;
    let kind =
        drydock_noop::simulated::CallKind::Server(drydock_core::driver::ServerAction::Commission);
    let faults = (0..20).fold(Faults::none(), |f, n| {
        f.at(kind, "storage-1", n, Fault::Unavailable)
    });
    let (_, _, outcome) = deployed(&design, faults, Durations::default()).await;
    let (_, reason) = only_failure(&outcome);
    assert!(
        reason.starts_with("given up after 9 failed calls: storage-1"),
        "{reason}"
    );
    assert_eq!(
        outcome.skipped.len(),
        6,
        "what needs it is skipped, and nothing else"
    );
}

#[tokio::test(start_paused = true)]
async fn what_failed_stays_failed_until_it_is_planned_again() {
    let design = bundled().await;
    let faults = Faults::none().broken("storage-1".into(), "its disk is dead");
    let site = SimulatedSite::new(&design.resolved).faults(faults);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let run = || apply(&orchestrator, &design, &planned);
    let first = run().await;
    assert_eq!(first.failed.len(), 1);
    let calls = site.calls();
    assert_eq!(run().await, first);
    assert_eq!(
        site.calls(),
        calls,
        "going on with a finished run calls nobody"
    );
}

#[tokio::test(start_paused = true)]
async fn faults_and_crashes_of_one_seed_together_end_as_designed() {
    let design = bundled().await;
    let mut crashes = 0;
    for seed in (1..60).filter(|seed| seed % 7 != 0) {
        let faults = Faults::from_seed(seed, &design.resolved).crash_from_seed(seed, 78);
        let site = SimulatedSite::new(&design.resolved).faults(faults.crash_from_seed(!seed, 78));
        let orchestrator = orchestrator(&site);
        let planned = plan(&orchestrator, &design, Goal::Deploy).await;
        let outcome = loop {
            tokio::select! {
                outcome = apply(&orchestrator, &design, &planned.plan) => break outcome,
                () = site.crashed() => crashes += 1,
            }
        };
        assert!(outcome.is_success(), "seed {seed}: {outcome:?}");
        sound(&site);
        assert_eq!(
            site.as_designed(&design.resolved),
            Vec::<String>::new(),
            "seed {seed}"
        );
    }
    assert!(crashes > 60, "only {crashes} crashes");
}

/// The site with these faults and times once it was deployed, by which plan, and how that ended.
async fn deployed(
    design: &Design,
    faults: Faults,
    durations: Durations,
) -> (SimulatedSite, Plan, Outcome) {
    let site = SimulatedSite::new(&design.resolved)
        .faults(faults)
        .durations(durations);
    let orchestrator = orchestrator(&site);
    let plan = plan(&orchestrator, design, Goal::Deploy).await.plan;
    let outcome = apply(&orchestrator, design, &plan).await;
    (site, plan, outcome)
}

/// Answers that take their time, so that calls overlap.
fn slow_calls() -> Durations {
    Durations::default().call(Duration::from_millis(20))
}

#[tokio::test(start_paused = true)]
async fn whatever_can_be_survived_is_survived() {
    let design = bundled().await;
    let survivable = Fault::ALL.iter().filter(|fault| fault.is_survivable());
    let survivable: Vec<Fault> = survivable.copied().collect();
    let mut happened = std::collections::BTreeSet::new();
    for seed in 1..13 {
        let faults = Faults::seeded(seed, &survivable, &design.resolved);
        let (site, _, outcome) = deployed(&design, faults, slow_calls()).await;
        sound(&site);
        assert!(outcome.is_success(), "seed {seed}: {outcome:?}");
        let deviations = site.as_designed(&design.resolved);
        assert_eq!(deviations, Vec::<String>::new(), "seed {seed}");
        happened.extend(site.injected().into_iter().map(|injected| injected.fault));
    }
    assert_eq!(happened.into_iter().collect::<Vec<_>>(), survivable);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_survived_stops_its_node_and_a_fault_explains_it() {
    let design = bundled().await;
    let mut stopped = 0;
    for seed in 1..13 {
        let faults = Faults::seeded(seed, Fault::ALL, &design.resolved);
        let (site, plan, outcome) = deployed(&design, faults, slow_calls()).await;
        // Nobody is blamed for what was done to the site.
        sound(&site);
        for (step, reason) in &outcome.failed {
            let node = plan.steps[step.index()].target.name();
            let faults = site.faults_of(node);
            let fatal = faults
                .iter()
                .any(|happened| !happened.fault.is_survivable());
            assert!(fatal, "seed {seed}: {node}: {reason}, after {faults:?}");
            stopped += 1;
        }
    }
    assert!(stopped > 8, "only {stopped} steps failed");
}
