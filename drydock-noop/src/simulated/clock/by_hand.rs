//! A clock that is moved by hand, and the waits on it.

use crate::locked;
use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

/// The time of a clock that is moved by hand. Its copies are one clock.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<Mutex<Timers>>);

#[derive(Debug, Default)]
struct Timers {
    now: Duration,
    begun: u64,
    /// By time, then in the order in which they began.
    waiting: BTreeMap<(Duration, u64), Waker>,
}

impl ManualClock {
    /// How late it is.
    pub fn now(&self) -> Duration {
        locked(&self.0).now
    }

    /// Ends when it is so late. It counts as waiting from its first poll until it ends or is dropped.
    pub fn until(&self, at: Duration) -> Timer {
        Timer {
            clock: self.clone(),
            at,
            number: None,
        }
    }

    /// Moves on to this time, never back, and wakes whatever waits for a time up to it, the earliest first.
    pub fn advance_to(&self, at: Duration) {
        let due = {
            let mut timers = locked(&self.0);
            timers.now = timers.now.max(at);
            let latest = (timers.now, u64::MAX);
            let later = timers.waiting.split_off(&latest);
            std::mem::replace(&mut timers.waiting, later)
        };
        // Without the lock, for a waker may look at the clock.
        due.into_values().for_each(Waker::wake);
    }

    /// When the first wait ends.
    pub fn next_timer(&self) -> Option<Duration> {
        locked(&self.0)
            .waiting
            .first_key_value()
            .map(|((at, _), _)| *at)
    }
}

/// A wait on a [`ManualClock`].
#[derive(Debug)]
#[must_use = "a wait does nothing until it is polled"]
pub struct Timer {
    clock: ManualClock,
    at: Duration,
    number: Option<u64>,
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (clock, at, number) = (self.clock.clone(), self.at, self.number);
        let mut timers = locked(&clock.0);
        if timers.now >= at {
            return Poll::Ready(());
        }
        let number = number.unwrap_or_else(|| {
            timers.begun += 1;
            timers.begun
        });
        let before = timers.waiting.insert((at, number), cx.waker().clone());
        // Without the lock, for with a waker its task may go, and with that other timers.
        drop(timers);
        drop(before);
        self.number = Some(number);
        Poll::Pending
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let waker = locked(&self.clock.0).waiting.remove(&(self.at, number));
            drop(waker);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{pin::pin, task::Wake};

    /// Notes its name when it is woken.
    struct Noting(&'static str, Arc<Mutex<Vec<&'static str>>>);

    impl Wake for Noting {
        fn wake(self: Arc<Self>) {
            locked(&self.1).push(self.0);
        }
    }

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn waits_end_in_the_order_of_their_times_and_then_of_their_beginning() {
        let (clock, woken) = (ManualClock::default(), Arc::new(Mutex::new(Vec::new())));
        let mut timers = Vec::new();
        for (name, at) in [("c", 5), ("a", 2), ("d", 5), ("b", 2), ("later", 9)] {
            let waker = Waker::from(Arc::new(Noting(name, woken.clone())));
            let mut timer = Box::pin(clock.until(seconds(at)));
            let mut cx = Context::from_waker(&waker);
            assert!(timer.as_mut().poll(&mut cx).is_pending());
            timers.push(timer);
        }
        assert_eq!(clock.next_timer(), Some(seconds(2)));
        clock.advance_to(seconds(5));
        assert_eq!(*locked(&woken), ["a", "b", "c", "d"]);
        assert_eq!(clock.next_timer(), Some(seconds(9)));
        clock.advance_to(seconds(1));
        assert_eq!(clock.now(), seconds(5), "it never goes back");
    }

    #[test]
    fn what_is_no_longer_waited_for_leaves_no_timer() {
        let clock = ManualClock::default();
        let mut cx = Context::from_waker(Waker::noop());
        {
            let mut timer = pin!(clock.until(seconds(1)));
            assert!(timer.as_mut().poll(&mut cx).is_pending());
            assert!(timer.as_mut().poll(&mut cx).is_pending());
            assert_eq!(clock.next_timer(), Some(seconds(1)));
        }
        assert_eq!(clock.next_timer(), None);
        assert!(pin!(clock.until(Duration::ZERO)).poll(&mut cx).is_ready());
    }
}
