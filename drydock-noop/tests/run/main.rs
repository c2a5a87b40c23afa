//! Whole runs over the bundled site on the simulated one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod canary;
mod control;
mod faults;
mod goals;
mod identity;
mod kept;
mod order;
mod passes;
mod plans;
mod ports;
mod properties;
mod records;

use drydock_core::{
    Approval, Design, DirectorySource, Drivers, Goal, Orchestrator, Plan, Selector,
    execute::Outcome,
    names::{RunId, StepId},
    plan::Planned,
};
use drydock_noop::SimulatedSite;

pub(crate) async fn bundled() -> Design {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/site");
    let loader = Orchestrator::new(Drivers::new()).source(DirectorySource::new("site", [path]));
    let design = loader.load().await.unwrap();
    assert_eq!(design.diagnostics.len(), 0, "{:?}", design.diagnostics);
    design
}

pub(crate) fn orchestrator(site: &SimulatedSite) -> Orchestrator {
    let drivers = Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("ipmi", site.oob_driver());
    Orchestrator::new(drivers)
}

pub(crate) async fn plan(orchestrator: &Orchestrator, design: &Design, goal: Goal) -> Planned {
    orchestrator
        .plan(design, goal, &Selector::everything())
        .await
}

/// Carries out the plan as run `r`, with a yes to everything.
pub(crate) async fn apply(orchestrator: &Orchestrator, design: &Design, plan: &Plan) -> Outcome {
    let run = RunId::from("r");
    let ended = orchestrator.apply(design, plan, run, &Approval::All, None);
    ended.await.unwrap()
}

/// The one step that failed, and why.
#[track_caller]
pub(crate) fn only_failure(outcome: &Outcome) -> (StepId, &str) {
    let [(step, reason)] = outcome.failed.as_slice() else {
        panic!("{outcome:?}")
    };
    (*step, reason)
}

pub(crate) async fn nothing_is_left(orchestrator: &Orchestrator, design: &Design, goal: Goal) {
    let again = plan(orchestrator, design, goal).await.plan;
    assert!(again.is_empty(), "{goal}: {}", again.display().text());
}

pub(crate) fn sound(site: &SimulatedSite) {
    assert_eq!(site.violations(), Vec::<String>::new());
}
