//! The drivers of this crate pass the conformance suites, and drivers that are broken in one way each do not.

mod network;
mod oob;
mod ports;
mod server;
#[path = "../site/mod.rs"]
mod site;
mod step;

use drydock_core::{
    driver::{BootDevice, Context, NetworkTarget, PowerAction, ServerAction},
    resolve::{ResolvedDesign, ResolvedNode},
    testing::conformance::{self, Violation},
};
use drydock_noop::{Clock, NoopNetworkDriver, NoopOobDriver, NoopServerDriver, SimulatedSite};
use std::{fmt::Debug, sync::Arc, time::Duration};

/// The nodes of the small site, each after those it depends on.
pub(crate) fn nodes(design: &ResolvedDesign) -> Vec<Arc<ResolvedNode>> {
    ["control", "compute1", "compute2"]
        .map(|name| design.nodes[name].clone())
        .to_vec()
}

pub(crate) fn networks(design: &ResolvedDesign) -> Vec<NetworkTarget> {
    design
        .networks
        .values()
        .cloned()
        .map(NetworkTarget::Network)
        .collect()
}

/// The obligations that broken drivers are told of, in the words of the suites.
pub(crate) mod rule {
    pub(crate) const ABSENT: &str = "observe answers with what is, also where nothing is";
    pub(crate) const AT_GOAL: &str = "an action at its goal is Done at once, and changes nothing";
    pub(crate) const DONE: &str = "Done means that the goal is reached";
    pub(crate) const ENDS: &str = "an action comes to its end";
    pub(crate) const IN_ORDER: &str =
        "observe answers in the order of its targets, and changes nothing";
    pub(crate) const NAMED: &str = "an error names its target";
    pub(crate) const ONE_ANSWER: &str = "observe gives one answer a target";
    pub(crate) const ONE_WORD: &str = "a driver has a stable name of one word";
    pub(crate) const OWN_KEY: &str = "an operation key that is reported is the one that was left";
    pub(crate) const REFUSED: &str = "what supports refuses, the call answers with Unsupported";
    pub(crate) const SEEN: &str = "what was accepted can be seen";
}

/// Runs the suite over a driver for each way to be broken, and demands that it is told of the rule it does not keep.
pub(crate) async fn found_out<B: Copy + Debug>(
    all: &[(B, &str)],
    suite: impl AsyncFn(B) -> Vec<Violation>,
) {
    for (broken, rule) in all {
        let found = suite(*broken).await;
        let told = found.iter().any(|violation| violation.rule == *rule);
        assert!(told, "{broken:?}: {found:#?}");
    }
}

/// For worlds where nothing takes time.
pub(crate) async fn no_time(_: Duration) {}

#[tokio::test]
async fn the_noop_drivers_are_drivers() {
    let design = site::design();
    let none: [Violation; 0] = [];
    let server = NoopServerDriver::new();
    assert_eq!(
        conformance::server(&server, &nodes(&design), no_time).await,
        none
    );
    let network = NoopNetworkDriver::new();
    assert_eq!(
        conformance::network(&network, &networks(&design), no_time).await,
        none
    );
    let oob = NoopOobDriver::new();
    assert_eq!(conformance::oob(&oob, &nodes(&design), no_time).await, none);
}

#[tokio::test]
async fn the_simulated_drivers_are_drivers() {
    let (design, clock) = (site::design(), Clock::manual());
    let site = SimulatedSite::new(&design).clock(clock.clone());
    let none: [Violation; 0] = [];
    let (server, network, oob) = (
        site.server_driver(),
        site.network_driver(),
        site.oob_driver(),
    );
    let pass_time = async |time: Duration| clock.advance(time);
    let found = conformance::network(network.as_ref(), &networks(&design), pass_time).await;
    assert_eq!(found, none);
    assert_eq!(
        conformance::oob(oob.as_ref(), &nodes(&design), pass_time).await,
        none
    );
    let prepare = async |node: &ResolvedNode, action: ServerAction| {
        if action == ServerAction::Commission {
            let cx = Context::detached("prepare");
            oob.set_next_boot(&cx, node, BootDevice::Pxe).await.unwrap();
            oob.set_power(&cx, node, PowerAction::On).await.unwrap();
            clock.advance(Duration::from_secs(1));
        }
    };
    let found =
        conformance::server_with(server.as_ref(), &nodes(&design), pass_time, prepare).await;
    assert_eq!(found, none);
    assert_eq!(site.violations(), [] as [&str; 0]);
}
