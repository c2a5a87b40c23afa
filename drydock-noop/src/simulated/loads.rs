//! How many calls are in flight at each endpoint, and how many there ever were at once.

use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The endpoint of all server calls.
pub(super) const SERVERS: SmolStr = SmolStr::new_static("simulated-server");

/// The endpoint of all network calls.
pub(super) const NETWORKS: SmolStr = SmolStr::new_static("simulated-network");

/// The endpoints of BMCs begin with this, and go on with what names the BMC.
pub(super) const BMCS: &str = "simulated-oob";

/// The calls in flight.
#[derive(Debug, Default)]
pub(super) struct Loads {
    endpoints: BTreeMap<SmolStr, Load>,
    bears: BTreeMap<SmolStr, u32>,
    each_bmc_bears: Option<u32>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Load {
    now: u32,
    peak: u32,
}

impl Loads {
    /// Says how much an endpoint bears.
    pub(super) fn bears(&mut self, endpoint: SmolStr, calls: u32) {
        self.bears.insert(endpoint, calls);
    }

    /// Says how much each BMC bears for which nothing else is said.
    pub(super) fn each_bmc_bears(&mut self, calls: u32) {
        self.each_bmc_bears = Some(calls);
    }

    /// One call more. If that is too many: how many there are, and how many the endpoint bears.
    pub(super) fn begin(&mut self, endpoint: &SmolStr) -> Option<(u32, u32)> {
        let load = match self.endpoints.get_mut(endpoint) {
            Some(load) => load,
            None => self.endpoints.entry(endpoint.clone()).or_default(),
        };
        load.now += 1;
        load.peak = load.peak.max(load.now);
        let is_bmc = || endpoint.starts_with(BMCS);
        let said = self.bears.get(endpoint).copied();
        let bears = said.or_else(|| self.each_bmc_bears.filter(|_| is_bmc()))?;
        (load.now > bears).then_some((load.now, bears))
    }

    /// One call less.
    pub(super) fn end(&mut self, endpoint: &SmolStr) {
        if let Some(load) = self.endpoints.get_mut(endpoint) {
            load.now = load.now.saturating_sub(1);
        }
    }

    /// The most that were ever in flight there at once.
    pub(super) fn peak(&self, endpoint: &str) -> u32 {
        self.endpoints.get(endpoint).map_or(0, |load| load.peak)
    }

    /// The same of every endpoint that was ever called.
    pub(super) fn peaks(&self) -> BTreeMap<SmolStr, u32> {
        let peak = |(endpoint, load): (&SmolStr, &Load)| (endpoint.clone(), load.peak);
        self.endpoints.iter().map(peak).collect()
    }
}
