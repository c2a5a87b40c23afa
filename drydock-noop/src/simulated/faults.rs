//! What goes wrong at a simulated site. Faults are data, decided before anything happens, so that a run with them can
//! be repeated: what happens to a call follows from which call it is for its target, not from what others do meanwhile.

mod by_seed;

use super::{CallKind, Fault, random::Random};
use by_seed::BySeed;
pub(super) use by_seed::disk_fails;
use drydock_core::names::NodeName;
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// What goes wrong, and when.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    at: BTreeMap<SmolStr, BTreeMap<(CallKind, u32), Fault>>,
    on: BTreeMap<NodeName, u32>,
    slow: BTreeMap<NodeName, f64>,
    broken: BTreeMap<NodeName, String>,
    crash_at: BTreeSet<u64>,
    by_seed: Option<BySeed>,
}

/// What goes wrong with one call, and for how long its endpoint wants to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Struck {
    pub(super) fault: Fault,
    pub(super) pause: Option<Duration>,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// The call of this kind for this target that has this number, counted from 0, goes wrong. A fault that does not
    /// happen to such calls is without effect.
    #[must_use]
    pub fn at(
        mut self,
        kind: CallKind,
        target: impl Into<SmolStr>,
        nth: u32,
        fault: Fault,
    ) -> Self {
        let of_target = self.at.entry(target.into()).or_default();
        of_target.insert((kind, nth), fault);
        self
    }

    /// This happens to the machine of the node, once, as soon as it can. A fault of calls is without effect.
    #[must_use]
    pub fn on(mut self, node: NodeName, fault: Fault) -> Self {
        *self.on.entry(node).or_default() |= fault.bit();
        self
    }

    /// Everything takes this many times as long on the node.
    #[must_use]
    pub fn slow(mut self, node: NodeName, factor: f64) -> Self {
        self.slow.insert(node, factor);
        self
    }

    /// Every deployment of the node ends in Broken, for this cause.
    #[must_use]
    pub fn broken(mut self, node: NodeName, cause: impl Into<String>) -> Self {
        self.broken.insert(node, cause.into());
        self
    }

    /// The first power action on the node is answered with "done", and nothing happens.
    #[must_use]
    pub fn silent_bmc(self, node: NodeName) -> Self {
        self.on(node, Fault::SilentBmc)
    }

    /// The caller crashes at the call that is the `n`-th to change something, counted from 1 over the whole site: the
    /// change takes place, the call never ends, and `SimulatedSite::crashed` does. Several numbers are several crashes.
    #[must_use]
    pub fn crash_at_call(mut self, n: u64) -> Self {
        self.crash_at.insert(n);
        self
    }

    /// The caller crashes once, at one of the first `calls` calls that change something, chosen by this seed.
    #[must_use]
    pub fn crash_from_seed(self, seed: u64, calls: u64) -> Self {
        self.crash_at_call(1 + Random(seed).below(calls))
    }

    /// The nodes that never get well, each with the cause.
    pub fn broken_nodes(&self) -> impl Iterator<Item = (&NodeName, &str)> {
        self.broken
            .iter()
            .map(|(node, cause)| (node, cause.as_str()))
    }

    /// What goes wrong with the call that has this number for its target.
    pub(super) fn of_call(&self, kind: CallKind, target: &str, nth: u32) -> Option<Struck> {
        let chosen = self
            .at
            .get(target)
            .and_then(|of_target| of_target.get(&(kind, nth)));
        if let Some(&fault) = chosen {
            let pause = match fault {
                Fault::Busy => Some(Duration::from_millis(50)),
                Fault::Unavailable => Some(Duration::from_millis(100)),
                _ => None,
            };
            return fault.suits(kind).then_some(Struck { fault, pause });
        }
        self.by_seed.as_ref()?.of_call(kind, target, nth)
    }

    /// For how long the endpoint takes no calls now, if it takes none, and whether it says so.
    pub(super) fn of_endpoint(
        &self,
        endpoint: &str,
        now: Duration,
        scale: Duration,
    ) -> Option<Struck> {
        self.by_seed.as_ref()?.of_endpoint(endpoint, now, scale)
    }

    /// Whether this is to happen to the machine of the node.
    pub(super) fn of_machine(&self, fault: Fault, node: &str) -> bool {
        let said = || self.on.get(node).is_some_and(|on| on & fault.bit() != 0);
        let drawn = |by_seed: &BySeed| by_seed.of_machine(fault, node);
        (!self.on.is_empty() && said()) || self.by_seed.as_ref().is_some_and(drawn)
    }

    /// One of so many, for a node; always the same.
    pub(super) fn draw(&self, what: &str, target: &str, of: u64) -> u64 {
        self.by_seed
            .as_ref()
            .map_or(0, |by_seed| by_seed.draw(what, target).below(of))
    }

    /// How many thousandths of the usual time the answer to a call takes.
    pub(super) fn slowness_of_call(&self, number: u64) -> u32 {
        self.by_seed
            .as_ref()
            .map_or(1000, |by_seed| by_seed.slowness_of_call(number))
    }

    pub(super) fn slowness(&self, node: &str) -> f64 {
        self.slow.get(node).copied().unwrap_or(1.0)
    }

    pub(super) fn cause(&self, node: &str) -> Option<&str> {
        self.broken.get(node).map(String::as_str)
    }

    /// From now on every deployment of the node fails, for this cause.
    pub(super) fn breaks(&mut self, node: NodeName, cause: String) {
        self.broken.insert(node, cause);
    }

    /// Whether an observation may be answered with the one before it.
    pub(super) fn may_be_stale(&self) -> bool {
        let chosen = |fault| self.by_seed.as_ref().is_some_and(|s| s.has(fault));
        let mut said = self.at.values().flat_map(BTreeMap::values);
        chosen(Fault::StaleObservation) || said.any(|fault| *fault == Fault::StaleObservation)
    }

    pub(super) fn repair(&mut self, node: &str) {
        self.broken.remove(node);
    }

    pub(super) fn crashes_at(&self, changing_call: u64) -> bool {
        self.crash_at.contains(&changing_call)
    }
}
