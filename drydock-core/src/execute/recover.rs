//! A run from its journal: empty for a fresh run, anything for one that crashed.

use super::{Policy, Run, Terms, state::Stage};
use crate::{
    event::EventKind,
    names::StepId,
    plan::Plan,
    state::{Fact, Record},
};
use std::{sync::Arc, time::Duration};

impl Run {
    /// The run of this plan that goes on where its journal ends; whatever the plan does may be done.
    pub fn recover(plan: Arc<Plan>, policy: Policy, records: &[Record], now: Duration) -> Self {
        Self::resume(Terms::new(plan, policy), records, now)
    }

    /// The run on these terms that goes on where its journal ends.
    ///
    /// What the journal says is done stays done. What was started may or may not have reached the world: it is observed
    /// and called again under the same operation key, never taken for done. What failed stays failed. What was skipped is
    /// judged again.
    pub fn resume(terms: Terms, records: &[Record], now: Duration) -> Self {
        let mut run = Self::blocked(terms);
        run.now = now;
        let steps = run.steps.len();
        for record in records.iter().filter(|record| record.step.index() < steps) {
            let step = record.step;
            let is_settled = run.steps[step.index()].is_settled();
            let node = run.terms.groups.steps[step.index()].node;
            match &record.fact {
                Fact::Started => {
                    run.steps[step.index()].started = true;
                    run.disrupts(step);
                    if let Some(node) = node {
                        run.nodes[node as usize].is_begun = true;
                    }
                }
                Fact::Destroys => run.destroyed.extend(node),
                // What this frees becomes due when the whole journal has been read: it may be done as well.
                Fact::Done if !is_settled => drop(run.settle_done(step)),
                Fact::Failed { reason } if !is_settled => run.settle_failed(step, reason.clone()),
                Fact::Done | Fact::Failed { .. } => {}
            }
        }
        run.events.clear();
        run.events.push(EventKind::RunStarted {
            steps: steps as u32,
            done: run.counts.done,
        });
        run.hold_again();
        run.begin();
        run
    }

    /// Makes every step due that nothing blocks; called once, when the journal has been read.
    fn begin(&mut self) {
        for n in 0..self.steps.len() {
            if self.steps[n].stage == Stage::Blocked && self.steps[n].unmet == 0 {
                self.due(StepId(n as u32), self.now);
            }
        }
    }
}
