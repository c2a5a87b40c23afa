//! `storage_pass`: steps of a host's own, in a page.

use crate::run;
use drydock_core::{
    Drivers, Goal, Selector,
    driver::{Context, ServerState},
    execute::{Policy, Terms, survey::observe_all},
    names::NodeName,
    plan::{Action, plan_with},
    testing::simulator::{Ended, Simulation},
};
use drydock_examples::{demo, load};
use drydock_noop::{Clock, Durations, SimulatedSite};
use std::{collections::BTreeSet, sync::Arc};

#[path = "../../storage_pass.rs"]
#[allow(
    dead_code,
    reason = "the example is a program, of which only its driver and its pass are wanted"
)]
mod example;

#[test]
fn each_control_node_gets_its_volume_before_it_is_installed() {
    let ran = run::<&str>("storage_pass", &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let (mut exports, mut waiting) = (0, false);
    for line in ran.out.lines() {
        // What stands under one target comes in the order in which it is done.
        let line = line.trim_start_matches("!!");
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            [_, "export", "volume", ..] => {
                exports += 1;
                waiting = true;
            }
            [_, "deploy", ..] => waiting = false,
            [_] => assert!(!waiting, "{line}: exported after the installation"),
            _ => {}
        }
    }
    assert_eq!(exports, 2, "{}", ran.out);
    let lines = include_str!("../../storage_pass.rs").lines().count();
    assert!(lines < 60, "{lines} lines");
}

/// A run with the example's pass and driver that crashes at these await points.
async fn rehearsed(crash_at: BTreeSet<u64>) -> (Ended, SimulatedSite) {
    let design = load(&demo::bundled())
        .await
        .unwrap_or_else(|_| panic!("the bundled site is read"))
        .resolved;
    let clock = Clock::manual();
    let durations = Durations::default().scaled(100.0);
    let site = SimulatedSite::new(&design)
        .clock(clock.clone())
        .durations(durations);
    let drivers = Drivers::new()
        .server(Selector::everything(), site.server_driver())
        .network(Selector::everything(), site.network_driver())
        .oob("ipmi", site.oob_driver())
        .oob("redfish", site.oob_driver())
        .step(Arc::new(example::Array::default()));
    let nodes: Vec<_> = design.nodes.values().cloned().collect();
    let seen = observe_all(&Context::detached("plan"), &design, &drivers, &nodes).await;
    let all = Selector::everything();
    let passes: [Arc<dyn drydock_core::PlanPass>; 1] = [Arc::new(example::StoragePass)];
    let plan = plan_with(&design, &drivers, &seen, Goal::Deploy, &all, &passes).plan;
    let exports = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Custom(_)));
    assert_eq!(exports.count(), 2);
    let terms = Terms::new(Arc::new(plan), Policy::default()).design(&design);
    let mut simulation = Simulation::new(design, Arc::new(drivers), terms, Arc::new(clock));
    simulation.crash_at = crash_at;
    let ended = simulation.run().unwrap_or_else(|why| panic!("{why}"));
    (ended, site)
}

#[test]
fn a_crash_anywhere_leaves_every_node_installed_once_and_its_volume_exported() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let rehearsed = |crash_at| runtime.block_on(rehearsed(crash_at));
    let (undisturbed, _) = rehearsed(BTreeSet::new());
    let points = undisturbed.points;
    // One point of forty-one, each with a second crash soon after: the run is long.
    for point in (0..points).step_by(41) {
        let (ended, site) = rehearsed([point, point + 9].into());
        assert!(
            ended.outcome.is_success(),
            "a crash at {point}: {:?}",
            ended.outcome
        );
        assert_eq!(ended.violations, Vec::<String>::new(), "a crash at {point}");
        assert_eq!(
            site.violations(),
            Vec::<String>::new(),
            "a crash at {point}"
        );
        for node in site.nodes() {
            let once = node.state == ServerState::Deployed && node.counters.deployed == 1;
            assert!(once, "a crash at {point}: {}", NodeName::from(&*node.name));
        }
    }
}
