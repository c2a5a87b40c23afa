//! The time of a simulated site: Tokio's, one that is moved by hand, or a host's own.
//!
//! A clock only says how late it is and ends a wait. On a clock that is moved by hand waits are plain futures: they need
//! no runtime, and whoever moves the clock polls them. Such a clock never moves by itself, reads no other clock and
//! starts no thread, so the same calls in the same order give the same times.

mod by_hand;
#[cfg(feature = "simulator")]
mod in_simulation;

pub use by_hand::{ManualClock, Timer};

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::time::Instant;

/// A wait on a clock.
pub type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A clock of a host's own, such as a simulator's.
pub trait Time: fmt::Debug + Send + Sync + 'static {
    /// How late it is, since the clock's own beginning. Never goes back.
    fn now(&self) -> Duration;

    /// Ends when it is so late; at once if it is already. Dropping it ends the wait.
    fn until(&self, at: Duration) -> Wait;
}

/// By which clock things take their time. Its copies are one clock.
///
/// ```
/// use drydock_noop::Clock;
/// use std::{future::Future, pin::pin, task::{Context, Waker}, time::Duration};
///
/// let clock = Clock::manual();
/// let mut wait = pin!(clock.until(Duration::from_secs(3)));
/// let mut cx = Context::from_waker(Waker::noop());
/// assert!(wait.as_mut().poll(&mut cx).is_pending());
/// let next = clock.next_timer().unwrap_or_default();
/// assert_eq!(next, Duration::from_secs(3));
/// clock.advance_to(next);
/// assert!(wait.as_mut().poll(&mut cx).is_ready() && clock.next_timer().is_none());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Clock {
    /// Tokio's, also when it is paused; it begins when this is made.
    Tokio(Instant),
    /// One that stands still until [`Clock::advance`].
    Manual(ManualClock),
    /// A host's own.
    Own(Arc<dyn Time>),
}

impl Default for Clock {
    fn default() -> Self {
        Self::Tokio(Instant::now())
    }
}

impl Clock {
    /// A clock that is moved by hand.
    pub fn manual() -> Self {
        Self::Manual(ManualClock::default())
    }

    /// How late it is, since the clock's beginning.
    pub fn now(&self) -> Duration {
        match self {
            Self::Tokio(origin) => Instant::now().saturating_duration_since(*origin),
            Self::Manual(clock) => clock.now(),
            Self::Own(time) => time.now(),
        }
    }

    /// Ends when it is so late; at once if it is already.
    pub async fn until(&self, at: Duration) {
        match self {
            Self::Tokio(origin) => match origin.checked_add(at) {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            },
            Self::Manual(clock) => clock.until(at).await,
            Self::Own(time) => time.until(at).await,
        }
    }

    /// Moves the clock on; nothing for a clock that moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(clock) = self {
            clock.advance_to(clock.now().saturating_add(by));
        }
    }

    /// Moves the clock on to this time, never back; nothing for a clock that moves by itself. To let every wait end at
    /// its own time, go from one [`Clock::next_timer`] to the next.
    pub fn advance_to(&self, at: Duration) {
        if let Self::Manual(clock) = self {
            clock.advance_to(at);
        }
    }

    /// When the first of the waits on a clock that is moved by hand ends; none for other clocks.
    pub fn next_timer(&self) -> Option<Duration> {
        match self {
            Self::Manual(clock) => clock.next_timer(),
            _ => None,
        }
    }
}
