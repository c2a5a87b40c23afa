//! The time of a simulated site, and how long things take there.

use crate::locked;
use drydock_core::driver::ServerAction;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// By which clock things take their time.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Clock {
    /// Tokio's, also when it is paused.
    #[default]
    Tokio,
    /// One that stands still until [`Clock::advance`]; its copies are one clock.
    Manual(ManualClock),
}

/// The time of a clock that is moved by hand.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<Mutex<Duration>>);

impl Clock {
    /// A clock that is moved by hand.
    pub fn manual() -> Self {
        Self::Manual(ManualClock::default())
    }

    /// Moves the clock on; nothing for a clock that moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(clock) = self {
            let mut now = locked(&clock.0);
            *now = now.saturating_add(by);
        }
    }

    /// How long after `origin` it is.
    pub(super) fn now(&self, origin: tokio::time::Instant) -> Duration {
        match self {
            Self::Tokio => tokio::time::Instant::now().saturating_duration_since(origin),
            Self::Manual(clock) => *locked(&clock.0),
        }
    }
}

/// How long things take, unless a fault makes them slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Durations {
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
            power: none,
            commission: none,
            deploy: none,
            release: none,
        }
    }

    /// Everything takes this many times as long.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let Self {
            power,
            commission,
            deploy,
            release,
        } = self;
        let [power, commission, deploy, release] =
            [power, commission, deploy, release].map(|time| stretched(time, factor));
        Self {
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
    fn copies_of_a_manual_clock_are_one_clock() {
        let (clock, origin) = (Clock::manual(), tokio::time::Instant::now());
        clock.clone().advance(Duration::from_secs(3));
        assert_eq!(clock.now(origin), Duration::from_secs(3));
    }

    #[test]
    fn a_factor_without_sense_changes_nothing() {
        let durations = Durations::default();
        assert_eq!(durations.scaled(2.0).deploy, Duration::from_secs(3));
        assert_eq!(durations.scaled(f64::NAN), durations);
        assert_eq!(durations.scaled(-1.0), durations);
    }
}
