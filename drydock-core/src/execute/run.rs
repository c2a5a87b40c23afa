//! One plan's execution as a pure state machine: no I/O, no clock, no tasks.
//!
//! `now` is the time since an epoch that the caller chooses and never turns back.

use super::{
    CallNumber, Observation, Orders, Terms,
    estimate::Estimate,
    lease::Tenure,
    limits::{Limits, Place},
    ready::ReadyQueue,
    state::{NodeState, Parked, Stage, StepState},
};
use crate::{
    driver::{DriverError, Progress},
    event::{EventKind, StepName},
    names::StepId,
    plan::{Plan, Step},
    state::Record,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    mem,
    sync::Arc,
    time::Duration,
};

/// What the caller must do next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Command {
    /// Make these records durable before asking for the next command.
    Append(Vec<Record>),
    /// Observe the targets of these steps, which are at one endpoint, and tell what was seen of each. The call ends by
    /// [`Run::call_ends`].
    Observe(Vec<StepId>),
    /// Take a step, given what was just seen, and tell how it went. The call ends by [`Run::call_ends`].
    Apply {
        /// The step.
        step: StepId,
        /// What was just seen of its target.
        seen: Observation,
        /// Whether an earlier call of this step, in this process, was accepted.
        asked: bool,
    },
    /// Renew the lease, and tell it.
    Renew,
    /// Nothing to do before this time, or, where there is none, before the next input.
    Sleep(Option<Duration>),
    /// Every step is done, failed or skipped.
    Finished,
    /// The lease ended before it could be renewed: nothing may be done any more, and what is in flight is of no use.
    LeaseOver,
}

/// What the caller tells.
#[derive(Debug)]
#[non_exhaustive]
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
    /// The store renewed the lease; that was asked for at this time.
    Renewed(Duration),
    /// The store could not be asked to renew the lease.
    NotRenewed,
    /// What people want of the run by now; see [`Orders`].
    Ordered(Orders),
}

/// Where a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Steps that it needs are not done.
    Blocked,
    /// Waiting for its time, or for leave to begin.
    Due,
    /// A call is in flight.
    InFlight,
    /// Its goal is reached.
    Done,
    /// It failed for good.
    Failed,
    /// It is not begun, or not gone on with: a step that it needs failed, or the run stopped before it.
    Skipped,
}

/// One execution of one plan.
#[derive(Debug)]
pub struct Run {
    pub(super) terms: Terms,
    pub(super) orders: Orders,
    pub(super) tenure: Option<Tenure>,
    /// Nothing is called before this time: what a predecessor has in flight may still end.
    pub(super) not_before: Duration,
    pub(super) steps: Vec<StepState>,
    pub(super) nodes: Vec<NodeState>,
    pub(super) dependents: Dependents,
    pub(super) limits: Limits,
    pub(super) ready: ReadyQueue,
    pub(super) parked: Parked,
    pub(super) records: Vec<Record>,
    pub(super) observations: VecDeque<Vec<StepId>>,
    pub(super) applications: VecDeque<(StepId, Observation)>,
    pub(super) calls: CallNumber,
    /// The wave whose nodes may begin, and how many steps of each are not settled.
    pub(super) wave: u32,
    pub(super) wave_left: Vec<u32>,
    /// How many nodes may fail, how many have, and whether no further one is begun for it.
    pub(super) budget: usize,
    pub(super) failed_nodes: usize,
    pub(super) is_budget_spent: bool,
    /// For each failure domain, how many of its places are held by nodes that stay as they are.
    pub(super) stuck: Vec<usize>,
    /// Nodes that were deployed, and lose or have lost what was on them.
    pub(super) destroyed: BTreeSet<u32>,
    pub(super) unsettled: usize,
    pub(super) counts: Counts,
    /// Why steps failed or were skipped.
    pub(super) why: BTreeMap<StepId, String>,
    pub(super) events: Vec<EventKind>,
    told: Counts,
    pub(super) estimate: Estimate,
    pub(super) now: Duration,
}

/// How many steps are settled, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) done: u32,
    pub(super) failed: u32,
    pub(super) skipped: u32,
}

/// For each step, those that need it.
#[derive(Debug)]
pub(super) struct Dependents {
    ends: Vec<u32>,
    steps: Vec<StepId>,
}

impl Dependents {
    fn of(plan: &Plan) -> Self {
        let mut ends = vec![0; plan.steps.len()];
        let needs = || {
            plan.steps
                .iter()
                .flat_map(|step| step.needs.iter().map(move |need| (*need, step.id)))
        };
        needs().for_each(|(need, _)| ends[need.index()] += 1);
        let mut end = 0;
        for count in &mut ends {
            // Where its part begins for now; filling it moves that to its end.
            end += mem::replace(count, end);
        }
        let mut steps = vec![StepId(0); end as usize];
        for (need, step) in needs() {
            steps[ends[need.index()] as usize] = step;
            ends[need.index()] += 1;
        }
        Self { ends, steps }
    }

    pub(super) fn range(&self, step: StepId) -> std::ops::Range<usize> {
        let begin = match step.index() {
            0 => 0,
            n => self.ends[n - 1],
        };
        begin as usize..self.ends[step.index()] as usize
    }

    pub(super) fn at(&self, n: usize) -> StepId {
        self.steps[n]
    }
}

impl Run {
    pub(super) fn blocked(terms: Terms) -> Self {
        let (plan, groups) = (&terms.plan, &terms.groups);
        let mut wave_left = vec![0; groups.waves.max(1) as usize];
        groups
            .steps
            .iter()
            .for_each(|step| wave_left[step.wave as usize] += 1);
        let policy = &terms.policy;
        let budget = policy
            .failure_budget
            .map(|size| size.of(groups.nodes.len()));
        Self {
            steps: plan.steps.iter().map(StepState::of).collect(),
            nodes: NodeState::all(plan, groups),
            dependents: Dependents::of(plan),
            limits: Limits::new(
                policy.in_flight,
                groups.endpoints.iter().map(|(_, limit)| *limit),
                groups.racks.iter().map(|_| policy.rack_power),
                groups.domains.iter().map(|(_, limit)| *limit),
            ),
            parked: Parked::new(groups.waves),
            ready: ReadyQueue::default(),
            records: Vec::new(),
            observations: VecDeque::new(),
            applications: VecDeque::new(),
            calls: CallNumber::default(),
            wave: 0,
            wave_left,
            budget: budget.unwrap_or(usize::MAX),
            failed_nodes: 0,
            is_budget_spent: false,
            stuck: vec![0; groups.domains.len()],
            destroyed: BTreeSet::new(),
            unsettled: plan.steps.len(),
            counts: Counts::default(),
            why: BTreeMap::new(),
            events: Vec::new(),
            told: Counts::default(),
            estimate: Estimate::of(&terms),
            orders: Orders::default(),
            tenure: None,
            not_before: Duration::ZERO,
            now: Duration::ZERO,
            terms,
        }
    }

    /// Calls are begun only under this lease from now on.
    #[must_use]
    pub fn under(mut self, tenure: Tenure) -> Self {
        self.tenure = Some(tenure);
        self
    }

    /// Nothing is called before this time.
    #[must_use]
    pub fn not_before(mut self, at: Duration) -> Self {
        self.not_before = at;
        self
    }

    /// What to do next.
    pub fn poll(&mut self, now: Duration) -> Command {
        self.now = self.now.max(now);
        if !self.records.is_empty() {
            return Command::Append(mem::take(&mut self.records));
        }
        if self.unsettled == 0 {
            return Command::Finished;
        }
        if let Some(tenure) = &self.tenure {
            if tenure.is_over(now) {
                return Command::LeaseOver;
            }
            if now >= tenure.renew_at() {
                return Command::Renew;
            }
        }
        if let Some(call) = self.next_call(now) {
            return call;
        }
        if !self.records.is_empty() {
            return Command::Append(mem::take(&mut self.records));
        }
        if self.unsettled == 0 {
            return Command::Finished;
        }
        if self.waits_in_a_circle() {
            self.break_circle();
            return self.poll(now);
        }
        // Before the end of what a predecessor has in flight, nothing that comes due is of any use.
        let calls = [self.ready.next_due(), self.limits.next_time()];
        let calls = calls
            .into_iter()
            .flatten()
            .map(|at| at.max(self.not_before));
        let renewal = self.tenure.as_ref().map(Tenure::renew_at);
        Command::Sleep(calls.chain(renewal).min())
    }

    fn waits_in_a_circle(&self) -> bool {
        self.limits.usage(Place::InFlight).0 == 0
            && self.ready.next_due().is_none()
            && self.limits.next_time().is_none()
            && self.parked.pause.is_empty()
            && self.parked.approval.is_empty()
    }

    /// The next call, if one may begin now.
    fn next_call(&mut self, now: Duration) -> Option<Command> {
        while let Some((step, seen)) = self.applications.pop_front() {
            if self.steps[step.index()].stage != Stage::Seen {
                continue;
            }
            if self.call_ends(&[step], now).is_none() {
                // What was seen would be old by then: it is looked at again.
                self.after_renewal(step);
                continue;
            }
            let asked = self.steps[step.index()].asked;
            self.steps[step.index()].stage = Stage::Applying;
            self.number_call(&[step]);
            return Some(Command::Apply { step, seen, asked });
        }
        if self.observations.is_empty() && now >= self.not_before {
            self.gather_due(now);
        }
        while let Some(mut batch) = self.observations.pop_front() {
            batch.retain(|step| self.steps[step.index()].stage == Stage::Observing);
            if batch.is_empty() {
                continue;
            }
            if self.call_ends(&batch, now).is_some() {
                self.number_call(&batch);
                return Some(Command::Observe(batch));
            }
            batch.into_iter().for_each(|step| self.after_renewal(step));
        }
        None
    }

    fn after_renewal(&mut self, step: StepId) {
        self.end_turn(step);
        let at = self.tenure.as_ref().map_or(self.now, Tenure::renew_at);
        self.due(step, at);
    }

    /// When a call for these steps that begins now has to end: at its limit, and before the lease does. None when there
    /// is no lease any more to make it under.
    pub fn call_ends(&self, steps: &[StepId], now: Duration) -> Option<Duration> {
        let limit = |step: &StepId| self.terms.policy.attempts(self.planned(*step)).call_limit;
        let limit = steps.iter().map(limit).min().unwrap_or_default();
        match &self.tenure {
            Some(tenure) => tenure.deadline(now, limit),
            None => Some(now.saturating_add(limit)),
        }
    }

    /// Takes note of what happened. A host whose answers may come twice, or after their calls were given up, tells them by
    /// [`Run::answered`].
    pub fn handle(&mut self, input: Input, now: Duration) {
        self.now = self.now.max(now);
        match input {
            Input::Observed { step, result } if self.is_in_flight(step) => match result {
                Ok(seen) => self.observed(step, seen),
                Err(error) => self.failed_call(step, error),
            },
            Input::Applied { step, result } if self.is_in_flight(step) => match result {
                Ok(progress) => self.applied(step, progress),
                Err(error) => self.failed_call(step, error),
            },
            // An answer that nobody waits for any more.
            Input::Observed { .. } | Input::Applied { .. } => {}
            Input::Renewed(asked) => {
                if let Some(tenure) = &mut self.tenure {
                    tenure.renewed(asked);
                }
            }
            Input::NotRenewed => {
                if let Some(tenure) = &mut self.tenure {
                    tenure.renewal_failed(now);
                }
            }
            Input::Ordered(orders) => self.ordered(orders),
        }
    }

    fn is_in_flight(&self, step: StepId) -> bool {
        self.steps
            .get(step.index())
            .is_some_and(|state| state.status() == Status::InFlight)
    }

    /// What happened since this was last asked, in order.
    pub fn take_events(&mut self) -> Vec<EventKind> {
        if self.told != self.counts {
            self.told = self.counts;
            let left = self.time_left();
            self.events.push(EventKind::Progress {
                done: self.counts.done,
                failed: self.counts.failed,
                skipped: self.counts.skipped,
                steps: self.steps.len() as u32,
                left,
            });
        }
        mem::take(&mut self.events)
    }

    /// Where a step is.
    pub fn status(&self, step: StepId) -> Status {
        self.steps[step.index()].status()
    }

    /// The plan that is carried out.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.terms.plan
    }

    pub(super) fn planned(&self, step: StepId) -> &Step {
        &self.terms.plan.steps[step.index()]
    }

    pub(super) fn name(&self, step: StepId) -> StepName {
        let planned = self.planned(step);
        StepName::new(step, planned.target.to_string(), planned.verb().to_string())
    }
}
