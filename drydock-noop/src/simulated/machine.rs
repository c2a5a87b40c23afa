//! One machine of the simulated world: what it is, what it is in the middle of, and what time does to it.

use super::{
    facts::{self, Facts},
    node::SimulatedNode,
};
use drydock_core::{
    driver::{
        BootDevice, Identity, PowerAction, PowerState, Progress, ServerAction, ServerObservation,
        ServerState,
    },
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
    pub(super) generation: u64,
    phase: Option<Phase>,
    power_change: Option<PowerChange>,
    /// What cannot be undone, with the operation that began it.
    begun: BTreeSet<(ServerAction, SmolStr)>,
    /// Whether its BMC has ignored a power action.
    pub(super) has_ignored: bool,
}

/// Something long that is under way.
#[derive(Debug)]
struct Phase {
    action: ServerAction,
    takes: Duration,
    until: Duration,
    installs: Option<Installed>,
    /// Why it will fail.
    cause: Option<String>,
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
            generation: 0,
            phase: None,
            power_change: None,
            begun: BTreeSet::new(),
            has_ignored: false,
        }
    }

    /// Lets everything happen that is due by now.
    pub(super) fn settle(&mut self, now: Duration) {
        if let Some(change) = self.power_change.take_if(|change| change.until <= now) {
            match change.to {
                PowerState::On => self.boot(),
                _ => self.lose_power(),
            }
        }
        if let Some(phase) = self.phase.take_if(|phase| phase.until <= now) {
            match phase.action {
                ServerAction::Commission => self.node.state = ServerState::Ready,
                ServerAction::Deploy => self.end_deployment(phase),
                _ => self.end_release(),
            }
        }
    }

    /// Whether it is deployed by now, be it settled or not.
    pub(super) fn is_deployed(&self, now: Duration) -> bool {
        let ends = |phase: &Phase| {
            phase.action == ServerAction::Deploy && phase.until <= now && phase.cause.is_none()
        };
        self.node.state == ServerState::Deployed || self.phase.as_ref().is_some_and(ends)
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
        (now, takes): (Duration, Duration),
        cause: Option<String>,
    ) -> Progress {
        let (node, installs) = (&mut self.node, Installed::by(design));
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
        self.power_change = None;
        if action == ServerAction::Deploy {
            // The installer boots it, and is no business of the OOB driver's.
            self.node.power = PowerState::On;
            self.node.booted_from = Some(BootDevice::Pxe);
        }
        let (until, installs) = (now.saturating_add(takes), Some(installs));
        self.phase = Some(Phase {
            action,
            takes,
            until,
            installs,
            cause,
        });
        self.progress(now)
    }

    /// How far it is with what it is in the middle of.
    pub(super) fn progress(&self, now: Duration) -> Progress {
        let Some(phase) = &self.phase else {
            let note = format!("{} is {}", self.node.name, self.node.state);
            return Progress::waiting(note, Duration::from_millis(100));
        };
        let left = phase.until.saturating_sub(now).as_millis();
        let (name, action, takes) = (&self.node.name, phase.action, phase.takes.as_millis());
        let note = format!("{name}: {action}, {left} ms of {takes} ms left");
        Progress::waiting(note, (phase.takes / 8).max(Duration::from_millis(1)))
    }

    /// Begins a change of power.
    pub(super) fn switch(&mut self, action: PowerAction, now: Duration, takes: Duration) -> bool {
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
        });
        true
    }

    /// Switches it on as a server driver does that has the power itself.
    pub(super) fn boot_from_network(&mut self) {
        self.power_change = None;
        self.node.next_boot = Some(BootDevice::Pxe);
        self.boot();
    }

    fn boot(&mut self) {
        self.node.power = PowerState::On;
        self.node.booted_from = Some(self.node.next_boot.take().unwrap_or(BootDevice::Disk));
        self.node.counters.power_cycled += 1;
    }

    fn lose_power(&mut self) {
        self.node.power = PowerState::Off;
        self.node.booted_from = None;
    }

    fn end_deployment(&mut self, phase: Phase) {
        let node = &mut self.node;
        if phase.cause.is_some() {
            node.state = ServerState::Broken;
            node.cause = phase.cause;
            return;
        }
        node.state = ServerState::Deployed;
        node.booted_from = Some(BootDevice::Disk);
        if let Some(installed) = phase.installs {
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
