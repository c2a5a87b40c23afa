//! How long is waited, and how often a datagram is sent.

use std::time::Duration;

/// The times of a session. All have defaults that suit BMCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timing {
    /// The first wait for an answer while nothing is known of the BMC's pace.
    pub first: Duration,
    /// The shortest wait, however quick the BMC has been: it may be busy.
    pub least: Duration,
    /// The longest wait before a datagram is sent again.
    pub most: Duration,
    /// How often a step of the login is sent.
    pub login_sends: u32,
    /// How often a request that may be repeated is sent.
    pub request_sends: u32,
    /// How long the answer to a request that is sent once only is waited for.
    pub once: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            least: Duration::from_millis(200),
            most: Duration::from_secs(3),
            login_sends: 3,
            request_sends: 5,
            once: Duration::from_secs(8),
        }
    }
}

/// Shorter waits are none.
const SHORTEST: Duration = Duration::from_millis(1);

/// What has been learnt of the time that a BMC takes to answer (RFC 6298 §2).
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    timing: Timing,
    /// Smoothed, and how far it varies.
    known: Option<(Duration, Duration)>,
}

impl Pace {
    pub(super) fn new(timing: Timing, guess: Option<Duration>) -> Self {
        Self {
            timing,
            known: guess.map(|rtt| (rtt, part(rtt, 2))),
        }
    }

    pub(super) fn learn(&mut self, sample: Duration) {
        self.known = Some(match self.known {
            None => (sample, part(sample, 2)),
            Some((smoothed, varies)) => {
                let off = sample.abs_diff(smoothed);
                let varies = part(varies.saturating_mul(3).saturating_add(off), 4);
                let smoothed = part(smoothed.saturating_mul(7).saturating_add(sample), 8);
                (smoothed, varies)
            }
        });
    }

    pub(super) fn rtt(&self) -> Duration {
        self.known
            .map_or(self.timing.first, |(smoothed, _)| smoothed)
    }

    /// How long to wait after the `nth` sending, from 1: 1.5 times as long each time, and up to an eighth more by chance, so
    /// that many that wait for the same cause do not come back at the same instant.
    pub(super) fn wait(&self, nth: u32, chance: u8) -> Duration {
        let Timing {
            first, least, most, ..
        } = self.timing;
        let known = |(smoothed, varies): (Duration, Duration)| {
            smoothed.saturating_add(varies.saturating_mul(4)).max(least)
        };
        // However the times are set, it does not spin.
        let most = most.max(SHORTEST);
        let mut wait = self.known.map_or(first, known).clamp(SHORTEST, most);
        for _ in 1..nth.min(16) {
            wait = part(wait.saturating_mul(3), 2).min(most);
        }
        wait.saturating_add(part(wait.saturating_mul(u32::from(chance)), 2048))
    }
}

/// One of so many.
fn part(whole: Duration, of: u32) -> Duration {
    whole.checked_div(of).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn waits_grow_to_their_cap() {
        let pace = Pace::new(Timing::default(), None);
        let waits: Vec<_> = (1..=7).map(|nth| pace.wait(nth, 0).as_millis()).collect();
        assert_eq!(waits, [500, 750, 1125, 1687, 2531, 3000, 3000]);
        assert!(pace.wait(1, 255) > ms(560) && pace.wait(1, 255) < ms(563));
    }

    #[test]
    fn times_of_zero_do_not_spin() {
        let timing = Timing {
            first: ms(0),
            least: ms(0),
            most: ms(0),
            ..Timing::default()
        };
        for guess in [None, Some(ms(0))] {
            assert!(Pace::new(timing, guess).wait(1, 0) >= ms(1));
        }
    }

    #[test]
    fn a_quick_bmc_is_asked_again_sooner_and_a_slow_one_later() {
        let mut pace = Pace::new(Timing::default(), None);
        (0..20).for_each(|_| pace.learn(ms(2)));
        assert_eq!((pace.rtt(), pace.wait(1, 0)), (ms(2), ms(200)));
        (0..40).for_each(|_| pace.learn(ms(1_000)));
        assert!(pace.wait(1, 0) > ms(1_000) && pace.wait(1, 0) < ms(1_100));
        assert_eq!(
            Pace::new(Timing::default(), Some(ms(400))).wait(1, 0),
            ms(1_200)
        );
    }
}
