//! How a run ended, or stands.

use super::{Run, Status};
use crate::names::StepId;

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Steps that are done.
    pub done: Vec<StepId>,
    /// Steps that failed, each with the reason.
    pub failed: Vec<(StepId, String)>,
    /// Steps that were not begun or not gone on with, each with the reason.
    pub skipped: Vec<(StepId, String)>,
    /// Whether somebody cancelled the run.
    pub cancelled: bool,
}

impl Outcome {
    /// Whether every step is done.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }
}

impl Run {
    /// How it ended; of a run under way, what is not settled counts as skipped.
    pub fn outcome(&self) -> Outcome {
        let mut outcome = Outcome {
            cancelled: self.orders.cancelled,
            ..Outcome::default()
        };
        for step in self.terms.plan.steps.iter().map(|step| step.id) {
            let why = || self.why.get(&step).cloned().unwrap_or_default();
            match self.status(step) {
                Status::Done => outcome.done.push(step),
                Status::Failed => outcome.failed.push((step, why())),
                _ => outcome.skipped.push((step, why())),
            }
        }
        outcome
    }
}
