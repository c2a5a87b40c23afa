//! What a login tries next. Only a BMC that refuses a suite before any key is involved (in Open Session) makes it try
//! another one; after anything else a suite is not changed, or whoever stands between could choose the weakest.

use crate::{crypto::Suite, session::Failure};
use std::time::Duration;

/// How long a BMC without a free session slot is left in peace: first, and at most.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(5);
/// And one that has lost track of a login.
const QUICK_REST: Duration = Duration::from_millis(200);

/// What follows a failed login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// A new one, at once: with the suite that [`Plan::suite`] names by now.
    Again,
    /// A new one after that time.
    Rest(Duration),
    /// None: it would go no better.
    GiveUp,
}

/// The suites of one login, and how far it is.
#[derive(Debug)]
pub(super) struct Plan {
    suites: Vec<Suite>,
    next: usize,
    /// Some suite was refused with "no resources", which may mean the suite or the slots.
    no_resources: bool,
    rests: u32,
}

impl Plan {
    /// `allowed`: strongest first. `known` worked before: it comes first, and weaker ones are not tried at all.
    pub(super) fn new(allowed: &[Suite], known: Option<Suite>) -> Self {
        let known = known.and_then(|known| allowed.iter().position(|suite| *suite == known));
        let mut suites: Vec<_> = match known {
            Some(known) => allowed
                .iter()
                .take(known.saturating_add(1))
                .copied()
                .collect(),
            None => allowed.to_vec(),
        };
        if known.is_some() {
            suites.rotate_right(1);
        }
        Self {
            suites,
            next: 0,
            no_resources: false,
            rests: 0,
        }
    }

    /// With what to log in. None where there is no suite at all.
    pub(super) fn suite(&self) -> Option<Suite> {
        self.suites.get(self.next).copied()
    }

    /// A login with [`suite`](Self::suite) failed.
    pub(super) fn failed(&mut self, failure: &Failure) -> Then {
        let is_slot = matches!(failure, Failure::NoSlot { .. });
        match failure {
            Failure::NoAnswer { .. } => Then::Again,
            _ if failure.is_worth_restart() => self.rest(QUICK_REST),
            _ if failure.is_worth_other_suite() => {
                self.no_resources |= is_slot;
                self.refused()
            }
            _ if is_slot => self.rest(FIRST_REST),
            _ => Then::GiveUp,
        }
    }

    fn refused(&mut self) -> Then {
        self.next = self.next.saturating_add(1);
        if self.next < self.suites.len() {
            return Then::Again;
        }
        self.next = 0;
        match std::mem::take(&mut self.no_resources) {
            true => self.rest(FIRST_REST),
            false => Then::GiveUp,
        }
    }

    fn rest(&mut self, first: Duration) -> Then {
        self.rests = self.rests.saturating_add(1);
        Then::Rest(first.saturating_mul(self.rests).min(LONGEST_REST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{session::Step, wire::Status};

    const BOTH: [Suite; 2] = [Suite::SEVENTEEN, Suite::THREE];
    const REFUSED: Failure = Failure::SuiteRefused {
        suite: 17,
        status: Status::NO_CIPHER_SUITE,
    };
    const NO_SLOT: Failure = Failure::NoSlot {
        step: Step::OpenSession,
        status: Status::NO_RESOURCES,
    };

    fn rest(seconds: u64) -> Then {
        Then::Rest(Duration::from_secs(seconds))
    }

    #[test]
    fn a_refused_suite_is_followed_by_the_next_one() {
        let mut plan = Plan::new(&BOTH, None);
        assert_eq!(plan.suite(), Some(Suite::SEVENTEEN));
        assert_eq!(plan.failed(&REFUSED), Then::Again);
        assert_eq!(plan.suite(), Some(Suite::THREE));
        assert_eq!(plan.failed(&REFUSED), Then::GiveUp);
    }

    #[test]
    fn nothing_but_a_refusal_changes_the_suite() {
        let no_answer = Failure::NoAnswer { step: Step::Rakp1 };
        let lost = Failure::Forgotten {
            step: Step::Rakp3,
            status: Status::INVALID_SESSION_ID,
        };
        let late = Failure::NoSlot {
            step: Step::Rakp1,
            status: Status::NO_RESOURCES,
        };
        let mut plan = Plan::new(&BOTH, None);
        assert_eq!(plan.failed(&no_answer), Then::Again);
        assert_eq!(plan.failed(&lost), Then::Rest(QUICK_REST));
        assert_eq!(plan.failed(&late), rest(2));
        for failure in [Failure::WrongPassword, Failure::WrongKg] {
            assert_eq!(plan.failed(&failure), Then::GiveUp);
        }
        assert_eq!(plan.suite(), Some(Suite::SEVENTEEN));
    }

    #[test]
    fn no_slot_tries_the_other_suite_and_then_waits_longer_each_time() {
        let mut plan = Plan::new(&BOTH, None);
        for seconds in [1, 2, 3, 4, 5, 5] {
            assert_eq!(plan.failed(&NO_SLOT), Then::Again);
            assert_eq!(plan.suite(), Some(Suite::THREE));
            assert_eq!(plan.failed(&REFUSED), rest(seconds));
            assert_eq!(plan.suite(), Some(Suite::SEVENTEEN));
        }
    }

    #[test]
    fn what_worked_comes_first_and_nothing_weaker_after_it() {
        let mut plan = Plan::new(&BOTH, Some(Suite::SEVENTEEN));
        assert_eq!(plan.failed(&REFUSED), Then::GiveUp);
        assert_eq!(plan.failed(&NO_SLOT), rest(1));
        assert_eq!(plan.suite(), Some(Suite::SEVENTEEN));
        let mut plan = Plan::new(&BOTH, Some(Suite::THREE));
        assert_eq!(plan.suite(), Some(Suite::THREE));
        assert_eq!(plan.failed(&REFUSED), Then::Again);
        assert_eq!(plan.suite(), Some(Suite::SEVENTEEN));
        assert_eq!(Plan::new(&[], None).suite(), None);
    }
}
