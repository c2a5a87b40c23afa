//! A simulated site, a plan for it, and its clock in the simulator's hands.

use crate::plain::PLAIN;
pub(crate) use crate::plain::at_once;
use drydock_core::{
    driver::{Context, ContextBuilder, Drivers, ServerState},
    execute::{CallNumber, Input, Policy, Run, Terms, dispatch::Dispatch, survey::observe_all},
    model::Selector,
    names::{RunId, StepId},
    plan::{self, Goal, Plan},
    resolve::ResolvedDesign,
    testing::{
        fixture,
        simulator::{Ended, Simulation},
    },
};
use drydock_noop::{Clock, Durations, Faults, SimulatedNode, SimulatedSite};
use std::{sync::Arc, time::Duration};

pub(crate) struct Rig {
    pub(crate) design: Arc<ResolvedDesign>,
    pub(crate) site: SimulatedSite,
    pub(crate) drivers: Arc<Drivers>,
    pub(crate) clock: Clock,
    pub(crate) policy: Policy,
}

impl Rig {
    pub(crate) fn new(design: &Arc<ResolvedDesign>, faults: Faults) -> Self {
        let clock = Clock::manual();
        let site = SimulatedSite::new(design)
            .clock(clock.clone())
            .durations(Durations::default().scaled(100.0))
            .closed_ports()
            .faults(faults);
        let drivers = Drivers::new()
            .server(Selector::everything(), site.server_driver())
            .network(Selector::everything(), site.network_driver())
            .oob("ipmi", site.oob_driver())
            .oob("redfish", site.oob_driver());
        Self {
            design: design.clone(),
            site,
            drivers: Arc::new(drivers),
            clock,
            policy: Policy::default(),
        }
    }

    /// The same site with another design of it.
    pub(crate) fn of(&self, design: &Arc<ResolvedDesign>) -> Self {
        Self {
            design: design.clone(),
            site: self.site.clone(),
            drivers: self.drivers.clone(),
            clock: self.clock.clone(),
            policy: self.policy.clone(),
        }
    }

    pub(crate) fn plan(&self, goal: Goal) -> Arc<Plan> {
        let nodes: Vec<_> = self.design.nodes.values().cloned().collect();
        let cx = Context::detached("plan");
        let seen = at_once(observe_all(&cx, &self.design, &self.drivers, &nodes));
        let all = Selector::everything();
        let planned = plan::plan(&self.design, &self.drivers, &seen, goal, &all);
        assert_eq!(planned.diagnostics.errors(), 0, "{:?}", planned.diagnostics);
        Arc::new(planned.plan)
    }

    pub(crate) fn terms(&self, goal: Goal) -> Terms {
        Terms::new(self.plan(goal), self.policy.clone()).design(&self.design)
    }

    pub(crate) fn simulation(&self, terms: Terms) -> Simulation {
        let mut simulation = Simulation::new(
            self.design.clone(),
            self.drivers.clone(),
            terms,
            Arc::new(self.clock.clone()),
        );
        simulation.id = RunId::from(&*format!("at-{:?}", self.clock.now()));
        simulation
    }

    pub(crate) fn dispatch(&self, run: &Run) -> Dispatch {
        Dispatch {
            design: self.design.clone(),
            drivers: self.drivers.clone(),
            plan: run.plan().clone(),
        }
    }

    /// Answers an observation of these steps.
    pub(crate) fn look(&self, run: &mut Run, steps: &[StepId], now: Duration) {
        let number = run.call_number(steps[0]).unwrap();
        self.answer(run, number, steps, now);
    }

    /// Answers this observation of these steps.
    pub(crate) fn answer(&self, run: &mut Run, call: CallNumber, steps: &[StepId], now: Duration) {
        let seen = at_once(self.dispatch(run).observe(&context(steps[0], now), steps));
        for (step, result) in seen {
            run.answered(call, Input::Observed { step, result }, now);
        }
    }

    /// A run to deploy everything, with nothing wrong.
    pub(crate) fn deploy(&self) -> Ended {
        let ended = self.simulation(self.terms(Goal::Deploy)).run().unwrap();
        self.sound(&ended);
        ended
    }

    pub(crate) fn sound(&self, ended: &Ended) {
        assert_eq!(ended.violations, Vec::<String>::new());
        assert_eq!(self.site.violations(), Vec::<String>::new());
    }

    pub(crate) fn deployed(&self) -> usize {
        let is_deployed = |node: &&SimulatedNode| node.state == ServerState::Deployed;
        self.site.nodes().iter().filter(is_deployed).count()
    }
}

pub(crate) fn context(step: StepId, now: Duration) -> Context {
    ContextBuilder::new(format!("r/{step}"))
        .time(now, Duration::MAX)
        .build()
}

/// A site of so many nodes, ten in a rack, each with a BMC, every fourth of another zone.
pub(crate) fn site(nodes: usize) -> Arc<ResolvedDesign> {
    site_with(nodes, |_| String::new())
}

/// The same, with more in the spec of each node.
pub(crate) fn site_with(nodes: usize, more: impl Fn(usize) -> String) -> Arc<ResolvedDesign> {
    let mut text = PLAIN.to_owned();
    for rack in 0..nodes.div_ceil(10) {
        text.push_str(&format!(
            "---\napiVersion: drydock/v1\nkind: Rack\nmetadata: {{name: r{rack}}}\nspec: {{tor_switches: {{tor{rack}: {{mgmt_ip: 10.1.0.{rack}}}}}}}\n"
        ));
    }
    for n in 0..nodes {
        let (rack, zone, more) = (n / 10, n % 4, more(n));
        text.push_str(&format!(
            "---\napiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: n{n:05}, labels: {{zone: z{zone}}}}}\n\
             spec: {{host_profile: server, serial: S-{n}, metadata: {{rack: r{rack}}}{more}}}\n"
        ));
    }
    Arc::new(fixture::design(&[("site.yaml", &text)]))
}
