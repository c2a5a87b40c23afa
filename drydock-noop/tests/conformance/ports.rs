//! Switch ports through the network drivers of this crate.
#![allow(clippy::unwrap_used)]

use crate::{networks, no_time, site::ports as port_site};
use drydock_core::{
    driver::{
        Context, ContextBuilder, NetworkAction, NetworkDriver, NetworkState, NetworkTarget,
        PortPhase,
    },
    event::{EventKind, Recorder},
    names::{RunId, StepId},
    testing::conformance::{self, Violation},
};
use drydock_noop::{Clock, NoopNetworkDriver, SimulatedSite};
use std::sync::Arc;

/// Ports of both nodes, for booting and for production.
fn ports() -> Vec<NetworkTarget> {
    let (boot, production) = (PortPhase::Boot, PortPhase::Production);
    let tagged = ["mgmt", "storage"];
    [
        port_site::port("one", ("tor-a", "ge-1"), boot, Some("pxe"), &[]),
        port_site::port("two", ("tor-a", "ge-2"), boot, Some("pxe"), &[]),
        port_site::port("one", ("tor-a", "xe-1"), production, None, &tagged),
        port_site::port("one", ("tor-b", "xe-1"), production, None, &tagged),
    ]
    .map(NetworkTarget::Port)
    .to_vec()
}

#[tokio::test]
async fn network_drivers_keep_to_it_with_ports_as_well() {
    let (design, none) = (port_site::design(), [] as [Violation; 0]);
    let noop = NoopNetworkDriver::new();
    assert_eq!(conformance::network(&noop, &ports(), no_time).await, none);

    let site = SimulatedSite::new(&design).clock(Clock::manual());
    let simulated = site.network_driver();
    let both: Vec<_> = networks(&design).into_iter().chain(ports()).collect();
    let found = conformance::network(simulated.as_ref(), &both, no_time).await;
    assert_eq!(found, none);
    assert_eq!(site.violations(), [] as [&str; 0]);
    assert_eq!(site.ports().len(), 4);
}

async fn last_setting_counts(driver: &dyn NetworkDriver) {
    let cx = Context::detached("x");
    let setting = |phase| {
        let port = port_site::port("one", ("tor-a", "ge-1"), phase, Some("pxe"), &[]);
        NetworkTarget::Port(port)
    };
    let (boot, production) = (setting(PortPhase::Boot), setting(PortPhase::Production));
    let see = async |target: &NetworkTarget| {
        let mut seen = driver.observe(&cx, std::slice::from_ref(target)).await;
        seen.remove(0).unwrap()
    };
    for target in [&boot, &production, &boot] {
        let seen = see(target).await;
        let ensure = NetworkAction::Ensure;
        driver.apply(&cx, target, ensure, &seen).await.unwrap();
        for other in [&boot, &production] {
            let seen = see(other).await;
            assert_eq!(seen.state, NetworkState::Present);
            let changes = driver.differences(other, &seen);
            let as_set = std::ptr::eq(other, target);
            assert_eq!(changes.is_empty(), as_set, "{changes:?}");
        }
    }
}

#[tokio::test]
async fn a_port_is_what_it_was_last_set_up_for() {
    last_setting_counts(&NoopNetworkDriver::new()).await;
    let site = SimulatedSite::new(&port_site::design()).clock(Clock::manual());
    let driver = site.network_driver();
    let cx = Context::detached("networks");
    for target in networks(&port_site::design()) {
        let mut seen = driver.observe(&cx, std::slice::from_ref(&target)).await;
        let seen = seen.remove(0).unwrap();
        let ensure = NetworkAction::Ensure;
        driver.apply(&cx, &target, ensure, &seen).await.unwrap();
    }
    last_setting_counts(driver.as_ref()).await;
}

#[tokio::test]
async fn the_noop_driver_notes_what_it_would_do_to_a_port_once() {
    let (driver, recorder) = (NoopNetworkDriver::new(), Recorder::default());
    let cx = ContextBuilder::new("x")
        .notes(RunId::from("r"), StepId(0), Arc::new(recorder.clone()))
        .build();
    let target = &ports()[2];
    for _ in 0..2 {
        let mut seen = driver.observe(&cx, std::slice::from_ref(target)).await;
        let seen = seen.remove(0).unwrap();
        let ensure = NetworkAction::Ensure;
        driver.apply(&cx, target, ensure, &seen).await.unwrap();
    }
    let notes: Vec<String> = recorder
        .events()
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::Note { note, .. } => Some(note),
            _ => None,
        })
        .collect();
    assert_eq!(
        notes,
        ["noop: would ensure port tor-a xe-1 for production of one: mgmt tagged, storage tagged"]
    );
}
