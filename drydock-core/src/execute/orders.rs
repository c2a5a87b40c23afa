//! What people want of a run under way. Not what they did last but what they want by now, so that nothing is lost when
//! several orders come before the run looks.

use super::{Holds, Run, state::Stage};
use crate::names::PlanId;
use std::mem;

/// What people want of a run under way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Orders {
    /// No step is begun; those that have begun are gone on with.
    pub paused: bool,
    /// Nothing is called any more. Calls in flight end or are cut at their deadlines. What is not done is skipped, and a
    /// later run of the same id goes on with it.
    pub cancelled: bool,
    /// The plan that is approved by now.
    pub approved: Option<PlanId>,
    /// What must not be touched, besides what the run's design holds.
    pub holds: Holds,
}

impl Run {
    /// Takes note of what people want by now.
    pub(super) fn ordered(&mut self, orders: Orders) {
        let before = mem::replace(&mut self.orders, orders);
        if self.orders.cancelled && !before.cancelled {
            return self.cancel();
        }
        if before.paused && !self.orders.paused {
            let parked = mem::take(&mut self.parked.pause);
            self.wake(parked);
        }
        if self.is_approved() {
            let parked = mem::take(&mut self.parked.approval);
            self.wake(parked);
        }
    }

    /// Whether what destroys may be done.
    pub(super) fn is_approved(&self) -> bool {
        let id = &self.terms.plan.id;
        self.terms.approval.covers(id) || self.orders.approved.as_ref() == Some(id)
    }

    fn cancel(&mut self) {
        for n in 0..self.steps.len() {
            let is_called = matches!(self.steps[n].stage, Stage::Observing | Stage::Applying);
            // A call that was decided and not made yet is as good as not decided.
            if !self.steps[n].is_settled() && !is_called {
                self.skip_cancelled(crate::names::StepId(n as u32));
            }
        }
        let unmade: Vec<_> = mem::take(&mut self.observations)
            .into_iter()
            .flatten()
            .collect();
        for step in unmade {
            if !self.steps[step.index()].is_settled() {
                self.end_turn(step);
                self.skip_cancelled(step);
            }
        }
        self.applications.clear();
    }
}
