//! How long things take at a simulated site.

use drydock_core::driver::ServerAction;
use std::time::Duration;

/// How long things take, unless a fault makes them slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durations {
    /// From a call to its answer; with faults from a seed between half and one and a half times as long. Default 0: every
    /// call is answered at once.
    pub call: Duration,
    /// From asking for power to having it. Default 100 ms.
    pub power: Duration,
    /// A commissioning. Default 900 ms.
    pub commission: Duration,
    /// A deployment. Default 1.5 s.
    pub deploy: Duration,
    /// A release. Default 500 ms.
    pub release: Duration,
}

impl Default for Durations {
    fn default() -> Self {
        Self {
            call: Duration::ZERO,
            power: Duration::from_millis(100),
            commission: Duration::from_millis(900),
            deploy: Duration::from_millis(1500),
            release: Duration::from_millis(500),
        }
    }
}

impl Durations {
    /// Nothing takes any time.
    pub fn none() -> Self {
        let none = Duration::ZERO;
        Self {
            call: none,
            power: none,
            commission: none,
            deploy: none,
            release: none,
        }
    }

    /// As long as with servers in racks: calls take 50 ms, power 5 s, a commissioning and a deployment 10 minutes each, a
    /// release 2 minutes. For clocks that are not a person's.
    pub fn of_racks() -> Self {
        Self {
            call: Duration::from_millis(50),
            power: Duration::from_secs(5),
            commission: Duration::from_secs(600),
            deploy: Duration::from_secs(600),
            release: Duration::from_secs(120),
        }
    }

    /// With calls that take so long.
    #[must_use]
    pub fn call(mut self, call: Duration) -> Self {
        self.call = call;
        self
    }

    /// Everything takes this many times as long.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let Self {
            call,
            power,
            commission,
            deploy,
            release,
        } = self;
        let [call, power, commission, deploy, release] =
            [call, power, commission, deploy, release].map(|time| stretched(time, factor));
        Self {
            call,
            power,
            commission,
            deploy,
            release,
        }
    }

    /// How long an action on a server takes.
    pub(super) fn of(&self, action: ServerAction) -> Duration {
        match action {
            ServerAction::Commission => self.commission,
            ServerAction::Deploy => self.deploy,
            ServerAction::Release => self.release,
            _ => Duration::ZERO,
        }
    }
}

/// The time, so many times as long; a factor that makes no sense changes nothing.
pub(super) fn stretched(time: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_without_sense_changes_nothing() {
        let durations = Durations::default();
        assert_eq!(durations.scaled(2.0).deploy, Duration::from_secs(3));
        assert_eq!(durations.scaled(f64::NAN), durations);
        assert_eq!(durations.scaled(-1.0), durations);
    }
}
