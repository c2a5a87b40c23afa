//! What goes wrong at the simulated site, and when.

use crate::{
    hands::{Hands, ready},
    site,
};
use drydock_core::driver::{
    BootDevice, Context, ErrorKind, NetworkAction, NetworkTarget, PowerAction, PowerState,
    Progress, ServerAction::*, ServerState,
};
use drydock_noop::{
    Faults,
    simulated::{CallKind, Fault},
};
use std::time::Duration;

#[test]
fn a_fault_answers_the_call_that_it_was_chosen_for() {
    let deploy = CallKind::Server(Deploy);
    let faults = Faults::none()
        .at(deploy, "control", 0, Fault::Busy)
        .at(deploy, "control", 1, Fault::Unavailable)
        .at(deploy, "control", 2, Fault::LostAnswer);
    let hands = Hands::on(site::design(), faults);
    hands.ensure_all();
    hands.prepare("control");
    let kinds = [
        ErrorKind::Busy,
        ErrorKind::Unavailable,
        ErrorKind::Indeterminate,
    ];
    for (kind, begun) in kinds.into_iter().zip([0, 0, 1]) {
        let error = hands.apply("control", Deploy, "d").unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().contains("control")),
            (kind, true)
        );
        assert_eq!(error.pause().is_some(), kind.is_retryable());
        assert_eq!(hands.site.node("control").unwrap().counters.deployed, begun);
    }
    hands.finish("control", Deploy, "d");
    assert_eq!(hands.site.node("control").unwrap().counters.deployed, 1);
    assert_eq!(hands.site.violations(), [] as [&str; 0]);
}

#[test]
fn a_machine_that_breaks_says_why_until_it_is_mended() {
    let faults = Faults::none().broken("control".into(), "disk sda reports a write error");
    let hands = Hands::on(site::design(), faults);
    hands.ensure_all();
    hands.prepare("control");
    hands.apply("control", Deploy, "d").unwrap();
    hands.clock.advance(Duration::from_secs(2));
    assert_eq!(hands.see("control").state, ServerState::Broken);
    let error = hands.apply("control", Deploy, "d").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(
        error.to_string(),
        "control: deploy: disk sda reports a write error"
    );
    assert_eq!(hands.site.violations(), [] as [&str; 0]);

    hands.site.repair("control");
    hands.finish("control", Release, "r");
    hands.finish("control", ConfigureStorage, "s2");
    hands.finish("control", ConfigureNetwork, "n2");
    hands.finish("control", Deploy, "d2");
    assert_eq!(hands.see("control").state, ServerState::Deployed);
}

#[test]
fn a_silent_bmc_is_believed_once() {
    let hands = Hands::on(site::design(), Faults::none().silent_bmc("control".into()));
    hands.power("control", PowerAction::On).unwrap();
    assert_eq!(hands.site.node("control").unwrap().power, PowerState::Off);
    hands.power("control", PowerAction::On).unwrap();
    assert_eq!(hands.site.node("control").unwrap().power, PowerState::On);
}

#[test]
fn what_is_slow_takes_longer() {
    let hands = Hands::on(site::design(), Faults::none().slow("control".into(), 3.0));
    hands.ensure_all();
    hands.boot_from_network("control");
    hands.apply("control", Commission, "c").unwrap();
    hands.clock.advance(Duration::from_millis(2600));
    assert_eq!(hands.see("control").state, ServerState::Commissioning);
    hands.clock.advance(Duration::from_millis(100));
    assert_eq!(hands.see("control").state, ServerState::Ready);
}

#[test]
fn what_goes_wrong_follows_from_the_seed_alone() {
    let design = site::design();
    assert_eq!(Faults::from_seed(0, &design), Faults::none());
    for seed in 1..50 {
        let faults = Faults::from_seed(seed, &design);
        assert_eq!(faults, Faults::from_seed(seed, &design));
        assert_ne!(faults, Faults::from_seed(seed + 1, &design));
        let broken: Vec<&str> = faults
            .broken_nodes()
            .map(|(node, _)| node.as_str())
            .collect();
        assert_eq!(broken.len(), usize::from(seed % 7 == 0), "{seed}");
        // The others wait for it.
        assert!(!broken.contains(&"control"), "{seed}");
    }
    let causes: Vec<String> = Faults::from_seed(7, &design)
        .broken_nodes()
        .map(|(_, cause)| cause.to_owned())
        .collect();
    assert_eq!(
        causes,
        ["disk boot_disk reports a write error; replace it, then run again"]
    );
}

#[tokio::test]
async fn a_crash_comes_after_the_effect_and_leaves_the_site_as_it_is() {
    let hands = Hands::on(
        site::design(),
        Faults::none().crash_at_call(2).crash_at_call(3),
    );
    hands.ensure("pxe").unwrap();
    let cx = Context::detached("crash");
    let ensure = || async {
        let target = NetworkTarget::Network(hands.design.networks["mgmt"].clone());
        let seen = hands
            .network
            .observe(&cx, std::slice::from_ref(&target))
            .await;
        let seen = seen.into_iter().next().unwrap().unwrap();
        hands
            .network
            .apply(&cx, &target, NetworkAction::Ensure, &seen)
            .await
    };
    tokio::select! {
        answer = ensure() => panic!("the call ended: {answer:?}"),
        () = hands.site.crashed() => {}
    }
    hands.ensured_once();
    assert_eq!(ensure().await.unwrap(), Progress::Done);
    assert!(
        ready(hands.site.crashed()).is_none(),
        "the first crash is over"
    );
    let boot = hands
        .oob
        .set_next_boot(&cx, &hands.design.nodes["control"], BootDevice::Pxe);
    assert!(ready(boot).is_none());
    hands.site.crashed().await;
    assert_eq!(hands.site.crashes(), 2);
}
