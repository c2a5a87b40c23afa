//! The run that was broken off is gone on with, from the store alone: nothing is done twice, and nothing is left.

use crate::{
    releases::{Release, all},
    stores::{Store, Way},
    world::{KeptRun, Started, after, drivers},
};
use drydock_core::{
    ApplyOptions, Approval, Design, Drivers, Goal, Orchestrator, Selector, driver::ServerAction,
    names::NodeName, plan::Action, revision::Which, state::Fact,
};
use drydock_noop::{SimulatedSite, simulated::Applied};
use std::collections::{BTreeMap, BTreeSet};
use tokio::task::JoinSet;

/// Whatever has become of the steps that were under way.
#[tokio::test(flavor = "multi_thread")]
async fn the_run_that_was_left_is_gone_on_with() {
    gone_on_with(
        Way::OPENED,
        &[Started::Undone, Started::Asked, Started::Done],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_run_of_an_export_is_gone_on_with_in_any_store() {
    gone_on_with(Way::IMPORTED, &[Started::Undone, Started::Done]).await;
}

async fn gone_on_with(ways: &[Way], all_started: &[Started]) {
    let mut all_of_it = JoinSet::new();
    for release in all() {
        for way in ways {
            for started in all_started {
                all_of_it.spawn(one(release, *way, *started));
            }
        }
    }
    while let Some(ended) = all_of_it.join_next().await {
        ended.unwrap();
    }
}

async fn one(release: &'static Release, way: Way, started: Started) {
    let Some(store) = Store::of(release, way).await else {
        return;
    };
    let what = format!("{} {way:?} {started:?}", release.version);
    let reader = store.orchestrator(release, Drivers::new());
    let (_, design) = reader.design(Which::Active).await.unwrap();
    let runs = KeptRun::all(store.state(), &reader).await;
    let site = after(&runs, &design.resolved, started).await;
    let before = done(&runs, &site);
    let broken_off = runs.iter().find(|run| run.head.ended.is_none()).unwrap();

    let orchestrator = store.orchestrator(release, drivers(&site));
    let options = ApplyOptions::new(Approval::None);
    let outcome = orchestrator.resume(&broken_off.id, options).await.unwrap();

    assert!(outcome.is_success(), "{what}: {outcome:?}");
    assert_eq!(outcome.done.len(), broken_off.plan.steps.len(), "{what}");
    let again = KeptRun::all(store.state(), &orchestrator).await;
    let ended = again.iter().find(|run| run.id == broken_off.id).unwrap();
    let counted = ended.head.ended.map(|ended| (ended.done, ended.failed));
    assert_eq!(counted, Some((broken_off.plan.steps.len(), 0)), "{what}");
    is_in_order(&what, broken_off, ended);
    assert_eq!(done(&runs, &site), before, "{what}: called after their end");
    each_once(&what, &again, &site);
    assert_eq!(site.as_designed(&design.resolved), [""; 0], "{what}");
    assert_eq!(site.violations(), Vec::<String>::new(), "{what}");
    nothing_is_left(&what, &orchestrator, &design).await;
}

/// The calls of the steps that are done by these runs.
fn done(runs: &[KeptRun], site: &SimulatedSite) -> Vec<Applied> {
    let of_run = |run: &KeptRun| {
        run.done()
            .into_iter()
            .map(|step| format!("{}/{step}", run.id))
            .collect::<Vec<_>>()
    };
    let done: BTreeSet<String> = runs.iter().flat_map(of_run).collect();
    let mut applied = site.applied();
    applied.retain(|step| done.contains(step.operation.as_str()));
    applied
}

/// The old records are what they were; no step was started before what it needs was done, nor after its own end.
fn is_in_order(what: &str, before: &KeptRun, now: &KeptRun) {
    let old = now.records.get(..before.records.len());
    assert_eq!(old, Some(before.records.as_slice()), "{what}");
    let mut done = BTreeSet::new();
    for record in &now.records {
        assert!(
            !done.contains(&record.step),
            "{what}: {record:?} after its end"
        );
        let needs = &now.plan.steps[record.step.index()].needs;
        let lacking: Vec<_> = needs.iter().filter(|need| !done.contains(need)).collect();
        assert!(lacking.is_empty(), "{what}: {record:?} before {lacking:?}");
        if record.fact == Fact::Done {
            done.insert(&record.step);
        }
    }
    assert_eq!(done.len(), now.plan.steps.len(), "{what}");
}

/// Every machine was commissioned, installed and given back as often as the plans say, whoever did it.
fn each_once(what: &str, runs: &[KeptRun], site: &SimulatedSite) {
    let mut planned: BTreeMap<NodeName, [u32; 3]> = BTreeMap::new();
    let well = runs
        .iter()
        .filter(|run| run.head.ended.unwrap().failed == 0);
    for step in well.flat_map(|run| &run.plan.steps) {
        let of = match step.action {
            Action::Server(ServerAction::Commission) => 0,
            Action::Server(ServerAction::Deploy) => 1,
            Action::Server(ServerAction::Release) => 2,
            _ => continue,
        };
        planned.entry(step.target.name().into()).or_default()[of] += 1;
    }
    let counted = |node: &drydock_noop::SimulatedNode| {
        let counters = node.counters;
        let counted = [counters.commissioned, counters.deployed, counters.released];
        (node.name.clone(), counted)
    };
    let counted: BTreeMap<_, _> = site.nodes().iter().map(counted).collect();
    assert_eq!(counted, planned, "{what}");
}

async fn nothing_is_left(what: &str, orchestrator: &Orchestrator, design: &Design) {
    let planned = orchestrator
        .plan(design, Goal::Deploy, &Selector::everything())
        .await;
    assert!(
        planned.plan.is_empty(),
        "{what}: {}",
        planned.plan.display().text()
    );
    assert!(
        planned.diagnostics.is_empty(),
        "{what}: {:?}",
        planned.diagnostics
    );
}
