//! What is remembered of a BMC from one session to the next, as long as the client lives.

use crate::crypto::Suite;
use std::time::Duration;

/// What is known of a BMC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// The cipher suite of the last login. Weaker ones are not tried any more.
    pub suite: Option<Suite>,
    /// How long it takes to answer, smoothed.
    pub round_trip: Option<Duration>,
}

impl Memory {
    /// A login went well.
    pub(super) fn worked(&mut self, suite: Suite, round_trip: Duration) {
        self.suite = Some(suite);
        // As TCP does it (RFC 6298 §2).
        let smooth = |known: Duration| {
            known
                .saturating_mul(7)
                .saturating_add(round_trip)
                .checked_div(8)
        };
        self.round_trip = self.round_trip.and_then(smooth).or(Some(round_trip));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_round_trip_is_smoothed() {
        let mut memory = Memory::default();
        let ms = Duration::from_millis;
        memory.worked(Suite::THREE, ms(80));
        memory.worked(Suite::THREE, ms(160));
        assert_eq!(memory.round_trip, Some(ms(90)));
        memory.worked(Suite::SEVENTEEN, ms(90));
        assert_eq!(
            (memory.suite, memory.round_trip),
            (Some(Suite::SEVENTEEN), Some(ms(90)))
        );
    }
}
