//! A site that outlives its callers: it knows the stale ones, counts what each step changed, and can let time pass.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::hands::{Hands, ready};
use drydock_core::driver::{
    Context, ContextBuilder, NetworkAction, NetworkTarget,
    ServerAction::{Deploy, Release},
};
use drydock_noop::{Faults, SimulatedSite, simulated::ViolationKind};
use std::time::Duration;

fn fenced(operation: &str, fence: u64) -> Context {
    ContextBuilder::new(operation).fence(fence).build()
}

#[test]
fn a_network_knows_fences_as_machines_do() {
    let hands = Hands::new();
    let network = NetworkTarget::Network(hands.design.networks["pxe"].clone());
    let ensure = |fence| {
        let cx = fenced("r/1", fence);
        let mut seen = ready(
            hands
                .network
                .observe(&fenced("r/1", 0), std::slice::from_ref(&network)),
        )
        .unwrap();
        let seen = seen.remove(0).unwrap();
        let call = hands
            .network
            .apply(&cx, &network, NetworkAction::Ensure, &seen);
        ready(call).unwrap()
    };
    ensure(2).unwrap();
    hands.refused(
        ensure(1),
        "pxe: ensure in state Present: its fence 1 is older than 2, which was seen here",
    );
    assert_eq!(hands.kinds(), [ViolationKind::FencedOut]);
}

#[test]
fn machines_without_fencing_do_what_a_stale_orchestrator_asks_for_and_tell() {
    let hands = Hands::at(crate::site::design(), Faults::none(), |site| {
        site.without_fencing()
    });
    hands.deploy_all();
    let node = hands.node("control");
    ready(hands.server.observe(&fenced("r/1", 4), &[node])).unwrap();
    hands
        .apply_by(&fenced("r/1", 3), "control", Release)
        .unwrap();
    assert_eq!(hands.site.node("control").unwrap().counters.released, 1);
    assert_eq!(hands.kinds(), [ViolationKind::FencedOut]);
}

#[test]
fn each_step_is_counted_with_what_it_changed() {
    let hands = Hands::new();
    hands.deploy_all();
    hands.apply("control", Deploy, "r/9").unwrap();
    let applied = hands.site.applied();
    let of = |operation: &str| applied.iter().find(|step| step.operation == operation);
    let again = of("r/9").unwrap();
    assert_eq!((&*again.action, &*again.target), ("deploy", "control"));
    assert_eq!((again.calls, again.changes), (1, 0));
    let deploys = applied.iter().filter(|step| step.action == "deploy");
    assert_eq!(deploys.map(|step| step.changes).sum::<u64>(), 3);
}

#[test]
fn time_can_be_let_pass_at_once() {
    let hands = Hands::new();
    let begun = hands.clock.now();
    assert!(hands.site.advance(Duration::from_secs(5)));
    assert_eq!(hands.clock.now(), begun + Duration::from_secs(5));
    let site = SimulatedSite::new(&hands.design);
    assert!(site.advance(Duration::from_secs(60)));
}
