//! A first few nodes, then more; and an end when too many fail.

use crate::rig::{Rig, site, site_with};
use drydock_core::{
    event::EventKind,
    execute::Size,
    plan::{Goal, Target},
};
use drydock_noop::Faults;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn a_wave_begins_when_the_one_before_has_ended() {
    let design = site_with(10, |n| match n {
        // The first in the order of names waits for the last.
        0 => ", depends_on: ['name=n00009']".to_owned(),
        _ => String::new(),
    });
    let mut rig = Rig::new(&design, Faults::none());
    rig.policy.waves = vec![Size::Count(1), Size::Percent(30)];
    let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
    simulation.keeps_events = true;
    let plan = simulation.terms.plan.clone();
    let ended = simulation.run().unwrap();
    rig.sound(&ended);
    assert!(ended.outcome.is_success());
    let mut under_way: BTreeSet<&str> = BTreeSet::new();
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    let node = |step: usize| match &plan.steps[step].target {
        Target::Node(name) => Some(name.as_str()),
        _ => None,
    };
    (0..plan.steps.len())
        .filter_map(node)
        .for_each(|name| *left.entry(name).or_default() += 1);
    let mut sizes = vec![0];
    for event in &ended.events {
        match &event.kind {
            EventKind::StepStarted { name, .. } => {
                if let Some(name) = node(name.step.index()).filter(|name| under_way.insert(name)) {
                    *sizes.last_mut().unwrap() += 1;
                    assert!(left.contains_key(name));
                }
            }
            EventKind::StepDone { name } => {
                if let Some(name) = node(name.step.index()) {
                    let left = left.get_mut(name).unwrap();
                    *left -= 1;
                    if *left == 0 {
                        under_way.remove(name);
                    }
                    if under_way.is_empty() {
                        sizes.push(0);
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(sizes, [1, 3, 3, 3, 0]);
}

#[test]
fn a_failure_budget_that_is_spent_stops_new_nodes() {
    let design = site(12);
    let broken = ["n00000", "n00002", "n00003"];
    let faults = broken.iter().fold(Faults::none(), |faults, name| {
        faults.broken((*name).into(), "its disk is dead")
    });
    let mut rig = Rig::new(&design, faults);
    rig.policy.waves = vec![Size::Count(1), Size::Count(3)];
    rig.policy.failure_budget = Some(Size::Count(1));
    let ended = rig.deploy();
    assert_eq!(
        ended.outcome.failed.len(),
        3,
        "those that had begun are gone on with"
    );
    assert_eq!(rig.deployed(), 1);
    let reasons: BTreeSet<&str> = ended
        .outcome
        .skipped
        .iter()
        .map(|(_, reason)| reason.as_str())
        .collect();
    let spent: Vec<&&str> = reasons
        .iter()
        .filter(|reason| reason.starts_with("2 nodes have failed, and the failure budget is 1"))
        .collect();
    assert!(!spent.is_empty(), "{reasons:?}");
}
