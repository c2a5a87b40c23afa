//! Where the time of a run went: by action, by what steps were doing, by node, and the chain of steps that decided when it
//! ended.
//!
//! It is worked out of the run's events alone, of a whole run or of as much of one as there is. It decides nothing.

mod table;
mod timeline;

use crate::{
    event::{Event, EventKind},
    names::{PlanId, StepId},
    plan::{Plan, Target, timing::Durations},
};
use serde::{Serialize, Serializer};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use timeline::{Ended, Timeline};

/// How many of the slowest targets are named.
const SLOWEST: usize = 10;

/// Where the time of a run went. As JSON its times are seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Profile {
    /// The plan that was carried out.
    pub plan: PlanId,
    /// From the first event to the last. Time between a crash and the recovery is not in it.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub total: Duration,
    /// Whether the run had come to its end when the events ended.
    pub is_finished: bool,
    /// How many steps the plan has.
    pub steps: usize,
    /// How many of them were done, here or before a crash.
    pub done: usize,
    /// How many failed.
    pub failed: usize,
    /// How many will not be begun.
    pub skipped: usize,
    /// How many calls failed and were made again.
    pub retries: u32,
    /// What each action took, the one that took most first.
    pub actions: Vec<ActionTimes>,
    /// The steps that one after the other decided when the run ended, in order.
    pub critical_path: Vec<Link>,
    /// The targets that took longest from their first step to their last, the slowest first; ten at most.
    pub slowest: Vec<TargetTimes>,
}

/// What the steps of one action took, from their first call to their end.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ActionTimes {
    /// What was done.
    pub action: String,
    /// How many steps were begun.
    pub count: usize,
    /// All of them together.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub total: Duration,
    /// The median of one.
    #[serde(rename = "median_seconds", serialize_with = "seconds")]
    pub median: Duration,
    /// The longest of one, and the target it was on.
    #[serde(rename = "longest_seconds", serialize_with = "seconds")]
    pub longest: Duration,
    /// The target of the longest.
    pub longest_on: String,
    /// What one was expected to take.
    #[serde(rename = "expected_seconds", serialize_with = "seconds")]
    pub expected: Duration,
    /// How all of it is divided.
    #[serde(flatten)]
    pub spent: Spent,
}

/// What steps were doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Spent {
    /// They could have begun, and waited for their turn: for a limit, a wave, a pause.
    #[serde(rename = "queued_seconds", serialize_with = "seconds")]
    pub queued: Duration,
    /// Their first call was in flight.
    #[serde(rename = "calling_seconds", serialize_with = "seconds")]
    pub calling: Duration,
    /// The machine was at work and was asked now and then.
    #[serde(rename = "waiting_seconds", serialize_with = "seconds")]
    pub waiting: Duration,
    /// A call had failed, until one was answered again.
    #[serde(rename = "retrying_seconds", serialize_with = "seconds")]
    pub retrying: Duration,
}

/// One step of the chain that decided when a run ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Link {
    /// The step.
    pub step: StepId,
    /// What it was done to.
    pub target: String,
    /// What was done.
    pub action: String,
    /// How long it could have begun and did not.
    #[serde(rename = "queued_seconds", serialize_with = "seconds")]
    pub queued: Duration,
    /// From its first call to its end, or to the last event.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub took: Duration,
}

/// What one target took.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TargetTimes {
    /// The target.
    pub target: String,
    /// From its first step's first call to its last step's end.
    #[serde(rename = "seconds", serialize_with = "seconds")]
    pub total: Duration,
    /// The action that took longest on it.
    pub longest: String,
    /// How long that took.
    #[serde(rename = "longest_seconds", serialize_with = "seconds")]
    pub took: Duration,
    /// How many calls failed and were made again.
    pub retries: u32,
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((time.as_secs_f64() * 1e3).round() / 1e3)
}

impl Profile {
    /// The profile of a run of this plan, of its events in order. Events of steps that the plan does not have are passed
    /// over.
    pub fn of(plan: &Plan, events: &[Event], expected: &Durations) -> Self {
        let timeline = Timeline::of(plan, events);
        let count = |ended| {
            timeline
                .steps
                .iter()
                .filter(|step| step.ended == Some(ended))
                .count()
        };
        let done_before = events.iter().find_map(|event| match event.kind {
            EventKind::RunStarted { done, .. } => Some(done as usize),
            _ => None,
        });
        Self {
            plan: plan.id.clone(),
            total: timeline.end,
            is_finished: timeline.is_finished,
            steps: plan.steps.len(),
            done: count(Ended::Done) + done_before.unwrap_or_default(),
            failed: count(Ended::Failed),
            skipped: count(Ended::Skipped),
            retries: timeline.steps.iter().map(|step| step.retries).sum(),
            actions: actions(plan, &timeline, expected),
            critical_path: critical_path(plan, &timeline),
            slowest: slowest(plan, &timeline),
        }
    }

    /// Lines for people: plain text, aligned.
    pub fn text(&self) -> String {
        table::text(self)
    }
}

impl Durations {
    /// Learns from a run how long the steps took that it did.
    pub fn learn_from(&mut self, plan: &Plan, events: &[Event]) {
        let timeline = Timeline::of(plan, events);
        for (step, times) in plan.steps.iter().zip(&timeline.steps) {
            if let (Some(took), Some(Ended::Done)) = (times.took(timeline.end), times.ended) {
                self.learn(&step.action.to_string(), took);
            }
        }
    }
}

fn actions(plan: &Plan, timeline: &Timeline, expected: &Durations) -> Vec<ActionTimes> {
    let mut by_action: BTreeMap<String, Vec<(Duration, usize)>> = BTreeMap::new();
    for (n, step) in plan.steps.iter().enumerate() {
        if let Some(took) = timeline.steps[n].took(timeline.end) {
            let times = by_action.entry(step.action.to_string()).or_default();
            times.push((took, n));
        }
    }
    let mut actions: Vec<ActionTimes> = by_action
        .into_iter()
        .filter_map(|(action, mut times)| {
            times.sort_unstable();
            let &(longest, on) = times.last()?;
            let mut spent = Spent::default();
            times
                .iter()
                .for_each(|(_, n)| spent.add(timeline.steps[*n].spent));
            Some(ActionTimes {
                count: times.len(),
                total: times.iter().map(|(took, _)| *took).sum(),
                median: times[(times.len() - 1) / 2].0,
                longest,
                longest_on: plan.steps[on].target.to_string(),
                expected: expected.expected(&plan.steps[on]),
                action,
                spent,
            })
        })
        .collect();
    actions.sort_by_key(|times| std::cmp::Reverse(times.total));
    actions
}

impl Spent {
    fn add(&mut self, other: Spent) {
        self.queued += other.queued;
        self.calling += other.calling;
        self.waiting += other.waiting;
        self.retrying += other.retrying;
    }
}

/// From the step that ended last back to the one that, of those it needs, ended last, and so on.
fn critical_path(plan: &Plan, timeline: &Timeline) -> Vec<Link> {
    let end = |n: &usize| {
        timeline
            .steps
            .get(*n)
            .and_then(|step| step.until(timeline.end))
    };
    let last = (0..plan.steps.len()).filter(|n| end(n).is_some());
    let mut at = last.max_by_key(|n| (end(n), std::cmp::Reverse(*n)));
    let mut path = Vec::new();
    while let Some(n) = at {
        let (step, times) = (&plan.steps[n], &timeline.steps[n]);
        path.push(Link {
            step: step.id,
            target: step.target.to_string(),
            action: step.action.to_string(),
            queued: times.spent.queued,
            took: times.took(timeline.end).unwrap_or_default(),
        });
        let needs = step.needs.iter().map(|need| need.index());
        at = needs
            .filter(|need| *need < n && end(need).is_some())
            .max_by_key(|need| (end(need), *need));
    }
    path.reverse();
    path
}

fn slowest(plan: &Plan, timeline: &Timeline) -> Vec<TargetTimes> {
    let mut steps: BTreeMap<&Target, Vec<usize>> = BTreeMap::new();
    for (n, step) in plan.steps.iter().enumerate() {
        if timeline.steps[n].began.is_some() {
            steps.entry(&step.target).or_default().push(n);
        }
    }
    let mut order: BTreeSet<(std::cmp::Reverse<Duration>, &Target)> = BTreeSet::new();
    for (target, steps) in &steps {
        let times = || steps.iter().map(|n| &timeline.steps[*n]);
        let began = times().filter_map(|step| step.began).min();
        let ended = times().filter_map(|step| step.until(timeline.end)).max();
        let total = ended
            .zip(began)
            .map(|(ended, began)| ended.saturating_sub(began));
        order.insert((std::cmp::Reverse(total.unwrap_or_default()), target));
    }
    let times = |(total, target): (std::cmp::Reverse<Duration>, &Target)| {
        let took = |n: &usize| timeline.steps[*n].took(timeline.end);
        let longest = steps[target]
            .iter()
            .copied()
            .max_by_key(|n| (took(n), std::cmp::Reverse(*n)))?;
        Some(TargetTimes {
            target: target.to_string(),
            total: total.0,
            longest: plan.steps[longest].action.to_string(),
            took: took(&longest).unwrap_or_default(),
            retries: steps[target]
                .iter()
                .map(|n| timeline.steps[*n].retries)
                .sum(),
        })
    };
    order.into_iter().take(SLOWEST).filter_map(times).collect()
}

#[cfg(test)]
mod tests;
