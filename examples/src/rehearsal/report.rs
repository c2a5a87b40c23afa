//! What came of all the runs of a rehearsal: for people and for programs.

use super::why::{Reasons, Rehearsed, reasons};
use drydock_core::{execute::profile::Profile, plan::timing::Durations};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

/// What came of all the runs.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many runs there were.
    pub runs: u64,
    /// Runs after which the site was as designed.
    pub as_designed: u64,
    /// Runs after which it was not, each step for the reason of a fault that was put in.
    pub otherwise: u64,
    /// How long runs took, in seconds of virtual time: the shortest, the median and the longest.
    pub seconds: [u64; 3],
    /// Why runs ended otherwise.
    pub reasons: BTreeMap<String, Count>,
    /// The same for what no fault explains.
    pub unexplained: BTreeMap<String, Count>,
    /// How often each fault struck.
    pub faults: BTreeMap<String, u64>,
    /// What must not happen and did.
    pub violations: Vec<String>,
    /// The first seed that did not end as designed.
    pub first_seed: Option<u64>,
    /// Where the time went in the run that took the median.
    pub median_run: Option<ProfiledRun>,
    #[serde(skip)]
    took: Vec<(Duration, ProfiledRun)>,
}

/// In how many runs, and for how many nodes, networks and ports of them all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Runs.
    pub runs: u64,
    /// What it was the reason of, in all runs.
    pub targets: u64,
    /// The first seed.
    pub seed: u64,
}

/// A run, and where its time went.
#[derive(Debug, Clone, Serialize)]
pub struct ProfiledRun {
    /// Its seed.
    pub seed: u64,
    /// Where its time went.
    pub profile: Profile,
}

fn count(into: &mut BTreeMap<String, Count>, reasons: Reasons, seed: u64) {
    for (reason, targets) in reasons {
        let first = Count {
            seed,
            ..Count::default()
        };
        let count = into.entry(reason).or_insert(first);
        count.runs += 1;
        count.targets += targets.len() as u64;
    }
}

impl Report {
    /// Takes in the run of this seed.
    pub fn add(&mut self, seed: u64, rehearsed: &Rehearsed<'_>) {
        let (ended, site) = (rehearsed.ended, rehearsed.site);
        let (explained, open) = reasons(rehearsed);
        let is_sound = ended.violations.is_empty() && site.violations().is_empty();
        let is_whole = is_sound && ended.outcome.is_success();
        self.runs += 1;
        self.as_designed += u64::from(is_whole);
        self.otherwise += u64::from(!is_whole && is_sound && open.is_empty());
        if !is_whole {
            self.first_seed.get_or_insert(seed);
        }
        count(&mut self.reasons, explained, seed);
        count(&mut self.unexplained, open, seed);
        let at_site = site.injected();
        let at_site = at_site.iter().map(|it| (it.fault.to_string(), 1));
        let around = ended.met.iter().map(|(it, n)| (it.to_string(), *n));
        for (fault, times) in around.chain(at_site) {
            *self.faults.entry(fault).or_default() += times;
        }
        self.violations.extend(ended.violations.iter().cloned());
        let of_site = site.violations();
        self.violations
            .extend(of_site.iter().map(ToString::to_string));
        let profile = Profile::of(rehearsed.plan, &ended.events, &Durations::default());
        self.took.push((ended.took, ProfiledRun { seed, profile }));
    }

    /// All runs are in.
    pub fn close(&mut self) {
        self.took.sort_by_key(|(took, run)| (*took, run.seed));
        let at = |n: usize| self.took.get(n).map_or(0, |(took, _)| took.as_secs());
        let last = self.took.len().saturating_sub(1);
        self.seconds = [at(0), at(last / 2), at(last)];
        self.median_run = self.took.get(last / 2).map(|(_, run)| run.clone());
    }

    /// Whether every run ended as designed.
    pub fn is_whole(&self) -> bool {
        self.as_designed == self.runs
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = self.verdict();
        let [shortest, median, longest] = self.seconds.map(minutes);
        text.push_str(&format!(
            "A run took {shortest} to {longest} minutes, half of them at most {median}.\n"
        ));
        table(
            &mut text,
            "What must not happen and did:",
            self.violations.clone(),
        );
        let lines = |reasons: &BTreeMap<String, Count>| {
            let mut reasons: Vec<_> = reasons.iter().collect();
            reasons.sort_by_key(|(reason, count)| (u64::MAX - count.runs, *reason));
            let line = |(reason, count): (&String, &Count)| {
                let Count {
                    runs,
                    targets,
                    seed,
                } = count;
                format!("{runs:>6}  {targets:>6}  {seed:>6}  {reason}")
            };
            let head = (!reasons.is_empty()).then(|| "  runs   nodes    seed  why".to_owned());
            head.into_iter()
                .chain(reasons.into_iter().map(line))
                .collect()
        };
        let title = "What no fault explains, with the first seed:";
        table(&mut text, title, lines(&self.unexplained));
        let title = "Why runs ended otherwise, with the first seed:";
        table(&mut text, title, lines(&self.reasons));
        let mut faults: Vec<_> = self.faults.iter().collect();
        faults.sort_by_key(|(fault, n)| (u64::MAX - **n, *fault));
        let faults = faults
            .into_iter()
            .map(|(what, n)| format!("{n:>6}  {what}"));
        table(
            &mut text,
            "What went wrong, and how often:",
            faults.collect(),
        );
        if let Some(run) = &self.median_run {
            let profile = run.profile.text();
            let title = format!(
                "Where the time went in the run of seed {}, the median (without the time between a crash and the next life):",
                run.seed
            );
            table(
                &mut text,
                &title,
                profile.lines().map(str::to_owned).collect(),
            );
        }
        text
    }

    fn verdict(&self) -> String {
        let Self {
            runs,
            as_designed,
            otherwise,
            ..
        } = self;
        let mut text = format!("{as_designed} of {runs} runs ended as designed.");
        if *otherwise > 0 {
            text.push_str(&format!(
                " {otherwise} ended otherwise, for a fault that was put in."
            ));
        }
        let defects = runs - as_designed - otherwise;
        if defects > 0 {
            text.push_str(&format!(
                " {defects} ended as no fault explains, the first of them with the seed {}.",
                self.first_seed.unwrap_or_default()
            ));
        }
        text.push('\n');
        text
    }
}

fn minutes(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn table(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title}\n"));
    for line in lines {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
}
