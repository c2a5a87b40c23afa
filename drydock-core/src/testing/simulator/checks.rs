//! What must hold at each call of a simulated orchestrator.

use crate::{
    driver::Risk,
    execute::{Groups, Terms},
    names::{NodeName, PlanId, StepId},
    plan::{Plan, Step},
    state::{Fact, Record},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// What is known of the run from outside it.
#[derive(Debug)]
pub(super) struct Checks {
    plan: Arc<Plan>,
    groups: Groups,
    in_flight: usize,
    approved: Option<PlanId>,
    is_approved: bool,
    /// What the journal says.
    started: BTreeSet<StepId>,
    done: BTreeSet<StepId>,
    failed: BTreeSet<StepId>,
    held: BTreeSet<NodeName>,
    /// The highest fence that has called for each target.
    fences: BTreeMap<String, u64>,
    calls: usize,
    /// The steps that a call is in flight for.
    called: BTreeSet<StepId>,
    at_endpoints: BTreeMap<String, usize>,
    pub(super) most_in_flight: usize,
    pub(super) violations: Vec<String>,
}

impl Checks {
    pub(super) fn new(terms: &Terms) -> Self {
        Self {
            is_approved: terms.approval.covers(&terms.plan.id),
            approved: None,
            plan: terms.plan.clone(),
            groups: terms.groups.clone(),
            in_flight: terms.policy.in_flight.max(1),
            started: BTreeSet::new(),
            done: BTreeSet::new(),
            failed: BTreeSet::new(),
            held: BTreeSet::new(),
            fences: BTreeMap::new(),
            calls: 0,
            called: BTreeSet::new(),
            at_endpoints: BTreeMap::new(),
            most_in_flight: 0,
            violations: Vec::new(),
        }
    }

    pub(super) fn violated(&mut self, step: StepId, what: impl std::fmt::Display) {
        let planned = &self.plan.steps[step.index()];
        let text = format!(
            "step {step} ({}: {}): {what}",
            planned.target, planned.action
        );
        self.violations.push(text);
    }

    /// Whether the journal says that the step is done.
    pub(super) fn is_done(&self, step: StepId) -> bool {
        self.done.contains(&step)
    }

    /// Whether the step is done, and so is its node, which keeps its places in failure domains to its end.
    pub(super) fn is_over(&self, step: StepId) -> bool {
        let node = self.groups.node(step);
        let of_node = |other: &&Step| {
            other.id == step || node.is_some() && self.groups.node(other.id) == node
        };
        let mut steps = self.plan.steps.iter().filter(of_node);
        self.is_done(step) && steps.all(|other| self.is_done(other.id))
    }

    /// Whether the journal says that the step was begun.
    pub(super) fn is_begun(&self, step: StepId) -> bool {
        self.started.contains(&step)
    }

    pub(super) fn hold(&mut self, node: NodeName) {
        self.held.insert(node);
    }

    /// These records are durable.
    pub(super) fn written(&mut self, records: &[Record]) {
        for record in records {
            let news = match record.fact {
                Fact::Started => self.started.insert(record.step),
                Fact::Done => self.done.insert(record.step) && !self.failed.contains(&record.step),
                Fact::Failed { .. } => {
                    self.failed.insert(record.step) && !self.done.contains(&record.step)
                }
                _ => true,
            };
            if !news {
                self.violated(
                    record.step,
                    format_args!("written twice: {:?}", record.fact),
                );
            }
        }
    }

    /// A call begins, under a lease that the store ends at `lease_end`, and has to end by `ends`.
    pub(super) fn begins(
        &mut self,
        steps: &[StepId],
        observes: bool,
        fence: u64,
        (ends, lease_end): (Duration, Option<Duration>),
    ) {
        for step in steps.iter().copied() {
            match lease_end {
                None => self.violated(step, "called without a lease"),
                Some(end) if end < ends => {
                    self.violated(step, "the call may last longer than the lease")
                }
                Some(_) => {}
            }
            if !self.called.insert(step) {
                self.violated(step, "called while a call of it is in flight");
            }
            if self.done.contains(&step) {
                self.violated(step, "called after its end was recorded");
            }
            let plan = self.plan.clone();
            let planned = &plan.steps[step.index()];
            for need in planned
                .needs
                .iter()
                .filter(|need| !self.done.contains(need))
                .copied()
                .collect::<Vec<_>>()
            {
                self.violated(
                    step,
                    format_args!("called before step {need}, which it needs, is done"),
                );
            }
            if observes {
                continue;
            }
            if !self.started.contains(&step) {
                self.violated(step, "called before its start was recorded");
            }
            let is_approved = self.is_approved || self.approved.as_ref() == Some(&plan.id);
            if planned.risk == Risk::Destructive && !is_approved {
                self.violated(step, "destroys and is not approved");
            }
        }
        self.checks_limits(steps);
        for step in steps {
            let target = self.plan.steps[step.index()].target.to_string();
            let highest = self.fences.entry(target).or_default();
            if fence < *highest {
                self.violated(
                    *step,
                    "called by an orchestrator that another has taken over from",
                );
            } else {
                *highest = fence;
            }
        }
    }

    /// A step is about to be written down as begun, so that calls that change something may follow.
    pub(super) fn starts(&mut self, records: &[Record]) {
        for record in records.iter().filter(|record| record.fact == Fact::Started) {
            let planned = &self.plan.steps[record.step.index()];
            let is_held = self
                .groups
                .node(record.step)
                .is_some_and(|node| self.held.contains(node));
            if is_held && planned.risk >= Risk::Disruptive {
                self.violated(record.step, "begun on a node that is held");
            }
        }
    }

    fn checks_limits(&mut self, steps: &[StepId]) {
        self.calls += steps.len();
        self.most_in_flight = self.most_in_flight.max(self.calls);
        if self.calls > self.in_flight {
            let text = format!(
                "{} calls are in flight, more than {}",
                self.calls, self.in_flight
            );
            self.violations.push(text);
        }
        for step in steps {
            let (name, limit) = self.groups.endpoint(*step);
            let calls = self.at_endpoints.entry(name.to_owned()).or_default();
            *calls += 1;
            if *calls > limit {
                let text = format!("{calls} calls are in flight at {name}, more than {limit}");
                self.violations.push(text);
            }
        }
    }

    /// A call has ended, or its caller has.
    pub(super) fn ended(&mut self, steps: &[StepId]) {
        self.calls -= steps.len();
        for step in steps {
            self.called.remove(step);
            let (name, _) = self.groups.endpoint(*step);
            if let Some(calls) = self.at_endpoints.get_mut(name) {
                *calls -= 1;
            }
        }
    }
}
