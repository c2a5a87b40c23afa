//! How long an orchestrator may act under its lease. Pure: it is told the time.
//!
//! A lease runs on the store's clock, which is asked before it is known when the store has answered. So it is taken to
//! begin when it was *asked for*, and to end sooner by the skew that clocks may have. No call begins without it, and no
//! call's deadline is after its end.

use std::time::Duration;

/// The time for which a run's lease is known to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    ttl: Duration,
    skew: Duration,
    /// When it was last asked for, with success.
    asked: Duration,
    /// When to renew it.
    renew_at: Duration,
}

impl Tenure {
    /// A lease for `ttl` that was asked for at `asked` and given since.
    pub fn new(ttl: Duration, skew: Duration, asked: Duration) -> Self {
        Self {
            ttl,
            skew,
            asked,
            renew_at: asked.saturating_add(ttl / 3),
        }
    }

    /// When it ends, for us.
    pub fn end(&self) -> Duration {
        self.asked
            .saturating_add(self.ttl.saturating_sub(self.skew))
    }

    /// When to renew it: at a third of its time, or soon after a renewal failed.
    pub fn renew_at(&self) -> Duration {
        self.renew_at
    }

    /// It was renewed; that was asked for at `asked`.
    pub fn renewed(&mut self, asked: Duration) {
        // Answers may overtake each other; a lease never ends sooner for having been renewed.
        self.asked = self.asked.max(asked);
        self.renew_at = self.asked.saturating_add(self.ttl / 3);
    }

    /// The store could not be asked; it is asked again soon.
    pub fn renewal_failed(&mut self, now: Duration) {
        self.renew_at = now.saturating_add(self.ttl / 30);
    }

    /// When a call that begins now and may take `limit` has to end; none when it must not begin. So close to the end that
    /// only a cut call would fit, a renewal is waited for instead.
    pub fn deadline(&self, now: Duration, limit: Duration) -> Option<Duration> {
        let left = self.end().checked_sub(now)?;
        let least = limit.min(self.ttl / 3);
        (!left.is_zero() && left >= least).then(|| now.saturating_add(limit).min(self.end()))
    }

    /// Whether it has ended.
    pub fn is_over(&self, now: Duration) -> bool {
        now >= self.end()
    }
}

/// Until when one who takes over observes nothing, when its lease was given at `now`: the store has waited out the
/// predecessor's lease, and what that had in flight ends within its longest call; clocks may differ on top.
pub fn successor_begins(now: Duration, longest_call: Duration, skew: Duration) -> Duration {
    now.saturating_add(longest_call).saturating_add(skew)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn no_call_begins_without_it_and_none_ends_after_it() {
        let lease = Tenure::new(s(60), s(5), s(100));
        assert_eq!(lease.end(), s(155));
        assert_eq!(lease.deadline(s(100), s(10)), Some(s(110)));
        assert_eq!(
            lease.deadline(s(100), s(90)),
            Some(s(155)),
            "cut at its end"
        );
        assert_eq!(lease.deadline(s(146), s(10)), None, "no room for the call");
        assert_eq!(lease.deadline(s(145), s(10)), Some(s(155)));
        assert_eq!(
            lease.deadline(s(136), s(90)),
            None,
            "the last third is for renewing"
        );
        assert_eq!(lease.deadline(s(155), s(0)), None);
        assert!(lease.is_over(s(155)) && !lease.is_over(s(154)));
    }

    #[test]
    fn it_is_renewed_at_a_third_and_counts_from_when_it_was_asked_for() {
        let mut lease = Tenure::new(s(60), s(5), s(0));
        assert_eq!(lease.renew_at(), s(20));
        lease.renewed(s(20));
        assert_eq!((lease.renew_at(), lease.end()), (s(40), s(75)));
        lease.renewal_failed(s(40));
        assert_eq!((lease.renew_at(), lease.end()), (s(42), s(75)));
        lease.renewed(s(10));
        assert_eq!(lease.end(), s(75), "an old answer takes nothing away");
    }

    #[test]
    fn a_lease_shorter_than_the_skew_permits_nothing() {
        let lease = Tenure::new(s(3), s(5), s(10));
        assert!(lease.is_over(s(10)) && lease.deadline(s(10), s(1)).is_none());
    }
    #[test]
    fn a_successor_waits_out_the_longest_call_and_the_skew() {
        let calls = s(120);
        let predecessor = Tenure::new(s(240), s(5), s(0));
        // The store gives the lease on at 240 s at the soonest; the predecessor's last call began under it.
        let begins = successor_begins(s(240), calls, s(5));
        assert_eq!(begins, s(365));
        let last = predecessor.deadline(s(154), calls);
        assert!(last.is_some_and(|end| end <= begins), "{last:?}");
        assert_eq!(successor_begins(Duration::MAX, calls, s(5)), Duration::MAX);
    }
}
