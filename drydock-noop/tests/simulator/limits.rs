//! Limits are reached and never passed; who does not need them does not wait.

use crate::rig::{Rig, site, site_with};
use drydock_core::{
    driver::OobAction,
    event::EventKind,
    plan::{Action, Goal, Step},
    testing::simulator::Ended,
};
use drydock_noop::{Durations, Faults};
use std::{collections::BTreeMap, time::Duration};

/// When each step began and ended.
fn times(ended: &Ended) -> BTreeMap<usize, (Duration, Duration)> {
    let mut times = BTreeMap::new();
    for event in &ended.events {
        match &event.kind {
            EventKind::StepStarted { name, .. } => {
                times.insert(name.step.index(), (event.at, Duration::MAX));
            }
            EventKind::StepDone { name } => times.get_mut(&name.step.index()).unwrap().1 = event.at,
            _ => {}
        }
    }
    times
}

/// The most of these spans of time that overlap.
fn most(spans: &[(Duration, Duration)]) -> usize {
    let at = |time: Duration| {
        spans
            .iter()
            .filter(|(from, to)| *from <= time && time < *to)
            .count()
    };
    spans.iter().map(|(from, _)| at(*from)).max().unwrap_or(0)
}

#[test]
fn one_slow_node_of_a_thousand_delays_nobody_else() {
    let design = site(1000);
    let undisturbed = Rig::new(&design, Faults::none());
    let usual = undisturbed.deploy().took;
    // Deploying takes it 45 minutes; 45 min is the deadline, so it gets more.
    let slow = Faults::none().slow("n00500".into(), 18.0);
    let mut rig = Rig::new(&design, slow);
    rig.policy.patience = 2;
    let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
    simulation.keeps_events = true;
    let plan = simulation.terms.plan.clone();
    let ended = simulation.run().unwrap();
    rig.sound(&ended);
    assert!(ended.took > Duration::from_secs(45 * 60) && ended.outcome.is_success());
    let times = times(&ended);
    let others = plan
        .steps
        .iter()
        .filter(|step| step.target.name() != "n00500");
    let last = others.map(|step| times[&step.id.index()].1).max().unwrap();
    assert!(
        last < usual + usual / 10,
        "the others took {last:?}, usually {usual:?}"
    );
}

#[test]
fn racks_switch_on_a_few_at_a_time_and_domains_lose_one_at_a_time() {
    let design = site(40);
    let mut rig = Rig::new(&design, Faults::none());
    rig.policy.rack_power = 3;
    rig.policy.rack_window = Duration::from_secs(20);
    rig.policy.domains = [("zone".into(), 2)].into();
    let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
    simulation.keeps_events = true;
    let plan = simulation.terms.plan.clone();
    let ended = simulation.run().unwrap();
    rig.sound(&ended);
    assert!(ended.outcome.is_success());
    let times = times(&ended);
    let label = |step: &Step, key: &str| {
        rig.design.nodes[step.target.name()]
            .label(key)
            .unwrap()
            .to_owned()
    };
    let mut racks: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let mut zones: BTreeMap<String, BTreeMap<&str, (Duration, Duration)>> = BTreeMap::new();
    let of_nodes = plan
        .steps
        .iter()
        .filter(|step| rig.design.nodes.contains_key(step.target.name()));
    for step in of_nodes {
        let (from, to) = times[&step.id.index()];
        if step.action == Action::Oob(OobAction::PowerOn) {
            let window = Duration::from_secs(20);
            racks
                .entry(label(step, "rack"))
                .or_default()
                .push((from, to + window));
        }
        if step.risk >= drydock_core::driver::Risk::Disruptive {
            let zone = zones.entry(label(step, "zone")).or_default();
            let span = zone.entry(step.target.name()).or_insert((from, to));
            *span = (span.0.min(from), span.1.max(to));
        }
    }
    let most_of_racks: Vec<usize> = racks.values().map(|spans| most(spans)).collect();
    assert!(
        most_of_racks.iter().all(|most| *most <= 3),
        "{most_of_racks:?}"
    );
    let most_of_zones: Vec<usize> = zones
        .values()
        .map(|nodes| most(&nodes.values().copied().collect::<Vec<_>>()))
        .collect();
    assert_eq!(most_of_zones, [2, 2, 2, 2]);
}

#[test]
fn a_rack_is_filled_as_far_as_its_limit_allows() {
    let design = site(10);
    let mut rig = Rig::new(&design, Faults::none());
    rig.policy.rack_power = 3;
    let mut simulation = rig.simulation(rig.terms(Goal::Deploy));
    simulation.keeps_events = true;
    let plan = simulation.terms.plan.clone();
    let ended = simulation.run().unwrap();
    let times = times(&ended);
    let on = plan
        .steps
        .iter()
        .filter(|step| step.action == Action::Oob(OobAction::PowerOn));
    let spans: Vec<_> = on
        .map(|step| times[&step.id.index()])
        .map(|(from, to)| (from, to + rig.policy.rack_window))
        .collect();
    assert_eq!(most(&spans), 3);
}

#[test]
fn a_node_that_does_not_come_back_keeps_its_place_in_the_failure_domain() {
    let design = site(8);
    let mut rig = Rig::new(
        &design,
        Faults::none().broken("n00000".into(), "its disk is dead"),
    );
    rig.policy.domains = [("zone".into(), 1)].into();
    let ended = rig.deploy();
    let reasons: Vec<&String> = ended
        .outcome
        .skipped
        .iter()
        .map(|(_, reason)| reason)
        .collect();
    assert_eq!(ended.outcome.failed.len(), 1);
    assert!(
        reasons.iter().any(|reason| **reason
            == "only 1 with zone=z0 may be disrupted at once, and n00000 did not come back"),
        "{reasons:?}"
    );
    assert_eq!(
        rig.deployed(),
        6,
        "n00004 is of the same zone and stays as it is"
    );
}

#[test]
fn calls_in_flight_reach_their_limit_also_beside_a_slow_driver() {
    let design = site_with(50, |_| String::new());
    for limit in [1, 7, 64] {
        let mut rig = Rig::new(&design, Faults::none());
        rig.policy.in_flight = limit;
        rig.policy.endpoint = limit;
        rig.site = rig.site.clone().durations(Durations::none());
        let ended = rig.deploy();
        assert!(ended.outcome.is_success());
        // More cannot be asked of fifty nodes at once.
        assert_eq!(ended.most_in_flight, limit.min(50), "of {limit}");
    }
}

#[test]
fn a_node_is_not_disrupted_before_those_of_its_domain_that_it_needs() {
    let design = site_with(8, |n| match n {
        7 => String::new(),
        _ => ", depends_on: ['name=n00007']".to_owned(),
    });
    let mut rig = Rig::new(&design, Faults::none());
    // n00003 is of the zone of n00007, and only one of them may be down: the one that is needed comes first.
    rig.policy.domains = [("zone".into(), 1)].into();
    let ended = rig.deploy();
    assert!(ended.outcome.is_success(), "{:?}", ended.outcome);
}
