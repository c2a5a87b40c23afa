//! What the simulated site does not allow: each step is refused, and kept in mind.

use crate::hands::{Hands, ready};
use drydock_core::{
    driver::{
        Context, ErrorKind, NetworkState, PowerAction, Progress, ServerAction::*,
        ServerObservation, ServerState,
    },
    resolve::ResolvedNode,
};
use std::sync::Arc;

#[test]
fn a_machine_that_is_off_is_not_commissioned() {
    let hands = Hands::new();
    hands.ensure_all();
    let answer = hands.apply("control", Commission, "c");
    let why = "control: commission in state New: it is not on, or not to stay so";
    hands.refused(answer, why);
}

#[test]
fn a_machine_that_is_being_switched_off_is_not_commissioned() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.boot_from_network("control");
    let (cx, node) = (Context::detached("off"), hands.node("control"));
    ready(hands.oob.set_power(&cx, &node, PowerAction::Off))
        .unwrap()
        .unwrap();
    let answer = hands.apply("control", Commission, "c");
    let why = "control: commission in state New: it is not on, or not to stay so";
    hands.refused(answer, why);
}

#[test]
fn a_machine_that_booted_from_its_disk_is_not_commissioned() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.power("control", PowerAction::On).unwrap();
    let answer = hands.apply("control", Commission, "c");
    let why = "control: commission in state New: it booted from disk and not from pxe";
    hands.refused(answer, why);
}

#[test]
fn nothing_is_commissioned_without_the_network_it_boots_from() {
    let hands = Hands::new();
    hands.ensure("mgmt").unwrap();
    hands.boot_from_network("control");
    let answer = hands.apply("control", Commission, "c");
    hands.refused(
        answer,
        "control: commission in state New: network pxe is not there",
    );
}

#[test]
fn what_is_deployed_is_not_commissioned() {
    let hands = Hands::new();
    hands.deploy_all();
    let answer = hands.apply("control", Commission, "c2");
    hands.refused(
        answer,
        "control: commission in state Deployed: it must be New or Ready",
    );
}

#[test]
fn nothing_is_set_up_before_it_is_ready() {
    for (action, word) in [(ConfigureStorage, "storage"), (ConfigureNetwork, "network")] {
        let hands = Hands::new();
        hands.ensure_all();
        let answer = hands.apply("control", action, "s");
        let why = format!("control: configure {word} in state New: it must be Ready or Allocated");
        hands.refused(answer, &why);
    }
}

#[test]
fn interfaces_are_set_up_after_their_networks() {
    let hands = Hands::new();
    hands.ensure("pxe").unwrap();
    hands.boot_from_network("control");
    hands.finish("control", Commission, "c");
    let answer = hands.apply("control", ConfigureNetwork, "n");
    hands.refused(
        answer,
        "control: configure network in state Ready: network mgmt is not there",
    );
}

#[test]
fn nothing_is_deployed_before_it_is_set_up() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.boot_from_network("control");
    hands.finish("control", Commission, "c");
    let answer = hands.apply("control", Deploy, "d");
    hands.refused(
        answer,
        "control: deploy in state Ready: its storage is not as designed",
    );

    let hands = Hands::new();
    hands.ensure_all();
    hands.boot_from_network("control");
    hands.finish("control", Commission, "c");
    hands.finish("control", ConfigureStorage, "s");
    let answer = hands.apply("control", Deploy, "d");
    hands.refused(
        answer,
        "control: deploy in state Ready: its interfaces are not as designed",
    );
}

#[test]
fn nothing_is_deployed_on_networks_that_have_gone() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("control");
    hands
        .site
        .edit_network("mgmt", |network| network.state = NetworkState::Absent);
    let answer = hands.apply("control", Deploy, "d");
    hands.refused(
        answer,
        "control: deploy in state Ready: network mgmt is not there",
    );
}

#[test]
fn nothing_is_deployed_before_what_it_depends_on() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("compute1");
    let answer = hands.apply("compute1", Deploy, "d");
    let why = "compute1: deploy in state Ready: it depends on control, which is New";
    hands.refused(answer, why);
}

#[test]
fn nothing_is_deployed_that_was_never_commissioned() {
    let hands = Hands::new();
    let answer = hands.apply("control", Deploy, "d");
    hands.refused(
        answer,
        "control: deploy in state New: it must be Ready or Allocated",
    );
}

#[test]
fn what_is_under_way_is_waited_for_and_not_begun_again() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("control");
    hands.apply("control", Deploy, "d").unwrap();
    let answer = hands.apply("control", Deploy, "other").unwrap();
    assert!(matches!(answer, Progress::Waiting { .. }));

    let hands = Hands::new();
    hands.deploy_all();
    hands.apply("control", Release, "r").unwrap();
    let answer = hands.apply("control", Release, "other").unwrap();
    assert!(matches!(answer, Progress::Waiting { .. }));
    assert_eq!(hands.site.violations(), Vec::<String>::new());
}

#[test]
fn one_operation_deploys_once() {
    let hands = Hands::new();
    hands.deploy_all();
    hands.finish("control", Release, "r");
    hands.finish("control", ConfigureStorage, "s2");
    hands.finish("control", ConfigureNetwork, "n2");
    let answer = hands.apply("control", Deploy, "d");
    hands.refused(
        answer,
        "control: deploy in state Ready: operation d has deployed it once already",
    );
}

#[test]
fn what_was_never_used_is_not_released() {
    let hands = Hands::new();
    let answer = hands.apply("control", Release, "r");
    hands.refused(
        answer,
        "control: release in state New: there is nothing to release",
    );
}

#[test]
fn power_is_not_cut_from_under_work() {
    for action in [
        PowerAction::Off,
        PowerAction::Cycle,
        PowerAction::Reset,
        PowerAction::SoftOff,
    ] {
        let hands = Hands::new();
        hands.ensure_all();
        hands.boot_from_network("control");
        hands.apply("control", Commission, "c").unwrap();
        let answer = hands.power("control", action);
        let why =
            format!("control: power {action} in state Commissioning: it must not lose power now");
        hands.refused(answer, &why);
    }
}

#[test]
fn what_was_seen_before_the_last_call_is_not_used_for_the_next() {
    let hands = Hands::new();
    hands.ensure_all();
    hands.prepare("control");
    let seen = hands.see("control");
    hands.apply_seen("control", Deploy, "d", &seen).unwrap();
    let answer = hands.apply_seen("control", Deploy, "d", &seen);
    let why = "control: deploy in state Deploying: the observation is older than the last call";
    hands.refused(answer, why);
}

#[test]
fn an_observation_of_elsewhere_is_not_used() {
    let hands = Hands::new();
    let seen = ServerObservation::new(ServerState::Ready);
    let answer = hands.apply_seen("control", Release, "r", &seen);
    let why = "control: release in state New: what was handed over was not observed here";
    hands.refused(answer, why);
}

#[test]
fn a_machine_of_another_site_is_absent_and_cannot_be_worked_on() {
    let hands = Hands::new();
    let mut stranger = ResolvedNode::clone(&hands.node("control"));
    stranger.name = "stranger".into();
    let (stranger, cx) = (Arc::new(stranger), Context::detached("x"));
    let seen = ready(hands.server.observe(&cx, std::slice::from_ref(&stranger)))
        .unwrap()
        .remove(0);
    assert_eq!(seen.as_ref().unwrap().state, ServerState::Absent);
    let answer = ready(hands.server.apply(&cx, &stranger, Deploy, &seen.unwrap())).unwrap();
    let error = answer.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "stranger: there is no such machine at the simulated site"
    );
}
