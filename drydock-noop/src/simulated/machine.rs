//! One machine of the simulated world: what it is, what it is in the middle of, and what time does to it.

mod phase;
mod power;

pub(super) use phase::Course;
pub(super) use power::Way;

use super::{
    Fault,
    facts::{Facts, facts_of},
    loads::BMCS,
    node::SimulatedNode,
};
use drydock_core::{
    driver::{Identity, OobObservation, PowerState, ServerAction, ServerObservation, ServerState},
    model::MacAddr,
    resolve::ResolvedNode,
};
use phase::Phase;
use power::PowerChange;
use smol_str::{SmolStr, format_smolstr};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// The fact that tells observations of one target apart: how many calls it had taken when the observation was made.
pub(super) const GENERATION: &str = "simulated.generation";

/// A machine and what it is in the middle of.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) node: SimulatedNode,
    /// What selectors see of it.
    pub(super) designed: Arc<ResolvedNode>,
    /// The endpoint of its BMC.
    pub(super) bmc: SmolStr,
    pub(super) generation: u64,
    /// How many calls that change it are in flight.
    pub(super) in_flight: u32,
    /// The newest fence of each run that was seen here, the oldest run first.
    pub(super) fences: Vec<(SmolStr, u64)>,
    /// Which faults have happened to it, as bits.
    pub(super) struck: u32,
    /// The fault that changed it so that its callers cannot know its state.
    pub(super) disturbed: Option<Fault>,
    /// Whether it was ever deployed.
    pub(super) was_deployed: bool,
    /// Until when its BMC says that it is on.
    pub(super) lies_until: Option<Duration>,
    /// What was seen of it last, where that may be seen once more.
    pub(super) last_seen: Option<Box<(ServerObservation, OobObservation)>>,
    phase: Option<Phase>,
    power_change: Option<PowerChange>,
    /// What cannot be undone, with the operation that began it.
    begun: BTreeSet<(ServerAction, SmolStr)>,
}

impl Machine {
    /// The machine of a design as it is delivered: New, and off.
    pub(super) fn delivered(node: &Arc<ResolvedNode>) -> Self {
        let macs = node.spec.metadata.boot_mac.into_iter().collect();
        let node_as_delivered = SimulatedNode {
            name: node.name.clone(),
            state: ServerState::New,
            power: PowerState::Off,
            identity: Identity::new(node.spec.serial.clone(), macs),
            ..SimulatedNode::default()
        };
        Self {
            node: node_as_delivered,
            designed: node.clone(),
            bmc: match node.oob_address {
                Some(address) => format_smolstr!("{BMCS}/{address}"),
                None => format_smolstr!("{BMCS}/{}", node.name),
            },
            generation: 0,
            in_flight: 0,
            fences: Vec::new(),
            struck: 0,
            disturbed: None,
            was_deployed: false,
            lies_until: None,
            last_seen: None,
            phase: None,
            power_change: None,
            begun: BTreeSet::new(),
        }
    }

    pub(super) fn observed(&self) -> ServerObservation {
        let node = &self.node;
        let mut seen = ServerObservation::new(node.state);
        seen.facts
            .insert(GENERATION.into(), format_smolstr!("{}", self.generation));
        if node.state == ServerState::Absent {
            return seen;
        }
        seen.power = node.power;
        seen.identity = node.identity.clone();
        seen.image = node.image.clone();
        seen.operation = node.operation.clone();
        seen.facts.extend(self.facts());
        seen
    }

    /// Everything that is set up on it, as [`facts_of`] has it.
    pub(super) fn facts(&self) -> Facts {
        let node = &self.node;
        let platform = [
            ("platform.image", &node.image),
            ("platform.kernel", &node.kernel),
            ("platform.kernel_params", &node.kernel_params),
        ];
        let installed = platform.into_iter().filter_map(|(field, value)| {
            value
                .as_ref()
                .map(|value| (SmolStr::new_static(field), value.clone()))
        });
        installed
            .chain(node.facts.iter().map(|(k, v)| (k.clone(), v.clone())))
            .collect()
    }

    /// The facts under one key of the spec.
    pub(super) fn part(&self, key: &str) -> Facts {
        let inside = |field: &str| field.split(['.', '[']).next() == Some(key);
        let part = self.node.facts.iter().filter(|(field, _)| inside(field));
        part.map(|(field, value)| (field.clone(), value.clone()))
            .collect()
    }

    /// Puts these facts in the place of those under one key of the spec.
    pub(super) fn set_part(&mut self, key: &str, facts: Facts) {
        for field in self.part(key).keys() {
            self.node.facts.remove(field);
        }
        self.node.facts.extend(facts);
    }

    /// Whether it is deployed exactly as this design says.
    pub(super) fn is_as(&self, design: &ResolvedNode) -> bool {
        self.facts() == facts_of(design)
    }

    /// Whether neither its serial number nor its MACs contradict the design.
    pub(super) fn is_designed(&self, design: &ResolvedNode) -> bool {
        let Identity { serial, macs, .. } = &self.node.identity;
        let same_serial = match (serial, &design.spec.serial) {
            (Some(is), Some(designed)) => is == designed,
            _ => true,
        };
        let same_mac = match design.spec.metadata.boot_mac {
            Some(designed) if !macs.is_empty() => macs.contains(&designed),
            _ => true,
        };
        same_serial && same_mac
    }

    /// Another machine is put in its place.
    pub(super) fn replaced(&mut self) {
        self.node.identity = Identity::new(
            Some(format_smolstr!("NOT-{}", self.node.name)),
            vec![MacAddr([2, 0, 0xde, 0xad, 0, 1])],
        );
    }

    /// Somebody else gives it back.
    pub(super) fn released_by_another(&mut self) {
        self.phase = None;
        self.end_release();
        self.node.operation = None;
        self.disturbed = Some(Fault::ReleasedBehindOurBack);
    }
}
