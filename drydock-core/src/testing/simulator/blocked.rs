//! Which steps a fault holds up now, as it is known from outside the run, and whether the run says so.
//!
//! A step is held up by a call that will not be answered in time, by the pause after one that failed for a fault, by a
//! pause of the run, a store that does not answer, a rival before it; and by a step for which one of these holds and that
//! it needs, or whose place it waits for. A fault that is over holds nothing up: an answer that came late has come.

use super::{Simulator, faults::Fault, life::Life};
use crate::{
    execute::{Cause, WaitingOn},
    names::StepId,
};
use std::{collections::BTreeMap, time::Duration};

/// How many states that do not name their fault are kept.
const MOST_KEPT: usize = 20;

/// Of the states in which a fault held a step up, how many named it.
#[derive(Debug, Default)]
pub(super) struct Explained {
    pub(super) held_up: u64,
    pub(super) named: u64,
    /// The same of the steps that a fault held up itself, for each fault.
    pub(super) by_fault: BTreeMap<Fault, (u64, u64)>,
    /// Those that did not: the fault, and what was said instead.
    pub(super) unnamed: Vec<String>,
}

impl Explained {
    fn count(&mut self, fault: Fault, is_named: bool, waiting: &WaitingOn) {
        self.held_up += 1;
        if is_named {
            self.named += 1;
        } else if self.unnamed.len() < MOST_KEPT {
            let (step, what) = (&waiting.step, &waiting.what);
            self.unnamed
                .push(format!("{fault}: {step}: waits for {what}"));
        }
    }
}

/// What must be in the words of a cause for it to name the fault.
fn names(fault: Fault, what: &Cause) -> bool {
    let said = what.to_string();
    match fault {
        Fault::LostRequest | Fault::LostAnswer | Fault::LateAnswer => said.contains("no answer"),
        Fault::Busy => said.contains("busy"),
        Fault::Unavailable => said.contains("nobody answers"),
        Fault::Pause => said.contains("paused"),
        Fault::StoreDown => said.contains("lease") && said.contains("store"),
        Fault::Rival => said.contains("orchestrator before"),
        _ => false,
    }
}

impl Simulator<'_> {
    /// Holds what a run that sleeps says of its steps against what goes wrong with them.
    pub(super) fn explain(&mut self, who: usize) {
        let Some(life) = &self.lives[who] else {
            return;
        };
        let now = life.time(self.now);
        let of_all = self.holds_all(life, now);
        if life.troubles.is_empty() && of_all.is_none() {
            return;
        }
        let said = life.run.report(now).waiting;
        let mut explained = std::mem::take(&mut self.explained);
        let mut held = BTreeMap::new();
        for waiting in &said {
            let step = waiting.step.step;
            let fault = match of_all {
                Some(fault) if self.holds(life, now, fault, waiting) => fault,
                _ => match life.troubles.get(&step) {
                    Some(fault) if self.holds(life, now, *fault, waiting) => *fault,
                    _ => continue,
                },
            };
            let is_named = names(fault, &waiting.what);
            explained.count(fault, is_named, waiting);
            let (named, all) = explained.by_fault.entry(fault).or_default();
            (*named, *all) = (*named + u64::from(is_named), *all + 1);
            held.insert(step, fault);
        }
        for waiting in said.iter().filter(|w| !held.contains_key(&w.step.step)) {
            self.explain_follower(waiting, &held, &mut explained);
        }
        self.explained = explained;
    }

    /// What keeps every step from beginning now.
    fn holds_all(&self, life: &Life, now: Duration) -> Option<Fault> {
        if now < life.not_before {
            Some(Fault::Rival)
        } else if self.orders.paused {
            Some(Fault::Pause)
        } else if self.store.is_down() {
            Some(Fault::StoreDown)
        } else {
            None
        }
    }

    /// Whether this fault holds the step up now.
    fn holds(&self, life: &Life, now: Duration, fault: Fault, waiting: &WaitingOn) -> bool {
        let step = waiting.step.step;
        let needs = &self.given.terms.plan.steps[step.index()].needs;
        let is_free = needs.iter().all(|need| self.checks.is_done(*need));
        let mut flights = life.flights.values();
        let is_called = flights.any(|flight| flight.steps.contains(&step));
        let has_lease = life.run.call_ends(&[step], now).is_some();
        let waits_out = waiting.next_check.is_some_and(|at| at > now);
        match fault {
            // A refusal holds nobody up before it has come.
            Fault::Busy | Fault::Unavailable if is_called => false,
            _ if fault.is_of_calls() && is_called => true,
            // The pause after it. When that is over, something else holds the step up, if anything does.
            _ if fault.is_of_calls() => has_lease && !self.waits_for_others(waiting),
            _ if !is_free || is_called || self.waits_for_others(waiting) => false,
            // What has begun is gone on with, and what failed before waits that out first.
            Fault::Pause => !self.checks.is_begun(step) && !waits_out,
            Fault::StoreDown => !has_lease,
            _ => true,
        }
    }

    /// Whether it waits for others, and they are not done: for their places, or for them before its node is taken down.
    fn waits_for_others(&self, waiting: &WaitingOn) -> bool {
        match &waiting.what {
            Cause::Limit { held_by, .. } => {
                held_by.iter().all(|holder| !self.checks.is_over(*holder))
            }
            Cause::Needs { steps } => {
                !steps.is_empty() && steps.iter().all(|step| !self.checks.is_done(*step))
            }
            _ => false,
        }
    }

    /// A step that needs one that is held up has to name it; one that waits for a place or a step that it names does.
    fn explain_follower(
        &self,
        waiting: &WaitingOn,
        held: &BTreeMap<StepId, Fault>,
        explained: &mut Explained,
    ) {
        let step = waiting.step.step;
        let needs = &self.given.terms.plan.steps[step.index()].needs;
        let named: &[StepId] = match &waiting.what {
            Cause::Limit { held_by, .. } => held_by,
            Cause::Needs { steps } => steps,
            _ => &[],
        };
        let mut leaders = needs.iter().chain(named);
        let leader = leaders.find(|step| held.contains_key(step));
        if let Some(leader) = leader {
            explained.count(held[leader], named.contains(leader), waiting);
        }
    }
}
