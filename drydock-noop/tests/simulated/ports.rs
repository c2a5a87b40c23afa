//! What switch ports let through at the simulated site.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::{
    hands::{Hands, ready},
    site::ports::{design, port, text},
};
use drydock_core::{
    driver::{
        BootDevice, Context, ErrorKind, NetworkTarget, PortIntent, PortPhase, PowerAction,
        Progress, ServerAction::*, ServerState,
    },
    testing::fixture,
};
use drydock_noop::{
    Faults,
    simulated::{ViolationKind, network_facts},
};
use std::{sync::Arc, time::Duration};

fn boot() -> Arc<PortIntent> {
    port("one", ("tor-a", "ge-1"), PortPhase::Boot, Some("pxe"), &[])
}

fn production() -> [Arc<PortIntent>; 3] {
    let (phase, tagged) = (PortPhase::Production, ["mgmt", "storage"]);
    [
        port("one", ("tor-a", "ge-1"), phase, Some("pxe"), &[]),
        port("one", ("tor-a", "xe-1"), phase, None, &tagged),
        port("one", ("tor-b", "xe-1"), phase, None, &tagged),
    ]
}

fn strict() -> Hands {
    let hands = Hands::at(design(), Faults::none(), |site| site.closed_ports());
    hands.ensure_all();
    hands
}

fn wrong_port(hands: &Hands, what: &str, action: drydock_core::driver::ServerAction) {
    let error = hands.apply("one", action, "x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    let expected = format!("its port tor-a ge-1 is set up for {what}, and it boots from pxe");
    assert!(error.to_string().ends_with(&expected), "{error}");
    assert_eq!(hands.kinds(), [ViolationKind::WrongPort]);
}

#[test]
fn a_machine_whose_port_is_not_set_up_does_not_boot_from_the_network() {
    let hands = strict();
    hands.boot_from_network("one");
    assert_eq!(hands.site.node("one").unwrap().booted_from, None);
    wrong_port(&hands, "nothing and leads to nothing", Commission);
    // Also when the port is mended: it has to be switched on anew.
    hands.ensure_port(&boot()).unwrap();
    let error = hands.apply("one", Commission, "x").unwrap_err();
    assert!(error.to_string().ends_with("it has not booted"), "{error}");
    hands.power("one", PowerAction::Off).unwrap();
    hands.boot_from_network("one");
    hands.finish("one", Commission, "c");
}

#[test]
fn a_port_for_production_or_of_another_network_is_not_booted_through() {
    let hands = strict();
    hands.ensure_port(&production()[0]).unwrap();
    hands.boot_from_network("one");
    wrong_port(&hands, "production and leads to pxe", Commission);

    let hands = strict();
    let other = port("one", ("tor-a", "ge-1"), PortPhase::Boot, Some("mgmt"), &[]);
    hands.ensure_port(&other).unwrap();
    hands.boot_from_network("one");
    wrong_port(&hands, "boot and leads to mgmt", Commission);
}

#[test]
fn a_deployment_boots_from_the_network_as_well() {
    let hands = strict();
    hands.ensure_port(&boot()).unwrap();
    hands.prepare("one");
    hands.ensure_port(&production()[0]).unwrap();
    wrong_port(&hands, "production and leads to pxe", Deploy);
    assert_eq!(hands.see("one").state, ServerState::Ready);
}

#[test]
fn networks_reach_a_node_once_its_ports_are_set_up_for_production() {
    let hands = strict();
    hands.ensure_port(&boot()).unwrap();
    hands.prepare("one");
    hands.finish("one", Deploy, "d");
    let working = || {
        let working = hands.site.working_networks("one");
        working.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(working(), ["pxe"]);
    let deviations = hands.site.as_designed(&hands.design);
    let of_one = deviations
        .iter()
        .filter(|told| told.starts_with("node one"));
    assert_eq!(
        of_one.collect::<Vec<_>>(),
        [
            "node one: network mgmt: no switch port carries it",
            "node one: network storage: no switch port carries it"
        ]
    );
    for (port, done) in production().iter().zip([1, 3, 3]) {
        hands.ensure_port(port).unwrap();
        assert_eq!(working().len(), done, "one half of a bond is enough");
    }
    let deviations = hands.site.as_designed(&hands.design);
    assert_eq!(deviations, ["node two: state: New, designed Deployed"]);
    assert_eq!(hands.kinds(), []);
    assert_eq!(hands.site.ports().len(), 3);
}

#[test]
fn a_port_is_not_taken_from_under_a_machine_that_boots_through_it() {
    let hands = strict();
    hands.ensure_port(&boot()).unwrap();
    hands.prepare("one");
    hands.apply("one", Deploy, "d").unwrap();
    // The other ports are not in the way.
    hands.ensure_port(&production()[1]).unwrap();
    let answer = hands.ensure_port(&production()[0]);
    let why = "tor-a ge-1: ensure production in state Present: one is Deploying and would lose the \
               network it boots from";
    hands.refused(answer, why);
    assert_eq!(hands.kinds(), [ViolationKind::WrongPort]);
    hands.clock.advance(Duration::from_secs(2));
    assert_eq!(hands.see("one").state, ServerState::Deployed);
    hands.ensure_port(&production()[0]).unwrap();
}

#[test]
fn a_port_is_set_up_after_its_networks_and_not_for_what_is_held() {
    let hands = Hands::at(design(), Faults::none(), |site| site.closed_ports());
    let error = hands.ensure_port(&boot()).unwrap_err();
    assert!(
        error.to_string().ends_with("network pxe is not there"),
        "{error}"
    );
    assert_eq!(hands.kinds(), [ViolationKind::Order]);
    assert_eq!(hands.site.ports(), []);

    let held = text().replace("serial: S-1", "serial: S-1\n  hold: true");
    let hands = Hands::on(fixture::design(&[("site.yaml", &held)]), Faults::none());
    hands.ensure_all();
    let error = hands.ensure_port(&boot()).unwrap_err();
    assert!(
        error.to_string().ends_with("one is held by its design"),
        "{error}"
    );
    assert_eq!(hands.kinds(), [ViolationKind::Held]);
}

#[test]
fn a_port_that_nobody_ever_asked_about_is_as_somebody_set_it_up() {
    let hands = Hands::on(design(), Faults::none());
    hands.ensure_all();
    hands.prepare("one");
    hands.finish("one", Deploy, "d");
    assert_eq!(hands.site.working_networks("one").len(), 3);
    assert_eq!(
        hands.site.as_designed(&hands.design).len(),
        1,
        "the other node"
    );

    // Whoever looks at it means to set it up.
    let hands = Hands::on(design(), Faults::none());
    hands.ensure_all();
    let target = [NetworkTarget::Port(boot())];
    ready(hands.network.observe(&Context::detached("look"), &target)).unwrap();
    hands.boot_from_network("one");
    wrong_port(&hands, "nothing and leads to nothing", Commission);
}

#[test]
fn the_last_setting_of_a_port_is_told_and_differences_name_the_field() {
    let hands = strict();
    hands.ensure_port(&boot()).unwrap();
    assert_eq!(hands.ensure_port(&boot()).unwrap(), Progress::Done);
    let [port] = &hands.site.ports()[..] else {
        panic!("one port")
    };
    assert_eq!((port.name.as_str(), port.ensured), ("tor-a ge-1", 1));
    assert_eq!(port.facts, network_facts(&NetworkTarget::Port(boot())));

    let mut wanted = PortIntent::clone(&production()[1]);
    (wanted.port, wanted.lag) = ("ge-1".into(), Some("ae1".into()));
    let target = NetworkTarget::Port(Arc::new(wanted));
    let seen = ready(
        hands
            .network
            .observe(&Context::detached("look"), std::slice::from_ref(&target)),
    );
    let seen = seen.unwrap().remove(0).unwrap();
    let changes = hands.network.differences(&target, &seen);
    let told: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "lag: (nothing) -> ae1",
            "phase: boot -> production",
            "tagged: (nothing) -> mgmt, storage",
            "untagged: pxe -> (nothing)"
        ]
    );
}

#[test]
fn a_server_driver_with_the_power_boots_through_the_port_too() {
    let manual = text().replace("type: redfish", "type: manual");
    let design = fixture::design(&[("site.yaml", &manual)]);
    let hands = Hands::at(design, Faults::none(), |site| site.closed_ports());
    hands.ensure_all();
    wrong_port(&hands, "nothing and leads to nothing", Commission);
    hands.ensure_port(&boot()).unwrap();
    hands.finish("one", Commission, "c");
    let node = hands.site.node("one").unwrap();
    assert_eq!(node.booted_from, Some(BootDevice::Pxe));
}
