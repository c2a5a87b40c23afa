//! What is long: a machine's commissioning, deployment and release, from their beginning to their end or failure.

use super::Machine;
use crate::simulated::{
    Fault,
    facts::{self, Facts},
};
use drydock_core::{
    driver::{BootDevice, PowerState, Progress, ServerAction, ServerState},
    resolve::ResolvedNode,
};
use smol_str::SmolStr;
use std::time::Duration;

/// How something long will go.
#[derive(Debug, Clone)]
pub(in crate::simulated) struct Course {
    pub(in crate::simulated) takes: Duration,
    /// Why it will fail.
    pub(in crate::simulated) cause: Option<String>,
    /// Whether it fails because the machine loses power.
    pub(in crate::simulated) loses_power: bool,
    /// Whether it never ends.
    pub(in crate::simulated) is_stuck: bool,
}

/// Something long that is under way.
#[derive(Debug)]
pub(super) struct Phase {
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

impl Machine {
    /// Lets everything happen that is due by now.
    pub(in crate::simulated) fn settle(&mut self, now: Duration) {
        self.settle_power(now);
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
    pub(in crate::simulated) fn is_deployed(&self, now: Duration) -> bool {
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

    /// Whether this operation has begun this before.
    pub(in crate::simulated) fn has_begun(&self, action: ServerAction, operation: &str) -> bool {
        self.begun.contains(&(action, operation.into()))
    }

    /// Begins something long, and leaves the operation key.
    pub(in crate::simulated) fn begin(
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
        self.boot_by_lie();
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
    pub(in crate::simulated) fn progress(&self, now: Duration) -> Progress {
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

    /// What it is in the middle of is over, and it needs somebody.
    pub(in crate::simulated) fn fail(&mut self, cause: String, loses_power: bool) {
        self.phase = None;
        self.power_change = None;
        self.node.state = ServerState::Broken;
        if loses_power {
            self.lose_power();
        }
        self.node.cause = Some(cause);
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
    pub(super) fn end_release(&mut self) {
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
