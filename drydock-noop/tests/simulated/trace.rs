//! The trace of a simulated site: what it tells, what it does not, and that the same seed writes it again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{hands::Hands, site};
use drydock_core::{
    Context,
    driver::{PowerAction, Progress, ServerAction::*},
};
use drydock_noop::{
    Durations, Faults,
    simulated::{Fault, InjectedFault},
};
use std::{
    pin::Pin,
    task::{self, Poll, Waker},
    time::Duration,
};

/// Deploys all by hand, whatever goes wrong; gives back the trace, its digest and the faults.
fn deployed_all(seed: u64, keeps: bool) -> (Vec<String>, String, Vec<InjectedFault>) {
    let design = site::design();
    let chosen = [
        Fault::Busy,
        Fault::LostAnswer,
        Fault::Repeated,
        Fault::SilentBmc,
    ];
    let faults = Faults::seeded(seed, &chosen, &design);
    let hands = Hands::at(design, faults, |site| match keeps {
        true => site.traced(),
        false => site,
    });
    for name in hands.design.networks.keys() {
        while hands.ensure(name).is_err() {}
    }
    for name in ["control", "compute1", "compute2"] {
        for round in 0..200 {
            let _answer = hands.power(name, PowerAction::On);
            let actions = [Commission, ConfigureStorage, ConfigureNetwork, Deploy];
            let done = actions.iter().all(|action| {
                let (cx, nodes) = (drydock_core::Context::detached("x"), [hands.node(name)]);
                let seen = hands.server.observe(&cx, &nodes);
                let Ok(seen) = crate::hands::ready(seen).unwrap().remove(0) else {
                    return false;
                };
                let answer = hands.apply_seen(name, *action, "k", &seen);
                matches!(answer, Ok(Progress::Done))
            });
            hands.clock.advance(Duration::from_millis(300));
            if done || round > 30 {
                break;
            }
        }
    }
    (
        hands.site.trace(),
        hands.site.trace_digest(),
        hands.site.injected(),
    )
}

#[test]
fn the_same_seed_gives_the_same_trace_byte_for_byte() {
    let (first, digest, faults) = deployed_all(5, true);
    assert!(first.len() > 20 && !faults.is_empty());
    assert_eq!(
        deployed_all(5, true),
        (first, digest.clone(), faults.clone())
    );
    assert_eq!(deployed_all(5, false), (vec![], digest.clone(), faults));
    assert_ne!(deployed_all(6, false).1, digest);
}

#[test]
fn a_line_tells_when_what_by_whom_and_what_came_of_it() {
    let faults = Faults::none().at(
        drydock_noop::simulated::CallKind::SetPower,
        "control",
        0,
        Fault::Busy,
    );
    let hands = Hands::at(site::design(), faults, |site| site.traced());
    hands.ensure("pxe").unwrap();
    hands.clock.advance(Duration::from_millis(1500));
    hands.power("control", PowerAction::On).unwrap_err();
    hands.apply("control", Release, "r/4").unwrap_err();
    assert_eq!(
        hands.site.trace(),
        [
            "0.000000 #1 observe network pxe by ensure fence 0, fault none: Absent",
            "0.000000 #2 ensure pxe by ensure fence 0, fault none: done",
            "1.500000 #3 set power control by power fence 0, fault busy: busy: control: set power: busy; try again",
            "2.500000 #4 observe server control by look fence 0, fault none: New, off",
            "#5 violation: control: release in state New: there is nothing to release",
            "2.500000 #5 release control by r/4 fence 0, fault none: rejected: control: release in state New: there is nothing to release",
        ]
    );
}

#[test]
fn no_secret_is_in_it() {
    let hands = Hands::at(site::design(), Faults::none(), |site| site.traced());
    hands.deploy_all();
    let trace = hands.site.trace().join("\n");
    assert!(trace.contains("deploy control") && !trace.contains("hunter2"));
}

/// A host's own clock, which only follows another one.
#[derive(Debug)]
struct Following(drydock_noop::Clock);

impl drydock_noop::simulated::Time for Following {
    fn now(&self) -> Duration {
        self.0.now()
    }

    fn until(&self, at: Duration) -> drydock_noop::simulated::Wait {
        let clock = self.0.clone();
        Box::pin(async move { clock.until(at).await })
    }
}

/// Goes on with a call that nobody wakes.
fn polled<F: Future + ?Sized>(call: &mut Pin<Box<F>>) -> Poll<F::Output> {
    let mut task = task::Context::from_waker(Waker::noop());
    call.as_mut().poll(&mut task)
}

#[test]
fn a_clock_of_the_hosts_own_is_followed() {
    let leading = drydock_noop::Clock::manual();
    let own = drydock_noop::Clock::Own(std::sync::Arc::new(Following(leading.clone())));
    let slow = Durations::default().call(Duration::from_secs(1));
    let hands = Hands::at(site::design(), Faults::none(), |site| {
        site.durations(slow).clock(own).traced()
    });
    leading.advance(Duration::from_secs(7));
    let (cx, nodes) = (Context::detached("x"), [hands.node("control")]);
    let mut call = hands.server.observe(&cx, &nodes);
    assert!(polled(&mut call).is_pending());
    assert_eq!(leading.next_timer(), Some(Duration::from_secs(8)));
    leading.advance_to(Duration::from_secs(8));
    assert!(polled(&mut call).is_ready());
    assert!(hands.site.trace()[0].starts_with("7.000000 #1 observe server control"));
}

#[test]
fn calls_take_their_time_and_a_seed_varies_it() {
    let took = |seed| {
        let design = site::design();
        let faults = Faults::seeded(seed, &[], &design);
        let slow = Durations::default().call(Duration::from_secs(1));
        let hands = Hands::at(design, faults, |site| site.durations(slow));
        let (cx, nodes) = (Context::detached("x"), [hands.node("control")]);
        let mut call = hands.server.observe(&cx, &nodes);
        assert!(polled(&mut call).is_pending());
        hands.clock.next_timer().unwrap()
    };
    let times: Vec<Duration> = (0..8).map(took).collect();
    let usual = Duration::from_millis(500)..=Duration::from_millis(1500);
    assert!(times.iter().all(|time| usual.contains(time)), "{times:?}");
    assert!(times.iter().any(|time| *time != times[0]));
    assert_eq!(took(1), times[1]);
}
