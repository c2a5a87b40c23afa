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

mod applied;
mod call;
mod clock;
mod deviation;
mod difference;
mod durations;
mod exchange;
mod facts;
mod fault;
mod faults;
mod guard;
mod loads;
mod machine;
mod network;
mod node;
mod oob;
mod port;
mod random;
mod rules;
mod server;
mod told;
mod trace;
mod violation;
mod world;

pub use applied::Applied;
pub use call::CallKind;
pub use clock::{Clock, ManualClock, Time, Timer, Wait};
pub use durations::Durations;
pub use facts::{Facts, facts_of, interface_facts, network_facts, platform_facts, storage_facts};
pub use fault::{Fault, InjectedFault, UnknownFault};
pub use faults::Faults;
pub use node::{Counters, SimulatedNetwork, SimulatedNode};
pub use violation::{Violation, ViolationKind};

use crate::locked;
use drydock_core::{
    driver::{NetworkDriver, NetworkState, OobDriver, ServerDriver},
    names::NetworkName,
    resolve::ResolvedDesign,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use world::{Segment, World};

/// How late it can be made by hand; far from what a time can hold.
const LATEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

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

    /// Switch ports that nobody has set up carry nothing. Without this, one that was never asked about is as somebody set
    /// it up by hand, and carries everything.
    #[must_use]
    pub fn closed_ports(self) -> Self {
        self.world().has_closed_ports = true;
        self
    }

    /// Machines know nothing of fences, as real ones: what a stale orchestrator asks for is carried out. It is a violation
    /// all the same.
    #[must_use]
    pub fn without_fencing(self) -> Self {
        self.world().has_no_fencing = true;
        self
    }

    /// The callers' clock is the site's: a call is also held against its deadline by the time at which it arrives.
    #[must_use]
    pub fn has_runs_clock(self) -> Self {
        self.world().has_runs_clock = true;
        self
    }

    /// How many calls in flight an endpoint bears: `simulated-server`, `simulated-network`, or a BMC,
    /// `simulated-oob/` and its address, or its node's name where it has none. More are a violation.
    #[must_use]
    pub fn bears(self, endpoint: impl Into<SmolStr>, calls: u32) -> Self {
        self.world().loads.bears(endpoint.into(), calls);
        self
    }

    /// How many calls in flight every BMC bears for which [`SimulatedSite::bears`] says nothing.
    #[must_use]
    pub fn each_bmc_bears(self, calls: u32) -> Self {
        self.world().loads.each_bmc_bears(calls);
        self
    }

    /// Keeps a line of every call, for [`SimulatedSite::trace`].
    #[must_use]
    pub fn traced(self) -> Self {
        self.world().trace.keep();
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

    /// Every call that should not have been made, in their order. Empty at the end of every correct run, whatever went
    /// wrong in it. A call that would do harm was refused, too.
    pub fn violations(&self) -> Vec<Violation> {
        self.world().violations.clone()
    }

    /// Every fault that has happened, in their order.
    pub fn injected(&self) -> Vec<InjectedFault> {
        self.world().injected.clone()
    }

    /// The faults that have happened to a node, a network or a port: what may explain why it does not get on.
    pub fn faults_of(&self, target: &str) -> Vec<InjectedFault> {
        let world = self.world();
        let of_target = world.injected.iter().filter(|fault| fault.target == target);
        of_target.cloned().collect()
    }

    /// The most calls that were ever in flight at once at an endpoint, named as for [`SimulatedSite::bears`]. A call
    /// whose caller no longer waits for it is not in flight.
    pub fn peak(&self, endpoint: &str) -> u32 {
        self.world().loads.peak(endpoint)
    }

    /// The same of every endpoint that was ever called.
    pub fn peaks(&self) -> BTreeMap<SmolStr, u32> {
        self.world().loads.peaks()
    }

    /// A line of every call and of every violation, in their order, with its time and without secrets; none unless
    /// [`SimulatedSite::traced`].
    pub fn trace(&self) -> Vec<String> {
        self.world().trace.lines().to_vec()
    }

    /// A digest of the whole trace, kept or not: two rehearsals went the same way if it is the same.
    pub fn trace_digest(&self) -> String {
        self.world().trace.digest()
    }

    /// The networks that reach a node now: those that are there and that its switch ports carry.
    pub fn working_networks(&self, node: &str) -> BTreeSet<NetworkName> {
        let world = self.world();
        let machine = world.machines.get(node);
        machine.map_or_else(BTreeSet::new, |machine| {
            world.working_networks(&machine.designed)
        })
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
        let mut world = self.world();
        world.settle_one(name);
        world.machines.get(name).map(|machine| machine.node.clone())
    }

    /// The networks as they are now, by name.
    pub fn networks(&self) -> Vec<SimulatedNetwork> {
        let network = |segment: &Segment| segment.network.clone();
        self.world().networks.values().map(network).collect()
    }

    /// The switch ports that were ever set up, as they are now, by switch and port.
    pub fn ports(&self) -> Vec<SimulatedNetwork> {
        let world = self.world();
        let ports = world.ports.values().map(|segment| &segment.network);
        let there = |port: &&SimulatedNetwork| port.state == NetworkState::Present;
        ports.filter(there).cloned().collect()
    }

    /// How many calls there were, by kind.
    pub fn calls(&self) -> BTreeMap<CallKind, u64> {
        self.world().calls.clone()
    }

    /// Every call that may change something, by step: how often it was made, and how often it changed something.
    pub fn applied(&self) -> Vec<Applied> {
        self.world().applied.all()
    }

    /// Lets so much time pass at once; what is due by then has happened. Answers on their way take the time that they had.
    /// False for a host's own clock, and for
    /// what is more than a century after the beginning.
    pub fn advance(&self, by: Duration) -> bool {
        let mut world = self.world();
        if world.now().saturating_add(by) > LATEST {
            return false;
        }
        let clock = match &mut world.clock {
            Clock::Tokio(origin) => {
                let earlier = origin.checked_sub(by);
                return earlier.map(|earlier| *origin = earlier).is_some();
            }
            clock => clock.clone(),
        };
        // Without the world, for whoever is woken may look at it.
        drop(world);
        clock.advance(by);
        matches!(clock, Clock::Manual(_))
    }

    /// Changes a machine behind everybody's back: drift, a replaced mainboard, somebody at the console.
    pub fn edit_node(&self, name: &str, edit: impl FnOnce(&mut SimulatedNode)) {
        let mut world = self.world();
        world.settle_one(name);
        if let Some(machine) = world.machines.get_mut(name) {
            edit(&mut machine.node);
        }
    }

    /// Changes a network, or a switch port by switch and port, behind everybody's back.
    pub fn edit_network(&self, name: &str, edit: impl FnOnce(&mut SimulatedNetwork)) {
        if let Some(segment) = self.world().segment_named(name) {
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
