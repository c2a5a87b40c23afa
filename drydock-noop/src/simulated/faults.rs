//! What goes wrong at a simulated site. Faults are data, decided before anything happens, so that a run with them can
//! be repeated: the answer to a call depends on which call it is for its target, not on what others do meanwhile.

use super::CallKind;
use drydock_core::{
    driver::{NetworkAction, ServerAction},
    names::NodeName,
    resolve::{ResolvedDesign, ResolvedNode},
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// What goes wrong, and when.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults {
    at: BTreeMap<(CallKind, SmolStr), BTreeMap<u32, Fault>>,
    slow: BTreeMap<NodeName, f64>,
    broken: BTreeMap<NodeName, String>,
    silent: BTreeSet<NodeName>,
    crash_at: BTreeSet<u64>,
}

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing happens; the answer is "not now".
    Busy,
    /// Nothing happens; nobody answers.
    Unavailable,
    /// What was asked for happens, but the answer is lost.
    Lost,
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// What goes wrong by this seed; the same for the same design.
    ///
    /// 0: nothing. Otherwise some calls are refused, some answers are lost, some nodes are slow and some BMCs ignore
    /// what they are asked first, which any run that tries again survives. A multiple of 7 also breaks one node for
    /// good, where possible one that no other node waits for.
    pub fn from_seed(seed: u64, design: &ResolvedDesign) -> Self {
        let mut faults = Self::none();
        let nodes: Vec<&ResolvedNode> = design.nodes.values().map(|node| &**node).collect();
        if seed == 0 || nodes.is_empty() {
            return faults;
        }
        let mut random = Random(seed);
        if seed.is_multiple_of(7) {
            let leaves: Vec<&ResolvedNode> = nodes
                .iter()
                .copied()
                .filter(|node| !is_awaited(node, &nodes))
                .collect();
            let node = random.pick(if leaves.is_empty() { &nodes } else { &leaves });
            faults = faults.broken(node.name.clone(), disk_fails(node));
        }
        let commission = CallKind::Server(ServerAction::Commission);
        let deploy = CallKind::Server(ServerAction::Deploy);
        // One of each kind in any case, however small the site is.
        faults = faults
            .at(
                commission,
                random.pick(&nodes).name.as_str(),
                0,
                Fault::Busy,
            )
            .at(deploy, random.pick(&nodes).name.as_str(), 0, Fault::Lost)
            .at(
                deploy,
                random.pick(&nodes).name.as_str(),
                1,
                Fault::Unavailable,
            )
            // Not the first observations: those are for making plans.
            .at(
                CallKind::ObserveServer,
                random.pick(&nodes).name.as_str(),
                4,
                Fault::Unavailable,
            )
            .slow(random.pick(&nodes).name.clone(), 3.0)
            .silent_bmc(random.pick(&nodes).name.clone());
        for node in nodes {
            faults.scatter_on_node(node, &mut random);
        }
        for network in design.networks.keys() {
            let ensure = CallKind::Network(NetworkAction::Ensure);
            faults.scatter(ensure, network.as_str(), &mut random);
        }
        faults
    }

    /// The call of this kind for this target that has this number, counted from 0, goes wrong.
    #[must_use]
    pub fn at(
        mut self,
        kind: CallKind,
        target: impl Into<SmolStr>,
        nth: u32,
        fault: Fault,
    ) -> Self {
        self.at
            .entry((kind, target.into()))
            .or_default()
            .insert(nth, fault);
        self
    }

    /// Everything takes this many times as long on the node.
    #[must_use]
    pub fn slow(mut self, node: NodeName, factor: f64) -> Self {
        self.slow.insert(node, factor);
        self
    }

    /// Every deployment of the node ends in Broken, for this cause.
    #[must_use]
    pub fn broken(mut self, node: NodeName, cause: impl Into<String>) -> Self {
        self.broken.insert(node, cause.into());
        self
    }

    /// The first power action on the node is answered with "done", and nothing happens.
    #[must_use]
    pub fn silent_bmc(mut self, node: NodeName) -> Self {
        self.silent.insert(node);
        self
    }

    /// The caller crashes at the call that is the `n`-th to change something, counted from 1 over the whole site: the
    /// change takes place, the call never ends, and `SimulatedSite::crashed` does. Several numbers are several crashes.
    #[must_use]
    pub fn crash_at_call(mut self, n: u64) -> Self {
        self.crash_at.insert(n);
        self
    }

    /// The caller crashes once, at one of the first `calls` calls that change something, chosen by this seed.
    #[must_use]
    pub fn crash_from_seed(self, seed: u64, calls: u64) -> Self {
        self.crash_at_call(1 + Random(seed).below(calls.max(1)))
    }

    /// The nodes that never get well, each with the cause.
    pub fn broken_nodes(&self) -> impl Iterator<Item = (&NodeName, &str)> {
        self.broken
            .iter()
            .map(|(node, cause)| (node, cause.as_str()))
    }

    pub(super) fn answer(&self, kind: CallKind, target: &str, nth: u32) -> Option<Fault> {
        self.at.get(&(kind, target.into()))?.get(&nth).copied()
    }

    pub(super) fn slowness(&self, node: &str) -> f64 {
        self.slow.get(node).copied().unwrap_or(1.0)
    }

    pub(super) fn cause(&self, node: &str) -> Option<&str> {
        self.broken.get(node).map(String::as_str)
    }

    pub(super) fn repair(&mut self, node: &str) {
        self.broken.remove(node);
    }

    pub(super) fn is_silent(&self, node: &str) -> bool {
        self.silent.contains(node)
    }

    pub(super) fn crashes_at(&self, changing_call: u64) -> bool {
        self.crash_at.contains(&changing_call)
    }

    fn scatter_on_node(&mut self, node: &ResolvedNode, random: &mut Random) {
        for action in [
            ServerAction::Commission,
            ServerAction::ConfigureStorage,
            ServerAction::ConfigureNetwork,
            ServerAction::Deploy,
            ServerAction::Release,
        ] {
            self.scatter(CallKind::Server(action), &node.name, random);
        }
        self.scatter(CallKind::SetPower, &node.name, random);
        self.scatter(CallKind::SetNextBoot, &node.name, random);
        if random.below(4) == 0 {
            let factor = 1.0 + random.below(201) as f64 / 100.0;
            self.slow.entry(node.name.clone()).or_insert(factor);
        }
        if random.below(4) == 0 {
            self.silent.insert(node.name.clone());
        }
    }

    /// At most one fault more for the target, early enough to be met.
    fn scatter(&mut self, kind: CallKind, target: &str, random: &mut Random) {
        let (nth, fault) = match random.below(12) {
            0 => (0, Fault::Busy),
            1 => (1, Fault::Busy),
            2 => (0, Fault::Unavailable),
            3 => (0, Fault::Lost),
            _ => return,
        };
        let calls = self.at.entry((kind, target.into())).or_default();
        calls.entry(nth).or_insert(fault);
    }
}

fn is_awaited(node: &ResolvedNode, nodes: &[&ResolvedNode]) -> bool {
    let awaits = |other: &&ResolvedNode| {
        let mut selectors = other.spec.depends_on.iter();
        other.name != node.name && selectors.any(|s| s.matches(node))
    };
    nodes.iter().any(awaits)
}

fn disk_fails(node: &ResolvedNode) -> String {
    let disk = node.disks.first().map_or("sda", |disk| &disk.device.name);
    format!("disk {disk} reports a write error; replace it, then run again")
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// One of several; there must be one.
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut random = Random(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }
}
