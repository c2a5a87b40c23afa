//! When each step of a run began and ended, and what it was doing between, out of its events.

use super::Spent;
use crate::{
    event::{Event, EventKind},
    names::StepId,
    plan::Plan,
};
use std::time::Duration;

/// The steps of a run on one line of time, which begins with the first event.
#[derive(Debug)]
pub(super) struct Timeline {
    /// In the order of the plan.
    pub(super) steps: Vec<StepTimes>,
    /// The time of the last event.
    pub(super) end: Duration,
    pub(super) is_finished: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Done,
    Failed,
    Skipped,
}

#[derive(Debug, Clone, Default)]
pub(super) struct StepTimes {
    /// Its first call.
    pub(super) began: Option<Duration>,
    at: Option<Duration>,
    pub(super) ended: Option<Ended>,
    pub(super) spent: Spent,
    pub(super) retries: u32,
    doing: Doing,
}

#[derive(Debug, Clone, Copy, Default)]
enum Doing {
    #[default]
    Calling,
    Waiting,
    Retrying,
}

impl StepTimes {
    /// From its first call to its end, or to this time where it has not ended.
    pub(super) fn took(&self, now: Duration) -> Option<Duration> {
        Some(self.until(now)?.saturating_sub(self.began?))
    }

    /// Its end, or this time; nothing where it never began.
    pub(super) fn until(&self, now: Duration) -> Option<Duration> {
        self.began?;
        match self.ended {
            Some(_) => self.at,
            None => Some(now),
        }
    }

    /// Counts what it was doing until now. Nothing more happens to a step that has ended.
    fn pass(&mut self, now: Duration) {
        if self.ended.is_some() {
            return;
        }
        if let Some(at) = self.at {
            let time = now.saturating_sub(at);
            match self.doing {
                Doing::Calling => self.spent.calling += time,
                Doing::Waiting => self.spent.waiting += time,
                Doing::Retrying => self.spent.retrying += time,
            }
        }
        if self.began.is_some() {
            self.at = Some(now);
        }
    }
}

impl Timeline {
    pub(super) fn of(plan: &Plan, events: &[Event]) -> Self {
        let mut timeline = Self {
            steps: vec![StepTimes::default(); plan.steps.len()],
            end: Duration::ZERO,
            is_finished: false,
        };
        // A run that goes on after a crash counts from the beginning again.
        let mut began = events.first().map_or(Duration::ZERO, |event| event.at);
        let mut offset = Duration::ZERO;
        for event in events {
            if matches!(event.kind, EventKind::RunStarted { .. }) {
                (began, offset) = (event.at, timeline.end);
                timeline.is_finished = false;
            }
            let now = offset + event.at.saturating_sub(began);
            timeline.end = timeline.end.max(now);
            timeline.take(plan, &event.kind, timeline.end);
        }
        let end = timeline.end;
        for step in &mut timeline.steps {
            if step.began.is_some() && step.ended.is_none() {
                step.pass(end);
            }
        }
        timeline
    }

    fn take(&mut self, plan: &Plan, event: &EventKind, now: Duration) {
        let doing = match event {
            EventKind::StepStarted { name, .. } => return self.begin(plan, name.step, now),
            EventKind::StepWaiting { name, .. } => Some((name.step, Doing::Waiting)),
            EventKind::StepRetried { name, .. } => Some((name.step, Doing::Retrying)),
            _ => None,
        };
        if let Some((step, doing)) = doing {
            if let Some(step) = self.steps.get_mut(step.index()) {
                step.pass(now);
                step.doing = doing;
                step.retries += u32::from(matches!(doing, Doing::Retrying));
            }
            return;
        }
        let (step, ended) = match event {
            EventKind::StepDone { name } => (name.step, Ended::Done),
            EventKind::StepFailed { name, .. } => (name.step, Ended::Failed),
            EventKind::StepSkipped { name, .. } => (name.step, Ended::Skipped),
            EventKind::RunFinished { .. } => {
                self.is_finished = true;
                return;
            }
            _ => return,
        };
        let step = self.steps.get_mut(step.index());
        if let Some(step) = step.filter(|step| step.ended.is_none()) {
            step.pass(now);
            step.ended = Some(ended);
            step.at = Some(now);
        }
    }

    /// A step that was begun before a crash keeps its beginning.
    fn begin(&mut self, plan: &Plan, id: StepId, now: Duration) {
        let needs = plan.steps.get(id.index()).map(|step| step.needs.as_slice());
        let ends = needs.into_iter().flatten();
        let ends = ends.filter_map(|need| self.steps.get(need.index())?.at);
        let could_begin = ends.max().unwrap_or(Duration::ZERO);
        let Some(step) = self.steps.get_mut(id.index()) else {
            return;
        };
        // What was skipped with a cancelled run is taken by the run that goes on with it.
        if step.ended == Some(Ended::Skipped) {
            step.ended = None;
        }
        if step.began.is_some() {
            step.pass(now);
        } else {
            step.began = Some(now);
            step.at = Some(now);
            step.spent.queued = now.saturating_sub(could_begin);
        }
        step.doing = Doing::Calling;
    }
}
