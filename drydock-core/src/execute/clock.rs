//! `[io]` The time that a run is worked on by. It goes on while the machine sleeps, as the leases of others do, and a
//! call is cut by it before it is let do anything more.

use std::{
    fs::File,
    future::{Future, poll_fn},
    io::Read as _,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::{Instant, sleep};

/// Where Linux tells for how long it has been up, time asleep included (CLOCK_BOOTTIME); proc_uptime(5).
const UPTIME: &str = "/proc/uptime";

/// Less than this between two clocks that were read one after the other is no sleep.
const LEAST: Duration = Duration::from_secs(1);

/// Milliseconds since 1970-01-01 UTC, for people: nothing is decided by it. A clock before that is taken to stand at it.
pub(crate) fn wall_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

/// Tells how long it is since it was made. On Linux a suspended machine's time counts; elsewhere, as far as the clock of
/// the standard library counts it.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    epoch: Instant,
    /// What the machine said when this was made: how long it was up, and the clock that stands still in its sleep.
    up: Option<(Duration, std::time::Instant)>,
    /// For how many milliseconds it had slept when that was last asked; clones share it.
    slept: Arc<AtomicU64>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            epoch: Instant::now(),
            up: up().map(|up| (up, std::time::Instant::now())),
            slept: Arc::default(),
        }
    }

    /// How long it is since it was made. It asks the kernel: for waking and for calls, not for every step.
    pub(super) fn now(&self) -> Duration {
        let slept = self.asleep();
        let millis = u64::try_from(slept.as_millis()).unwrap_or(u64::MAX);
        self.slept.fetch_max(millis, Ordering::Relaxed);
        self.epoch.elapsed().saturating_add(slept)
    }

    /// The same, with the sleep that is known of.
    pub(super) fn about_now(&self) -> Duration {
        let slept = Duration::from_millis(self.slept.load(Ordering::Relaxed));
        self.epoch.elapsed().saturating_add(slept)
    }

    /// For how long the machine has slept since it was made.
    fn asleep(&self) -> Duration {
        let since = self.up.zip(up());
        since.map_or(Duration::ZERO, |((then, awake), now)| {
            asleep(now.saturating_sub(then), awake.elapsed())
        })
    }

    /// What the call answers, unless it has not answered by then. Once that time has come it is not polled again, also
    /// where this process was stopped meanwhile and everything is ready at once: what it would do next is no longer ours.
    pub(super) async fn within<T>(
        &self,
        ends: Duration,
        call: impl Future<Output = T>,
    ) -> Result<T, Late> {
        let mut call = pin!(call);
        let mut end = pin!(sleep(ends.saturating_sub(self.now())));
        poll_fn(|cx| {
            if self.now() >= ends {
                return Poll::Ready(Err(Late));
            }
            if let Poll::Ready(answer) = call.as_mut().poll(cx) {
                return Poll::Ready(Ok(answer));
            }
            end.as_mut().poll(cx).map(|()| Err(Late))
        })
        .await
    }
}

/// The time of a call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Late;

/// The time asleep between two moments: what the clock that counts it has on top of the one that does not.
fn asleep(up: Duration, awake: Duration) -> Duration {
    let slept = up.saturating_sub(awake);
    if slept < LEAST { Duration::ZERO } else { slept }
}

fn up() -> Option<Duration> {
    let mut text = String::new();
    File::open(UPTIME).ok()?.read_to_string(&mut text).ok()?;
    let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use tokio::time::advance;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn sleep_counts_and_reading_two_clocks_does_not() {
        assert_eq!(asleep(s(100), s(40)), s(60));
        assert_eq!(asleep(s(100), Duration::from_millis(99_200)), s(0));
        assert_eq!(asleep(s(40), s(100)), s(0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_machine_tells_for_how_long_it_is_up() {
        let (first, second) = (up().unwrap(), up().unwrap());
        assert!(first > Duration::ZERO && second >= first);
    }

    /// A call that does something at each of three seconds.
    async fn three(done: &AtomicU32) {
        for _ in 0..3 {
            sleep(s(1)).await;
            done.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_in_time_answers() {
        let (clock, done) = (Clock::new(), AtomicU32::new(0));
        assert_eq!(clock.within(s(5), three(&done)).await, Ok(()));
        assert_eq!(done.into_inner(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_cut_at_its_end() {
        let (clock, done) = (Clock::new(), AtomicU32::new(0));
        assert_eq!(
            clock
                .within(Duration::from_millis(2500), three(&done))
                .await,
            Err(Late)
        );
        assert_eq!(
            (done.into_inner(), clock.now()),
            (2, Duration::from_millis(2500))
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_wakes_after_its_end_does_nothing_more() {
        let (clock, done) = (Clock::new(), AtomicU32::new(0));
        let stopped = async {
            tokio::task::yield_now().await;
            // As after SIGCONT: the call's own timer and its end have come at once.
            advance(s(60)).await;
        };
        let (answer, ()) = tokio::join!(clock.within(s(5), three(&done)), stopped);
        assert_eq!((answer, done.into_inner()), (Err(Late), 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_whose_time_is_over_never_begins() {
        let (clock, done) = (Clock::new(), AtomicU32::new(0));
        advance(s(5)).await;
        let call = async { done.fetch_add(1, Ordering::SeqCst) };
        assert_eq!(clock.within(s(5), call).await, Err(Late));
        assert_eq!(done.into_inner(), 0);
    }
}
