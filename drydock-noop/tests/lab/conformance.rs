//! The drivers of a lab pass the conformance suites, and say what they are told.

use crate::{nodes, serve, site};
use drydock_core::{
    driver::{
        BootDevice, Context, ContextBuilder, ErrorKind, NetworkTarget, PortPhase, PowerAction,
        ServerAction,
    },
    resolve::{ResolvedDesign, ResolvedNode},
    testing::conformance::{self, Violation},
};
use drydock_noop::{
    Clock, Faults, SimulatedSite,
    simulated::{CallKind, Fault, ViolationKind},
};
use std::time::Duration;

const NONE: [Violation; 0] = [];

fn networks(design: &ResolvedDesign) -> Vec<NetworkTarget> {
    let networks = design.networks.values().cloned();
    networks.map(NetworkTarget::Network).collect()
}

#[tokio::test]
async fn the_drivers_of_a_lab_are_drivers() {
    let design = site::design();
    let world = SimulatedSite::new(&design).clock(Clock::manual());
    let lab = serve(world, &design).await;
    let pass_time = async |time: Duration| lab.site.advance(time).await.unwrap();
    let network = lab.site.network_driver();
    let found = conformance::network(network.as_ref(), &networks(&design), pass_time).await;
    assert_eq!(found, NONE);
    let oob = lab.site.oob_driver();
    assert_eq!(
        conformance::oob(oob.as_ref(), &nodes(&design), pass_time).await,
        NONE
    );
    let prepare = async |node: &ResolvedNode, action: ServerAction| {
        if action == ServerAction::Commission {
            let cx = Context::detached("prepare");
            oob.set_next_boot(&cx, node, BootDevice::Pxe).await.unwrap();
            oob.set_power(&cx, node, PowerAction::On).await.unwrap();
            lab.site.advance(Duration::from_secs(1)).await.unwrap();
        }
    };
    let server = lab.site.server_driver();
    let found =
        conformance::server_with(server.as_ref(), &nodes(&design), pass_time, prepare).await;
    assert_eq!(found, NONE);
    assert_eq!(lab.site.violations().await.unwrap(), [] as [&str; 0]);
    // It was this very world, and it is told as it is.
    assert_eq!(lab.site.nodes().await.unwrap(), lab.world.nodes());
    assert_eq!(lab.site.networks().await.unwrap(), lab.world.networks());
    assert_eq!(lab.site.applied().await.unwrap(), lab.world.applied());
    let deployed: Vec<u32> = lab
        .world
        .nodes()
        .iter()
        .map(|n| n.counters.deployed)
        .collect();
    assert_eq!(deployed, [1, 1, 1]);
}

#[tokio::test]
async fn switch_ports_go_over_the_socket() {
    let design = site::ports::design();
    let lab = serve(SimulatedSite::new(&design).clock(Clock::manual()), &design).await;
    let (boot, production) = (PortPhase::Boot, PortPhase::Production);
    let ports = [
        site::ports::port("one", ("tor-a", "ge-1"), boot, Some("pxe"), &[]),
        site::ports::port(
            "one",
            ("tor-b", "xe-1"),
            production,
            None,
            &["mgmt", "storage"],
        ),
    ];
    let ports = ports.map(NetworkTarget::Port).to_vec();
    let both: Vec<_> = networks(&design).into_iter().chain(ports).collect();
    let pass_time = async |time: Duration| lab.site.advance(time).await.unwrap();
    let driver = lab.site.network_driver();
    assert_eq!(
        conformance::network(driver.as_ref(), &both, pass_time).await,
        NONE
    );
    assert_eq!(lab.site.ports().await.unwrap(), lab.world.ports());
    assert_eq!(lab.world.ports().len(), 2);
}

#[tokio::test]
async fn what_a_lab_offers_is_what_the_site_offers() {
    let design = site::design();
    let lab = serve(SimulatedSite::new(&design), &design).await;
    let cx = Context::detached("plan");
    let catalog = lab.site.server_driver().catalog(&cx).await.unwrap();
    let own = lab.world.server_driver().catalog(&cx).await.unwrap();
    assert_eq!(catalog, own);
    assert!(!catalog.images.is_empty());
    let known = &nodes(&design)[..1];
    let unclaimed = lab.site.server_driver().unclaimed(&cx, known).await;
    let names: Vec<_> = unclaimed.unwrap().into_iter().map(|s| s.name).collect();
    assert_eq!(names, ["compute1", "compute2"]);
    assert_eq!(
        lab.site.as_designed().await.unwrap(),
        lab.world.as_designed(&design)
    );
    let counts = lab.site.counts().await.unwrap();
    assert_eq!(counts.calls["catalog"], 2);
}

#[tokio::test]
async fn errors_travel_with_kind_message_and_pause() {
    let design = site::design();
    let faults = Faults::none()
        .at(CallKind::SetPower, "control", 0, Fault::Busy)
        .at(CallKind::SetPower, "control", 1, Fault::LostAnswer);
    let lab = serve(SimulatedSite::new(&design).faults(faults.clone()), &design).await;
    let own = SimulatedSite::new(&design).faults(faults);
    let (cx, node) = (Context::detached("power"), &design.nodes["control"]);
    for kind in [ErrorKind::Busy, ErrorKind::Indeterminate] {
        let told = lab
            .site
            .oob_driver()
            .set_power(&cx, node, PowerAction::On)
            .await;
        let said = own.oob_driver().set_power(&cx, node, PowerAction::On).await;
        let (told, said) = (told.unwrap_err(), said.unwrap_err());
        assert_eq!(told.kind(), kind);
        assert_eq!(
            (told.kind(), told.to_string(), told.pause()),
            (said.kind(), said.to_string(), said.pause())
        );
    }
}

#[tokio::test]
async fn the_callers_fence_and_deadline_come_to_the_world() {
    let design = site::design();
    let lab = serve(SimulatedSite::new(&design), &design).await;
    let node = &design.nodes["control"];
    let call = |fence, now, deadline| {
        let secs = Duration::from_secs;
        let cx = ContextBuilder::new("r/1")
            .fence(fence)
            .time(secs(now), secs(deadline));
        let (cx, oob) = (cx.build(), lab.site.oob_driver());
        async move { oob.set_power(&cx, node, PowerAction::On).await }
    };
    call(2, 0, 9).await.unwrap();
    let error = call(1, 0, 9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    call(2, 5, 4).await.unwrap();
    let violations = lab.site.violations().await.unwrap();
    assert_eq!(violations, lab.world.violations());
    let kinds: Vec<_> = violations.iter().map(|violation| violation.kind).collect();
    assert_eq!(
        kinds,
        [ViolationKind::FencedOut, ViolationKind::PastDeadline]
    );
}

#[tokio::test]
async fn a_call_for_what_the_lab_does_not_know_or_knows_otherwise_is_refused() {
    let mut other = site::text().replace("image: noble", "image: jammy");
    other = other.replace("metadata: {name: compute2}", "metadata: {name: compute9}");
    other = other.replace("vlan: 101", "vlan: 102");
    let other = drydock_core::testing::fixture::design(&[("site.yaml", &other)]);
    let design = site::design();
    let lab = serve(SimulatedSite::new(&design), &design).await;
    lab.site.serves(&design).await.unwrap();
    let error = lab.site.serves(&other).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the lab serves another design; it differs in compute1, compute9, control, mgmt; start the lab with the same files"
    );
    let cx = Context::detached("r/1");
    let power = async |node: &str| {
        let node = &other.nodes[node];
        let answer = lab
            .site
            .oob_driver()
            .set_power(&cx, node, PowerAction::On)
            .await;
        let error = answer.unwrap_err();
        (error.kind(), error.to_string())
    };
    assert_eq!(
        power("control").await,
        (
            ErrorKind::Rejected,
            "control: the lab has another design of it than its caller; start the lab with the same files".into()
        )
    );
    assert_eq!(
        power("compute9").await,
        (
            ErrorKind::NotFound,
            "compute9: the lab's design does not name it; start the lab with the same files".into()
        )
    );
    assert!(lab.world.applied().is_empty(), "nothing came to the world");
}
