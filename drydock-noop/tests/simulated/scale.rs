//! What a call costs does not grow with the number of machines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{hands::ready, site};
use drydock_core::{
    driver::{Context, NetworkAction, NetworkTarget, Progress, ServerAction},
    names::NodeName,
    resolve::{ResolvedDesign, ResolvedNode},
};
use drydock_noop::{Clock, Durations, SimulatedSite};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The small site with so many machines, all of which wait for the control node.
fn large(nodes: usize) -> ResolvedDesign {
    let mut design = site::design();
    let like = design.nodes["compute1"].clone();
    design.nodes.retain(|name, _| name == "control");
    for n in 1..nodes {
        let mut node = ResolvedNode::clone(&like);
        node.name = NodeName::new(format!("n{n:05}"));
        design.nodes.insert(node.name.clone(), Arc::new(node));
    }
    design
}

/// The time of one step when so many of the machines are worked on side by side, and how many steps that were.
fn per_step(nodes: usize, worked_on: usize) -> (Duration, u32) {
    let design = large(nodes);
    let clock = Clock::manual();
    let site = SimulatedSite::new(&design)
        .clock(clock.clone())
        .durations(Durations::none())
        .server_has_power();
    let (server, network) = (site.server_driver(), site.network_driver());
    let cx = Context::detached("r/1");
    for target in design
        .networks
        .values()
        .cloned()
        .map(NetworkTarget::Network)
    {
        let seen = ready(network.observe(&cx, std::slice::from_ref(&target))).unwrap();
        let seen = seen.into_iter().next().unwrap().unwrap();
        ready(network.apply(&cx, &target, NetworkAction::Ensure, &seen))
            .unwrap()
            .unwrap();
    }
    let step = |node: &Arc<ResolvedNode>, action| {
        loop {
            let seen = ready(server.observe(&cx, std::slice::from_ref(node))).unwrap();
            let seen = seen.into_iter().next().unwrap().unwrap();
            let answer = ready(server.apply(&cx, node, action, &seen)).unwrap();
            if answer.unwrap() == Progress::Done {
                break;
            }
        }
    };
    let actions = [
        ServerAction::Commission,
        ServerAction::ConfigureStorage,
        ServerAction::ConfigureNetwork,
        ServerAction::Deploy,
    ];
    // With the first of those that wait for it the control node is found, once.
    let (first, others) = (["control", "n00001"], design.nodes.values());
    for node in first.map(|name| &design.nodes[name]) {
        actions.iter().for_each(|action| step(node, *action));
    }
    let others: Vec<_> = others
        .filter(|node| !first.contains(&node.name.as_str()))
        .collect();
    let (begin, mut steps) = (Instant::now(), 0);
    for action in actions {
        for node in others.iter().take(worked_on) {
            step(node, action);
            steps += 1;
        }
    }
    let time = begin.elapsed();
    assert_eq!(site.violations(), [] as [&str; 0]);
    (time / steps, steps)
}

#[test]
fn a_step_costs_the_same_among_many_machines_as_among_few() {
    // The best of several, for others work on the machine too.
    let best = |nodes| (0..3).map(|_| per_step(nodes, 40).0).min().unwrap();
    let (few, many) = (best(50), best(20_000));
    println!("a step costs {few:?} among 50 machines, {many:?} among 20,000");
    assert!(many < few * 4, "{few:?} among few, {many:?} among many");
}

#[test]
#[ignore = "a measurement: 10,000 machines, 40,000 steps; run it with --release --nocapture"]
fn ten_thousand_machines() {
    let (step, steps) = per_step(10_000, usize::MAX);
    println!("{steps} steps at {step:?} each, two calls and more a step");
}
