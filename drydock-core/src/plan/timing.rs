//! How long steps are expected to take, and what of a plan decides how long all of it takes.
//!
//! Nothing is decided here: whoever shows a plan, tells the time to done or compares a run with what was expected asks.
//! Times never enter a plan's id.

use super::{Action, Plan, Step};
use crate::{
    driver::{OobAction, ServerAction},
    names::StepId,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{collections::BTreeMap, time::Duration};

/// How many of the last times of an action are kept.
const KEPT: usize = 15;

/// How long steps are expected to take, by their action: what was learnt, and a table where nothing was.
///
/// What was learnt is a map from action to the last times in milliseconds, oldest first; it goes through serde, so that a
/// store can keep it.
///
/// ```
/// use drydock_core::plan::timing::Durations;
/// use std::time::Duration;
///
/// let mut durations = Durations::default();
/// for minutes in [7, 90, 8] {
///     durations.learn("deploy", Duration::from_secs(minutes * 60));
/// }
/// assert_eq!(durations.learnt("deploy"), Some(Duration::from_secs(480)));
/// let kept = serde_json::to_string(&durations).unwrap();
/// assert_eq!(kept, r#"{"deploy":[420000,5400000,480000]}"#);
/// assert_eq!(serde_json::from_str::<Durations>(&kept).unwrap(), durations);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Durations(BTreeMap<SmolStr, Vec<u64>>);

impl Durations {
    /// Takes note of how long a step with this action took, as [`Action`] writes itself: `configure storage`.
    pub fn learn(&mut self, action: &str, took: Duration) {
        let times = self.0.entry(action.into()).or_default();
        times.push(took.as_millis().try_into().unwrap_or(u64::MAX));
        let surplus = times.len().saturating_sub(KEPT);
        times.drain(..surplus);
    }

    /// The median of the last 15 times of this action: one machine that hung does not move it.
    pub fn learnt(&self, action: &str) -> Option<Duration> {
        let mut times = self.0.get(action)?.clone();
        times.sort_unstable();
        let last = times.len().checked_sub(1)?;
        times.get(last / 2).copied().map(Duration::from_millis)
    }

    /// How long this step is expected to take, from its first call to its end.
    pub fn expected(&self, step: &Step) -> Duration {
        let learnt = match self.0.is_empty() {
            true => None,
            false => self.learnt(&step.action.to_string()),
        };
        learnt.unwrap_or_else(|| standard(&step.action))
    }
}

/// Minutes, until something was learnt. Rough figures for servers with two sockets: their firmware's self-test takes three
/// to five minutes a boot; commissioning boots once and asks all hardware, deploying boots twice and writes an image of a
/// few gigabytes between; everything else is a handful of calls.
fn standard(action: &Action) -> Duration {
    let minutes = match action {
        Action::Server(ServerAction::Commission) => 8.0,
        Action::Server(ServerAction::Deploy) => 12.0,
        Action::Server(ServerAction::Release) => 3.0,
        Action::Oob(OobAction::NextBoot(_)) | Action::Verify => 0.1,
        _ => 0.5,
    };
    Duration::from_secs_f64(minutes * 60.0)
}

/// When each step of a plan begins and ends if nothing waits for a limit, and the steps that decide when all is done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// For each step, when it begins and ends, counted from the beginning of the run.
    pub steps: Vec<(Duration, Duration)>,
    /// The steps that one after the other take as long as all of it, in order. Where several chains are as long, one.
    pub critical_path: Vec<StepId>,
    /// How long all of it takes.
    pub total: Duration,
}

impl Timing {
    /// The timing of a plan, in time linear in its steps and edges.
    pub fn of(plan: &Plan, durations: &Durations) -> Self {
        Self::with(plan, |step| durations.expected(step))
    }

    /// The same, each step taking as long as `takes` says.
    ///
    /// A need that is no earlier step counts as none; a plan that was made by [`plan`](super::plan()) has no such need.
    pub fn with(plan: &Plan, takes: impl Fn(&Step) -> Duration) -> Self {
        let mut steps: Vec<(Duration, Duration)> = Vec::with_capacity(plan.steps.len());
        let mut after: Vec<Option<usize>> = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            let needs = step.needs.iter().map(|need| need.index());
            // Of needs that end together the later step counts: it may itself be what waited for the other.
            let last = needs
                .filter_map(|need| steps.get(need).map(|(_, end)| (*end, need)))
                .max();
            let start = last.map_or(Duration::ZERO, |(end, _)| end);
            steps.push((start, start.saturating_add(takes(step))));
            after.push(last.map(|(_, need)| need));
        }
        let ends = steps.iter().map(|(_, end)| *end);
        let last = ends
            .enumerate()
            .max_by_key(|(n, end)| (*end, std::cmp::Reverse(*n)));
        let mut critical_path = Vec::new();
        let mut at = last.map(|(n, _)| n);
        while let Some(n) = at {
            critical_path.push(StepId(n as u32));
            at = after[n];
        }
        critical_path.reverse();
        Self {
            total: last.map_or(Duration::ZERO, |(_, end)| end),
            steps,
            critical_path,
        }
    }

    /// How long a step takes.
    pub fn takes(&self, step: StepId) -> Duration {
        let times = self.steps.get(step.index()).copied();
        times.map_or(Duration::ZERO, |(start, end)| end.saturating_sub(start))
    }
}

/// A time as people say it, to about two figures: `40 ms`, `20 s`, `3 min 30 s`, `45 min`, `1 h 5 min`.
pub(crate) fn spoken(time: Duration) -> String {
    let round =
        |unit: u64| (time.as_secs() + u64::from(time.subsec_millis() >= 500) + unit / 2) / unit;
    let (seconds, minutes) = (round(1), round(60));
    let two = |whole: u64, of: &str, part: u64, unit: &str| match part {
        0 => format!("{whole} {of}"),
        _ => format!("{whole} {of} {part} {unit}"),
    };
    match time.as_secs() {
        0 if time.as_micros() < 500 => "0 s".to_owned(),
        0 => format!("{} ms", time.as_micros().div_ceil(500) / 2),
        1..10 if time.subsec_millis() >= 50 => format!("{:.1} s", time.as_secs_f64()),
        _ if seconds < 60 => format!("{seconds} s"),
        _ if seconds < 600 => two(seconds / 60, "min", seconds % 60, "s"),
        _ if minutes < 60 => format!("{minutes} min"),
        _ => two(minutes / 60, "h", minutes % 60, "min"),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::any_plan, *};
    use proptest::prelude::*;

    #[test]
    fn times_are_said_in_two_figures() {
        let said = |seconds: f64| spoken(Duration::from_secs_f64(seconds));
        let all = [
            0.0, 0.25, 9.94, 10.0, 59.4, 59.6, 95.0, 599.7, 3_599.0, 3_900.0, 36_000.0,
        ];
        let words = [
            "0 s",
            "250 ms",
            "9.9 s",
            "10 s",
            "59 s",
            "1 min",
            "1 min 35 s",
            "10 min",
            "1 h",
            "1 h 5 min",
            "10 h",
        ];
        assert_eq!(all.map(said), words);
    }

    #[test]
    fn what_is_learnt_takes_the_place_of_the_table_and_of_what_is_old() {
        let mut durations = Durations::default();
        let plan = super::super::tests::plan_of(&[("a", "deploy", &[])]);
        assert_eq!(durations.expected(&plan.steps[0]), Duration::from_secs(720));
        durations.learn("deploy", Duration::from_secs(60));
        assert_eq!(durations.expected(&plan.steps[0]), Duration::from_secs(60));
        (0..KEPT).for_each(|_| durations.learn("deploy", Duration::from_secs(90)));
        assert_eq!(durations.0["deploy"], vec![90_000; KEPT]);
        assert_eq!(durations.learnt("verify"), None);
        let empty: Durations = serde_json::from_str(r#"{"deploy":[]}"#).unwrap();
        assert_eq!(empty.expected(&plan.steps[0]), Duration::from_secs(720));
    }

    proptest! {
        #[test]
        fn no_step_begins_before_what_it_needs_ends_and_the_path_takes_all_of_the_time(
            plan in any_plan(), times in proptest::collection::vec(0..5u64, 1..9),
        ) {
            let takes = |step: &Step| Duration::from_secs(times[step.id.index() % times.len()]);
            let timing = Timing::with(&plan, takes);
            for step in &plan.steps {
                let (start, end) = timing.steps[step.id.index()];
                prop_assert_eq!(end - start, takes(step));
                let needed = step.needs.iter().map(|need| timing.steps[need.index()].1).max();
                prop_assert_eq!(start, needed.unwrap_or_default(), "it begins as early as it can");
                prop_assert!(end <= timing.total);
            }
            let length: Duration = timing.critical_path.iter().map(|id| timing.takes(*id)).sum();
            prop_assert_eq!(length, timing.total);
            for pair in timing.critical_path.windows(2) {
                prop_assert!(plan.steps[pair[1].index()].needs.contains(&pair[0]));
                prop_assert_eq!(timing.steps[pair[0].index()].1, timing.steps[pair[1].index()].0);
            }
            prop_assert_eq!(timing.critical_path.is_empty(), plan.is_empty());
        }
    }
}
