//! What goes wrong by a seed: which nodes and which calls are hit follows from it, and from nothing that happens.

use super::{Faults, Struck};
use crate::simulated::{
    CallKind, Fault,
    random::{Draw, Random},
};
use drydock_core::{
    driver::{NetworkAction, ServerAction},
    names::NodeName,
    resolve::{ResolvedDesign, ResolvedNode},
};
use std::{collections::BTreeMap, time::Duration};

/// One call in so many goes wrong, among the first of each kind for each target.
const ONE_CALL_IN: u64 = 8;

/// One machine in so many is hit by each fault that is chosen.
const ONE_NODE_IN: u64 = 8;

/// The calls of one kind for one target that can go wrong: few enough that a run which tries again gets through.
const FIRST_CALLS: u32 = 4;

/// The observations that can go wrong; the first ones are for making plans.
const OBSERVATIONS: std::ops::Range<u32> = 2..10;

/// The longest that an endpoint takes no calls.
const LONGEST_BURST: Duration = Duration::from_secs(10);

/// The faults that were chosen, and how they fall.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BySeed {
    seed: u64,
    chosen: Vec<Fault>,
    bits: u32,
    /// One node for each fault of machines, so that it happens also where there are few.
    picked: BTreeMap<Fault, NodeName>,
}

impl Faults {
    /// These faults, and no others, where the seed lets them fall; the same for the same design.
    ///
    /// About one call in eight goes wrong of the first few of each kind for each target, so that what tries again gets
    /// through; each fault of machines hits one machine in eight, and at least one. `Busy` also keeps whole endpoints
    /// busy for a while.
    pub fn seeded(seed: u64, faults: &[Fault], design: &ResolvedDesign) -> Self {
        Self::none().and_seeded(seed, faults, design)
    }

    /// What goes wrong already, and these faults, as [`Faults::seeded`] lets them fall.
    #[must_use]
    pub fn and_seeded(self, seed: u64, faults: &[Fault], design: &ResolvedDesign) -> Self {
        let mut chosen = faults.to_vec();
        chosen.sort_unstable();
        chosen.dedup();
        let nodes: Vec<&NodeName> = design.nodes.keys().collect();
        let mut picked = BTreeMap::new();
        let of_machines = chosen.iter().filter(|fault| !fault.is_of_calls());
        for fault in of_machines.filter(|_| !nodes.is_empty()) {
            let at = Draw::of(seed).text("picked").text(fault.name());
            let node = nodes[at.below(nodes.len() as u64) as usize];
            picked.insert(*fault, node.clone());
        }
        let bits = chosen.iter().fold(0, |bits, fault| bits | fault.bit());
        Self {
            by_seed: Some(BySeed {
                seed,
                chosen,
                bits,
                picked,
            }),
            ..self
        }
    }

    /// What goes wrong by this seed; the same for the same design.
    ///
    /// 0: nothing. Otherwise some calls are refused, some answers are lost, some nodes are slow and some BMCs ignore
    /// what they are asked first, which any run that tries again survives. A multiple of 7 also breaks one node for
    /// good, where possible one that no other node waits for. [`Faults::seeded`] lets one choose what goes wrong.
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
        let mut any = || random.pick(&nodes).name.clone();
        // One of each kind in any case, however small the site is.
        faults = faults
            .at(commission, any().as_str(), 0, Fault::Busy)
            .at(deploy, any().as_str(), 0, Fault::LostAnswer)
            .at(deploy, any().as_str(), 1, Fault::Unavailable)
            // Not the first observations: those are for making plans.
            .at(
                CallKind::ObserveServer,
                any().as_str(),
                4,
                Fault::Unavailable,
            )
            .slow(any(), 3.0)
            .silent_bmc(any());
        for node in nodes {
            faults.scatter_on_node(node, &mut random);
        }
        for network in design.networks.keys() {
            let ensure = CallKind::Network(NetworkAction::Ensure);
            faults.scatter(ensure, network.as_str(), &mut random);
        }
        faults
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
            *self.on.entry(node.name.clone()).or_default() |= Fault::SilentBmc.bit();
        }
    }

    /// At most one fault more for the target, early enough to be met.
    fn scatter(&mut self, kind: CallKind, target: &str, random: &mut Random) {
        let (nth, fault) = match random.below(12) {
            0 => (0, Fault::Busy),
            1 => (1, Fault::Busy),
            2 => (0, Fault::Unavailable),
            3 => (0, Fault::LostAnswer),
            _ => return,
        };
        let calls = self.at.entry(target.into()).or_default();
        calls.entry((kind, nth)).or_insert(fault);
    }
}

impl BySeed {
    pub(super) fn of_call(&self, kind: CallKind, target: &str, nth: u32) -> Option<Struck> {
        let can = match kind.is_changing() {
            true => nth < FIRST_CALLS,
            false => OBSERVATIONS.contains(&nth),
        };
        if !can {
            return None;
        }
        let suited = || self.chosen.iter().filter(|fault| fault.suits(kind));
        let number = u64::from(nth) << 8 | u64::from(kind.number());
        let draw = Draw::of(self.seed).text(target).number(number);
        if draw.below(ONE_CALL_IN) != 0 {
            return None;
        }
        let draw = draw.text("which");
        let among = suited().count() as u64;
        let fault = *suited().nth(draw.below(among) as usize)?;
        let waits = matches!(fault, Fault::Busy | Fault::Unavailable);
        let says_how_long = waits && draw.text("pause").below(2) == 0;
        let pause = says_how_long.then_some(Duration::from_millis(50));
        Some(Struck { fault, pause })
    }

    /// By windows of time, each as long as `scale`: one in four begins with an eighth in which nothing is taken.
    pub(super) fn of_endpoint(
        &self,
        endpoint: &str,
        now: Duration,
        scale: Duration,
    ) -> Option<Struck> {
        if self.bits & Fault::Busy.bit() == 0 || scale.is_zero() {
            return None;
        }
        let window = (now.as_nanos() / scale.as_nanos()) as u64;
        let since = Duration::from_nanos((now.as_nanos() % scale.as_nanos()) as u64);
        let burst = (scale / 8).min(LONGEST_BURST);
        // In the first window plans are made.
        if window == 0 || since >= burst {
            return None;
        }
        let draw = Draw::of(self.seed).text(endpoint).number(window);
        let says_how_long = draw.text("pause").below(2) == 0;
        (draw.below(4) == 0).then(|| Struck {
            fault: Fault::Busy,
            pause: says_how_long.then(|| burst.saturating_sub(since)),
        })
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.bits & fault.bit() != 0
    }

    pub(super) fn of_machine(&self, fault: Fault, node: &str) -> bool {
        if self.bits & fault.bit() == 0 {
            return false;
        }
        let is_picked = self.picked.get(&fault).is_some_and(|picked| picked == node);
        is_picked || self.draw(fault.name(), node).below(ONE_NODE_IN) == 0
    }

    pub(super) fn draw(&self, what: &str, target: &str) -> Draw {
        Draw::of(self.seed).text(what).text(target)
    }

    pub(super) fn slowness_of_call(&self, number: u64) -> u32 {
        let draw = Draw::of(self.seed).text("slowness").number(number);
        500 + draw.below(1001) as u32
    }
}

fn is_awaited(node: &ResolvedNode, nodes: &[&ResolvedNode]) -> bool {
    let awaits = |other: &&ResolvedNode| {
        let mut selectors = other.spec.depends_on.iter();
        other.name != node.name && selectors.any(|s| s.matches(node))
    };
    nodes.iter().any(awaits)
}

/// Why a deployment on the machine fails.
pub(in crate::simulated) fn disk_fails(node: &ResolvedNode) -> String {
    let disk = node.disks.first().map_or("sda", |disk| &disk.device.name);
    format!("disk {disk} reports a write error; replace it, then run again")
}
