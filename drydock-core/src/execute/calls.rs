//! What the end of a call means for its step: go on, look again later, try again, or give up.

use super::{
    Observation, Run,
    state::{Last, Stage},
};
use crate::{
    driver::{DriverError, ErrorKind, Progress, Risk, ServerState},
    event::EventKind,
    names::StepId,
    state::{Fact, Record},
};
use std::mem;

/// Why a step is not taken.
enum Refusal {
    Fail(String),
    Skip(String),
}

impl Run {
    /// The step's target was seen: the step is taken, if what the plan took for granted holds.
    pub(super) fn observed(&mut self, step: StepId, seen: Observation) {
        if self.orders.cancelled {
            self.end_turn(step);
            return self.skip_cancelled(step);
        }
        match self.may_be_taken(step, &seen) {
            Ok(()) => {}
            Err(Refusal::Fail(reason)) => {
                self.end_turn(step);
                return self.fail(step, reason);
            }
            Err(Refusal::Skip(reason)) => {
                self.end_turn(step);
                return self.skip(step, reason);
            }
        }
        if self.steps[step.index()].since.is_none() {
            self.steps[step.index()].since = Some(self.now);
            self.events.push(EventKind::StepStarted {
                name: self.name(step),
                needs: self.planned(step).needs.clone(),
            });
        }
        if !mem::replace(&mut self.steps[step.index()].started, true) {
            self.records.push(Record::new(step, Fact::Started));
            if let Some(node) = self.destroyed_by(step, &seen) {
                self.destroyed.insert(node);
                self.records.push(Record::new(step, Fact::Destroys));
            }
        }
        self.disrupts(step);
        self.stage(step, Stage::Seen);
        self.applications.push_back((step, seen));
    }

    /// The node is disrupted from now on, if this is a step that disrupts it.
    pub(super) fn disrupts(&mut self, step: StepId) {
        if let Some(node) = self.terms.groups.steps[step.index()].node
            && self.planned(step).risk >= Risk::Disruptive
        {
            self.nodes[node as usize].is_disrupted = true;
        }
    }

    /// Whether what the plan took for granted still holds, and nobody has said meanwhile that it must not be done. A
    /// step that was started has changed the state itself, so then only the identity is compared.
    fn may_be_taken(&self, step: StepId, seen: &Observation) -> Result<(), Refusal> {
        let (planned, state) = (self.planned(step), &self.steps[step.index()]);
        if planned.risk == Risk::Destructive && !state.started && !self.is_approved() {
            let message = format!("plan {} is not approved", self.terms.plan.id);
            return Err(Refusal::Skip(message));
        }
        let node = self.terms.groups.steps[step.index()].node;
        let node = node.map(|node| &self.terms.groups.nodes[node as usize].name);
        let holds = [&self.terms.holds, &self.orders.holds];
        if let Some(name) = node.filter(|_| !state.started) {
            let held = holds
                .iter()
                .find_map(|holds| holds.holds(name, planned.risk));
            held.map_or(Ok(()), |reason| Err(Refusal::Skip(reason)))?;
        }
        let Observation::Server(seen) = seen else {
            return Ok(());
        };
        let expected = &planned.precondition.states;
        if !state.started && !expected.is_empty() && !expected.contains(&seen.state) {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            let (target, expected) = (&planned.target, expected.join(" or "));
            return Err(Refusal::Fail(format!(
                "{target} is {}, but was planned to be {expected}; plan again",
                seen.state
            )));
        }
        if planned.risk != Risk::Destructive {
            return Ok(());
        }
        if let Some(designed) = &planned.precondition.identity
            && !designed.is(&seen.identity)
        {
            let (serial, macs) = (
                seen.identity.serial.as_deref().unwrap_or("none"),
                &seen.identity.macs,
            );
            let macs: Vec<String> = macs.iter().map(ToString::to_string).collect();
            return Err(Refusal::Fail(format!(
                "{} is not the machine of the design: it shows serial {serial} and MACs [{}]; nothing was done to it",
                planned.target,
                macs.join(", ")
            )));
        }
        if state.started {
            return Ok(());
        }
        if let Some(name) = node {
            let plan = &self.terms.plan;
            let mut refused = holds
                .iter()
                .filter_map(|holds| holds.protects(name, plan, planned, seen.state));
            refused
                .next()
                .map_or(Ok(()), |reason| Err(Refusal::Skip(reason)))?;
        }
        let bound = self.terms.most_destroyed;
        match self.destroyed_by(step, &Observation::Server(seen.clone())) {
            Some(_) if self.destroyed.len() >= bound => Err(Refusal::Skip(format!(
                "{} is deployed, and this run may overwrite or give back {bound} deployed nodes and no more; nothing was done to it",
                planned.target
            ))),
            _ => Ok(()),
        }
    }

    /// The node that was deployed and loses what is on it by this step, if it did not before.
    fn destroyed_by(&self, step: StepId, seen: &Observation) -> Option<u32> {
        let Observation::Server(seen) = seen else {
            return None;
        };
        let node = self.terms.groups.steps[step.index()].node?;
        let destroys = self.planned(step).risk == Risk::Destructive
            && seen.state == ServerState::Deployed
            && !self.destroyed.contains(&node);
        destroys.then_some(node)
    }

    pub(super) fn applied(&mut self, step: StepId, progress: Progress) {
        self.end_turn(step);
        self.limits
            .answered(self.terms.groups.steps[step.index()].endpoint);
        let state = &mut self.steps[step.index()];
        state.failures = 0;
        state.asked = true;
        let (note, poll_after) = match progress {
            Progress::Done => return self.done(step),
            Progress::Waiting { note, poll_after } => (note, poll_after),
        };
        if self.orders.cancelled {
            return self.skip_cancelled(step);
        }
        if self.is_overdue(step) {
            let limit = self.terms.policy.attempts(self.planned(step)).deadline;
            let limit = limit.as_secs();
            return self.fail(
                step,
                format!("not done within {limit} s; last seen: {note}"),
            );
        }
        self.events.push(EventKind::StepWaiting {
            name: self.name(step),
            note: note.clone(),
        });
        self.steps[step.index()].last = Some(Box::new(Last::Note(note)));
        self.due(step, self.now.saturating_add(poll_after));
    }

    fn is_overdue(&self, step: StepId) -> bool {
        let since = self.steps[step.index()].since.unwrap_or(self.now);
        let deadline = self.terms.policy.attempts(self.planned(step)).deadline;
        self.now.saturating_sub(since) > deadline
    }

    pub(super) fn failed_call(&mut self, step: StepId, error: DriverError) {
        self.end_turn(step);
        let endpoint = self.terms.groups.steps[step.index()].endpoint;
        // Whatever may have happened is observed before the next call, as before every call.
        let again = error.kind().is_retryable() || error.kind() == ErrorKind::Indeterminate;
        let turn = self.steps[step.index()].turn;
        match again {
            true => self.limits.pushed_back(endpoint, turn, self.now),
            false => self.limits.answered(endpoint),
        }
        let state = &mut self.steps[step.index()];
        state.failures += 1;
        let failures = state.failures;
        if !again {
            return self.fail(step, error.to_string());
        }
        if self.orders.cancelled {
            return self.skip_cancelled(step);
        }
        let attempts = self.terms.policy.attempts(self.planned(step));
        if failures > attempts.failures {
            return self.fail(
                step,
                format!("given up after {failures} failed calls: {error}"),
            );
        }
        if self.is_overdue(step) {
            let limit = attempts.deadline.as_secs();
            return self.fail(
                step,
                format!("not done within {limit} s; the last call failed: {error}"),
            );
        }
        self.events.push(EventKind::StepRetried {
            name: self.name(step),
            reason: error.to_string(),
            failures,
        });
        let pause = self.terms.policy.pause(step, failures, &error);
        self.steps[step.index()].last = Some(Box::new(Last::Error(error.to_string())));
        self.due(step, self.now.saturating_add(pause));
    }
}
