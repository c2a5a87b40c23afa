//! Whole runs over the bundled site on the simulated one: faults, crashes, limits, approvals, and what a second plan says.

use drydock_core::{
    ApplyError, Approval, Design, DirectorySource, Drivers, Goal, Orchestrator, Policy, Selector,
    driver::{DriverError, ErrorKind, Progress, ServerState},
    event::{EventKind, Recorder},
    execute::{Command, Input, Run},
    names::{PlanId, RunId, StepId},
    plan::Planned,
    state::{MemoryStore, StateStore},
};
use drydock_noop::{Faults, SimulatedNode, SimulatedSite, simulated::Fault};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

async fn bundled() -> Design {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/site");
    let loader = Orchestrator::new(Drivers::new()).source(DirectorySource::new("site", [path]));
    let design = loader.load().await.unwrap();
    assert_eq!(design.diagnostics.len(), 0, "{:?}", design.diagnostics);
    design
}

fn orchestrator(site: &SimulatedSite) -> Orchestrator {
    let drivers = Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("ipmi", site.oob_driver());
    Orchestrator::new(drivers)
}

async fn plan(orchestrator: &Orchestrator, design: &Design, goal: Goal) -> Planned {
    orchestrator
        .plan(design, goal, &Selector::everything())
        .await
}

fn sound(site: &SimulatedSite) {
    assert_eq!(site.violations(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_the_end_is_as_designed_and_the_second_plan_is_empty() {
    let design = bundled().await;
    for seed in 0..80 {
        let faults = Faults::from_seed(seed, &design.resolved);
        let site = SimulatedSite::new(&design.resolved).faults(faults);
        let orchestrator = orchestrator(&site);
        let planned = plan(&orchestrator, &design, Goal::Deploy).await;
        let run = RunId::from("r");
        let outcome = orchestrator
            .apply(&design, &planned.plan, run, &Approval::All, None)
            .await
            .unwrap();
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
            let again = plan(&orchestrator, &design, Goal::Deploy).await;
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
        let run = || {
            orchestrator.apply(
                &design,
                &planned.plan,
                RunId::from("r"),
                &Approval::All,
                None,
            )
        };
        let finished = tokio::select! {
            outcome = run() => Some(outcome.unwrap()),
            () = site.crashed() => None,
        };
        let Some(outcome) = finished else {
            crashed += 1;
            let outcome = run().await.unwrap();
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
async fn nothing_starts_before_what_it_needs_and_nodes_overlap() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let recorder = Recorder::default();
    let orchestrator = orchestrator(&site).sink(recorder.clone());
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    orchestrator
        .apply(
            &design,
            &planned.plan,
            RunId::from("r"),
            &Approval::All,
            None,
        )
        .await
        .unwrap();
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
                _ => unreachable!(),
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
async fn what_destroys_needs_an_approval_of_that_plan_and_keeps_to_its_bound() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let apply = async |approval: Approval, bound| {
        orchestrator
            .apply(&design, &planned, RunId::from("r"), &approval, bound)
            .await
    };
    assert!(matches!(
        apply(Approval::None, None).await,
        Err(ApplyError::NotApproved { nodes: 12, .. })
    ));
    let other = Approval::Plan(PlanId::from("0123456789abcdef"));
    assert!(matches!(
        apply(other, None).await,
        Err(ApplyError::NotApproved { .. })
    ));
    let bound = apply(Approval::All, Some(11)).await;
    assert!(matches!(
        bound,
        Err(ApplyError::TooDestructive {
            nodes: 12,
            bound: 11,
            ..
        })
    ));
    assert!(
        site.nodes()
            .iter()
            .all(|node| node.state == ServerState::New),
        "nothing was touched"
    );

    let mut forged = planned.clone();
    forged.steps.pop();
    let approved = Approval::Plan(forged.id.clone());
    let result = orchestrator
        .apply(&design, &forged, RunId::from("r"), &approved, None)
        .await;
    assert!(
        matches!(result, Err(ApplyError::OtherDesign(_))),
        "a plan that does not match its id is refused"
    );

    assert!(
        apply(Approval::Plan(planned.id.clone()), Some(12))
            .await
            .unwrap()
            .is_success()
    );
}

#[tokio::test(start_paused = true)]
async fn the_plan_is_the_same_whatever_the_power_and_its_id_follows_the_design() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let first = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    site.edit_node("compute-1", |node| {
        node.power = drydock_core::driver::PowerState::On
    });
    let second = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    assert_eq!(first, second);
    assert_eq!(first.display().json(), second.display().json());
    site.edit_node("compute-1", |node| node.state = ServerState::Ready);
    let third = plan(&orchestrator(&site), &design, Goal::Deploy).await.plan;
    assert_ne!(first.id, third.id);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_is_not_the_designed_one_is_not_touched() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    site.edit_node("storage-1", |node| {
        node.identity.serial = Some("ANOTHER".into())
    });
    let run = RunId::from("r");
    let outcome = orchestrator
        .apply(&design, &planned.plan, run, &Approval::All, None)
        .await
        .unwrap();
    let [(step, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    assert_eq!(planned.plan.steps[step.index()].target.name(), "storage-1");
    assert!(
        reason.contains("is not the machine of the design: it shows serial ANOTHER"),
        "{reason}"
    );
    assert_eq!(site.node("storage-1").unwrap().counters.deployed, 0);
    assert_eq!(outcome.done.len(), planned.plan.steps.len() - 1);
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_no_longer_fits_stops_its_node_only() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await;
    site.edit_node("storage-2", |node| node.state = ServerState::Deployed);
    let run = RunId::from("r");
    let outcome = orchestrator
        .apply(&design, &planned.plan, run, &Approval::All, None)
        .await
        .unwrap();
    let [(_, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    assert!(
        reason.contains("storage-2 is Deployed, but was planned to be"),
        "{reason}"
    );
    assert_eq!(site.node("storage-2").unwrap().counters.deployed, 0);
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn drift_on_a_deployed_node_is_told_and_not_mended() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let first = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    orchestrator
        .apply(&design, &first, RunId::from("r"), &Approval::All, None)
        .await
        .unwrap();
    site.edit_node("gateway-1", |node| node.image = Some("jammy".into()));
    let again = plan(&orchestrator, &design, Goal::Deploy).await;
    assert!(again.plan.is_empty());
    let messages: Vec<String> = again.diagnostics.iter().map(|d| d.full_message()).collect();
    assert_eq!(
        messages,
        ["platform.image is jammy on the node, noble by design"]
    );

    let verify = plan(&orchestrator, &design, Goal::Verify).await.plan;
    assert_eq!(verify.destroyed_nodes(), 0);
    let outcome = orchestrator
        .apply(&design, &verify, RunId::from("v"), &Approval::None, None)
        .await
        .unwrap();
    let [(_, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        reason,
        "gateway-1 differs from its design: platform.image: jammy -> noble"
    );
}

#[tokio::test(start_paused = true)]
async fn released_nodes_are_ready_again() {
    let design = bundled().await;
    let site = SimulatedSite::new(&design.resolved);
    let orchestrator = orchestrator(&site);
    let deploy = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    orchestrator
        .apply(&design, &deploy, RunId::from("r"), &Approval::All, None)
        .await
        .unwrap();
    let some: Selector = "role=compute,rack=r1".parse().unwrap();
    let release = orchestrator.plan(&design, Goal::Release, &some).await.plan;
    let run = RunId::from("release");
    assert!(
        orchestrator
            .apply(&design, &release, run, &Approval::All, None)
            .await
            .unwrap()
            .is_success()
    );
    let ready = |node: &SimulatedNode| {
        (node.state == ServerState::Ready)
            == design.resolved.nodes[&node.name]
                .label("rack")
                .is_some_and(|rack| {
                    rack == "r1"
                        && design.resolved.nodes[&node.name].label("role") == Some("compute")
                })
    };
    assert!(site.nodes().iter().all(ready));
    assert!(
        orchestrator
            .plan(&design, Goal::Release, &some)
            .await
            .plan
            .is_empty()
    );
    sound(&site);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_always_fails_is_given_up_with_its_reason() {
    let design = bundled().await;
    let kind =
        drydock_noop::simulated::CallKind::Server(drydock_core::driver::ServerAction::Commission);
    let faults = (0..20).fold(Faults::none(), |f, n| {
        f.at(kind, "storage-1", n, Fault::Unavailable)
    });
    let site = SimulatedSite::new(&design.resolved).faults(faults);
    let orchestrator = orchestrator(&site);
    let planned = plan(&orchestrator, &design, Goal::Deploy).await.plan;
    let outcome = orchestrator
        .apply(&design, &planned, RunId::from("r"), &Approval::All, None)
        .await
        .unwrap();
    let [(_, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    assert!(
        reason.starts_with("given up after 9 failed calls: storage-1"),
        "{reason}"
    );
    assert_eq!(
        outcome.skipped.len(),
        3,
        "what needs it is skipped, and nothing else"
    );
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
