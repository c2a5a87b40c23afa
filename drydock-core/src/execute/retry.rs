//! One table of patience: how long a call may take, how long a step has, and how often it is tried.

use super::Policy;
use crate::{driver::ServerAction, names::DriverName, plan::Action};
use smol_str::{SmolStr, ToSmolStr};
use std::time::Duration;

/// How patient a run is with one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempts {
    /// How long one call may take; what has no answer by then is taken for lost.
    pub call_limit: Duration,
    /// How long the step may take from its first call.
    pub deadline: Duration,
    /// How many of its calls may fail in a row.
    pub failures: u32,
}

/// What is otherwise for some steps. What says nothing leaves the policy as it is.
///
/// ```
/// use drydock_core::execute::{Override, Policy};
/// use std::time::Duration;
///
/// let mut policy = Policy::default();
/// policy.overrides.push(Override::action("deploy").deadline(Duration::from_secs(7200)));
/// policy.overrides.push(Override::driver("ipmi").call_limit(Duration::from_secs(20)).failures(20));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Override {
    /// For steps with this action, as plans write it: `deploy`, `power on`; for all, where there is none.
    pub action: Option<SmolStr>,
    /// For steps of this driver; for all, where there is none.
    pub driver: Option<DriverName>,
    /// How long one call may take.
    pub call_limit: Option<Duration>,
    /// How long the step may take from its first call.
    pub deadline: Option<Duration>,
    /// How many of its calls may fail in a row.
    pub failures: Option<u32>,
}

impl Override {
    /// For steps with this action, as plans write it.
    pub fn action(action: impl Into<SmolStr>) -> Self {
        Self {
            action: Some(action.into()),
            ..Self::default()
        }
    }

    /// For steps of this driver.
    pub fn driver(driver: impl Into<DriverName>) -> Self {
        Self {
            driver: Some(driver.into()),
            ..Self::default()
        }
    }

    /// One call may take so long.
    #[must_use]
    pub fn call_limit(mut self, limit: Duration) -> Self {
        self.call_limit = Some(limit);
        self
    }

    /// The step may take so long.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// So many of its calls may fail in a row.
    #[must_use]
    pub fn failures(mut self, failures: u32) -> Self {
        self.failures = Some(failures);
        self
    }

    fn is_for(&self, action: &str, driver: &DriverName) -> bool {
        self.action.as_ref().is_none_or(|wanted| wanted == action)
            && self.driver.as_ref().is_none_or(|wanted| wanted == driver)
    }
}

impl Attempts {
    pub(super) fn of(policy: &Policy, action: &Action, driver: &DriverName) -> Self {
        let minutes = match action {
            Action::Server(ServerAction::Commission) => 30,
            Action::Server(ServerAction::Deploy) => 60,
            Action::Server(ServerAction::Release) => 30,
            Action::Oob(_) => 5,
            _ => 10,
        };
        let deadline = Duration::from_secs(minutes * 60).saturating_mul(policy.patience.max(1));
        let mut attempts = Self {
            call_limit: policy.call_limit,
            deadline,
            failures: policy.failures,
        };
        if policy.overrides.is_empty() {
            return attempts;
        }
        let action = action.to_smolstr();
        for other in policy
            .overrides
            .iter()
            .filter(|o| o.is_for(&action, driver))
        {
            attempts.call_limit = other.call_limit.unwrap_or(attempts.call_limit);
            attempts.deadline = other.deadline.unwrap_or(attempts.deadline);
            attempts.failures = other.failures.unwrap_or(attempts.failures);
        }
        attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::OobAction;

    #[test]
    fn the_last_override_that_says_something_counts() {
        let seconds = Duration::from_secs;
        let policy = Policy {
            overrides: vec![
                Override::action("power on")
                    .deadline(seconds(1))
                    .failures(1),
                Override::driver("slow").deadline(seconds(9)),
            ],
            ..Policy::default()
        };
        let on = Action::Oob(OobAction::PowerOn);
        let of = |action: &Action, driver: &str| Attempts::of(&policy, action, &driver.into());
        assert_eq!(of(&on, "ipmi").deadline, seconds(1));
        assert_eq!(
            (of(&on, "slow").deadline, of(&on, "slow").failures),
            (seconds(9), 1)
        );
        assert_eq!(of(&on, "slow").call_limit, policy.call_limit);
        assert_eq!(of(&Action::Verify, "ipmi").deadline, seconds(600));
    }
}
