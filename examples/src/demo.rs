//! The simulated site that the examples deploy on, so that they need no lab.

use drydock_core::{Design, Drivers, NetworkDriver, OobDriver, Policy, Selector, ServerDriver};
use drydock_noop::{Faults, SimulatedSite};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// The bundled site's folders.
pub fn bundled() -> Vec<PathBuf> {
    let site = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/site"));
    vec![site.join("profiles"), site.join("formation")]
}

/// A simulated site of new machines, as the design names them. Seed 0 has no faults; every other has busy and slow
/// machines, lost answers and BMCs that say ok and do nothing; one that 7 divides also breaks a node for good.
pub fn site(design: &Design, seed: u64) -> SimulatedSite {
    SimulatedSite::new(&design.resolved).faults(Faults::from_seed(seed, &design.resolved))
}

/// Drivers for it: one for servers, one for networks, and one out of band for every `oob.type` of the design.
pub fn drivers(site: &SimulatedSite) -> Drivers {
    drivers_of(
        site.server_driver(),
        site.network_driver(),
        &site.oob_driver(),
    )
}

/// These three, the last for every `oob.type` of the design.
pub fn drivers_of(
    server: Arc<dyn ServerDriver>,
    network: Arc<dyn NetworkDriver>,
    oob: &Arc<dyn OobDriver>,
) -> Drivers {
    let drivers = Drivers::new()
        .server(Selector::everything(), server)
        .network(Selector::everything(), network);
    ["ipmi", "libvirt", "redfish"]
        .into_iter()
        .fold(drivers, |drivers, kind| drivers.oob(kind, oob.clone()))
}

/// As patient as a simulated site needs: its machines take seconds where real ones take minutes.
pub fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.first_pause = Duration::from_millis(100);
    policy.longest_pause = Duration::from_secs(2);
    policy
}
