//! The simulated world: its machines and networks, its time, and what happened to it. Every call of a driver goes
//! through [`World::begin`] and [`World::end`].

use super::{
    CallKind, Clock, Durations, Fault, Faults, SimulatedNetwork,
    call::Answer,
    machine::{GENERATION, Machine},
};
use drydock_core::{
    driver::{DriverError, ErrorKind, NetworkState},
    model::Catalog,
    names::NodeName,
    resolve::ResolvedDesign,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    time::Duration,
};
use tokio::sync::watch;

/// Everything there is.
#[derive(Debug)]
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) durations: Durations,
    pub(super) faults: Faults,
    pub(super) server_has_power: bool,
    pub(super) machines: BTreeMap<NodeName, Machine>,
    pub(super) networks: BTreeMap<SmolStr, Segment>,
    pub(super) ports: BTreeMap<SmolStr, Segment>,
    images: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    pub(super) calls: BTreeMap<CallKind, u64>,
    calls_of: BTreeMap<(CallKind, SmolStr), u32>,
    changing_calls: u64,
    pub(super) violations: Vec<String>,
    pub(super) crashes: watch::Sender<u64>,
    pub(super) crashes_heard: u64,
}

/// A network or a switch port, and how many calls it has taken.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub(super) network: SimulatedNetwork,
    pub(super) generation: u64,
}

impl Segment {
    pub(super) fn state(&self) -> NetworkState {
        self.network.state
    }
}

impl World {
    /// The world before anything was done: machines New and off, no networks.
    pub(super) fn new(design: &ResolvedDesign) -> Self {
        let mut world = Self {
            clock: Clock::default(),
            durations: Durations::default(),
            faults: Faults::none(),
            server_has_power: false,
            machines: BTreeMap::new(),
            networks: BTreeMap::new(),
            ports: BTreeMap::new(),
            images: BTreeMap::new(),
            calls: BTreeMap::new(),
            calls_of: BTreeMap::new(),
            changing_calls: 0,
            violations: Vec::new(),
            crashes: watch::Sender::new(0),
            crashes_heard: 0,
        };
        world.deliver(design);
        world
    }

    /// Brings in the machines of the design that are not there yet, and what selectors see of all.
    pub(super) fn deliver(&mut self, design: &ResolvedDesign) {
        for (name, node) in &design.nodes {
            let delivered = || Machine::delivered(node);
            let machine = self.machines.entry(name.clone()).or_insert_with(delivered);
            machine.designed = node.clone();
            if let Some(image) = &node.spec.platform.image {
                let kernels = self.images.entry(image.clone()).or_default();
                kernels.extend(node.spec.platform.kernel.clone());
            }
        }
        for name in design.networks.keys() {
            self.segment_of_network(name.as_str().into());
        }
    }

    /// What can be installed: the images of the design.
    pub(super) fn catalog(&self) -> Catalog {
        let kernels = |kernels: &BTreeSet<SmolStr>| kernels.iter().cloned().collect();
        Catalog::new(
            self.images
                .iter()
                .map(|(image, known)| (image.clone(), kernels(known))),
        )
    }

    /// How late it is.
    pub(super) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Lets everything happen that is due.
    pub(super) fn settle(&mut self) {
        let now = self.now();
        self.machines
            .values_mut()
            .for_each(|machine| machine.settle(now));
    }

    /// Lets everything happen to one machine that is due, and says how late it is.
    pub(super) fn settle_one(&mut self, name: &str) -> Duration {
        let now = self.now();
        if let Some(machine) = self.machines.get_mut(name) {
            machine.settle(now);
        }
        now
    }

    /// Counts a call and says what goes wrong with it. What keeps it from having any effect is an error already.
    pub(super) fn begin(
        &mut self,
        kind: CallKind,
        target: &str,
    ) -> Result<Option<Fault>, DriverError> {
        let nth = self.count(kind, target);
        let fault = self.faults.answer(kind, target, nth);
        let (error, words, pause) = match fault {
            Some(Fault::Busy) => (ErrorKind::Busy, "busy; try again", 50),
            Some(Fault::Unavailable) => (ErrorKind::Unavailable, "nobody answers; try again", 100),
            _ => return Ok(fault),
        };
        let error = DriverError::new(error, format!("{target}: {kind}: {words}"));
        Err(error.retry_after(Duration::from_millis(pause)))
    }

    /// Ends a call that did what it was asked for; `changed`, if that changed anything.
    pub(super) fn end<T>(
        &mut self,
        (kind, target): (CallKind, &str),
        fault: Option<Fault>,
        (answer, changed): (T, bool),
    ) -> Answer<T> {
        if changed {
            self.changing_calls += 1;
            if self.faults.crashes_at(self.changing_calls) {
                self.crashes.send_modify(|crashes| *crashes += 1);
                return Answer::Never;
            }
        }
        if fault == Some(Fault::Lost) {
            let message =
                format!("{target}: {kind}: the answer was lost; look before trying again");
            return Answer::Ready(Err(DriverError::new(ErrorKind::Indeterminate, message)));
        }
        Answer::Ready(Ok(answer))
    }

    /// Counts a call; says how many there were before for this target.
    pub(super) fn count(&mut self, kind: CallKind, target: &str) -> u32 {
        *self.calls.entry(kind).or_default() += 1;
        let calls = self.calls_of.entry((kind, target.into())).or_default();
        *calls += 1;
        *calls - 1
    }

    /// Refuses what is not allowed, and keeps it in mind.
    pub(super) fn violated(
        &mut self,
        target: &str,
        action: impl Display,
        state: impl Display,
        why: impl Display,
    ) -> DriverError {
        let violation = format!("{target}: {action} in state {state}: {why}");
        self.violations.push(violation.clone());
        DriverError::new(ErrorKind::Rejected, violation)
    }

    /// The network of this name, in mind from now on.
    pub(super) fn segment_of_network(&mut self, name: SmolStr) -> &mut Segment {
        let segment = self.networks.entry(name.clone()).or_default();
        segment.network.name = name;
        segment
    }

    /// The switch port of this name, in mind from now on.
    pub(super) fn segment_of_port(&mut self, name: SmolStr) -> &mut Segment {
        let segment = self.ports.entry(name.clone()).or_default();
        segment.network.name = name;
        segment
    }
}

/// Why an observation must not be used for a target that has taken so many calls.
pub(super) fn stale(facts: &super::Facts, generation: u64) -> Option<String> {
    match facts.get(GENERATION).map(|fact| fact.parse::<u64>()) {
        Some(Ok(seen)) if seen == generation => None,
        Some(_) => Some("the observation is older than the last call".to_owned()),
        None => Some("what was handed over was not observed here".to_owned()),
    }
}
