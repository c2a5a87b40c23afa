//! One machine of the simulated world: what it is, what it is in the middle of, and what time does to it.

use super::{
    Fault,
    facts::{self, Facts, facts_of},
    loads::BMCS,
    node::SimulatedNode,
};
use drydock_core::{
    driver::{
        BootDevice, Identity, OobObservation, PowerAction, PowerState, Progress, ServerAction,
        ServerObservation, ServerState,
    },
    model::MacAddr,
    resolve::ResolvedNode,
};
use smol_str::{SmolStr, format_smolstr};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// The fact that tells observations of one target apart: how many calls it had taken when the observation was made.
pub(super) const GENERATION: &str = "simulated.generation";

/// A machine and what it is in the middle of.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) node: SimulatedNode,
    /// What selectors see of it.
    pub(super) designed: Arc<ResolvedNode>,
    /// The endpoint of its BMC.
    pub(super) bmc: SmolStr,
    pub(super) generation: u64,
    /// How many calls that change it are in flight.
    pub(super) in_flight: u32,
    /// The newest fence of each run that was seen here, the oldest run first.
    pub(super) fences: Vec<(SmolStr, u64)>,
    /// Which faults have happened to it, as bits.
    pub(super) struck: u32,
    /// The fault that changed it so that its callers cannot know its state.
    pub(super) disturbed: Option<Fault>,
    /// Whether it was ever deployed.
    pub(super) was_deployed: bool,
    /// Until when its BMC says that it is on.
    pub(super) lies_until: Option<Duration>,
    /// What was seen of it last, where that may be seen once more.
    pub(super) last_seen: Option<Box<(ServerObservation, OobObservation)>>,
    phase: Option<Phase>,
    power_change: Option<PowerChange>,
    /// What cannot be undone, with the operation that began it.
    begun: BTreeSet<(ServerAction, SmolStr)>,
}

/// How something long will go.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) takes: Duration,
    /// Why it will fail.
    pub(super) cause: Option<String>,
    /// Whether it fails because the machine loses power.
    pub(super) loses_power: bool,
    /// Whether it never ends.
    pub(super) is_stuck: bool,
}

/// Something long that is under way.
#[derive(Debug)]
struct Phase {
    action: ServerAction,
    until: Duration,
    installs: Option<Box<Installed>>,
    course: Course,
}

/// What a deployment leaves on a machine.
#[derive(Debug)]
struct Installed {
    image: Option<SmolStr>,
    kernel: Option<SmolStr>,
    kernel_params: Option<SmolStr>,
    tags: Vec<SmolStr>,
    owner_data: Facts,
}

#[derive(Debug)]
struct PowerChange {
    until: Duration,
    to: PowerState,
    way: Way,
}

/// Whether the way from the machine to the network it boots from is open when it is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// It boots from where it is told to.
    Open,
    /// It would boot from the network, and its switch port leads elsewhere: it waits there for ever.
    Closed,
    /// Its BMC has forgotten the boot device.
    Forgotten,
}

impl Machine {
    /// The machine of a design as it is delivered: New, and off.
    pub(super) fn delivered(node: &Arc<ResolvedNode>) -> Self {
        let macs = node.spec.metadata.boot_mac.into_iter().collect();
        let node_as_delivered = SimulatedNode {
            name: node.name.clone(),
            state: ServerState::New,
            power: PowerState::Off,
            identity: Identity::new(node.spec.serial.clone(), macs),
            ..SimulatedNode::default()
        };
        Self {
            node: node_as_delivered,
            designed: node.clone(),
            bmc: match node.oob_address {
                Some(address) => format_smolstr!("{BMCS}/{address}"),
                None => format_smolstr!("{BMCS}/{}", node.name),
            },
            generation: 0,
            in_flight: 0,
            fences: Vec::new(),
            struck: 0,
            disturbed: None,
            was_deployed: false,
            lies_until: None,
            last_seen: None,
            phase: None,
            power_change: None,
            begun: BTreeSet::new(),
        }
    }

    /// Lets everything happen that is due by now.
    pub(super) fn settle(&mut self, now: Duration) {
        if let Some(change) = self.power_change.take_if(|change| change.until <= now) {
            match change.to {
                PowerState::On => self.boot(change.way),
                _ => self.lose_power(),
            }
        }
        let ends = |phase: &mut Phase| phase.until <= now && !phase.course.is_stuck;
        if let Some(phase) = self.phase.take_if(ends) {
            match (phase.action, phase.course.cause) {
                (_, Some(cause)) => self.fail(cause, phase.course.loses_power),
                (ServerAction::Commission, None) => self.node.state = ServerState::Ready,
                (ServerAction::Deploy, None) => self.end_deployment(phase.installs),
                _ => self.end_release(),
            }
        }
    }

    /// Whether it is deployed by now, be it settled or not.
    pub(super) fn is_deployed(&self, now: Duration) -> bool {
        let ends = |phase: &Phase| {
            let Course {
                cause, is_stuck, ..
            } = &phase.course;
            phase.action == ServerAction::Deploy
                && phase.until <= now
                && cause.is_none()
                && !is_stuck
        };
        self.node.state == ServerState::Deployed
            // Somebody released it; whoever depends on it has seen it deployed.
            || self.disturbed == Some(Fault::ReleasedBehindOurBack)
            || self.phase.as_ref().is_some_and(ends)
    }

    pub(super) fn observed(&self) -> ServerObservation {
        let node = &self.node;
        let mut seen = ServerObservation::new(node.state);
        seen.facts
            .insert(GENERATION.into(), format_smolstr!("{}", self.generation));
        if node.state == ServerState::Absent {
            return seen;
        }
        seen.power = node.power;
        seen.identity = node.identity.clone();
        seen.image = node.image.clone();
        seen.operation = node.operation.clone();
        seen.facts.extend(self.facts());
        seen
    }

    /// Everything that is set up on it, as [`facts::facts_of`] has it.
    pub(super) fn facts(&self) -> Facts {
        let node = &self.node;
        let platform = [
            ("platform.image", &node.image),
            ("platform.kernel", &node.kernel),
            ("platform.kernel_params", &node.kernel_params),
        ];
        let installed = platform.into_iter().filter_map(|(field, value)| {
            value
                .as_ref()
                .map(|value| (SmolStr::new_static(field), value.clone()))
        });
        installed
            .chain(node.facts.iter().map(|(k, v)| (k.clone(), v.clone())))
            .collect()
    }

    /// The facts under one key of the spec.
    pub(super) fn part(&self, key: &str) -> Facts {
        let inside = |field: &str| field.split(['.', '[']).next() == Some(key);
        let part = self.node.facts.iter().filter(|(field, _)| inside(field));
        part.map(|(field, value)| (field.clone(), value.clone()))
            .collect()
    }

    /// Puts these facts in the place of those under one key of the spec.
    pub(super) fn set_part(&mut self, key: &str, facts: Facts) {
        for field in self.part(key).keys() {
            self.node.facts.remove(field);
        }
        self.node.facts.extend(facts);
    }

    /// Whether the machine's power is about to change.
    pub(super) fn power_changes(&self) -> bool {
        self.power_change.is_some()
    }

    /// Whether this operation has begun this before.
    pub(super) fn has_begun(&self, action: ServerAction, operation: &str) -> bool {
        self.begun.contains(&(action, operation.into()))
    }

    /// Begins something long, and leaves the operation key.
    pub(super) fn begin(
        &mut self,
        action: ServerAction,
        operation: &str,
        design: &ResolvedNode,
        now: Duration,
        course: Course,
    ) -> Progress {
        let node = &mut self.node;
        let (state, count) = match action {
            ServerAction::Commission => {
                (ServerState::Commissioning, &mut node.counters.commissioned)
            }
            ServerAction::Deploy => (ServerState::Deploying, &mut node.counters.deployed),
            _ => (ServerState::Releasing, &mut node.counters.released),
        };
        *count += 1;
        node.state = state;
        node.operation = Some(operation.into());
        self.begun.insert((action, operation.into()));
        if let Some(change) = self.power_change.take()
            && self.lies_until.is_some()
        {
            self.boot(change.way);
        }
        let installs = (action == ServerAction::Deploy).then(|| Box::new(Installed::by(design)));
        if action == ServerAction::Deploy {
            // The installer boots it, and is no business of the OOB driver's.
            self.node.power = PowerState::On;
            self.node.booted_from = Some(BootDevice::Pxe);
        } else if action == ServerAction::Release || !course.is_stuck {
            self.disturbed = None;
        }
        let until = now.saturating_add(course.takes);
        self.phase = Some(Phase {
            action,
            until,
            installs,
            course,
        });
        self.progress(now)
    }

    /// How far it is with what it is in the middle of.
    pub(super) fn progress(&self, now: Duration) -> Progress {
        let Some(phase) = &self.phase else {
            let note = format!("{} is {}", self.node.name, self.node.state);
            return Progress::waiting(note, Duration::from_millis(100));
        };
        let (name, action, takes) = (&self.node.name, phase.action, phase.course.takes);
        let left = phase.until.saturating_sub(now).as_millis();
        let takes_ms = takes.as_millis();
        let note = match phase.course.is_stuck && left == 0 {
            true => format!("{name}: {action} does not end; {takes_ms} ms are usual"),
            false => format!("{name}: {action}, {left} ms of {takes_ms} ms left"),
        };
        // Who waits longer than usual looks less and less often.
        let overdue = now.saturating_sub(phase.until);
        let pause = (takes / 8).max(overdue / 4);
        Progress::waiting(note, pause.max(Duration::from_millis(1)))
    }

    /// Whether its BMC says that it is on although it is not yet.
    pub(super) fn lies(&self, now: Duration) -> bool {
        self.lies_until.is_some_and(|until| now < until)
    }

    /// Whether it is deployed exactly as this design says.
    pub(super) fn is_as(&self, design: &ResolvedNode) -> bool {
        self.facts() == facts_of(design)
    }

    /// Whether neither its serial number nor its MACs contradict the design.
    pub(super) fn is_designed(&self, design: &ResolvedNode) -> bool {
        let Identity { serial, macs, .. } = &self.node.identity;
        let same_serial = match (serial, &design.spec.serial) {
            (Some(is), Some(designed)) => is == designed,
            _ => true,
        };
        let same_mac = match design.spec.metadata.boot_mac {
            Some(designed) if !macs.is_empty() => macs.contains(&designed),
            _ => true,
        };
        same_serial && same_mac
    }

    /// Another machine is put in its place.
    pub(super) fn replaced(&mut self) {
        self.node.identity = Identity::new(
            Some(format_smolstr!("NOT-{}", self.node.name)),
            vec![MacAddr([2, 0, 0xde, 0xad, 0, 1])],
        );
    }

    /// Somebody else gives it back.
    pub(super) fn released_by_another(&mut self) {
        self.phase = None;
        self.end_release();
        self.node.operation = None;
        self.disturbed = Some(Fault::ReleasedBehindOurBack);
    }

    /// What it is in the middle of is over, and it needs somebody.
    pub(super) fn fail(&mut self, cause: String, loses_power: bool) {
        self.phase = None;
        self.power_change = None;
        self.node.state = ServerState::Broken;
        if loses_power {
            self.lose_power();
        }
        self.node.cause = Some(cause);
    }

    /// Begins a change of power.
    pub(super) fn switch(
        &mut self,
        action: PowerAction,
        now: Duration,
        takes: Duration,
        way: Way,
    ) -> bool {
        let to = match action {
            PowerAction::Off | PowerAction::SoftOff => PowerState::Off,
            _ => PowerState::On,
        };
        let heading_for = self
            .power_change
            .as_ref()
            .map_or(self.node.power, |change| change.to);
        let again = matches!(action, PowerAction::Cycle | PowerAction::Reset);
        if heading_for == to && !again {
            return false;
        }
        if action == PowerAction::Cycle {
            self.lose_power();
        }
        self.power_change = Some(PowerChange {
            until: now.saturating_add(takes),
            to,
            way,
        });
        true
    }

    /// Switches it on as a server driver does that has the power itself.
    pub(super) fn boot_from_network(&mut self) {
        self.power_change = None;
        self.node.next_boot = Some(BootDevice::Pxe);
        self.boot(Way::Open);
    }

    fn boot(&mut self, way: Way) {
        self.lies_until = None;
        self.node.power = PowerState::On;
        self.node.booted_from = match (self.node.next_boot.take(), way) {
            (Some(BootDevice::Pxe), Way::Closed) => None,
            (_, Way::Forgotten) | (None, _) => Some(BootDevice::Disk),
            (device, _) => device,
        };
        self.node.counters.power_cycled += 1;
    }

    fn lose_power(&mut self) {
        self.node.power = PowerState::Off;
        self.node.booted_from = None;
    }

    fn end_deployment(&mut self, installs: Option<Box<Installed>>) {
        self.was_deployed = true;
        let node = &mut self.node;
        node.state = ServerState::Deployed;
        node.booted_from = Some(BootDevice::Disk);
        if let Some(installed) = installs {
            node.image = installed.image;
            node.kernel = installed.kernel;
            node.kernel_params = installed.kernel_params;
            node.tags = installed.tags;
            node.owner_data = installed.owner_data;
        }
    }

    /// What was on it is gone, the division of its disks and the setting of its interfaces included.
    fn end_release(&mut self) {
        self.power_change = None;
        self.lose_power();
        let node = &mut self.node;
        node.state = ServerState::Ready;
        (node.cause, node.image, node.kernel, node.kernel_params) = (None, None, None, None);
        node.facts.clear();
        node.tags.clear();
        node.owner_data.clear();
    }
}

impl Installed {
    fn by(design: &ResolvedNode) -> Self {
        Self {
            image: design.spec.platform.image.clone(),
            kernel: design.spec.platform.kernel.clone(),
            kernel_params: facts::kernel_params(design),
            tags: design.spec.metadata.tags.to_vec(),
            owner_data: facts::owner_data(design),
        }
    }
}
