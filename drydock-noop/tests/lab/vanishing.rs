//! Clients that go away in the middle of a call.

use crate::{Served, serve_as, site};
use drydock_core::{
    driver::{Context, ContextBuilder, ErrorKind, PowerAction},
    resolve::ResolvedDesign,
};
use drydock_noop::{
    Faults, SimulatedSite,
    simulated::{Applied, CallKind, Fault, ViolationKind},
};
use std::time::Duration;
use tokio::time::{sleep, timeout};

const SLOW: Duration = Duration::from_millis(400);

async fn slow(design: &ResolvedDesign, faults: Faults) -> Served {
    let world = SimulatedSite::new(design).faults(faults);
    serve_as(world, design, |lab| lab.slow(SLOW)).await
}

/// Asks for power under this key and waits for the answer only so long; whether one came.
async fn power_within(
    lab: &Served,
    design: &ResolvedDesign,
    cx: &Context,
    limit: Duration,
) -> bool {
    let oob = lab.site.oob_driver();
    let call = oob.set_power(cx, &design.nodes["control"], PowerAction::On);
    timeout(limit, call)
        .await
        .is_ok_and(|answer| answer.is_ok())
}

/// Waits until the lab has seen so many callers go away.
async fn abandoned(lab: &Served, callers: u64) -> u64 {
    let mut seen = 0;
    for _ in 0..400 {
        seen = lab.site.counts().await.unwrap().abandoned;
        if seen >= callers {
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
    seen
}

fn of<'a>(applied: &'a [Applied], operation: &str) -> Vec<(&'a str, u64, u64)> {
    let of = applied.iter().filter(|step| step.operation == operation);
    of.map(|step| (&*step.action, step.calls, step.changes))
        .collect()
}

#[tokio::test]
async fn a_call_whose_caller_vanished_before_it_arrived_is_carried_out() {
    let design = site::design();
    let lab = slow(&design, Faults::none()).await;
    let cx = Context::detached("r/1");
    assert!(!power_within(&lab, &design, &cx, SLOW / 8).await);
    assert!(
        lab.site.applied().await.unwrap().is_empty(),
        "it is on its way"
    );
    assert_eq!(abandoned(&lab, 1).await, 1);
    assert_eq!(
        of(&lab.site.applied().await.unwrap(), "r/1"),
        [("set power", 1, 1)]
    );
    lab.site.advance(SLOW).await.unwrap();
    assert_eq!(lab.world.node("control").unwrap().counters.power_cycled, 1);
}

#[tokio::test]
async fn a_call_whose_caller_vanished_before_its_answer_was_carried_out() {
    let design = site::design();
    let lab = slow(&design, Faults::none()).await;
    let cx = Context::detached("r/1");
    let call = power_within(&lab, &design, &cx, SLOW * 3 / 4);
    assert!(!call.await);
    assert_eq!(
        of(&lab.site.applied().await.unwrap(), "r/1"),
        [("set power", 1, 1)]
    );
    assert_eq!(abandoned(&lab, 1).await, 1);
    assert!(power_within(&lab, &design, &cx, SLOW * 100).await);
    assert_eq!(lab.site.violations().await.unwrap(), [] as [&str; 0]);
}

/// As after SIGCONT: the time of the call was over while its process stood still.
#[tokio::test]
async fn a_call_whose_time_is_over_is_not_made() {
    let design = site::design();
    let lab = serve_as(SimulatedSite::new(&design), &design, |lab| lab).await;
    let over = ContextBuilder::new("r/1").over(|| true).build();
    let power = lab.site.oob_driver();
    let on = power.set_power(&over, &design.nodes["control"], PowerAction::On);
    assert_eq!(on.await.unwrap_err().kind(), ErrorKind::Unavailable);
    let seen = lab.site.server_driver();
    let nodes = [design.nodes["control"].clone()];
    let seen = seen.observe(&over, &nodes).await;
    assert_eq!(seen[0].as_ref().unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(lab.site.counts().await.unwrap().calls.is_empty());
    let in_time = ContextBuilder::new("r/1").over(|| false).build();
    assert!(power_within(&lab, &design, &in_time, SLOW * 100).await);
}

#[tokio::test]
async fn a_call_is_under_way_until_nobody_waits_for_its_answer() {
    let design = site::design();
    let faults = Faults::none().at(CallKind::SetPower, "control", 0, Fault::Late);
    let lab = serve_as(SimulatedSite::new(&design).faults(faults), &design, |lab| {
        lab
    })
    .await;
    let under_way = async || lab.site.counts().await.unwrap().under_way;
    assert_eq!(under_way().await, 0);
    let cx = Context::detached("r/1");
    let seen = async {
        while under_way().await == 0 {
            sleep(Duration::from_millis(1)).await;
        }
        under_way().await
    };
    tokio::select! {
        _ = power_within(&lab, &design, &cx, Duration::from_secs(60)) => panic!("it was answered"),
        seen = seen => assert_eq!(seen, 1),
    }
    assert_eq!(abandoned(&lab, 1).await, 1);
    assert_eq!(under_way().await, 0);
}

#[tokio::test]
async fn a_caller_that_no_longer_waits_has_no_call_in_flight() {
    let design = site::design();
    let faults = Faults::none().at(CallKind::SetPower, "control", 0, Fault::Late);
    let lab = serve_as(SimulatedSite::new(&design).faults(faults), &design, |lab| {
        lab
    })
    .await;
    let cx = Context::detached("r/1");
    let limit = Duration::from_millis(100);
    assert!(!power_within(&lab, &design, &cx, limit).await);
    assert_eq!(abandoned(&lab, 1).await, 1);
    // Were the first one still in flight, two would change the machine at once.
    assert!(power_within(&lab, &design, &cx, limit * 100).await);
    assert_eq!(lab.site.violations().await.unwrap(), [] as [&str; 0]);
}

/// An orchestrator is stopped with a call on its way; a successor takes over; the call arrives.
async fn stale_call(fencing: bool) -> (Served, ErrorKind) {
    let design = site::design();
    let mut world = SimulatedSite::new(&design);
    if !fencing {
        world = world.without_fencing();
    }
    let lab = serve_as(world, &design, |lab| lab.slow(SLOW)).await;
    let stale = ContextBuilder::new("r/1").fence(1).build();
    let later = ContextBuilder::new("r/1").fence(2).build();
    let (oob, node) = (lab.site.oob_driver(), &design.nodes["control"]);
    // Behind the socket's back, so that it overtakes the stale one for sure.
    let overtakes = async {
        sleep(SLOW / 8).await;
        let own = lab.world.oob_driver();
        own.set_power(&later, node, PowerAction::On).await.unwrap();
    };
    let (answer, ()) = tokio::join!(oob.set_power(&stale, node, PowerAction::Reset), overtakes);
    let kind = answer.map_or_else(|error| error.kind(), |()| ErrorKind::Internal);
    (lab, kind)
}

#[tokio::test]
async fn a_stale_call_that_arrives_late_is_refused_and_told() {
    let (lab, kind) = stale_call(true).await;
    assert_eq!(kind, ErrorKind::Rejected);
    let violations = lab.site.violations().await.unwrap();
    let kinds: Vec<_> = violations.iter().map(|violation| violation.kind).collect();
    assert_eq!(kinds, [ViolationKind::FencedOut]);
    assert_eq!(lab.world.node("control").unwrap().counters.power_cycled, 1);
}

#[tokio::test]
async fn without_fencing_a_stale_call_does_its_harm_and_is_told_all_the_same() {
    let (lab, kind) = stale_call(false).await;
    assert_eq!(kind, ErrorKind::Internal, "it was answered with ok");
    let kinds = lab.site.violations().await.unwrap();
    assert_eq!(kinds[0].kind, ViolationKind::FencedOut);
    assert_eq!(lab.world.node("control").unwrap().counters.power_cycled, 2);
}
