//! Cuts the power at every pair of points of a run, and checks that going on from the journal always ends as an
//! undisturbed run does, with nothing done twice.
//!
//! What must not happen is asserted where it would: the simulated world refuses it at the call and writes it down.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "site/plain.rs"]
mod plain;

use drydock_core::{
    driver::{ContextBuilder, Drivers},
    execute::{Command, Input, Policy, Run, Status, dispatch::Dispatch, survey::observe_all},
    model::Selector,
    names::StepId,
    plan::{self, Goal, Plan},
    resolve::ResolvedDesign,
    state::{Fact, Record},
    testing::fixture,
};
use drydock_noop::{Clock, Durations, SimulatedNode, SimulatedSite};
use plain::{PLAIN, at_once};
use std::{sync::Arc, time::Duration};

/// Two nodes, one behind a BMC and waiting for the other; one network.
const NODES: &str = r"
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: a, labels: {role: first}}
spec: {host_profile: server, serial: S-A, oob: {type: manual}}
---
apiVersion: drydock/v1
kind: BaremetalNode
metadata: {name: b}
spec: {host_profile: server, serial: S-B, depends_on: [role=first]}
";

struct Rig {
    design: Arc<ResolvedDesign>,
    plan: Arc<Plan>,
    clock: Clock,
    site: SimulatedSite,
    drivers: Arc<Drivers>,
    journal: Vec<Record>,
    now: Duration,
}

impl Rig {
    fn new(design: &Arc<ResolvedDesign>) -> Self {
        let clock = Clock::manual();
        let site = SimulatedSite::new(design)
            .clock(clock.clone())
            .durations(Durations::none());
        let drivers = Drivers::new()
            .server(Selector::everything(), site.server_driver())
            .network(Selector::everything(), site.network_driver())
            .oob("redfish", site.oob_driver());
        let nodes: Vec<_> = design.nodes.values().cloned().collect();
        let cx = ContextBuilder::new("plan").build();
        let seen = at_once(observe_all(&cx, design, &drivers, &nodes));
        let planned = plan::plan(
            design,
            &drivers,
            &seen,
            Goal::Deploy,
            &Selector::everything(),
        );
        assert!(planned.diagnostics.is_empty(), "{:?}", planned.diagnostics);
        Self {
            design: design.clone(),
            plan: Arc::new(planned.plan),
            clock,
            site,
            drivers: Arc::new(drivers),
            journal: Vec::new(),
            now: Duration::ZERO,
        }
    }

    /// One life of an orchestrator: from the journal until the run is finished, or until as many points as `fuel` have
    /// been passed; whatever was in flight is lost with it. Answers whether it finished, and how many points it passed.
    fn live(&mut self, fuel: usize) -> (bool, usize) {
        let dispatch = Dispatch {
            design: self.design.clone(),
            drivers: self.drivers.clone(),
            plan: self.plan.clone(),
        };
        let mut run = Run::recover(
            self.plan.clone(),
            Policy::default(),
            &self.journal,
            self.now,
        );
        let mut passed = 0;
        loop {
            if passed == fuel {
                return (false, passed);
            }
            passed += 1;
            match run.poll(self.now) {
                Command::Append(records) => self.journal.extend(records),
                Command::Observe(steps) => {
                    let seen = at_once(dispatch.observe(&self.context(steps[0]), &steps));
                    for (step, result) in seen {
                        run.handle(Input::Observed { step, result }, self.now);
                    }
                }
                Command::Apply { step, seen, asked } => {
                    let done = Record::new(step, Fact::Done);
                    assert!(
                        !self.journal.contains(&done),
                        "step {step} is called after its end was recorded"
                    );
                    let started = Record::new(step, Fact::Started);
                    assert!(
                        self.journal.contains(&started),
                        "step {step} is called before its start was recorded"
                    );
                    let result = at_once(dispatch.apply(&self.context(step), step, &seen, asked));
                    assert_eq!(
                        self.site.violations(),
                        Vec::<String>::new(),
                        "at step {step}"
                    );
                    // The world has changed, and nobody has been told.
                    if passed == fuel {
                        return (false, passed);
                    }
                    passed += 1;
                    run.handle(Input::Applied { step, result }, self.now);
                }
                Command::Sleep(until) => {
                    let until = until.expect("a run with nothing in flight waits for a time");
                    self.clock.advance(until.saturating_sub(self.now));
                    self.now = self.now.max(until);
                }
                Command::Finished => {
                    let all = self.plan.steps.iter().map(|step| run.status(step.id));
                    let failed: Vec<Status> =
                        all.filter(|status| *status != Status::Done).collect();
                    assert_eq!(failed, [], "steps failed");
                    return (true, passed);
                }
                other => panic!("not asked for: {other:?}"),
            }
            assert!(passed < 10_000, "the run does not end");
        }
    }

    fn context(&self, step: StepId) -> drydock_core::Context {
        ContextBuilder::new(format!("run/{step}"))
            .time(self.now, Duration::MAX)
            .build()
    }

    /// What the world looks like, without when it came about.
    fn world(&self) -> Vec<SimulatedNode> {
        self.site.nodes()
    }
}

#[test]
fn every_pair_of_crashes_ends_as_an_undisturbed_run() {
    let design = Arc::new(fixture::design(&[("site.yaml", &[PLAIN, NODES].concat())]));
    let mut undisturbed = Rig::new(&design);
    let (finished, total) = undisturbed.live(usize::MAX);
    assert!(finished && total > 60, "{total} points");
    assert_eq!(undisturbed.site.as_designed(&design), Vec::<String>::new());
    let expected = undisturbed.world();
    let mut journal = undisturbed.journal.clone();
    sort(&mut journal);

    let mut pairs = 0;
    for first in 0..total {
        for second in 0..total {
            let mut rig = Rig::new(&design);
            let (_, passed) = rig.live(first);
            let (_, more) = rig.live(second);
            let (finished, _) = rig.live(usize::MAX);
            assert!(finished, "stuck after crashes at {passed} and {more}");
            assert_eq!(
                rig.world(),
                expected,
                "after crashes at {passed} and {more}"
            );
            sort(&mut rig.journal);
            assert_eq!(rig.journal, journal, "after crashes at {passed} and {more}");
            pairs += 1;
        }
    }
    println!(
        "{pairs} pairs of crash points of a plan of {} steps",
        undisturbed.plan.steps.len()
    );
}

/// By step, started before done: the order of steps that do not need each other may differ.
fn sort(journal: &mut [Record]) {
    journal.sort_by_key(|record| (record.step, record.fact == Fact::Done));
}
