//! Whole runs on virtual time, from a seed: the production [`Run`] with its limits, lease and back-off, the production
//! calls of drivers, and around them an orchestrator that crashes at its await points, a store whose writes are torn, a
//! wire that loses and delays, and a rival. What took an afternoon takes milliseconds, and a seed gives the same trace,
//! byte for byte.
//!
//! What must hold is asserted at each call: the journal says that the step was begun and that all it needs is done; the
//! store says that the lease is held until the call has to end; no newer orchestrator has called there before; no limit is
//! exceeded; nothing is destroyed without approval or on what is held. The world that the drivers stand for asserts what
//! it knows itself.
//!
//! Without tokio's clock: a driver that sleeps by it never ends here, and its call is cut.

mod blocked;
mod checks;
mod faults;
mod flight;
mod life;
mod random;
mod script;
mod simulation;
mod store;
mod trace;
mod wire;

pub use faults::Fault;
pub use simulation::{Ended, Simulation};

use crate::{
    event::Event,
    execute::{Outcome, Run, dispatch::Dispatch},
    names::RunId,
};
use blocked::Explained;
use checks::Checks;
use life::Life;
use random::Random;
use script::Coming;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt,
    time::Duration,
};
use store::SimulatedStore;
use trace::Trace;

/// The clock of the world that the drivers stand for. A simulation begins when the world's clock says so late, so that
/// one may follow another in the same world.
pub trait WorldTime: Send + Sync {
    /// How late it is.
    fn now(&self) -> Duration;
    /// It is now so late.
    fn advance_to(&self, now: Duration);
    /// When the next thing happens in the world that a call waits for, if one waits.
    fn next_timer(&self) -> Option<Duration>;
}

/// More than any run needs; whatever takes longer hangs.
const MOST_VIRTUAL: Duration = Duration::from_secs(60 * 60 * 24 * 60);
/// The same, in things that happen for each step.
const MOST_EVENTS: u64 = 100_000;

struct Simulator<'a> {
    given: &'a Simulation,
    dispatch: Dispatch,
    run: RunId,
    store: SimulatedStore,
    random: Random,
    /// How late it was in the world when the simulation began; all other times count from there.
    began: Duration,
    now: Duration,
    coming: BinaryHeap<Reverse<(Duration, u64, Coming)>>,
    sequence: u64,
    /// The orchestrators: the one whose run it is, and its rival.
    lives: [Option<Life>; 2],
    born: u32,
    orders: crate::execute::Orders,
    points: u64,
    crashes: u64,
    checks: Checks,
    trace: Trace,
    events: Vec<Event>,
    met: BTreeMap<Fault, u64>,
    explained: Explained,
    outcome: Option<Outcome>,
}

const NAMES: [&str; 2] = ["first", "rival"];

impl<'a> Simulator<'a> {
    fn new(given: &'a Simulation) -> Self {
        let dispatch = Dispatch {
            design: given.design.clone(),
            drivers: given.drivers.clone(),
            plan: given.terms.plan.clone(),
        };
        Self {
            dispatch,
            run: given.id.clone(),
            store: SimulatedStore::default(),
            random: Random::new(given.seed),
            began: given.time.now(),
            now: Duration::ZERO,
            coming: BinaryHeap::new(),
            sequence: 0,
            lives: [None, None],
            born: 0,
            orders: crate::execute::Orders::default(),
            points: 0,
            crashes: 0,
            checks: Checks::new(&given.terms),
            trace: Trace::new(given.keeps_trace),
            events: Vec::new(),
            met: BTreeMap::new(),
            explained: Explained::default(),
            outcome: None,
            given,
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.given.faults.contains(&fault)
    }

    fn meet(&mut self, fault: Fault) {
        *self.met.entry(fault).or_default() += 1;
    }

    fn at(&mut self, at: Duration, coming: Coming) {
        self.sequence += 1;
        self.coming.push(Reverse((at, self.sequence, coming)));
    }

    fn tell(&mut self, who: usize, what: impl fmt::Display) {
        self.trace.tell(self.now, NAMES[who], what);
    }

    fn run(mut self) -> Result<Ended, String> {
        self.script();
        let (mut events, most) = (
            0,
            MOST_EVENTS * (1 + self.given.terms.plan.steps.len() as u64),
        );
        while self.outcome.is_none() {
            let Some((at, coming)) = self.next() else {
                return Err(self.stuck("nothing is to come"));
            };
            events += 1;
            if at > MOST_VIRTUAL || events > most {
                return Err(self.stuck("it goes on for ever"));
            }
            self.now = self.now.max(at);
            self.store.set_time(self.now);
            self.given
                .time
                .advance_to(self.began.saturating_add(self.now));
            if let Some(coming) = coming {
                self.handle(coming);
            }
            self.poll_flights();
        }
        let outcome = self.outcome.take().unwrap_or_default();
        let (digest, trace) = self.trace.end();
        Ok(Ended {
            outcome,
            took: self.now,
            violations: self.checks.violations,
            points: self.points,
            met: self.met,
            explained: self.explained.named,
            held_up: self.explained.held_up,
            explained_by_fault: self.explained.by_fault,
            unexplained: self.explained.unnamed,
            most_in_flight: self.checks.most_in_flight,
            digest,
            trace,
            events: self.events,
        })
    }

    /// What comes next: of the script, or of the world.
    fn next(&mut self) -> Option<(Duration, Option<Coming>)> {
        let mine = self.coming.peek().map(|Reverse((at, ..))| *at);
        let worlds = self.given.time.next_timer();
        let worlds = worlds
            .map(|at| at.saturating_sub(self.began))
            .filter(|at| *at >= self.now);
        match (mine, worlds) {
            (None, Some(at)) => Some((at, None)),
            (Some(mine), Some(at)) if at < mine => Some((at, None)),
            _ => self
                .coming
                .pop()
                .map(|Reverse((at, _, coming))| (at, Some(coming))),
        }
    }

    fn stuck(&self, why: &str) -> String {
        let mut text = format!(
            "{why}, after {:.1} s and {} await points",
            self.now.as_secs_f64(),
            self.points
        );
        for life in self.lives.iter().flatten() {
            let report = life.run.report(life.time(self.now));
            for waiting in report.waiting.iter().take(5) {
                text.push_str(&format!("\n  {} waits for {}", waiting.step, waiting.what));
            }
        }
        text
    }

    /// An await point passes: answers whether the orchestrator dies there.
    fn dies(&mut self) -> bool {
        let point = self.points;
        self.points += 1;
        // Not for ever, so that every run ends.
        let by_chance = self.has(Fault::Crash)
            && self.crashes < 12
            && self.random.once_in(self.given.rarity * 20);
        let dies = by_chance || self.given.crash_at.contains(&point);
        if dies {
            self.crashes += 1;
            self.meet(Fault::Crash);
        }
        dies
    }

    /// The run of an orchestrator that has just been begun, for tests of what holds then.
    fn note_run(&mut self, who: usize, run: &Run) {
        let done = run.outcome().done.len();
        self.tell(who, format_args!("begins with {done} steps done"));
    }
}
