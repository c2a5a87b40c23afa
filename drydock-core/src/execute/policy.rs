//! How a run is carried out: its limits, its waves, how patient it is and how long its lease holds.

use super::{
    retry::{Attempts, Override},
    waves::Size,
};
use crate::{
    driver::DriverError,
    names::{DriverName, StepId},
    plan::{Action, Step},
};
use smol_str::SmolStr;
use std::{collections::BTreeMap, time::Duration};

/// How a run is carried out. The default limits calls and nothing else: no waves, no failure budget.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Steps with a call in flight at once, at most. Default 64.
    pub in_flight: usize,
    /// The same for each endpoint: a server, network or step driver, or one BMC. Default 64. An endpoint that pushes
    /// back is given less for a while, never more.
    pub endpoint: usize,
    /// The same for the endpoints of a driver by its name, in the place of [`Self::endpoint`].
    pub endpoints: BTreeMap<DriverName, usize>,
    /// How many machines of one rack may be switched on within [`Self::rack_window`], for the sake of its fuses; 0 is no
    /// limit, and the default.
    pub rack_power: usize,
    /// How long a machine that is on counts for [`Self::rack_power`]. Default 10 s.
    pub rack_window: Duration,
    /// Failure domains: for each key of a label, how many nodes with one value of it may be disrupted at once.
    pub domains: BTreeMap<SmolStr, usize>,
    /// How many nodes are taken at a time: the first wave, the second and so on; the last size is repeated. None: all at
    /// once.
    pub waves: Vec<Size>,
    /// How many nodes may fail before no further node is begun; without it, any number.
    pub failure_budget: Option<Size>,
    /// Calls of one step that may fail in a row before the step fails. Default 8.
    pub failures: u32,
    /// The first pause after a failed call; it doubles with each further one. Default 1 s.
    pub first_pause: Duration,
    /// The longest pause after a failed call. Default 1 min.
    pub longest_pause: Duration,
    /// How long one call may take. Default 2 min.
    pub call_limit: Duration,
    /// Multiplies the time each action has; 1 by default.
    pub patience: u32,
    /// What is otherwise for some actions or drivers. Where several match, the last one that says something counts.
    pub overrides: Vec<Override>,
    /// How long the run's lease holds without being renewed. Default 4 min.
    pub lease: Duration,
    /// By how much the clocks of orchestrators and store may differ while a lease holds. Default 5 s.
    pub skew: Duration,
    /// Seeds the jitter of pauses.
    pub seed: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            in_flight: 64,
            endpoint: 64,
            endpoints: BTreeMap::new(),
            rack_power: 0,
            rack_window: Duration::from_secs(10),
            domains: BTreeMap::new(),
            waves: Vec::new(),
            failure_budget: None,
            failures: 8,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            call_limit: Duration::from_secs(120),
            patience: 1,
            overrides: Vec::new(),
            lease: Duration::from_secs(240),
            skew: Duration::from_secs(5),
            seed: 0,
        }
    }
}

impl Policy {
    /// How patient the run is with this step.
    pub fn attempts(&self, step: &Step) -> Attempts {
        Attempts::of(self, &step.action, &step.driver)
    }

    /// How long a step with this action may take from its first call, where no driver says otherwise.
    pub fn deadline(&self, action: &Action) -> Duration {
        Attempts::of(self, action, &DriverName::default()).deadline
    }

    /// How long a call may take by which a driver of this name only looks.
    pub fn look_limit(&self, driver: &DriverName) -> Duration {
        Attempts::of(self, &Action::Verify, driver).call_limit
    }

    /// The longest time that any call of this plan may take: what a successor waits out.
    pub fn longest_call<'a>(&self, steps: impl IntoIterator<Item = &'a Step>) -> Duration {
        if self.overrides.is_empty() {
            return self.call_limit;
        }
        let limits = steps.into_iter().map(|step| self.attempts(step).call_limit);
        limits.max().unwrap_or(self.call_limit)
    }

    /// How many calls an endpoint of this driver bears at once.
    pub(super) fn endpoint_of(&self, driver: &DriverName) -> usize {
        self.endpoints
            .get(driver)
            .copied()
            .unwrap_or(self.endpoint)
            .max(1)
    }

    /// How long to wait after the `failures`th failed call in a row: as long as the other side asked, and otherwise twice
    /// as long as before, less up to a quarter so that steps which failed together do not come back together.
    pub(super) fn pause(&self, step: StepId, failures: u32, error: &DriverError) -> Duration {
        let doubled = self
            .first_pause
            .saturating_mul(1 << failures.saturating_sub(1).min(16));
        let pause = doubled.min(self.longest_pause);
        let spread = mix(self.seed ^ (u64::from(step.0) << 32 | u64::from(failures))) % 256;
        let jitter = pause * spread as u32 / 1024;
        (pause - jitter).max(error.pause().unwrap_or_default())
    }
}

/// Spreads small numbers over all of u64 (the finalizer of splitmix64).
fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::ErrorKind;

    #[test]
    fn pauses_double_up_to_the_longest_and_honour_the_other_side() {
        let policy = Policy::default();
        let busy = DriverError::new(ErrorKind::Busy, "busy");
        let pause = |n| policy.pause(StepId(3), n, &busy).as_secs_f64();
        assert!(
            (0.75..=1.0).contains(&pause(1))
                && (1.5..=2.0).contains(&pause(2))
                && (45.0..=60.0).contains(&pause(30))
        );
        let asked = DriverError::new(ErrorKind::Busy, "busy").retry_after(Duration::from_secs(300));
        assert_eq!(policy.pause(StepId(3), 1, &asked), Duration::from_secs(300));
    }

    #[test]
    fn the_seed_decides_the_jitter() {
        let busy = DriverError::new(ErrorKind::Busy, "busy");
        let with = |seed| {
            let policy = Policy {
                seed,
                ..Policy::default()
            };
            (0..20)
                .map(|n| policy.pause(StepId(n), 1, &busy))
                .collect::<Vec<_>>()
        };
        assert_eq!(with(7), with(7));
        assert_ne!(with(7), with(8));
    }
}
