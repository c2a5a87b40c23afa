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

mod checks;
mod faults;
mod flight;
mod life;
mod random;
mod store;
mod trace;
mod wire;

pub use faults::Fault;

use crate::{
    driver::Drivers,
    event::Event,
    execute::{Outcome, Run, Terms, dispatch::Dispatch},
    names::RunId,
    resolve::ResolvedDesign,
};
use checks::Checks;
use life::Life;
use random::Random;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    fmt,
    sync::Arc,
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

/// What is to be simulated.
#[derive(Clone)]
#[non_exhaustive]
pub struct Simulation {
    /// The design of the run.
    pub design: Arc<ResolvedDesign>,
    /// The drivers.
    pub drivers: Arc<Drivers>,
    /// The plan and what the run is bound to.
    pub terms: Terms,
    /// The world's clock.
    pub time: Arc<dyn WorldTime>,
    /// The run's id; every run in one world needs its own.
    pub id: RunId,
    /// What decides everything that is left to chance.
    pub seed: u64,
    /// What goes wrong.
    pub faults: BTreeSet<Fault>,
    /// How often: one call in so many is hit by a fault of calls, and one await point in twenty times as many is a crash.
    pub rarity: u64,
    /// The await points at which the orchestrator crashes besides, counted from 0 over all its lives.
    pub crash_at: BTreeSet<u64>,
    /// Whether to keep the trace's lines.
    pub keeps_trace: bool,
    /// Whether to keep the events.
    pub keeps_events: bool,
}

impl Simulation {
    /// A run in which nothing goes wrong.
    pub fn new(
        design: Arc<ResolvedDesign>,
        drivers: Arc<Drivers>,
        terms: Terms,
        time: Arc<dyn WorldTime>,
    ) -> Self {
        Self {
            design,
            drivers,
            terms,
            time,
            id: RunId::from("simulated"),
            seed: 0,
            faults: BTreeSet::new(),
            rarity: 20,
            crash_at: BTreeSet::new(),
            keeps_trace: false,
            keeps_events: false,
        }
    }

    /// What happens.
    ///
    /// # Errors
    /// When it does not end, with what it waits for; that is a defect of the executor, the drivers or the world.
    pub fn run(&self) -> Result<Ended, String> {
        Simulator::new(self).run()
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("seed", &self.seed)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// What happened in a simulation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Ended {
    /// How the run ended.
    pub outcome: Outcome,
    /// How long it took, in virtual time.
    pub took: Duration,
    /// What must not happen and did.
    pub violations: Vec<String>,
    /// How many await points there were.
    pub points: u64,
    /// How often each fault was met.
    pub met: BTreeMap<Fault, u64>,
    /// Of the states in which a fault of a call held a step up, how many named it.
    pub explained: u64,
    /// How many such states there were.
    pub held_up: u64,
    /// States that did not name the fault: the fault, and what was said instead.
    pub unexplained: Vec<String>,
    /// The most calls that were in flight at once.
    pub most_in_flight: usize,
    /// The digest of everything that happened, in order.
    pub digest: String,
    /// The trace, where it was to be kept.
    pub trace: Vec<String>,
    /// The events, where they were to be kept.
    pub events: Vec<Event>,
}

/// What comes up at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Coming {
    Arrives { life: u32, flight: u64 },
    Answers { life: u32, flight: u64 },
    Cut { life: u32, flight: u64 },
    Repeats { life: u32, flight: u64 },
    Wakes { who: usize },
    Begins { who: usize },
    Stalls,
    StoreFails,
    Pauses(bool),
    Cancels,
    Changes,
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
    explained: u64,
    held_up: u64,
    unexplained: Vec<String>,
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
            explained: 0,
            held_up: 0,
            unexplained: Vec::new(),
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

    fn script(&mut self) {
        let seconds = Duration::from_secs;
        self.at(Duration::ZERO, Coming::Begins { who: 0 });
        if self.has(Fault::Rival) {
            let at = self.random.between(seconds(1), seconds(60));
            self.at(at, Coming::Begins { who: 1 });
        }
        for (fault, coming) in [
            (Fault::Stall, Coming::Stalls),
            (Fault::StoreDown, Coming::StoreFails),
            (Fault::Pause, Coming::Pauses(true)),
            (Fault::Cancel, Coming::Cancels),
            (Fault::DesignChange, Coming::Changes),
        ] {
            if self.has(fault) {
                let at = self.random.between(Duration::from_millis(50), seconds(600));
                self.at(at, coming);
            }
        }
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
            explained: self.explained,
            held_up: self.held_up,
            unexplained: self.unexplained,
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

    fn handle(&mut self, coming: Coming) {
        let seconds = Duration::from_secs;
        match coming {
            Coming::Begins { who } => self.begin(who),
            Coming::Wakes { who } => {
                let is_due = |life: &Life| life.wakes.is_some_and(|at| at <= self.now);
                if self.lives[who].as_ref().is_some_and(is_due) {
                    self.drive(who);
                }
            }
            Coming::Arrives { life, flight } => self.arrive(life, flight),
            Coming::Answers { life, flight } => self.answer(life, flight, false),
            Coming::Cut { life, flight } => self.answer(life, flight, true),
            Coming::Repeats { life, flight } => self.repeat(life, flight),
            Coming::Stalls => {
                if let Some(life) = &mut self.lives[0] {
                    let until = self.now + self.random.between(seconds(60), seconds(900));
                    life.stalled_until = Some(until);
                    self.meet(Fault::Stall);
                    self.tell(0, "stands still");
                    self.at(until, Coming::Wakes { who: 0 });
                }
            }
            Coming::StoreFails => {
                let until = self.now + self.random.between(seconds(20), seconds(600));
                self.meet(Fault::StoreDown);
                self.trace.tell(self.now, "store", "does not answer");
                self.store.down_until(until);
            }
            Coming::Pauses(paused) => {
                self.orders.paused = paused;
                if paused {
                    self.meet(Fault::Pause);
                    let until = self.now + self.random.between(seconds(1), seconds(1200));
                    self.at(until, Coming::Pauses(false));
                }
                self.order();
            }
            Coming::Cancels => {
                self.orders.cancelled = true;
                self.meet(Fault::Cancel);
                self.order();
            }
            Coming::Changes => self.change_design(),
        }
    }

    /// A newer design holds a node whose turn has not come; of the run's own nothing changes.
    fn change_design(&mut self) {
        let names: Vec<_> = self.given.design.nodes.keys().cloned().collect();
        if names.is_empty() {
            return;
        }
        let node = names[self.random.below(names.len() as u64) as usize].clone();
        self.meet(Fault::DesignChange);
        self.trace
            .tell(self.now, "design", format_args!("holds {node}"));
        self.orders.holds.hold(node.clone());
        self.checks.hold(node);
        self.order();
    }

    fn order(&mut self) {
        for who in 0..self.lives.len() {
            if let Some(life) = &mut self.lives[who] {
                let now = life.time(self.now);
                life.run
                    .handle(crate::execute::Input::Ordered(self.orders.clone()), now);
                self.drive(who);
            }
        }
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
