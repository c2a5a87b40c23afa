//! What is to be simulated, and what came of it.

use super::{Fault, Simulator, WorldTime};
use crate::{
    driver::Drivers,
    event::Event,
    execute::{Outcome, Terms},
    names::RunId,
    resolve::ResolvedDesign,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
    time::Duration,
};

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
    /// Of the states in which a fault held a step up, or a step that this one waits for, how many named it.
    pub explained: u64,
    /// How many such states there were.
    pub held_up: u64,
    /// The same two numbers for each fault, of the steps that it held up itself.
    pub explained_by_fault: BTreeMap<Fault, (u64, u64)>,
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
