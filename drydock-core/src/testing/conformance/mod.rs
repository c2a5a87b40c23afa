//! The obligations of the [driver contract](crate::driver), as suites for authors of drivers to run. Passing them is
//! the definition of a driver. The contract of [sources](crate::source::DesignSource) has its suites here as well; they
//! change nothing. So has that of [stores](crate::state::StateStore); what those write is left in the store.
//!
//! A suite takes a driver, what it is to work on and a way to let time pass, and gives back what the driver does not
//! keep to; nothing, for a driver that is one. It changes the world that the driver reaches: run it against a test rig
//! or a fake. It needs no runtime of its own.

mod network;
mod oob;
mod server;
mod source;
mod step;
mod store;

pub use network::network;
pub use oob::oob;
pub use server::{server, server_with};
pub use source::{source, source_of_texts};
pub use step::{destructive_step, step};
pub use store::{store, store_reopened};

use crate::driver::{Change, Context, DriverError, ErrorKind, Progress};
use std::{fmt, time::Duration};

/// How often a suite calls before it takes a driver for one that never ends.
const MAX_CALLS: u32 = 200;

/// How long a suite waits where nobody says how long.
const PAUSE: Duration = Duration::from_secs(1);

/// The context of a call that changes nothing.
fn looking() -> Context {
    Context::detached("conformance/observe")
}

/// One obligation that a driver does not keep to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The obligation.
    pub rule: &'static str,
    /// Where, and what happened instead.
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.detail)
    }
}

/// What a suite has found so far; each finding once.
#[derive(Debug, Default)]
struct Findings(Vec<Violation>);

impl Findings {
    /// Notes that the rule is not kept, unless it is.
    fn demand(&mut self, holds: bool, rule: &'static str, detail: impl FnOnce() -> String) {
        if holds {
            return;
        }
        let violation = Violation {
            rule,
            detail: detail(),
        };
        if !self.0.contains(&violation) {
            self.0.push(violation);
        }
    }

    /// Checks a driver's name.
    fn name<'a>(&mut self, name: impl Fn() -> &'a str) {
        let rule = "a driver has a stable name of one word";
        let word = |name: &str| !name.is_empty() && !name.contains(char::is_whitespace);
        self.demand(word(name()) && name() == name(), rule, || {
            format!("`{}`", name())
        });
    }

    /// Checks that a failed call says what it was about.
    fn named(&mut self, error: &DriverError, target: &str) {
        let rule = "an error names its target";
        self.demand(error.to_string().contains(target), rule, || {
            format!("{target}: the error says `{error}`")
        });
    }

    /// Checks what holds whenever nothing is under way: looking at all targets at once, in either order, changes nothing and
    /// shows what was seen of each alone.
    async fn at_rest<T: Clone, O: Clone + fmt::Debug>(
        &mut self,
        targets: &[T],
        alone: &[Option<O>],
        name: impl Fn(&T) -> String,
        observe: impl AsyncFn(&[T]) -> Vec<Result<O, DriverError>>,
        same: impl Fn(&O, &O) -> bool,
    ) {
        let (mut targets, mut alone) = (targets.to_vec(), alone.to_vec());
        for _in_reverse in [false, true] {
            let bulk = observe(&targets).await;
            let names: Vec<String> = targets.iter().map(&name).collect();
            self.in_order(&names, &bulk, &alone, &same);
            targets.reverse();
            alone.reverse();
        }
    }

    /// Checks what came of a call at the goal, by what was seen before and after it.
    fn again<O: fmt::Debug + PartialEq>(
        &mut self,
        what: &str,
        answer: &Result<Progress, DriverError>,
        before: &O,
        after: Option<&O>,
    ) {
        let rule = "an action at its goal is Done at once, and changes nothing";
        self.demand(matches!(answer, Ok(Progress::Done)), rule, || {
            format!("{what} again: {answer:?}")
        });
        self.demand(after == Some(before), rule, || {
            format!("{what} again: {before:?}, then {after:?}")
        });
    }

    /// Notes that an action did not come to its end in all the calls that it was given.
    fn endless(&mut self, what: &str) {
        let rule = "an action comes to its end";
        self.demand(false, rule, || format!("{what}: not in {MAX_CALLS} calls"));
    }

    /// Checks a bulk observation against what was seen of each target alone.
    fn in_order<O: fmt::Debug>(
        &mut self,
        targets: &[String],
        bulk: &[Result<O, DriverError>],
        alone: &[Option<O>],
        same: impl Fn(&O, &O) -> bool,
    ) {
        let (asked, given) = (targets.len(), bulk.len());
        let rule = "observe gives one answer a target";
        self.demand(asked == given, rule, || {
            format!("{given} answers for {asked} targets")
        });
        for ((target, bulk), alone) in targets.iter().zip(bulk).zip(alone) {
            let equal = match (bulk, alone) {
                (Ok(bulk), Some(alone)) => same(bulk, alone),
                // A world that answers "not now" is no fault of the driver's.
                (Err(error), _) if error.kind().is_retryable() => true,
                (Err(_), None) => true,
                _ => false,
            };
            let rule = "observe answers in the order of its targets, and changes nothing";
            self.demand(equal, rule, || {
                format!("{target}: {bulk:?}, alone: {alone:?}")
            });
        }
    }

    /// Checks that a driver's comparison is pure.
    fn pure(&mut self, target: &str, differences: impl Fn() -> Vec<Change>) {
        let first = differences();
        for _ in 0..4 {
            let again = differences();
            let rule = "differences is pure: the same arguments, the same answer in the same order";
            self.demand(again == first, rule, || {
                format!("{target}: {first:?}, then {again:?}")
            });
        }
    }

    /// Checks that what `supports` refuses is refused with a reason, and by the call too.
    fn refused<T: fmt::Debug>(
        &mut self,
        (what, target): (&str, &str),
        reason: &str,
        answer: &Result<T, DriverError>,
    ) {
        self.demand(!reason.is_empty(), "supports says why not", || {
            what.to_owned()
        });
        let unsupported = |error: &DriverError| error.kind() == ErrorKind::Unsupported;
        let rule = "what supports refuses, the call answers with Unsupported";
        self.demand(answer.as_ref().err().is_some_and(unsupported), rule, || {
            format!("{what}: {answer:?}")
        });
        if let Err(error) = answer {
            self.named(error, target);
        }
    }

    /// How long to wait after a call until the next; none when there is none, be it Done or failed for good.
    fn pause(
        &mut self,
        (what, target): (&str, &str),
        answer: &Result<Progress, DriverError>,
    ) -> Option<Duration> {
        match answer {
            Ok(Progress::Done) => None,
            Ok(Progress::Waiting { note, .. }) if note.is_empty() => {
                self.demand(false, "waiting says what for", || what.to_owned());
                None
            }
            Ok(Progress::Waiting { poll_after, .. }) => {
                let rule = "waiting says when to look again";
                self.demand(*poll_after > Duration::ZERO, rule, || {
                    format!("{what}: at once")
                });
                Some(*poll_after)
            }
            Err(error) => {
                let rule = "what supports allows can be done";
                self.pause_after(rule, (what, target), error)
            }
        }
    }

    /// How long to wait after a failed call until the next; none for what will fail again, which breaks the rule.
    fn pause_after(
        &mut self,
        rule: &'static str,
        (what, target): (&str, &str),
        error: &DriverError,
    ) -> Option<Duration> {
        self.named(error, target);
        let goes_on = error.kind().is_retryable() || error.kind() == ErrorKind::Indeterminate;
        self.demand(goes_on, rule, || {
            format!("{what}: {}: {error}", error.kind())
        });
        goes_on.then(|| error.pause().unwrap_or(PAUSE))
    }

    /// Looks at one target; a world that answers "not now" is asked again.
    async fn observed<O>(
        &mut self,
        target: &str,
        pass_time: &impl AsyncFn(Duration),
        observe: impl AsyncFn() -> Vec<Result<O, DriverError>>,
    ) -> Option<O> {
        for _ in 0..MAX_CALLS {
            let mut answers = observe().await;
            let error = match (answers.len(), answers.pop()) {
                (1, Some(Ok(seen))) => return Some(seen),
                (1, Some(Err(error))) => error,
                (given, _) => {
                    let rule = "observe gives one answer a target";
                    self.demand(false, rule, || format!("{target}: {given} answers"));
                    return None;
                }
            };
            let rule = "observe answers with what is, also where nothing is";
            pass_time(self.pause_after(rule, (target, target), &error)?).await;
        }
        let rule = "observe answers in the end";
        self.demand(false, rule, || {
            format!("{target}: not in {MAX_CALLS} calls")
        });
        None
    }
}
