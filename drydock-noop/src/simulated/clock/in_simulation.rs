//! The clock of a site whose runs are simulated: one that is moved by hand, and the simulator is the hand.

use super::Clock;
use drydock_core::testing::simulator::WorldTime;
use std::time::Duration;

impl WorldTime for Clock {
    fn now(&self) -> Duration {
        Clock::now(self)
    }

    fn advance_to(&self, now: Duration) {
        Clock::advance_to(self, now);
    }

    fn next_timer(&self) -> Option<Duration> {
        Clock::next_timer(self)
    }
}
