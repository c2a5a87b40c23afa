//! The queue of steps that are due, by time; looking at it costs nothing while nothing is due.

use crate::names::StepId;
use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

/// Steps and when they are due; of those due at one time the lower number comes first.
#[derive(Debug, Default)]
pub(super) struct ReadyQueue(BinaryHeap<Reverse<(Duration, StepId)>>);

impl ReadyQueue {
    /// Adds a step that is due at `at`.
    pub(super) fn push(&mut self, at: Duration, step: StepId) {
        self.0.push(Reverse((at, step)));
    }

    /// The next step that is due now.
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<StepId> {
        let due = self.next_due().is_some_and(|at| at <= now);
        if due {
            self.0.pop().map(|Reverse((_, step))| step)
        } else {
            None
        }
    }

    /// When the next step is due.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }
}
