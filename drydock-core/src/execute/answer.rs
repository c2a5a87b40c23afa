//! Which answers a run takes. Every call has a number; of the answers to a call the first one counts, and only as long as
//! its step has not been called again. A wire that delivers twice, or very late, does no harm.

use super::{Input, Run};
use crate::names::StepId;
use std::time::Duration;

/// The number of a call. In one run no two calls have the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallNumber(u64);

impl Run {
    /// The number of the call that this step waits for an answer to; the steps of one observation share it. To be asked
    /// when the command comes, and kept with the call for [`Run::answered`].
    pub fn call_number(&self, step: StepId) -> Option<CallNumber> {
        self.steps.get(step.index())?.call
    }

    /// Takes note of an answer to this call. One that was taken before, or that comes when its step has been called again
    /// or needs none any more, changes nothing.
    pub fn answered(&mut self, call: CallNumber, answer: Input, now: Duration) {
        if let Input::Observed { step, .. } | Input::Applied { step, .. } = &answer {
            let state = self.steps.get_mut(step.index());
            let waits = state.is_some_and(|state| state.call.take_if(|it| *it == call).is_some());
            if !waits {
                return;
            }
        }
        self.handle(answer, now);
    }

    /// A call of these steps begins.
    pub(super) fn number_call(&mut self, steps: &[StepId]) {
        self.calls.0 += 1;
        for step in steps {
            self.steps[step.index()].call = Some(self.calls);
        }
    }
}
