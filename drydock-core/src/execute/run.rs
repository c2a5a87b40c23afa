//! One plan's execution as a pure state machine: no I/O, no clock, no tasks.
//!
//! `now` is the time since an epoch that the caller chooses and never turns back.

use super::{Observation, Policy, ready::ReadyQueue};
use crate::{
    driver::{DriverError, ErrorKind, Progress, Risk},
    event::{EventKind, StepName},
    names::{DriverName, StepId},
    plan::{ObservedAs, Plan, Step},
    state::{Fact, Record},
};
use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    sync::Arc,
    time::Duration,
};

/// What the caller must do next.
#[derive(Debug)]
pub enum Command {
    /// Make these records durable before asking for the next command.
    Append(Vec<Record>),
    /// Observe the targets of these steps, which one driver serves, and tell what was seen of each.
    Observe(Vec<StepId>),
    /// Take a step, given what was just seen, and tell how it went.
    Apply {
        /// The step.
        step: StepId,
        /// What was just seen of its target.
        seen: Observation,
        /// Whether an earlier call of this step, in this process, was accepted.
        asked: bool,
    },
    /// Nothing to do before this time, or, where there is none, before the next input.
    Sleep(Option<Duration>),
    /// Every step is done, failed or skipped.
    Finished,
}

/// What the caller tells.
#[derive(Debug)]
pub enum Input {
    /// What an observation of a step's target saw.
    Observed {
        /// The step.
        step: StepId,
        /// What was seen, or why nothing was.
        result: Result<Observation, DriverError>,
    },
    /// How taking a step went.
    Applied {
        /// The step.
        step: StepId,
        /// How it went.
        result: Result<Progress, DriverError>,
    },
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Steps that it needs are not done.
    Blocked,
    /// Waiting for its time.
    Due,
    /// A call is in flight.
    InFlight,
    /// Its goal is reached.
    Done,
    /// It failed for good.
    Failed,
    /// A step that it needs failed.
    Skipped,
}

#[derive(Debug, Clone)]
pub(super) struct StepState {
    pub(super) status: Status,
    /// How many of the steps that it needs are not done.
    pub(super) unmet: u32,
    /// Whether the journal says that it was started.
    pub(super) started: bool,
    /// When its first call in this process was made.
    since: Option<Duration>,
    failures: u32,
    asked: bool,
}

/// One execution of one plan.
#[derive(Debug)]
pub struct Run {
    pub(super) plan: Arc<Plan>,
    policy: Policy,
    pub(super) steps: Vec<StepState>,
    /// For each step, those that need it.
    pub(super) dependents: Vec<Vec<StepId>>,
    ready: ReadyQueue,
    records: Vec<Record>,
    observations: VecDeque<Vec<StepId>>,
    applications: VecDeque<(StepId, Observation)>,
    in_flight: usize,
    pub(super) unsettled: usize,
    pub(super) events: Vec<EventKind>,
}

impl Run {
    pub(super) fn blocked(plan: Arc<Plan>, policy: Policy) -> Self {
        let mut dependents = vec![Vec::new(); plan.steps.len()];
        for step in &plan.steps {
            step.needs
                .iter()
                .for_each(|need| dependents[need.index()].push(step.id));
        }
        let state = |step: &Step| StepState {
            status: Status::Blocked,
            unmet: step.needs.len() as u32,
            started: false,
            since: None,
            failures: 0,
            asked: false,
        };
        Self {
            steps: plan.steps.iter().map(state).collect(),
            unsettled: plan.steps.len(),
            ready: ReadyQueue::default(),
            records: Vec::new(),
            observations: VecDeque::new(),
            applications: VecDeque::new(),
            in_flight: 0,
            events: Vec::new(),
            dependents,
            policy,
            plan,
        }
    }

    /// What to do next.
    pub fn poll(&mut self, now: Duration) -> Command {
        if !self.records.is_empty() {
            return Command::Append(mem::take(&mut self.records));
        }
        if let Some((step, seen)) = self.applications.pop_front() {
            let asked = self.steps[step.index()].asked;
            return Command::Apply { step, seen, asked };
        }
        if self.observations.is_empty() {
            self.gather_due(now);
        }
        if let Some(batch) = self.observations.pop_front() {
            return Command::Observe(batch);
        }
        if self.unsettled == 0 {
            return Command::Finished;
        }
        let is_full = self.in_flight >= self.policy.in_flight.max(1);
        Command::Sleep(self.ready.next_due().filter(|_| !is_full))
    }

    /// Takes what is due, as far as the limit allows, in one batch for each driver.
    fn gather_due(&mut self, now: Duration) {
        // One driver may serve nodes, networks and power under one name: each kind is observed by itself.
        let mut batches: BTreeMap<(ObservedAs, &DriverName), Vec<StepId>> = BTreeMap::new();
        while self.in_flight < self.policy.in_flight.max(1) {
            let Some(step) = self.ready.pop_due(now) else {
                break;
            };
            self.steps[step.index()].status = Status::InFlight;
            self.in_flight += 1;
            let planned = &self.plan.steps[step.index()];
            batches
                .entry((planned.observed_as(), &planned.driver))
                .or_default()
                .push(step);
        }
        self.observations.extend(batches.into_values());
    }

    /// Takes note of what happened.
    pub fn handle(&mut self, input: Input, now: Duration) {
        match input {
            Input::Observed {
                step,
                result: Ok(seen),
            } => self.observed(step, seen, now),
            Input::Observed {
                step,
                result: Err(error),
            }
            | Input::Applied {
                step,
                result: Err(error),
            } => {
                self.in_flight -= 1;
                self.failed_call(step, error, now);
            }
            Input::Applied {
                step,
                result: Ok(progress),
            } => {
                self.in_flight -= 1;
                self.applied(step, progress, now);
            }
        }
    }

    fn observed(&mut self, step: StepId, seen: Observation, now: Duration) {
        if let Err(reason) = self.may_begin(step, &seen) {
            self.in_flight -= 1;
            return self.fail(step, reason);
        }
        let state = &mut self.steps[step.index()];
        if state.since.is_none() {
            state.since = Some(now);
            let needs = self.plan.steps[step.index()].needs.clone();
            self.events.push(EventKind::StepStarted {
                name: step_name(&self.plan, step),
                needs,
            });
        }
        if !mem::replace(&mut self.steps[step.index()].started, true) {
            self.records.push(Record::new(step, Fact::Started));
        }
        self.applications.push_back((step, seen));
    }

    /// Whether what the plan took for granted still holds. A step that was started has changed it itself.
    fn may_begin(&self, step: StepId, seen: &Observation) -> Result<(), String> {
        let (planned, state) = (&self.plan.steps[step.index()], &self.steps[step.index()]);
        let Observation::Server(seen) = seen else {
            return Ok(());
        };
        let expected = &planned.precondition.states;
        if !state.started && !expected.is_empty() && !expected.contains(&seen.state) {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            let (target, expected) = (&planned.target, expected.join(" or "));
            return Err(format!(
                "{target} is {}, but was planned to be {expected}; plan again",
                seen.state
            ));
        }
        match &planned.precondition.identity {
            Some(designed) if planned.risk == Risk::Destructive && !designed.is(&seen.identity) => {
                let (serial, macs) = (
                    seen.identity.serial.as_deref().unwrap_or("none"),
                    &seen.identity.macs,
                );
                let macs: Vec<String> = macs.iter().map(ToString::to_string).collect();
                Err(format!(
                    "{} is not the machine of the design: it shows serial {serial} and MACs [{}]; nothing was done to it",
                    planned.target,
                    macs.join(", ")
                ))
            }
            _ => Ok(()),
        }
    }

    fn applied(&mut self, step: StepId, progress: Progress, now: Duration) {
        self.steps[step.index()].failures = 0;
        self.steps[step.index()].asked = true;
        match progress {
            Progress::Done => self.done(step, now),
            Progress::Waiting { note, poll_after } => {
                if self.is_overdue(step, now) {
                    let limit = self
                        .policy
                        .deadline(&self.plan.steps[step.index()].action)
                        .as_secs();
                    return self.fail(
                        step,
                        format!("not done within {limit} s; last seen: {note}"),
                    );
                }
                self.events.push(EventKind::StepWaiting {
                    name: step_name(&self.plan, step),
                    note,
                });
                self.due(step, now.saturating_add(poll_after));
            }
        }
    }

    fn is_overdue(&self, step: StepId, now: Duration) -> bool {
        let since = self.steps[step.index()].since.unwrap_or(now);
        now.saturating_sub(since) > self.policy.deadline(&self.plan.steps[step.index()].action)
    }

    fn failed_call(&mut self, step: StepId, error: DriverError, now: Duration) {
        let state = &mut self.steps[step.index()];
        state.failures += 1;
        let failures = state.failures;
        // Whatever may have happened is observed before the next call, as before every call.
        let again = error.kind().is_retryable() || error.kind() == ErrorKind::Indeterminate;
        if !again {
            return self.fail(step, error.to_string());
        }
        if failures > self.policy.failures || self.is_overdue(step, now) {
            return self.fail(
                step,
                format!("given up after {failures} failed calls: {error}"),
            );
        }
        let name = step_name(&self.plan, step);
        self.events.push(EventKind::StepRetried {
            name,
            reason: error.to_string(),
            failures,
        });
        let pause = self.policy.pause(step, failures, &error);
        self.due(step, now.saturating_add(pause));
    }

    fn due(&mut self, step: StepId, at: Duration) {
        self.steps[step.index()].status = Status::Due;
        self.ready.push(at, step);
    }

    fn done(&mut self, step: StepId, now: Duration) {
        self.records.push(Record::new(step, Fact::Done));
        self.events.push(EventKind::StepDone {
            name: step_name(&self.plan, step),
        });
        for freed in self.settle_done(step) {
            self.due(freed, now);
        }
    }

    /// The step is done; answers which steps nothing blocks any more.
    pub(super) fn settle_done(&mut self, step: StepId) -> Vec<StepId> {
        self.steps[step.index()].status = Status::Done;
        self.unsettled -= 1;
        let mut dependents = mem::take(&mut self.dependents[step.index()]);
        dependents.retain(|dependent| {
            let state = &mut self.steps[dependent.index()];
            state.unmet -= 1;
            state.unmet == 0 && state.status == Status::Blocked
        });
        dependents
    }

    fn fail(&mut self, step: StepId, reason: String) {
        self.records.push(Record::new(
            step,
            Fact::Failed {
                reason: reason.clone(),
            },
        ));
        self.events.push(EventKind::StepFailed {
            name: step_name(&self.plan, step),
            reason,
        });
        self.settle_failed(step);
    }

    /// The step failed; everything that needs it will not be begun.
    pub(super) fn settle_failed(&mut self, step: StepId) {
        self.steps[step.index()].status = Status::Failed;
        self.unsettled -= 1;
        let mut next = vec![step];
        while let Some(at) = next.pop() {
            for dependent in mem::take(&mut self.dependents[at.index()]) {
                if self.steps[dependent.index()].status == Status::Blocked {
                    self.steps[dependent.index()].status = Status::Skipped;
                    self.unsettled -= 1;
                    self.events.push(EventKind::StepSkipped {
                        name: step_name(&self.plan, dependent),
                        because: step,
                    });
                    next.push(dependent);
                }
            }
        }
    }

    /// Makes every step due that nothing blocks; called once, when the journal has been read.
    pub(super) fn begin(&mut self, now: Duration) {
        for n in 0..self.steps.len() {
            if self.steps[n].status == Status::Blocked && self.steps[n].unmet == 0 {
                self.due(StepId(n as u32), now);
            }
        }
    }

    /// What happened since this was last asked, in order.
    pub fn take_events(&mut self) -> Vec<EventKind> {
        mem::take(&mut self.events)
    }

    /// Where a step is.
    pub fn status(&self, step: StepId) -> Status {
        self.steps[step.index()].status
    }

    /// The plan that is carried out.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }
}

pub(super) fn step_name(plan: &Plan, step: StepId) -> StepName {
    let planned = &plan.steps[step.index()];
    StepName::new(step, planned.target.to_string(), planned.action.to_string())
}
