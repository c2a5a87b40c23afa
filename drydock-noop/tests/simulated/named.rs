//! Every fault by its name: what it does, and that it is kept in mind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{
    hands::{Hands, ready},
    site,
};
use drydock_core::driver::{
    BootDevice, Context, ErrorKind, NetworkState, PowerAction, PowerState, Progress,
    ServerAction::*, ServerState,
};
use drydock_noop::{
    Faults,
    simulated::{CallKind, Fault},
};
use std::time::Duration;

/// A site on which this happens to the control node.
fn with(fault: Fault) -> Hands {
    let hands = Hands::on(site::design(), Faults::none().on("control".into(), fault));
    hands.ensure_all();
    hands
}

/// A site on which this happens to one call for the control node.
fn at(kind: CallKind, nth: u32, fault: Fault) -> Hands {
    let hands = Hands::on(
        site::design(),
        Faults::none().at(kind, "control", nth, fault),
    );
    hands.ensure_all();
    hands
}

/// That this, and nothing else, went wrong, and that nobody is blamed for it.
#[track_caller]
fn happened(hands: &Hands, fault: Fault) {
    let injected = hands.site.injected();
    let of_control = hands.site.faults_of("control");
    assert_eq!(injected, of_control);
    let faults: Vec<Fault> = injected.iter().map(|injected| injected.fault).collect();
    assert_eq!(faults, [fault]);
    assert!(injected[0].call > 0);
    assert_eq!(hands.site.violations(), [] as [&str; 0]);
}

fn note(progress: Progress) -> String {
    match progress {
        Progress::Waiting { note, .. } => note,
        Progress::Done => "done".into(),
    }
}

#[test]
fn a_lost_request_does_nothing_and_a_lost_answer_does() {
    for (fault, deployed) in [(Fault::LostRequest, 0), (Fault::LostAnswer, 1)] {
        let hands = at(CallKind::Server(Deploy), 0, fault);
        hands.prepare("control");
        let error = hands.apply("control", Deploy, "d").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate);
        let counters = hands.site.node("control").unwrap().counters;
        assert_eq!(counters.deployed, deployed, "{fault}");
        hands.finish("control", Deploy, "d");
        happened(&hands, fault);
    }
}

#[test]
fn an_indeterminate_call_is_done_or_not() {
    let hands = at(CallKind::Server(Deploy), 0, Fault::Indeterminate);
    hands.prepare("control");
    let error = hands.apply("control", Deploy, "d").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Indeterminate);
    hands.finish("control", Deploy, "d");
    happened(&hands, Fault::Indeterminate);
}

#[test]
fn a_repeated_call_is_carried_out_twice_and_harms_nothing_that_converges() {
    let hands = at(CallKind::Server(Deploy), 0, Fault::Repeated);
    hands.prepare("control");
    let note = note(hands.apply("control", Deploy, "d").unwrap());
    assert_eq!(note, "control: deploy, 1500 ms of 1500 ms left");
    hands.finish("control", Deploy, "d");
    assert_eq!(hands.site.node("control").unwrap().counters.deployed, 1);
    happened(&hands, Fault::Repeated);
}

#[test]
fn a_late_answer_comes_after_the_deadline_and_the_call_is_done() {
    let hands = at(CallKind::SetPower, 0, Fault::Late);
    let (cx, node) = (Context::detached("x"), hands.node("control"));
    let mut call = hands.oob.set_power(&cx, &node, PowerAction::On);
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(call.as_mut().poll(&mut task).is_pending());
    hands.clock.advance(Duration::from_secs(1));
    assert_eq!(hands.site.node("control").unwrap().power, PowerState::On);
    let next = hands
        .clock
        .next_timer()
        .expect("a call that will be answered");
    hands.clock.advance_to(next);
    assert!(call.as_mut().poll(&mut task).is_ready());
    happened(&hands, Fault::Late);
}

#[test]
fn a_stale_observation_shows_what_was_seen_before() {
    let hands = at(CallKind::ObserveServer, 1, Fault::StaleObservation);
    assert_eq!(hands.see("control").state, ServerState::New);
    hands
        .site
        .edit_node("control", |node| node.state = ServerState::Ready);
    assert_eq!(hands.see("control").state, ServerState::New);
    assert_eq!(hands.see("control").state, ServerState::Ready);
    happened(&hands, Fault::StaleObservation);
}

#[test]
fn a_lying_bmc_says_on_while_the_machine_is_off() {
    let hands = with(Fault::LyingPower);
    let (cx, nodes) = (Context::detached("x"), [hands.node("control")]);
    let seen = || {
        let mut seen = ready(hands.oob.observe(&cx, &nodes)).unwrap();
        seen.remove(0).unwrap().power
    };
    ready(hands.oob.set_next_boot(&cx, &nodes[0], BootDevice::Pxe))
        .unwrap()
        .unwrap();
    hands.power("control", PowerAction::On).unwrap();
    assert_eq!(seen(), PowerState::On);
    assert_eq!(hands.site.node("control").unwrap().power, PowerState::Off);
    // Who believes it is not to blame; it takes longer, that is all.
    let note = note(hands.apply("control", Commission, "c").unwrap());
    assert_eq!(note, "control: commission, 1900 ms of 1900 ms left");
    hands.finish("control", Commission, "c");
    happened(&hands, Fault::LyingPower);

    let hands = with(Fault::LyingPower);
    hands.power("control", PowerAction::On).unwrap();
    hands.clock.advance(Duration::from_secs(1));
    let node = hands.site.node("control").unwrap();
    assert_eq!(node.power, PowerState::On, "the truth comes with time");
}

#[test]
fn a_machine_that_boots_from_its_disk_is_never_commissioned() {
    let hands = with(Fault::BootsFromDisk);
    hands.boot_from_network("control");
    let node = hands.site.node("control").unwrap();
    assert_eq!(node.booted_from, Some(BootDevice::Disk));
    hands.apply("control", Commission, "c").unwrap();
    hands.clock.advance(Duration::from_secs(3600));
    let told = note(hands.apply("control", Commission, "c").unwrap());
    assert_eq!(told, "control: commission does not end; 900 ms are usual");
    happened(&hands, Fault::BootsFromDisk);
}

#[test]
fn what_is_stuck_says_so_and_never_ends() {
    let hands = with(Fault::StuckCommission);
    hands.boot_from_network("control");
    hands.apply("control", Commission, "c").unwrap();
    hands.clock.advance(Duration::from_secs(3600));
    assert_eq!(hands.see("control").state, ServerState::Commissioning);
    happened(&hands, Fault::StuckCommission);

    let hands = with(Fault::StuckDeploy);
    hands.prepare("control");
    hands.apply("control", Deploy, "d").unwrap();
    hands.clock.advance(Duration::from_secs(3600));
    let told = note(hands.apply("control", Deploy, "d").unwrap());
    assert_eq!(told, "control: deploy does not end; 1500 ms are usual");
    happened(&hands, Fault::StuckDeploy);
    // Once only: released, it is deployed.
    hands.finish("control", Release, "r");
    hands.finish("control", ConfigureStorage, "s2");
    hands.finish("control", ConfigureNetwork, "n2");
    hands.finish("control", Deploy, "d2");
    happened(&hands, Fault::StuckDeploy);
}

#[test]
fn a_slow_machine_takes_45_minutes() {
    let hands = with(Fault::Slow);
    hands.prepare("control");
    hands.apply("control", Deploy, "d").unwrap();
    hands.clock.advance(Duration::from_secs(45 * 60 - 1));
    assert_eq!(hands.see("control").state, ServerState::Deploying);
    hands.clock.advance(Duration::from_secs(1));
    assert_eq!(hands.see("control").state, ServerState::Deployed);
    happened(&hands, Fault::Slow);
}

#[test]
fn power_that_drops_breaks_what_is_under_way() {
    let hands = with(Fault::PowerDrop);
    hands.boot_from_network("control");
    hands.apply("control", Commission, "c").unwrap();
    hands.clock.advance(Duration::from_millis(450));
    let error = hands.apply("control", Commission, "c").unwrap_err();
    assert_eq!(
        error.to_string(),
        "control: commission: it lost power in the middle of its commissioning"
    );
    let node = hands.site.node("control").unwrap();
    assert_eq!(
        (node.state, node.power),
        (ServerState::Broken, PowerState::Off)
    );
    happened(&hands, Fault::PowerDrop);
}

#[test]
fn a_disk_that_fails_does_so_until_it_is_mended() {
    let hands = with(Fault::DiskFails);
    hands.prepare("control");
    hands.apply("control", Deploy, "d").unwrap();
    hands.clock.advance(Duration::from_secs(2));
    let error = hands.apply("control", Deploy, "d").unwrap_err();
    assert_eq!(
        error.to_string(),
        "control: deploy: disk boot_disk reports a write error; replace it, then run again"
    );
    for (mended, state) in [(false, ServerState::Broken), (true, ServerState::Deployed)] {
        if mended {
            hands.site.repair("control");
        }
        let key = format!("again, {mended}");
        hands.finish("control", Release, &key);
        hands.finish("control", ConfigureStorage, &key);
        hands.finish("control", ConfigureNetwork, &key);
        hands.apply("control", Deploy, &key).unwrap();
        hands.clock.advance(Duration::from_secs(2));
        assert_eq!(hands.see("control").state, state);
    }
    happened(&hands, Fault::DiskFails);
}

#[test]
fn another_machine_shows_another_identity() {
    let hands = with(Fault::WrongMachine);
    for _planning in 0..2 {
        let seen = hands.see("control").identity;
        assert_eq!(seen.serial.as_deref(), Some("S-1"));
    }
    let seen = hands.see("control").identity;
    assert_eq!(seen.serial.as_deref(), Some("NOT-control"));
    assert!(
        !seen
            .macs
            .contains(&hands.node("control").spec.metadata.boot_mac.unwrap())
    );
    happened(&hands, Fault::WrongMachine);
}

#[test]
fn what_others_release_is_no_fault_of_who_goes_on() {
    let hands = with(Fault::ReleasedBehindOurBack);
    hands.prepare("control");
    hands.apply("control", Deploy, "d").unwrap();
    assert_eq!(hands.see("control").state, ServerState::Ready);
    let error = hands.apply("control", Deploy, "d").unwrap_err();
    assert_eq!(
        error.to_string(),
        "control: deploy in state Ready: its storage is not as designed; Somebody released the machine \
         while it was being deployed, or after that."
    );
    happened(&hands, Fault::ReleasedBehindOurBack);
}

#[test]
fn a_seed_lets_what_was_chosen_fall_and_nothing_else() {
    let design = site::design();
    for fault in Fault::ALL {
        let faults = Faults::seeded(11, &[*fault], &design);
        assert_eq!(faults, Faults::seeded(11, &[*fault, *fault], &design));
        assert_ne!(faults, Faults::seeded(12, &[*fault], &design));
        let hands = Hands::on(design.clone(), faults);
        let nodes = ["control", "compute1", "compute2"];
        // Whatever is refused, it goes on: every call is made often enough to be hit.
        for round in 0..8 {
            for name in hands.design.networks.keys() {
                hands
                    .site
                    .edit_network(name, |network| network.state = NetworkState::Present);
            }
            for name in nodes {
                let (cx, node) = (Context::detached("x"), hands.node(name));
                for _ in 0..3 {
                    let _seen = ready(hands.oob.observe(&cx, std::slice::from_ref(&node)));
                    let _seen = ready(hands.server.observe(&cx, std::slice::from_ref(&node)));
                }
                let _answer = ready(hands.oob.set_next_boot(&cx, &node, BootDevice::Pxe));
                let _answer = ready(hands.oob.set_power(&cx, &node, PowerAction::On));
                hands.clock.advance(Duration::from_secs(5));
                for action in [Commission, ConfigureStorage, ConfigureNetwork, Deploy] {
                    let Some(mut seen) =
                        ready(hands.server.observe(&cx, std::slice::from_ref(&node)))
                    else {
                        continue;
                    };
                    if let Ok(seen) = seen.remove(0) {
                        let cx = Context::detached(format!("{round}"));
                        let _answer = ready(hands.server.apply(&cx, &node, action, &seen));
                    }
                    let _seen = ready(hands.server.observe(&cx, std::slice::from_ref(&node)));
                    hands.clock.advance(Duration::from_millis(1501));
                }
            }
        }
        let injected = hands.site.injected();
        assert!(!injected.is_empty(), "{fault} never happened");
        assert!(
            injected.iter().all(|i| i.fault == *fault),
            "{fault}: {injected:?}"
        );
    }
}

#[test]
fn busy_endpoints_are_busy_for_a_while_and_sometimes_say_for_how_long() {
    let hands = Hands::on(
        site::design(),
        Faults::seeded(3, &[Fault::Busy], &site::design()),
    );
    let (cx, nodes) = (Context::detached("x"), [hands.node("control")]);
    let (mut busy, mut pauses) = (0, 0);
    for _ in 0..2_000 {
        let mut seen = ready(hands.server.observe(&cx, &nodes)).unwrap();
        if let Err(error) = seen.remove(0) {
            assert_eq!(error.kind(), ErrorKind::Busy);
            busy += 1;
            pauses += u32::from(error.pause().is_some());
        }
        hands.clock.advance(Duration::from_millis(20));
    }
    // A quarter of an eighth of the time.
    assert!((20..140).contains(&busy), "{busy}");
    assert!(pauses > 0 && pauses < busy, "{pauses} of {busy}");
}
