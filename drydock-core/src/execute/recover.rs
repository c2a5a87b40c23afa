//! A run from its journal: empty for a fresh run, anything for one that crashed.

use super::{Policy, Run, Status};
use crate::{
    event::EventKind,
    plan::Plan,
    state::{Fact, Record},
};
use std::{sync::Arc, time::Duration};

impl Run {
    /// The run of this plan that goes on where its journal ends.
    ///
    /// What the journal says is done stays done. What was started may or may not have reached the world: it is observed
    /// and called again under the same operation key, never taken for done. What failed stays failed.
    pub fn recover(plan: Arc<Plan>, policy: Policy, records: &[Record], now: Duration) -> Self {
        let mut run = Self::blocked(plan, policy);
        let steps = run.steps.len();
        for record in records.iter().filter(|record| record.step.index() < steps) {
            let is_settled = matches!(
                run.status(record.step),
                Status::Done | Status::Failed | Status::Skipped
            );
            match &record.fact {
                Fact::Started => run.steps[record.step.index()].started = true,
                // What this frees becomes due when the whole journal has been read: it may be done as well.
                Fact::Done if !is_settled => drop(run.settle_done(record.step)),
                Fact::Failed { .. } if !is_settled => run.settle_failed(record.step),
                Fact::Done | Fact::Failed { .. } => {}
            }
        }
        run.events.clear();
        let done = run
            .steps
            .iter()
            .filter(|step| step.status == Status::Done)
            .count() as u32;
        run.events.push(EventKind::RunStarted {
            steps: steps as u32,
            done,
        });
        run.begin(now);
        run
    }
}
