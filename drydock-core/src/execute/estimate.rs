//! How long a run will still take: the longest path of what is not settled, by how long steps are expected to take.

use super::{Run, Terms};
use crate::names::StepId;
use std::{cmp::Reverse, time::Duration};

/// For each step, how long it takes from its beginning to the end of the last that needs it in its wave.
#[derive(Debug)]
pub(super) struct Estimate {
    tails: Vec<Duration>,
    /// The steps by wave, those with the longest tails first.
    order: Vec<StepId>,
    /// How many at the front of `order` are settled.
    settled: usize,
    /// How long all waves after each one take.
    after: Vec<Duration>,
}

impl Estimate {
    pub(super) fn of(terms: &Terms) -> Self {
        let (steps, groups) = (&terms.plan.steps, &terms.groups.steps);
        let mut tails = vec![Duration::ZERO; steps.len()];
        for step in steps.iter().rev() {
            let tail = tails[step.id.index()].saturating_add(terms.expected.expected(step));
            tails[step.id.index()] = tail;
            for need in &step.needs {
                if groups[need.index()].wave == groups[step.id.index()].wave {
                    tails[need.index()] = tails[need.index()].max(tail);
                }
            }
        }
        let mut longest = vec![Duration::ZERO; terms.groups.waves.max(1) as usize];
        for (tail, groups) in tails.iter().zip(groups) {
            let longest = &mut longest[groups.wave as usize];
            *longest = (*longest).max(*tail);
        }
        let mut total = Duration::ZERO;
        let mut after: Vec<Duration> = longest
            .iter()
            .rev()
            .map(|longest| {
                let longer = total.saturating_add(*longest);
                std::mem::replace(&mut total, longer)
            })
            .collect();
        after.reverse();
        let mut order: Vec<StepId> = steps.iter().map(|step| step.id).collect();
        order.sort_by_key(|step| (groups[step.index()].wave, Reverse(tails[step.index()])));
        Self {
            tails,
            order,
            settled: 0,
            after,
        }
    }
}

impl Run {
    /// How long it will still take, if everything takes as long as it is expected to and nothing waits for a limit.
    pub fn time_left(&mut self) -> Duration {
        let estimate = &mut self.estimate;
        while let Some(step) = estimate.order.get(estimate.settled)
            && self.steps[step.index()].is_settled()
        {
            estimate.settled += 1;
        }
        self.expected_left(self.now)
    }

    pub(super) fn expected_left(&self, now: Duration) -> Duration {
        let estimate = &self.estimate;
        let mut open = estimate.order[estimate.settled..]
            .iter()
            .filter(|step| !self.steps[step.index()].is_settled());
        let Some(step) = open.next() else {
            return Duration::ZERO;
        };
        let tail = estimate.tails[step.index()];
        let own = self.terms.expected.expected(self.planned(*step));
        let since = self.steps[step.index()].since;
        let spent = since.map_or(Duration::ZERO, |since| now.saturating_sub(since));
        let wave = self.terms.groups.steps[step.index()].wave;
        // A step that takes longer than expected is expected to end now.
        (tail - spent.min(own)).saturating_add(estimate.after[wave as usize])
    }
}
