//! What people want of a run under way, approvals and bounds.

use crate::rig::{Rig, at_once, context, site, site_with};
use drydock_core::{
    driver::{Risk, ServerAction, ServerState},
    execute::{Approval, Cause, Command, Holds, Input, Orders, Run},
    names::{PlanId, StepId},
    plan::{Action, Goal},
    testing::simulator::Fault,
};
use drydock_noop::Faults;
use std::time::Duration;

/// Goes on with the run until it sleeps for an input or is finished; answers the time.
fn live(rig: &Rig, run: &mut Run, mut now: Duration) -> Duration {
    let dispatch = rig.dispatch(run);
    loop {
        match run.poll(now) {
            Command::Append(_) => {}
            Command::Observe(steps) => rig.look(run, &steps, now),
            Command::Apply { step, seen, asked } => {
                let result = at_once(dispatch.apply(&context(step, now), step, &seen, asked));
                run.handle(Input::Applied { step, result }, now);
            }
            Command::Sleep(Some(until)) => {
                now = now.max(until);
                rig.clock.advance_to(now);
            }
            Command::Sleep(None) | Command::Finished => return now,
            other => panic!("{other:?}"),
        }
    }
}

fn orders(change: impl FnOnce(&mut Orders)) -> Input {
    let mut orders = Orders::default();
    change(&mut orders);
    Input::Ordered(orders)
}

#[test]
fn a_paused_run_begins_nothing_and_says_so() {
    let rig = Rig::new(&site(3), Faults::none());
    let mut run = Run::resume(rig.terms(Goal::Deploy), &[], Duration::ZERO);
    run.handle(orders(|orders| orders.paused = true), Duration::ZERO);
    let now = live(&rig, &mut run, Duration::ZERO);
    assert!(
        rig.site
            .nodes()
            .iter()
            .all(|node| node.state == ServerState::New)
    );
    let waiting = run.waiting(StepId(0), now).unwrap();
    assert_eq!(
        (waiting.what, waiting.since),
        (Cause::Pause, Duration::ZERO)
    );
    run.handle(orders(|_| {}), now);
    live(&rig, &mut run, now);
    assert!(run.outcome().is_success());
}

#[test]
fn what_destroys_waits_for_the_approval_of_this_very_plan() {
    let rig = Rig::new(&site(3), Faults::none());
    let terms = rig.terms(Goal::Deploy).approval(Approval::Later);
    let plan = terms.plan.clone();
    let mut run = Run::resume(terms, &[], Duration::ZERO);
    let mut now = live(&rig, &mut run, Duration::ZERO);
    assert!(
        rig.site
            .nodes()
            .iter()
            .all(|node| node.state == ServerState::Ready),
        "all but what destroys is done"
    );
    for other in [PlanId::from("0123456789abcdef"), PlanId::default()] {
        run.handle(orders(|orders| orders.approved = Some(other)), now);
        now = live(&rig, &mut run, now);
        assert_eq!(rig.deployed(), 0);
    }
    let deploy = plan
        .steps
        .iter()
        .find(|step| step.action == Action::Server(ServerAction::Deploy));
    let waiting = run.waiting(deploy.unwrap().id, now).unwrap();
    assert_eq!(
        waiting.what,
        Cause::Approval {
            plan: plan.id.clone()
        }
    );
    run.handle(
        orders(|orders| orders.approved = Some(plan.id.clone())),
        now,
    );
    live(&rig, &mut run, now);
    assert!(run.outcome().is_success() && rig.deployed() == 3);
}

#[test]
fn a_node_that_comes_to_be_held_is_not_begun() {
    let rig = Rig::new(&site(3), Faults::none());
    let mut run = Run::resume(rig.terms(Goal::Deploy), &[], Duration::ZERO);
    run.handle(
        orders(|orders| orders.holds.hold("n00001".into())),
        Duration::ZERO,
    );
    live(&rig, &mut run, Duration::ZERO);
    assert_eq!(rig.deployed(), 2);
    let skipped = run.outcome().skipped;
    assert!(
        skipped
            .iter()
            .any(|(_, reason)| reason == "nothing was done to n00001: it is held"),
        "{skipped:?}"
    );
    assert_eq!(rig.site.node("n00001").unwrap().state, ServerState::New);
    assert_eq!(Holds::of(&rig.design), Holds::default());
}

#[test]
fn a_run_keeps_off_what_a_plan_for_the_newer_design_leaves_out() {
    let mut kept = 0;
    for goal in [Goal::Deploy, Goal::Redeploy, Goal::Release] {
        for is_deployed in [false, true] {
            for says in [
                "",
                "hold: true",
                "protect: [release]",
                "protect: [redeploy]",
                "protect: [release, redeploy]",
            ] {
                let rig = Rig::new(&site(2), Faults::none());
                if is_deployed {
                    rig.deploy();
                }
                let newer = site_with(2, |n| match n {
                    0 if !says.is_empty() => format!(", {says}"),
                    _ => String::new(),
                });
                let terms = rig.terms(goal);
                let planned = rig.of(&newer).plan(goal);
                let is_planned = |name: &str| {
                    let mut steps = planned.steps.iter();
                    steps.any(|step| step.target.name() == name && step.risk == Risk::Destructive)
                };
                let counters = |name: &str| {
                    let counters = rig.site.node(name).unwrap().counters;
                    (counters.deployed, counters.released)
                };
                let nodes = ["n00000", "n00001"];
                let before = nodes.map(counters);
                let mut run = Run::resume(terms, &[], Duration::ZERO);
                let holds = Holds::of(&newer);
                run.handle(orders(|orders| orders.holds.add(&holds)), Duration::ZERO);
                live(&rig, &mut run, Duration::ZERO);
                let done = |n: usize| counters(nodes[n]) != before[n];
                let case = format!("{goal} {says} deployed: {is_deployed}");
                assert_eq!(
                    [done(0), done(1)],
                    nodes.map(is_planned),
                    "{case}: {:?}",
                    run.outcome()
                );
                kept += usize::from(done(1) && !done(0));
            }
        }
    }
    // Deploy and redeploy what is new: 1 and 3; redeploy and release what is deployed: 4 and 3.
    assert_eq!(kept, 11);
}

#[test]
fn one_in_ten_of_the_deployed_nodes_may_be_destroyed_and_no_more() {
    let rig = Rig::new(&site(30), Faults::none());
    rig.deploy();
    for bound in [0, 1, 3] {
        let terms = rig.terms(Goal::Release).most_destroyed(bound);
        let before = rig.deployed();
        let ended = rig.simulation(terms).run().unwrap();
        rig.sound(&ended);
        assert_eq!(before - rig.deployed(), bound);
        let skipped = &ended.outcome.skipped;
        assert!(
            skipped
                .iter()
                .all(|(_, reason)| reason.contains("deployed nodes and no more")),
            "{skipped:?}"
        );
    }
}

#[test]
fn the_bound_holds_over_crashes() {
    for seed in 0..20 {
        let rig = Rig::new(&site(12), Faults::none());
        rig.deploy();
        let mut simulation = rig.simulation(rig.terms(Goal::Release).most_destroyed(3));
        simulation.seed = seed;
        simulation.rarity = 1;
        simulation.faults = [Fault::Crash, Fault::TornWrite].into();
        let ended = simulation.run().unwrap();
        rig.sound(&ended);
        assert_eq!(rig.deployed(), 9, "seed {seed}");
    }
}

#[test]
fn a_cancelled_run_ends_and_its_id_goes_on_with_it() {
    for seed in 0..20 {
        let rig = Rig::new(&site(4), Faults::none());
        let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
        simulation.seed = seed;
        simulation.faults = [Fault::Cancel].into();
        simulation.keeps_trace = true;
        let ended = simulation.run().unwrap();
        rig.sound(&ended);
        assert!(
            ended.outcome.is_success() && rig.deployed() == 4,
            "seed {seed}"
        );
        let cancelled = ended
            .trace
            .iter()
            .any(|line| line.contains("the run was cancelled"));
        assert!(
            cancelled || !ended.met.contains_key(&Fault::Cancel),
            "seed {seed}"
        );
    }
}

#[test]
fn the_time_left_falls_and_the_counts_grow() {
    use drydock_core::event::EventKind;
    let rig = Rig::new(&site(5), Faults::none());
    let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
    simulation.keeps_events = true;
    let ended = simulation.run().unwrap();
    let progress: Vec<(u32, Duration)> = ended
        .events
        .iter()
        .filter_map(|event| match event.kind {
            EventKind::Progress { done, left, .. } => Some((done, left)),
            _ => None,
        })
        .collect();
    // Within what an answer takes, for the longest path may be another's.
    let falls =
        |a: &(u32, Duration), b: &(u32, Duration)| a.0 < b.0 && b.1 <= a.1 + Duration::from_secs(1);
    assert!(
        progress.len() > 10 && progress.is_sorted_by(falls),
        "{progress:?}"
    );
    assert_eq!(
        progress.last().unwrap(),
        &(ended.outcome.done.len() as u32, Duration::ZERO)
    );
}

#[test]
fn a_run_takes_no_longer_for_those_before_it_on_the_same_site() {
    let rig = Rig::new(&site(3), Faults::none());
    let release = || {
        let ended = rig.simulation(rig.terms(Goal::Release)).run().unwrap();
        rig.sound(&ended);
        ended.took
    };
    let runs = [
        rig.deploy().took,
        release(),
        rig.deploy().took,
        release(),
        rig.deploy().took,
    ];
    assert_eq!(rig.deployed(), 3);
    assert_eq!(rig.clock.now(), runs.iter().sum(), "the clock runs through");
    let apart = runs[2].abs_diff(runs[4]);
    assert!(apart < Duration::from_secs(5), "{runs:?}");
}
