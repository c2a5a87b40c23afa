//! What the end of a call means for its step: go on, look again later, try again, or give up.

use super::{
    Observation, Run,
    state::{Last, Stage},
};
use crate::{
    driver::{DriverError, ErrorKind, Progress, Risk, ServerState},
    event::EventKind,
    names::StepId,
    plan::Step,
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
        let server = match seen {
            Observation::Server(seen) => Some(seen),
            _ => None,
        };
        let expected = &planned.precondition.states;
        if let Some(seen) = server
            && !state.started
            && !expected.is_empty()
            && !expected.contains(&seen.state)
        {
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
        is_the_designed_machine(planned, seen).map_err(Refusal::Fail)?;
        let Some(seen) = server.filter(|_| !state.started) else {
            return Ok(());
        };
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

/// What destroys is done to the machine that the design names, as it was just seen, and to none that it cannot tell from
/// another; else why not. Networks and switch ports are no machines.
fn is_the_designed_machine(planned: &Step, seen: &Observation) -> Result<(), String> {
    let shown = match seen {
        Observation::Network(_) => return Ok(()),
        Observation::Server(seen) => Some(&seen.identity),
        Observation::Custom(seen) => seen.identity.as_ref(),
        Observation::Oob(_) => None,
    };
    let target = &planned.target;
    let Some(designed) = &planned.precondition.identity else {
        return Err(format!(
            "nothing says which machine {target} is; nothing was done to it; write its serial number or boot MAC into the \
             design and plan again"
        ));
    };
    let Some(shown) = shown else {
        return Err(format!(
            "{} does not tell which machine `{}` would strike; nothing was done to {target}",
            planned.driver, planned.action
        ));
    };
    if designed.is(shown) {
        return Ok(());
    }
    let serial = shown.serial.as_deref().unwrap_or("none");
    let macs: Vec<String> = shown.macs.iter().map(ToString::to_string).collect();
    Err(format!(
        "{target} is not the machine of the design: it shows serial {serial} and MACs [{}]; nothing was done to it",
        macs.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        driver::{CustomAction, CustomObservation, Identity, ServerObservation},
        execute::{Command, Input, Policy, Status},
        plan::{Action, DesignedIdentity, tests::plan_of},
    };
    use std::{sync::Arc, time::Duration};

    const MACHINE: &str = "S-1";

    /// The status of the only step, which destroys, when this was seen of a machine of which the design says this; and why.
    fn taken(
        action: Option<CustomAction>,
        designed: Option<&str>,
        seen: &Observation,
        is_resumed: bool,
    ) -> (Status, Option<String>) {
        let mut plan = plan_of(&[("a", "deploy", &[])]);
        if let Some(action) = action {
            plan.steps[0].action = Action::Custom(action);
        }
        plan.steps[0].precondition.identity = designed.map(|serial| DesignedIdentity {
            serial: Some(serial.into()),
            boot_mac: None,
        });
        let journal = [Record::new(StepId(0), Fact::Started)];
        let journal = &journal[..usize::from(is_resumed)];
        let mut run = Run::recover(Arc::new(plan), Policy::default(), journal, Duration::ZERO);
        let step = StepId(0);
        loop {
            match run.poll(Duration::ZERO) {
                Command::Append(_) => {}
                Command::Observe(_) => {
                    let result = Ok(seen.clone());
                    run.handle(Input::Observed { step, result }, Duration::ZERO);
                }
                _ => return (run.status(step), run.why.get(&step).cloned()),
            }
        }
    }

    fn server(serial: Option<&str>) -> Observation {
        let identity = Identity::new(serial.map(Into::into), Vec::new());
        Observation::Server(ServerObservation::new(ServerState::Ready).identity(identity))
    }

    fn custom(serial: Option<&str>) -> Observation {
        let seen = CustomObservation::new(false);
        Observation::Custom(match serial {
            Some(serial) => seen.identity(Identity::new(Some(serial.into()), Vec::new())),
            None => seen,
        })
    }

    #[test]
    fn what_destroys_is_taken_on_the_designed_machine_alone() {
        let wipe = || Some(CustomAction::new("array", "wipe"));
        for is_resumed in [false, true] {
            let server = |designed, seen| taken(None, designed, &server(seen), is_resumed);
            let custom = |designed, seen| taken(wipe(), designed, &custom(seen), is_resumed);
            let is_taken = (Status::InFlight, None);
            assert_eq!(server(Some(MACHINE), Some(MACHINE)), is_taken);
            assert_eq!(custom(Some(MACHINE), Some(MACHINE)), is_taken);
            let refused = [
                (server(Some(MACHINE), Some("S-2")), "it shows serial S-2"),
                (server(Some(MACHINE), None), "it shows serial none"),
                (
                    server(None, Some(MACHINE)),
                    "nothing says which machine a is",
                ),
                (custom(Some(MACHINE), Some("S-2")), "it shows serial S-2"),
                (
                    custom(Some(MACHINE), None),
                    "fake does not tell which machine",
                ),
                (
                    custom(None, Some(MACHINE)),
                    "nothing says which machine a is",
                ),
                (custom(None, None), "nothing says which machine a is"),
            ];
            for ((status, why), expected) in refused {
                let why = why.unwrap_or_default();
                assert_eq!(status, Status::Failed, "{expected}");
                assert!(
                    why.contains(expected) && why.contains("nothing was done to"),
                    "{why}"
                );
            }
        }
    }
}
