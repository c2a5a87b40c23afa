//! What each step of a run waits for, at any time: never "running", always a cause.

use super::{
    Run,
    limits::Place,
    state::{Gate, Last, Stage},
};
use crate::{
    driver::Risk,
    event::{StepName, seconds},
    names::{PlanId, StepId},
};
use serde::{Serialize, Serializer};
use std::{collections::BTreeMap, fmt, time::Duration};

/// What a step that is not settled waits for. Times are those of the run's clock.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WaitingOn {
    /// The step.
    #[serde(flatten)]
    pub step: StepName,
    /// What it waits for.
    pub what: Cause,
    /// Since when.
    #[serde(serialize_with = "seconds")]
    pub since: Duration,
    /// What its last call said, if there was one: what it saw on its way, or why it failed.
    pub last: Option<String>,
    /// When it is looked at again, where that depends on the time.
    #[serde(serialize_with = "maybe_seconds")]
    pub next_check: Option<Duration>,
    /// When it fails for taking too long, or a call in flight is given up.
    #[serde(serialize_with = "maybe_seconds")]
    pub deadline: Option<Duration>,
}

/// What a step waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// Steps that it needs and that are not done.
    Needs {
        /// Those steps.
        steps: Vec<StepId>,
    },
    /// Its turn, which has come.
    Turn,
    /// It is on its way; the driver said this of it.
    Progress {
        /// What the driver said.
        note: String,
    },
    /// A call failed, and there is a pause before the next one.
    Retry {
        /// Why it failed.
        error: String,
        /// How many have failed in a row.
        failures: u32,
    },
    /// A limit is reached.
    Limit {
        /// Which.
        limit: String,
        /// How many may hold it now.
        allowed: usize,
        /// The steps that hold it.
        held_by: Vec<StepId>,
    },
    /// Nodes of earlier waves are not finished.
    Wave {
        /// Its wave, counted from 1.
        wave: u32,
        /// The wave that is under way.
        open: u32,
    },
    /// Another step of its node that takes a place in a failure domain for both.
    Sibling,
    /// Somebody who resumes the run.
    Pause,
    /// An approval.
    Approval {
        /// Of this plan.
        plan: PlanId,
    },
    /// The lease is to be renewed before anything is called.
    Lease,
    /// An orchestrator that worked on this run before may still have calls in flight.
    Predecessor,
    /// An answer to a call.
    Call {
        /// Whether the call only looks.
        observes: bool,
    },
    /// The journal.
    Journal,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |steps: &[StepId]| {
            let mut text: Vec<String> = steps.iter().take(5).map(ToString::to_string).collect();
            if steps.len() > 5 {
                text.push(format!("{} more", steps.len() - 5));
            }
            text.join(", ")
        };
        match self {
            Cause::Needs { steps } => write!(f, "the steps {}", listed(steps)),
            Cause::Turn => f.write_str("its turn"),
            Cause::Progress { note } => f.write_str(note),
            Cause::Retry { error, failures } => {
                write!(f, "a new attempt after {failures} failed: {error}")
            }
            Cause::Limit {
                limit,
                allowed,
                held_by,
            } => {
                write!(
                    f,
                    "a place of the {allowed} of {limit}, held by the steps {}",
                    listed(held_by)
                )
            }
            Cause::Wave { wave, open } => write!(f, "wave {wave}; wave {open} is under way"),
            Cause::Sibling => f.write_str("a place in a failure domain for its node"),
            Cause::Pause => f.write_str("the run, which is paused, to be resumed"),
            Cause::Approval { plan } => write!(f, "plan {plan} to be approved"),
            Cause::Lease => f.write_str("the store to renew the lease"),
            Cause::Predecessor => {
                f.write_str("the end of what the orchestrator before has in flight")
            }
            Cause::Call { observes: true } => {
                f.write_str("the answer to an observation (no answer yet)")
            }
            Cause::Call { observes: false } => f.write_str("the answer to a call (no answer yet)"),
            Cause::Journal => f.write_str("the journal to be written"),
        }
    }
}

/// How a limit stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LimitUse {
    /// Which limit.
    pub limit: String,
    /// How many hold it.
    pub used: usize,
    /// How many may hold it now.
    pub allowed: usize,
    /// The most that held it at once so far.
    pub most: usize,
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// When, on the run's clock.
    #[serde(serialize_with = "seconds")]
    pub at: Duration,
    /// How many steps there are.
    pub steps: u32,
    /// How many are done.
    pub done: u32,
    /// How many failed.
    pub failed: u32,
    /// How many were skipped.
    pub skipped: u32,
    /// How long the run will still take, as far as durations are known.
    #[serde(serialize_with = "seconds")]
    pub left: Duration,
    /// What every step that is not settled waits for.
    pub waiting: Vec<WaitingOn>,
    /// How the limits stand.
    pub limits: Vec<LimitUse>,
}

fn maybe_seconds<S: Serializer>(at: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => seconds(at, serializer),
        None => serializer.serialize_none(),
    }
}

/// Which steps hold each limit.
type Holders = BTreeMap<Place, Vec<StepId>>;

impl Run {
    /// What a step waits for; nothing when it is done, failed or skipped.
    pub fn waiting(&self, step: StepId, now: Duration) -> Option<WaitingOn> {
        let is_queued = matches!(self.steps[step.index()].stage, Stage::Queued(_));
        let holders = if is_queued {
            self.holders()
        } else {
            Holders::new()
        };
        self.waits(step, now.max(self.now), &holders)
    }

    /// How the run stands: everything that every step waits for, and every limit.
    pub fn report(&self, now: Duration) -> Report {
        let now = now.max(self.now);
        let holders = self.holders();
        let steps = self.terms.plan.steps.iter();
        let groups = &self.terms.groups;
        let places = std::iter::once(Place::InFlight)
            .chain((0..groups.endpoints.len() as u32).map(Place::Endpoint))
            .chain((0..groups.racks.len() as u32).map(Place::Rack))
            .chain((0..groups.domains.len() as u32).map(Place::Domain));
        let limit = |place| {
            let (used, allowed) = self.limits.usage(place);
            LimitUse {
                limit: self.limit_name(place),
                used,
                allowed,
                most: self.limits.most(place),
            }
        };
        Report {
            at: now,
            steps: self.steps.len() as u32,
            done: self.counts.done,
            failed: self.counts.failed,
            skipped: self.counts.skipped,
            left: self.expected_left(now),
            waiting: steps
                .filter_map(|step| self.waits(step.id, now, &holders))
                .collect(),
            limits: places.map(limit).collect(),
        }
    }

    /// A failure domain is held by the last step that disrupted each of its nodes, or will.
    fn holders(&self) -> Holders {
        let mut holders = Holders::new();
        let mut of_node: BTreeMap<u32, StepId> = BTreeMap::new();
        for step in &self.terms.plan.steps {
            let (state, groups) = (
                &self.steps[step.id.index()],
                &self.terms.groups.steps[step.id.index()],
            );
            let mut hold = |place| holders.entry(place).or_default().push(step.id);
            if state.holds_call {
                hold(Place::InFlight);
            }
            if state.holds_endpoint {
                hold(Place::Endpoint(groups.endpoint));
            }
            if let Some(rack) = groups.rack.filter(|_| state.holds_rack) {
                hold(Place::Rack(rack));
            }
            if let Some(node) = groups.node
                && step.risk >= Risk::Disruptive
                && (state.is_begun() || !of_node.contains_key(&node))
            {
                of_node.insert(node, step.id);
            }
        }
        for (node, step) in of_node {
            let (state, groups) = (
                &self.nodes[node as usize],
                &self.terms.groups.nodes[node as usize],
            );
            for domain in groups.domains.iter().take(state.places as usize) {
                holders
                    .entry(Place::Domain(*domain))
                    .or_default()
                    .push(step);
            }
        }
        holders
    }

    /// The steps of other nodes that the node of this step waits for before it is disrupted.
    fn needs_of_others(&self, step: StepId) -> Vec<StepId> {
        let groups = &self.terms.groups.steps;
        let own = groups[step.index()].node;
        let of_node = self
            .terms
            .plan
            .steps
            .iter()
            .filter(|other| groups[other.id.index()].node == own);
        let is_open = |need: &StepId| {
            let node = groups[need.index()].node;
            node.is_some() && node != own && !self.steps[need.index()].is_settled()
        };
        of_node
            .flat_map(|step| step.needs.iter().copied())
            .filter(is_open)
            .collect()
    }

    fn limit_name(&self, place: Place) -> String {
        let groups = &self.terms.groups;
        match place {
            Place::InFlight => "calls in flight".to_owned(),
            Place::Endpoint(n) => format!("endpoint {}", groups.endpoints[n as usize].0),
            Place::Rack(n) => format!("rack {} (power)", groups.racks[n as usize]),
            Place::Domain(n) => format!("failure domain {}", groups.domains[n as usize].0),
        }
    }

    fn waits(&self, step: StepId, now: Duration, holders: &Holders) -> Option<WaitingOn> {
        let state = &self.steps[step.index()];
        let (mut next_check, mut deadline) = (None, None);
        let attempts = self.terms.policy.attempts(self.planned(step));
        if let Some(since) = state.since {
            deadline = Some(since.saturating_add(attempts.deadline));
        }
        let what = match state.stage {
            Stage::Done | Stage::Failed | Stage::Skipped => return None,
            Stage::Blocked => {
                let needs = self.planned(step).needs.iter().copied();
                let open = needs.filter(|need| self.steps[need.index()].stage != Stage::Done);
                Cause::Needs {
                    steps: open.collect(),
                }
            }
            Stage::Due(at) => {
                next_check = Some(at.max(self.not_before));
                match (state.last.as_deref(), &self.tenure) {
                    _ if now < self.not_before => Cause::Predecessor,
                    (_, Some(tenure)) if tenure.deadline(now, attempts.call_limit).is_none() => {
                        Cause::Lease
                    }
                    (Some(Last::Note(note)), _) => Cause::Progress { note: note.clone() },
                    (Some(Last::Error(error)), _) => Cause::Retry {
                        error: error.clone(),
                        failures: state.failures,
                    },
                    (None, _) => Cause::Turn,
                }
            }
            Stage::Queued(place) => Cause::Limit {
                limit: self.limit_name(place),
                allowed: self.limits.usage(place).1,
                held_by: holders.get(&place).cloned().unwrap_or_default(),
            },
            Stage::Parked(Gate::Pause) => Cause::Pause,
            Stage::Parked(Gate::Approval) => Cause::Approval {
                plan: self.terms.plan.id.clone(),
            },
            Stage::Parked(Gate::Wave(wave)) => Cause::Wave {
                wave: wave + 1,
                open: self.wave + 1,
            },
            Stage::Parked(Gate::Sibling) => Cause::Sibling,
            Stage::Parked(Gate::Others) => Cause::Needs {
                steps: self.needs_of_others(step),
            },
            Stage::Observing | Stage::Applying => {
                deadline = Some(state.at.saturating_add(attempts.call_limit));
                Cause::Call {
                    observes: state.stage == Stage::Observing,
                }
            }
            Stage::Seen => Cause::Journal,
        };
        let last = state.last.as_deref().map(|last| match last {
            Last::Note(text) | Last::Error(text) => text.clone(),
        });
        Some(WaitingOn {
            step: self.name(step),
            what,
            since: state.at,
            last,
            next_check,
            deadline,
        })
    }
}
