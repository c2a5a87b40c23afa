//! Working on a simulated site by hand.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use crate::site;
use drydock_core::{
    driver::{
        BootDevice, Context, DriverError, ErrorKind, NetworkAction, NetworkDriver, NetworkTarget,
        OobDriver, PortIntent, PowerAction, Progress, ServerAction, ServerDriver,
        ServerObservation,
    },
    resolve::{ResolvedDesign, ResolvedNode},
    testing::fixture,
};
use drydock_noop::{Clock, Faults, SimulatedSite, simulated::ViolationKind};
use std::{
    pin::pin,
    sync::Arc,
    task::{Poll, Waker},
    time::Duration,
};

/// The small site, after a change of its text.
pub(crate) fn design_with(from: &str, to: &str) -> ResolvedDesign {
    let text = site::text();
    assert!(text.contains(from), "the small site has no `{from}`");
    fixture::design(&[("site.yaml", &text.replace(from, to))])
}

/// The output of a future that is ready; none if it waits for anything.
pub(crate) fn ready<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut std::task::Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// A site that is worked on by hand: every call observes first, as an executor does.
pub(crate) struct Hands {
    pub(crate) design: ResolvedDesign,
    pub(crate) site: SimulatedSite,
    pub(crate) clock: Clock,
    pub(crate) server: Arc<dyn ServerDriver>,
    pub(crate) network: Arc<dyn NetworkDriver>,
    pub(crate) oob: Arc<dyn OobDriver>,
}

impl Hands {
    pub(crate) fn on(design: ResolvedDesign, faults: Faults) -> Self {
        Self::at(design, faults, |site| site)
    }

    /// On a site that is set up further.
    pub(crate) fn at(
        design: ResolvedDesign,
        faults: Faults,
        set_up: impl FnOnce(SimulatedSite) -> SimulatedSite,
    ) -> Self {
        let clock = Clock::manual();
        let site = SimulatedSite::new(&design)
            .clock(clock.clone())
            .faults(faults);
        let site = set_up(site);
        let (server, network) = (site.server_driver(), site.network_driver());
        let oob = site.oob_driver();
        Self {
            design,
            site,
            clock,
            server,
            network,
            oob,
        }
    }

    pub(crate) fn new() -> Self {
        Self::on(site::design(), Faults::none())
    }

    pub(crate) fn node(&self, name: &str) -> Arc<ResolvedNode> {
        self.design.nodes[name].clone()
    }

    pub(crate) fn see(&self, name: &str) -> ServerObservation {
        let cx = Context::detached("look");
        let mut seen = ready(self.server.observe(&cx, &[self.node(name)])).unwrap();
        seen.remove(0).unwrap()
    }

    pub(crate) fn apply(
        &self,
        name: &str,
        action: ServerAction,
        key: &str,
    ) -> Result<Progress, DriverError> {
        self.apply_seen(name, action, key, &self.see(name))
    }

    pub(crate) fn apply_seen(
        &self,
        name: &str,
        action: ServerAction,
        key: &str,
        seen: &ServerObservation,
    ) -> Result<Progress, DriverError> {
        let (cx, node) = (Context::detached(key), self.node(name));
        ready(self.server.apply(&cx, &node, action, seen)).expect("a call that is ready")
    }

    /// By a caller of its own.
    pub(crate) fn apply_by(
        &self,
        cx: &Context,
        name: &str,
        action: ServerAction,
    ) -> Result<Progress, DriverError> {
        let (seen, node) = (self.see(name), self.node(name));
        ready(self.server.apply(cx, &node, action, &seen)).expect("a call that is ready")
    }

    pub(crate) fn ensure_port(&self, port: &Arc<PortIntent>) -> Result<Progress, DriverError> {
        self.ensure_target(&NetworkTarget::Port(port.clone()))
    }

    pub(crate) fn ensure(&self, name: &str) -> Result<Progress, DriverError> {
        self.ensure_target(&NetworkTarget::Network(self.design.networks[name].clone()))
    }

    fn ensure_target(&self, target: &NetworkTarget) -> Result<Progress, DriverError> {
        let cx = Context::detached("ensure");
        let targets = std::slice::from_ref(target);
        let seen = ready(self.network.observe(&cx, targets))
            .unwrap()
            .remove(0)?;
        let ensure = NetworkAction::Ensure;
        ready(self.network.apply(&cx, target, ensure, &seen)).expect("a call that is ready")
    }

    /// Demands that every network was made once.
    #[track_caller]
    pub(crate) fn ensured_once(&self) {
        let networks = self.site.networks();
        assert!(networks.iter().all(|network| network.ensured == 1));
    }

    pub(crate) fn power(&self, name: &str, action: PowerAction) -> Result<(), DriverError> {
        let (cx, node) = (Context::detached("power"), self.node(name));
        let answer = ready(self.oob.set_power(&cx, &node, action)).expect("an answer");
        self.clock.advance(Duration::from_secs(1));
        answer
    }

    pub(crate) fn boot_from_network(&self, name: &str) {
        let (cx, node) = (Context::detached("boot"), self.node(name));
        ready(self.oob.set_next_boot(&cx, &node, BootDevice::Pxe))
            .unwrap()
            .unwrap();
        self.power(name, PowerAction::On).unwrap();
    }

    /// Calls until Done, however long it takes.
    pub(crate) fn finish(&self, name: &str, action: ServerAction, key: &str) {
        for _ in 0..100 {
            match self.apply(name, action, key).unwrap() {
                Progress::Done => return,
                Progress::Waiting { poll_after, .. } => self.clock.advance(poll_after),
            }
        }
        panic!("{name}: {action} does not end");
    }

    pub(crate) fn ensure_all(&self) {
        for name in self.design.networks.keys() {
            assert_eq!(self.ensure(name).unwrap(), Progress::Done);
        }
    }

    /// Everything up to the deployment.
    pub(crate) fn prepare(&self, name: &str) {
        self.boot_from_network(name);
        self.finish(name, ServerAction::Commission, "c");
        self.finish(name, ServerAction::ConfigureStorage, "s");
        self.finish(name, ServerAction::ConfigureNetwork, "n");
    }

    pub(crate) fn deploy_all(&self) {
        self.ensure_all();
        for name in ["control", "compute1", "compute2"] {
            self.prepare(name);
            self.finish(name, ServerAction::Deploy, "d");
        }
    }

    /// The kinds of what was not allowed, in their order.
    pub(crate) fn kinds(&self) -> Vec<ViolationKind> {
        let violations = self.site.violations();
        violations.iter().map(|violation| violation.kind).collect()
    }

    /// The error and the one violation of a step that is not allowed.
    #[track_caller]
    pub(crate) fn refused<T: std::fmt::Debug>(&self, answer: Result<T, DriverError>, why: &str) {
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert_eq!(self.site.violations(), [why]);
        assert_eq!(error.to_string(), why);
    }
}
