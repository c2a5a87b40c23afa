//! Whole runs against a lab: the world they leave is the one that a run in one process leaves.

use crate::{Served, serve, site};
use drydock_core::{
    Approval, Design, Drivers, Goal, NetworkDriver, OobDriver, Orchestrator, Outcome, Policy,
    Selector, ServerDriver, names::RunId, testing::fixture,
};
use drydock_noop::{Durations, Faults, SimulatedSite, simulated::Fault};
use std::{sync::Arc, time::Duration};

type Three = (
    Arc<dyn ServerDriver>,
    Arc<dyn NetworkDriver>,
    Arc<dyn OobDriver>,
);

fn of_lab(lab: &Served) -> Three {
    let site = &lab.site;
    (
        site.server_driver(),
        site.network_driver(),
        site.oob_driver(),
    )
}

fn of_world(site: &SimulatedSite) -> Three {
    (
        site.server_driver(),
        site.network_driver(),
        site.oob_driver(),
    )
}

fn orchestrator((server, network, oob): Three) -> Orchestrator {
    let drivers = Drivers::new()
        .server(Selector::everything(), server)
        .network(Selector::everything(), network)
        .oob("redfish", oob);
    let mut policy = Policy::default();
    policy.first_pause = Duration::from_millis(5);
    policy.longest_pause = Duration::from_millis(50);
    Orchestrator::new(drivers).policy(policy)
}

async fn deployed(orchestrator: &Orchestrator, design: &Design) -> Outcome {
    let everything = Selector::everything();
    let planned = orchestrator.plan(design, Goal::Deploy, &everything).await;
    assert_eq!(planned.diagnostics.errors(), 0, "{:?}", planned.diagnostics);
    let run = RunId::from("r");
    let approval = &Approval::All;
    let outcome = orchestrator.apply(design, &planned.plan, run, approval, None);
    outcome.await.unwrap()
}

fn world(design: &Design) -> SimulatedSite {
    SimulatedSite::new(&design.resolved).durations(Durations::default().scaled(0.02))
}

#[tokio::test]
async fn a_run_over_the_socket_leaves_the_same_world_as_one_in_memory() {
    let design = fixture::load(&[("site.yaml", &site::text())]);
    let own = world(&design);
    assert!(
        deployed(&orchestrator(of_world(&own)), &design)
            .await
            .is_success()
    );
    let lab = serve(world(&design), &design.resolved).await;
    let orchestrator = orchestrator(of_lab(&lab));
    assert!(deployed(&orchestrator, &design).await.is_success());
    assert_eq!(lab.site.nodes().await.unwrap(), own.nodes());
    assert_eq!(lab.site.networks().await.unwrap(), own.networks());
    assert_eq!(lab.site.as_designed().await.unwrap(), [] as [&str; 0]);
    assert_eq!(lab.site.violations().await.unwrap(), [] as [&str; 0]);
    let (there, here) = (lab.site.applied().await.unwrap(), own.applied());
    let changes = |applied: &[drydock_noop::simulated::Applied]| -> Vec<_> {
        let changes = applied
            .iter()
            .map(|a| (a.target.clone(), a.action.clone(), a.changes));
        changes.collect()
    };
    assert_eq!(changes(&there), changes(&here));
    let everything = Selector::everything();
    let again = orchestrator.plan(&design, Goal::Deploy, &everything).await;
    assert_eq!(again.plan.steps.len(), 0, "nothing is left to do");
}

#[tokio::test]
async fn a_run_over_the_socket_gets_over_what_one_in_memory_gets_over() {
    let design = fixture::load(&[("site.yaml", &site::text())]);
    let faults = [
        Fault::Busy,
        Fault::LostAnswer,
        Fault::LostRequest,
        Fault::Repeated,
    ];
    for seed in 1..4 {
        let faults = Faults::seeded(seed, &faults, &design.resolved);
        let lab = serve(world(&design).faults(faults), &design.resolved).await;
        let outcome = deployed(&orchestrator(of_lab(&lab)), &design).await;
        assert!(outcome.is_success(), "{seed}: {outcome:?}");
        assert!(
            !lab.world.injected().is_empty(),
            "{seed}: nothing went wrong"
        );
        assert_eq!(lab.site.as_designed().await.unwrap(), [] as [&str; 0]);
        assert_eq!(lab.site.violations().await.unwrap(), [] as [&str; 0]);
    }
}

/// An orchestrator is dropped in the middle, as by a kill; another goes on with what it sees.
#[tokio::test]
async fn what_one_orchestrator_began_another_finishes() {
    let design = fixture::load(&[("site.yaml", &site::text())]);
    for millis in [10, 25, 45, 70, 100, 140] {
        let lab = serve(world(&design), &design.resolved).await;
        let killed = orchestrator(of_lab(&lab));
        let limit = Duration::from_millis(millis);
        let _ = tokio::time::timeout(limit, deployed(&killed, &design)).await;
        drop(killed);
        let successor = orchestrator(of_lab(&lab));
        let outcome = deployed(&successor, &design).await;
        assert!(outcome.is_success(), "{millis}: {outcome:?}");
        assert_eq!(
            lab.site.as_designed().await.unwrap(),
            [] as [&str; 0],
            "{millis}"
        );
        for node in lab.site.nodes().await.unwrap() {
            assert_eq!(node.counters.deployed, 1, "{millis}: {}", node.name);
        }
        assert_eq!(
            lab.site.violations().await.unwrap(),
            [] as [&str; 0],
            "{millis}"
        );
    }
}
