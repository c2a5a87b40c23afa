//! A simulated site: machines, BMCs and networks as strict as real ones, in memory, for tests and rehearsals.
//!
//! Its three drivers work on one world. The world refuses every step that would do harm at a real site and keeps it in
//! mind, so that a run that went wrong and healed itself is found out: see [`SimulatedSite::violations`]. What is long
//! takes its time by a [`Clock`]; what goes wrong is chosen beforehand as [`Faults`].
//!
//! No call blocks or waits: it is ready at once, or never where the caller is to crash. What it does not simulate:
//! packets, passwords and the inside of an operating system.
//!
//! ```
//! use drydock_core::resolve::ResolvedDesign;
//! use drydock_noop::{Clock, Faults, SimulatedSite};
//!
//! let design = ResolvedDesign::default();
//! let site = SimulatedSite::new(&design)
//!     .clock(Clock::manual())
//!     .faults(Faults::from_seed(7, &design));
//! assert_eq!(site.server_driver().name(), "simulated-server");
//! assert!(site.as_designed(&design).is_empty() && site.violations().is_empty());
//! ```

mod call;
mod clock;
mod deviation;
mod difference;
mod durations;
mod facts;
mod faults;
mod machine;
mod network;
mod node;
mod oob;
mod rules;
mod server;
mod world;

pub use call::CallKind;
pub use clock::{Clock, ManualClock, Time, Timer, Wait};
pub use durations::Durations;
pub use facts::{Facts, facts_of, interface_facts, network_facts, platform_facts, storage_facts};
pub use faults::{Fault, Faults};
pub use node::{Counters, SimulatedNetwork, SimulatedNode};

use crate::locked;
use drydock_core::{
    driver::{NetworkDriver, OobDriver, ServerDriver},
    resolve::ResolvedDesign,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};
use world::{Segment, World};

/// A simulated site. Its copies are one site; it outlives whatever works on it, as a site outlives an orchestrator.
#[derive(Debug, Clone)]
pub struct SimulatedSite(Arc<Mutex<World>>);

impl SimulatedSite {
    /// The site of a design as it is delivered: every machine New and off, no network there. Nothing goes wrong, and
    /// time is Tokio's.
    pub fn new(design: &ResolvedDesign) -> Self {
        Self(Arc::new(Mutex::new(World::new(design))))
    }

    /// By which clock things take their time. To be said before the first call.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        self.world().clock = clock;
        self
    }

    /// How long things take.
    #[must_use]
    pub fn durations(self, durations: Durations) -> Self {
        self.world().durations = durations;
        self
    }

    /// What goes wrong.
    #[must_use]
    pub fn faults(self, faults: Faults) -> Self {
        self.world().faults = faults;
        self
    }

    /// The server driver switches every machine's power itself, as it has to where the host has no OOB driver. Without
    /// this it does so for nodes without `oob.type` and those whose type is `manual`.
    #[must_use]
    pub fn server_has_power(self) -> Self {
        self.world().server_has_power = true;
        self
    }

    /// Its driver of servers, `simulated-server`.
    pub fn server_driver(&self) -> Arc<dyn ServerDriver> {
        Arc::new(server::SimulatedServerDriver(self.clone()))
    }

    /// Its driver of networks and switch ports, `simulated-network`.
    pub fn network_driver(&self) -> Arc<dyn NetworkDriver> {
        Arc::new(network::SimulatedNetworkDriver(self.clone()))
    }

    /// Its driver of power and boot devices, `simulated-oob`.
    pub fn oob_driver(&self) -> Arc<dyn OobDriver> {
        Arc::new(oob::SimulatedOobDriver(self.clone()))
    }

    /// Every step that was refused because it is not allowed: the node, the action, the state and why. Empty at the end
    /// of every correct run, whatever went wrong in it.
    pub fn violations(&self) -> Vec<String> {
        self.world().violations.clone()
    }

    /// Every deviation of the site from the design with all its nodes deployed. Empty: as built is as designed.
    pub fn as_designed(&self, design: &ResolvedDesign) -> Vec<String> {
        self.settled().deviations(design)
    }

    /// The machines as they are now, by name.
    pub fn nodes(&self) -> Vec<SimulatedNode> {
        self.settled()
            .machines
            .values()
            .map(|machine| machine.node.clone())
            .collect()
    }

    /// One machine as it is now.
    pub fn node(&self, name: &str) -> Option<SimulatedNode> {
        self.settled()
            .machines
            .get(name)
            .map(|machine| machine.node.clone())
    }

    /// The networks as they are now, by name.
    pub fn networks(&self) -> Vec<SimulatedNetwork> {
        let network = |segment: &Segment| segment.network.clone();
        self.world().networks.values().map(network).collect()
    }

    /// The switch ports that were ever set up, as they are now, by switch and port.
    pub fn ports(&self) -> Vec<SimulatedNetwork> {
        let network = |segment: &Segment| segment.network.clone();
        self.world().ports.values().map(network).collect()
    }

    /// How many calls there were, by kind.
    pub fn calls(&self) -> BTreeMap<CallKind, u64> {
        self.world().calls.clone()
    }

    /// Changes a machine behind everybody's back: drift, a replaced mainboard, somebody at the console.
    pub fn edit_node(&self, name: &str, edit: impl FnOnce(&mut SimulatedNode)) {
        if let Some(machine) = self.settled().machines.get_mut(name) {
            edit(&mut machine.node);
        }
    }

    /// Changes a network behind everybody's back.
    pub fn edit_network(&self, name: &str, edit: impl FnOnce(&mut SimulatedNetwork)) {
        if let Some(segment) = self.world().networks.get_mut(name) {
            edit(&mut segment.network);
        }
    }

    /// Mends a machine that breaks: its next deployment succeeds.
    pub fn repair(&self, name: &str) {
        self.world().faults.repair(name);
    }

    /// Brings in the machines of a later design that are not there yet.
    pub fn deliver(&self, design: &ResolvedDesign) {
        self.world().deliver(design);
    }

    /// Ends when a caller has crashed, see [`Faults::crash_at_call`]; once for each crash.
    pub async fn crashed(&self) {
        let (mut crashes, heard) = {
            let world = self.world();
            (world.crashes.subscribe(), world.crashes_heard)
        };
        // The site holds the sender, so there is no error.
        if let Ok(crashes) = crashes
            .wait_for(|&crashes| crashes > heard)
            .await
            .map(|n| *n)
        {
            self.world().crashes_heard = crashes;
        }
    }

    /// How often a caller has crashed.
    pub fn crashes(&self) -> u64 {
        *self.world().crashes.borrow()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        locked(&self.0)
    }

    /// The world after everything that is due has happened.
    fn settled(&self) -> MutexGuard<'_, World> {
        let mut world = self.world();
        world.settle();
        world
    }
}
