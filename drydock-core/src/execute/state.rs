//! Where each step and node of a run is.

use super::{CallNumber, Groups, Status, limits::Place};
use crate::{
    driver::Risk,
    names::StepId,
    plan::{Plan, Step},
};
use std::time::Duration;

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Steps that it needs are not done.
    Blocked,
    /// Its time comes.
    Due(Duration),
    /// It waits for leave.
    Parked(Gate),
    /// It waits for a place.
    Queued(Place),
    /// Its target is being looked at.
    Observing,
    /// Its target was seen, and what follows is being written down.
    Seen,
    /// It is being taken.
    Applying,
    Done,
    Failed,
    Skipped,
}

/// What gives leave to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Somebody who resumes the run.
    Pause,
    /// An approval.
    Approval,
    /// The end of the waves before.
    Wave(u32),
    /// Another step that is taking the places of its node.
    Sibling,
    /// Steps of other nodes that its node will need while it is disrupted.
    Others,
}

/// What the last call of a step said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Last {
    /// It is on its way.
    Note(String),
    /// It failed.
    Error(String),
}

#[derive(Debug, Clone)]
pub(super) struct StepState {
    pub(super) stage: Stage,
    /// How many of the steps that it needs are not done.
    pub(super) unmet: u32,
    /// Whether the journal says that it was started.
    pub(super) started: bool,
    pub(super) asked: bool,
    pub(super) holds_rack: bool,
    pub(super) holds_endpoint: bool,
    pub(super) holds_call: bool,
    pub(super) failures: u32,
    /// When its first call in this process was made.
    pub(super) since: Option<Duration>,
    /// When it came to its stage.
    pub(super) at: Duration,
    /// When its last call began.
    pub(super) turn: Duration,
    /// The number of the call that it waits for an answer to.
    pub(super) call: Option<CallNumber>,
    pub(super) last: Option<Box<Last>>,
}

impl StepState {
    pub(super) fn of(step: &Step) -> Self {
        Self {
            stage: Stage::Blocked,
            unmet: step.needs.len() as u32,
            started: false,
            asked: false,
            holds_rack: false,
            holds_endpoint: false,
            holds_call: false,
            failures: 0,
            since: None,
            at: Duration::ZERO,
            turn: Duration::ZERO,
            call: None,
            last: None,
        }
    }

    pub(super) fn status(&self) -> Status {
        match self.stage {
            Stage::Blocked => Status::Blocked,
            Stage::Due(_) | Stage::Parked(_) | Stage::Queued(_) => Status::Due,
            Stage::Observing | Stage::Seen | Stage::Applying => Status::InFlight,
            Stage::Done => Status::Done,
            Stage::Failed => Status::Failed,
            Stage::Skipped => Status::Skipped,
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        matches!(self.stage, Stage::Done | Stage::Failed | Stage::Skipped)
    }

    /// Whether a call was made for it, in this life or an earlier one.
    pub(super) fn is_begun(&self) -> bool {
        self.started || self.since.is_some()
    }
}

/// Where a node is.
#[derive(Debug, Clone, Default)]
pub(super) struct NodeState {
    /// Whether a call was made for it.
    pub(super) is_begun: bool,
    pub(super) has_failed: bool,
    /// Whether a step that disrupts it has begun.
    pub(super) is_disrupted: bool,
    /// Whether one of those that disrupt it was not done.
    pub(super) is_stuck: bool,
    /// How many steps that disrupt it are not settled.
    pub(super) disruptive_left: u32,
    /// How many places of failure domains it holds, of those that it needs.
    pub(super) places: u32,
    /// The step that takes them for it.
    pub(super) taker: Option<StepId>,
    /// Its other steps that wait for that.
    pub(super) siblings: Vec<StepId>,
    /// How many steps of other nodes its own steps need and that are not settled.
    pub(super) needs_of_others: u32,
    /// Its steps that wait for those.
    pub(super) before_disruption: Vec<StepId>,
}

impl NodeState {
    pub(super) fn all(plan: &Plan, groups: &Groups) -> Vec<Self> {
        let mut nodes = vec![Self::default(); groups.nodes.len()];
        for (step, of) in plan.steps.iter().zip(&groups.steps) {
            let Some(node) = of.node else {
                continue;
            };
            let others = step
                .needs
                .iter()
                .map(|need| groups.steps[need.index()].node);
            let others = others.filter(|other| other.is_some_and(|other| other != node));
            nodes[node as usize].needs_of_others += others.count() as u32;
            nodes[node as usize].disruptive_left += u32::from(step.risk >= Risk::Disruptive);
        }
        nodes
    }
}

/// Steps that wait for leave.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) pause: Vec<StepId>,
    pub(super) approval: Vec<StepId>,
    pub(super) waves: Vec<Vec<StepId>>,
}

impl Parked {
    pub(super) fn new(waves: u32) -> Self {
        Self {
            pause: Vec::new(),
            approval: Vec::new(),
            waves: vec![Vec::new(); waves.max(1) as usize],
        }
    }
}
