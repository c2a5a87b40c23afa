//! The simulated world: its machines and networks, its time, and what happened to it. What a call costs does not grow with
//! the number of machines.

use super::{
    CallKind, Clock, Durations, Fault, Faults, InjectedFault, SimulatedNetwork, Violation,
    ViolationKind, applied::AppliedCalls, loads::Loads, machine::Machine, trace::Trace,
    violation::No,
};
use drydock_core::{
    driver::{DriverError, ErrorKind, NetworkState},
    model::Catalog,
    names::NodeName,
    resolve::{ResolvedDesign, ResolvedNode},
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    sync::Arc,
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
    calls_of: BTreeMap<SmolStr, Vec<(CallKind, u32)>>,
    pub(super) changing_calls: u64,
    /// The number of the call that is being carried out.
    pub(super) call: u64,
    pub(super) is_repeating: bool,
    pub(super) has_runs_clock: bool,
    pub(super) has_closed_ports: bool,
    pub(super) has_no_fencing: bool,
    pub(super) applied: AppliedCalls,
    pub(super) loads: Loads,
    pub(super) violations: Vec<Violation>,
    pub(super) injected: Vec<InjectedFault>,
    pub(super) trace: Trace,
    dependencies: BTreeMap<String, Arc<[NodeName]>>,
    pub(super) crashes: watch::Sender<u64>,
    pub(super) crashes_heard: u64,
}

/// A network or a switch port, and how many calls it has taken.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub(super) network: SimulatedNetwork,
    pub(super) generation: u64,
    /// The newest fence of each run that was seen here, the oldest run first.
    pub(super) fences: Vec<(SmolStr, u64)>,
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
            call: 0,
            is_repeating: false,
            has_runs_clock: false,
            has_closed_ports: false,
            has_no_fencing: false,
            applied: AppliedCalls::default(),
            loads: Loads::default(),
            violations: Vec::new(),
            injected: Vec::new(),
            trace: Trace::default(),
            dependencies: BTreeMap::new(),
            crashes: watch::Sender::new(0),
            crashes_heard: 0,
        };
        world.deliver(design);
        world
    }

    /// Brings in the machines of the design that are not there yet, and what selectors see of all.
    pub(super) fn deliver(&mut self, design: &ResolvedDesign) {
        self.dependencies.clear();
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

    /// Counts a call; says how many of this kind there were before for this target.
    pub(super) fn count(&mut self, kind: CallKind, target: &str) -> u32 {
        self.call += 1;
        *self.calls.entry(kind).or_default() += 1;
        let of_target = match self.calls_of.get_mut(target) {
            Some(of_target) => of_target,
            None => self.calls_of.entry(target.into()).or_default(),
        };
        match of_target.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, calls)) => {
                *calls = calls.saturating_add(1);
                *calls - 1
            }
            None => {
                of_target.push((kind, 1));
                0
            }
        }
    }

    /// Refuses what is not allowed, and keeps it in mind, unless it follows from a fault that the caller could not know.
    pub(super) fn violated(
        &mut self,
        target: &str,
        action: impl Display,
        state: impl Display,
        No { kind, why }: No,
    ) -> DriverError {
        let message = format!("{target}: {action} in state {state}: {why}");
        let follows_from_state = matches!(
            kind,
            ViolationKind::State
                | ViolationKind::Order
                | ViolationKind::DeployedAgain
                | ViolationKind::DoneTwice
        );
        let disturbed = self.machines.get(target).and_then(|m| m.disturbed);
        match disturbed.filter(|_| follows_from_state) {
            Some(fault) => {
                let message = format!("{message}; {}", fault.meaning());
                DriverError::new(ErrorKind::Rejected, message)
            }
            None => {
                self.violate(kind, target, message.clone());
                DriverError::new(ErrorKind::Rejected, message)
            }
        }
    }

    /// Keeps in mind what was not allowed.
    pub(super) fn violate(&mut self, kind: ViolationKind, target: &str, message: String) {
        // The second time that a call is carried out is no fault of its caller.
        if self.is_repeating {
            return;
        }
        let (target, call, at) = (target.into(), self.call, self.now());
        self.trace
            .line(format_args!("#{call} violation: {message}"));
        self.violations.push(Violation {
            kind,
            target,
            call,
            at,
            message,
        });
    }

    /// Whether this happens to the machine now: it is to happen to it, and has not yet. It has then.
    pub(super) fn strikes(&mut self, fault: Fault, node: &str, kind: CallKind) -> bool {
        if !self.faults.of_machine(fault, node) {
            return false;
        }
        let Some(machine) = self.machines.get_mut(node) else {
            return false;
        };
        if machine.struck & fault.bit() != 0 {
            return false;
        }
        machine.struck |= fault.bit();
        self.injected(fault, node, kind);
        true
    }

    /// The machines that the node is to be deployed after, by each selector of its `depends_on`.
    pub(super) fn depended_on(&mut self, node: &ResolvedNode) -> Vec<Arc<[NodeName]>> {
        let mut before = Vec::new();
        for selector in node.spec.depends_on.iter() {
            let text = selector.to_string();
            let known = self.dependencies.get(&text).cloned();
            before.push(known.unwrap_or_else(|| {
                let chosen = |machine: &&Machine| selector.matches(&*machine.designed);
                let chosen = self.machines.values().filter(chosen);
                let chosen: Arc<[NodeName]> =
                    chosen.map(|machine| machine.node.name.clone()).collect();
                self.dependencies.insert(text, chosen.clone());
                chosen
            }));
        }
        before
    }

    /// The network or the switch port of this name, if it is in mind.
    pub(super) fn segment_named(&mut self, name: &str) -> Option<&mut Segment> {
        // A port's name has a space in it, a network's has not.
        match self.ports.get_mut(name) {
            Some(port) => Some(port),
            None => self.networks.get_mut(name),
        }
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
