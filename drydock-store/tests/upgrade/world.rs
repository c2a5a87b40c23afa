//! The site as the runs of a store have left it: new machines, on which every step that is done is carried out again.

use drydock_core::{
    Drivers, Orchestrator, Plan, Selector,
    driver::{ContextBuilder, Progress},
    execute::{Head, Journal, dispatch::Dispatch},
    names::{RunId, StepId},
    resolve::ResolvedDesign,
    state::{Fact, Record, StateStore},
};
use drydock_noop::{SimulatedSite, simulated::Durations};
use std::sync::Arc;

/// How many calls a step may take where nothing takes any time.
const CALLS: usize = 100;

/// What has become of a step that was started and of whose end nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Started {
    /// Nothing: no call has reached the world.
    Undone,
    /// It was asked for.
    Asked,
    /// All of it.
    Done,
}

/// A run, with everything that is kept of it.
#[derive(Debug, Clone)]
pub(crate) struct KeptRun {
    pub(crate) id: RunId,
    pub(crate) head: Head,
    pub(crate) plan: Arc<Plan>,
    pub(crate) records: Vec<Record>,
}

impl KeptRun {
    /// Every run of a store, in the order of their ids, which is that in which they were begun.
    pub(crate) async fn all(store: &dyn StateStore, orchestrator: &Orchestrator) -> Vec<Self> {
        let mut all = Vec::new();
        for (id, head) in orchestrator.runs().await.unwrap() {
            let plan = orchestrator.plan_of(&head.plan).await.unwrap();
            let plan = plan.expect("its plan").into();
            let records = Journal::of(&id).read(store).await.unwrap();
            all.push(Self {
                id,
                head,
                plan,
                records,
            });
        }
        all
    }

    fn told(&self, fact: &Fact) -> Vec<StepId> {
        let records = self.records.iter().filter(|record| record.fact == *fact);
        records.map(|record| record.step).collect()
    }

    /// Steps that are done, in the order in which they came to be.
    pub(crate) fn done(&self) -> Vec<StepId> {
        self.told(&Fact::Done)
    }

    /// Steps that were started and of whose end nothing is known.
    pub(crate) fn under_way(&self) -> Vec<StepId> {
        let ended = |step: &StepId| {
            let ends = |record: &Record| {
                record.step == *step && matches!(record.fact, Fact::Done | Fact::Failed { .. })
            };
            self.records.iter().any(ends)
        };
        let mut under_way = self.told(&Fact::Started);
        under_way.sort();
        under_way.dedup();
        under_way.retain(|step| !ended(step));
        under_way
    }
}

/// Drivers of this site, which the names in kept plans mean too.
pub(crate) fn drivers(site: &SimulatedSite) -> Drivers {
    Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("redfish", site.oob_driver())
}

/// New machines where nothing takes any time.
pub(crate) fn delivered(design: &ResolvedDesign) -> SimulatedSite {
    let site = SimulatedSite::new(design).closed_ports();
    site.durations(Durations::none())
}

/// The site after these runs.
pub(crate) async fn after(
    runs: &[KeptRun],
    design: &Arc<ResolvedDesign>,
    started: Started,
) -> SimulatedSite {
    let site = delivered(design);
    for run in runs {
        let dispatch = Dispatch {
            design: design.clone(),
            drivers: drivers(&site).into(),
            plan: run.plan.clone(),
        };
        for step in run.done() {
            let is_done = carry_out(&dispatch, &site, (&run.id, step), CALLS).await;
            assert!(is_done, "{} {step}", run.id);
        }
        for step in run.under_way() {
            let calls = match started {
                Started::Undone => 0,
                Started::Asked => 1,
                Started::Done => CALLS,
            };
            let is_done = carry_out(&dispatch, &site, (&run.id, step), calls).await;
            assert!(is_done || started != Started::Done, "{} {step}", run.id);
        }
    }
    assert_eq!(site.violations(), Vec::<String>::new());
    site
}

/// Calls for a step as a run does, so often at most; whether it is done.
async fn carry_out(
    dispatch: &Dispatch,
    site: &SimulatedSite,
    (run, step): (&RunId, StepId),
    calls: usize,
) -> bool {
    // The first fence that there is: whoever goes on has none that is older.
    let cx = ContextBuilder::new(format!("{run}/{step}")).fence(1);
    let cx = cx.build();
    for call in 0..calls {
        let (_, seen) = dispatch.observe(&cx, &[step]).await.remove(0);
        let progress = dispatch.apply(&cx, step, &seen.unwrap(), call > 0).await;
        match progress.unwrap() {
            Progress::Done => return true,
            Progress::Waiting { poll_after, .. } => assert!(site.advance(poll_after)),
        }
    }
    false
}
