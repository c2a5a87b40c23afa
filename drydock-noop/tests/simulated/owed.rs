//! What every caller owes the simulated site: each obligation is broken by hand, and seen to be kept in mind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{
    hands::{Hands, design_with, ready},
    site,
};
use drydock_core::driver::{
    Context, ContextBuilder, ErrorKind, PowerAction, PowerState, Progress, ServerAction::*,
    ServerState,
};
use drydock_noop::{
    Durations, Faults,
    simulated::{Violation, ViolationKind},
};
use std::{
    pin::pin,
    task::{Context as TaskContext, Waker},
    time::Duration,
};

const SERIAL: &str = "  serial: S-1\n";

fn fenced(operation: &str, fence: u64) -> Context {
    ContextBuilder::new(operation).fence(fence).build()
}

#[test]
fn a_violation_says_what_where_and_when() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.clock.advance(Duration::from_secs(4));
    let _refused = hands.apply("control", Commission, "c");
    let violations = hands.site.violations();
    let [
        violation @ Violation {
            kind,
            target,
            call,
            at,
            ..
        },
    ] = violations.as_slice()
    else {
        panic!("{violations:?}")
    };
    assert_eq!((*kind, target.as_str()), (ViolationKind::State, "control"));
    // Two observations and two calls before it, and the observation that it goes by.
    assert_eq!((*call, *at), (6, Duration::from_secs(4)));
    let why = "control: commission in state New: it is not on, or not to stay so";
    assert_eq!(violation.to_string(), why);
}

#[test]
fn what_is_held_is_not_touched() {
    let held = design_with(SERIAL, "  serial: S-1\n  hold: true\n");
    let hands = Hands::on(held, Faults::none());
    hands.ensure_all();
    let answer = hands.power("control", PowerAction::On);
    let why = "control: set power in state New: it is held by its design";
    hands.refused(answer, why);
    assert_eq!(hands.site.node("control").unwrap().power, PowerState::Off);
    for action in [Commission, Deploy, Release] {
        let error = hands.apply("control", action, "x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
    }
    assert_eq!(hands.kinds(), [ViolationKind::Held; 4]);
}

#[test]
fn what_is_protected_is_deployed_once_and_not_released() {
    let protected = design_with(SERIAL, "  serial: S-1\n  protect: [release, redeploy]\n");
    let hands = Hands::on(protected, Faults::none());
    hands.deploy_all();
    assert_eq!(hands.kinds(), []);
    // What is there already is there.
    assert_eq!(hands.apply("control", Deploy, "d").unwrap(), Progress::Done);
    hands.apply("control", Release, "r").unwrap_err();
    assert_eq!(hands.kinds(), [ViolationKind::Protected]);
    hands
        .site
        .edit_node("control", |node| node.state = ServerState::Ready);
    let error = hands.apply("control", Deploy, "d2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "control: deploy in state Ready: it is protected by its design: deploy"
    );
    assert_eq!(hands.kinds(), [ViolationKind::Protected; 2]);
    assert_eq!(hands.site.node("control").unwrap().counters.released, 0);
}

#[test]
fn an_orchestrator_that_was_fenced_out_is_refused_where_a_later_one_was_seen() {
    let hands = Hands::new();
    hands.deploy_all();
    let (first, second) = (fenced("r/1", 3), fenced("r/1", 4));
    hands.apply_by(&second, "control", Deploy).unwrap();
    let answer = hands.apply_by(&first, "control", Deploy);
    let why = "control: deploy in state Deployed: its fence 3 is older than 4, which was seen here";
    hands.refused(answer, why);
    assert_eq!(hands.kinds(), [ViolationKind::FencedOut]);
    // Another machine has not seen it, another run has another lease, and a hand has none.
    hands.apply_by(&first, "compute1", Deploy).unwrap();
    hands
        .apply_by(&fenced("other/9", 1), "control", Deploy)
        .unwrap();
    hands.apply("control", Deploy, "r/1").unwrap();
    assert_eq!(hands.kinds().len(), 1);
}

#[test]
fn a_successor_is_known_from_its_looking() {
    let hands = Hands::new();
    hands.deploy_all();
    let node = hands.node("control");
    ready(hands.server.observe(&fenced("r/7", 2), &[node])).unwrap();
    hands
        .apply_by(&fenced("r/1", 1), "control", Deploy)
        .unwrap_err();
    assert_eq!(hands.kinds(), [ViolationKind::FencedOut]);
}

#[test]
fn one_call_at_a_time_changes_a_machine() {
    let slow = Durations::default().call(Duration::from_secs(1));
    let hands = Hands::at(site::design(), Faults::none(), |site| site.durations(slow));
    let (cx, node) = (Context::detached("x"), hands.node("control"));
    let mut task = TaskContext::from_waker(Waker::noop());
    {
        let mut first = hands.oob.set_power(&cx, &node, PowerAction::On);
        assert!(first.as_mut().poll(&mut task).is_pending());
        // It has happened, and its answer is on its way.
        let compute1 = hands.node("compute1");
        let mut other = hands.oob.set_power(&cx, &compute1, PowerAction::On);
        assert!(other.as_mut().poll(&mut task).is_pending());
        assert_eq!(hands.kinds(), [], "another machine");
        let mut second = hands.oob.set_power(&cx, &node, PowerAction::On);
        assert!(second.as_mut().poll(&mut task).is_pending());
        assert_eq!(hands.kinds(), [ViolationKind::AtOnce]);
        hands.clock.advance(Duration::from_secs(1));
        assert!(first.as_mut().poll(&mut task).is_ready());
        assert!(second.as_mut().poll(&mut task).is_ready());
    }
    let mut third = hands.oob.set_power(&cx, &node, PowerAction::On);
    assert!(third.as_mut().poll(&mut task).is_pending());
    assert_eq!(hands.kinds().len(), 1, "the others have ended");
}

#[test]
fn an_endpoint_counts_what_is_in_flight_and_says_when_it_is_too_much() {
    let slow = Durations::default().call(Duration::from_secs(1));
    let hands = Hands::at(site::design(), Faults::none(), |site| {
        site.durations(slow)
            .bears("simulated-server", 2)
            .each_bmc_bears(1)
    });
    let (cx, nodes) = (Context::detached("x"), [hands.node("control")]);
    let mut task = TaskContext::from_waker(Waker::noop());
    let mut calls: Vec<_> = (0..3).map(|_| hands.server.observe(&cx, &nodes)).collect();
    for call in &mut calls[..2] {
        assert!(call.as_mut().poll(&mut task).is_pending());
    }
    assert_eq!(
        (hands.site.peak("simulated-server"), hands.kinds()),
        (2, vec![])
    );
    assert!(calls[2].as_mut().poll(&mut task).is_pending());
    assert_eq!(
        hands.site.violations(),
        ["simulated-server: 3 calls in flight, and it bears 2"]
    );
    // Who stops waiting has no call in flight.
    calls.clear();
    let mut again = pin!(hands.server.observe(&cx, &nodes));
    assert!(again.as_mut().poll(&mut task).is_pending());
    assert_eq!(
        (hands.site.peak("simulated-server"), hands.kinds().len()),
        (3, 1)
    );

    let mut looks: Vec<_> = (0..2).map(|_| hands.oob.observe(&cx, &nodes)).collect();
    for look in &mut looks {
        assert!(look.as_mut().poll(&mut task).is_pending());
    }
    assert_eq!(
        hands.site.violations()[1],
        "simulated-oob/control: 2 calls in flight, and it bears 1"
    );
    assert_eq!(hands.site.peak("simulated-network"), 0);
    assert_eq!(hands.site.peaks().len(), 2);
}

#[test]
fn a_call_that_begins_after_its_deadline_is_told() {
    let second = Duration::from_secs(1);
    let hands = Hands::at(site::design(), Faults::none(), |site| site.has_runs_clock());
    let at = |now, deadline| ContextBuilder::new("x").time(now, deadline).build();
    let node = hands.node("control");
    let look = |cx: &Context| drop(ready(hands.server.observe(cx, std::slice::from_ref(&node))));
    look(&at(second, second));
    assert_eq!(hands.kinds(), []);
    look(&at(second * 2, second));
    assert_eq!(hands.kinds(), [ViolationKind::PastDeadline]);
    // By the time at which it arrives, where the caller's clock is the site's.
    hands.clock.advance(second * 3);
    look(&at(second, second * 2));
    assert_eq!(hands.kinds(), [ViolationKind::PastDeadline; 2]);
}

#[test]
fn power_that_is_cut_while_deploying_bricks_the_machine() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("control");
    hands.apply("control", Deploy, "d").unwrap();
    hands.power("control", PowerAction::Cycle).unwrap();
    assert_eq!(
        hands.site.violations(),
        ["control: power cycle in state Deploying: it must not lose power now"]
    );
    assert_eq!(hands.kinds(), [ViolationKind::PowerCut]);
    let node = hands.site.node("control").unwrap();
    assert_eq!(
        (node.state, node.power),
        (ServerState::Broken, PowerState::Off)
    );
    let error = hands.apply("control", Deploy, "d").unwrap_err();
    assert_eq!(
        error.to_string(),
        "control: deploy: its power was cut while it was being deployed"
    );
    hands.clock.advance(Duration::from_secs(60));
    assert_eq!(hands.see("control").state, ServerState::Broken, "for good");
}

#[test]
fn what_is_deployed_otherwise_is_released_before_it_is_deployed() {
    let hands = Hands::new();
    hands.deploy_all();
    hands
        .site
        .edit_node("control", |node| node.image = Some("jammy".into()));
    let answer = hands.apply("control", Deploy, "d2");
    let why = "control: deploy in state Deployed: it is Deployed, and was not released";
    hands.refused(answer, why);
    assert_eq!(hands.kinds(), [ViolationKind::DeployedAgain]);
}

#[test]
fn order_and_repetition_have_kinds_of_their_own() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("compute1");
    hands.apply("compute1", Deploy, "d").unwrap_err();
    assert_eq!(hands.kinds(), [ViolationKind::Order]);

    let hands = Hands::new();
    hands.deploy_all();
    hands.finish("control", Release, "r");
    hands.finish("control", ConfigureStorage, "s2");
    hands.finish("control", ConfigureNetwork, "n2");
    let seen = hands.see("control");
    hands.apply("control", Deploy, "d").unwrap_err();
    assert_eq!(hands.kinds(), [ViolationKind::DoneTwice]);
    hands
        .apply_seen("control", Deploy, "d2", &seen)
        .unwrap_err();
    assert_eq!(hands.kinds()[1], ViolationKind::StaleObservation);
}

#[test]
fn nothing_is_destroyed_on_a_machine_that_is_not_the_designed_one() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("control");
    hands.site.edit_node("control", |node| {
        node.identity.serial = Some("ANOTHER".into());
    });
    let error = hands.apply("control", Deploy, "d").unwrap_err();
    assert!(
        error.to_string().contains("not the machine of the design"),
        "{error}"
    );
    assert_eq!(hands.kinds(), [ViolationKind::WrongMachine]);
    assert_eq!(hands.see("control").state, ServerState::Ready);
    // Looking at it and setting it up destroys nothing.
    assert_eq!(
        hands.apply("control", ConfigureStorage, "s").unwrap(),
        Progress::Done
    );
    hands.site.edit_node("control", |node| {
        node.identity.serial = Some("S-1".into());
        node.identity.macs.clear();
    });
    hands.apply("control", Deploy, "d").unwrap();
    assert_eq!(hands.kinds().len(), 1);
}
