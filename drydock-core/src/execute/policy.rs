//! How patient a run is: limits, time limits and back-off, in one table.

use crate::{
    driver::{DriverError, ServerAction},
    names::StepId,
    plan::Action,
};
use std::time::Duration;

/// How patient a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Calls in flight at once, at most. Default 64.
    pub in_flight: usize,
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
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            in_flight: 64,
            failures: 8,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            call_limit: Duration::from_secs(120),
            patience: 1,
        }
    }
}

impl Policy {
    /// How long a step with this action may take from its first call.
    pub fn deadline(&self, action: &Action) -> Duration {
        let minutes = match action {
            Action::Server(ServerAction::Commission) => 30,
            Action::Server(ServerAction::Deploy) => 45,
            Action::Server(ServerAction::Release) => 30,
            Action::Oob(_) => 5,
            _ => 10,
        };
        Duration::from_secs(minutes * 60) * self.patience.max(1)
    }

    /// How long to wait after the `failures`th failed call in a row: as long as the other side asked, and otherwise twice
    /// as long as before, less up to a quarter so that steps which failed together do not come back together.
    pub(super) fn pause(&self, step: StepId, failures: u32, error: &DriverError) -> Duration {
        let doubled = self
            .first_pause
            .saturating_mul(1 << failures.saturating_sub(1).min(16));
        let pause = doubled.min(self.longest_pause);
        let spread = mix(u64::from(step.0) << 32 | u64::from(failures)) % 256;
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
}
