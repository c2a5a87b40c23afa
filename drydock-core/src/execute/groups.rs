//! What of a plan belongs together for a run: each step's node, endpoint and wave, each node's rack and failure domains.
//! Worked out once, when a run begins; a run is not changed by what becomes of the design later.

use super::{Policy, waves};
use crate::{
    names::{NodeName, StepId},
    plan::{Action, ObservedAs, Plan, Step},
    resolve::ResolvedDesign,
};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// What of a plan belongs together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    pub(super) steps: Vec<StepGroups>,
    pub(super) nodes: Vec<NodeGroups>,
    /// Each endpoint with the number of calls it bears.
    pub(super) endpoints: Vec<(SmolStr, usize)>,
    pub(super) racks: Vec<SmolStr>,
    /// Each failure domain, as `key=value`, with its limit.
    pub(super) domains: Vec<(SmolStr, usize)>,
    pub(super) waves: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepGroups {
    /// The node that it is done for: its target, or for a switch port the node behind it.
    pub(super) node: Option<u32>,
    pub(super) endpoint: u32,
    pub(super) wave: u32,
    /// The rack whose power it draws.
    pub(super) rack: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NodeGroups {
    pub(super) name: NodeName,
    pub(super) domains: Vec<u32>,
}

/// Numbers texts in the order in which they come.
struct Numbered<T>(BTreeMap<SmolStr, u32>, Vec<T>);

impl<T> Numbered<T> {
    fn new() -> Self {
        Self(BTreeMap::new(), Vec::new())
    }

    fn of(&mut self, name: SmolStr, make: impl FnOnce(&SmolStr) -> T) -> u32 {
        let Self(numbers, all) = self;
        *numbers.entry(name).or_insert_with_key(|name| {
            all.push(make(name));
            all.len() as u32 - 1
        })
    }
}

impl Groups {
    /// The groups of this plan's steps. Racks, labels and addresses of BMCs are the design's; without one there are
    /// endpoints by name and nothing else.
    pub fn of(plan: &Plan, design: Option<&ResolvedDesign>, policy: &Policy) -> Self {
        let mut nodes = Numbered::new();
        let mut endpoints = Numbered::new();
        let mut racks = Numbered::new();
        let mut domains = Numbered::new();
        let mut steps = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            let owner = step.node();
            let resolved = owner
                .zip(design)
                .and_then(|(name, design)| design.nodes.get(name));
            let node = owner.map(|name| {
                nodes.of(name.as_str().into(), |_| {
                    let of = |(key, limit): (&SmolStr, &usize)| {
                        let value = resolved?.label(key)?;
                        let name = format_smolstr!("{key}={value}");
                        Some(domains.of(name, |name| (name.clone(), (*limit).max(1))))
                    };
                    let mut domains: Vec<u32> = policy.domains.iter().filter_map(of).collect();
                    // One order for all nodes, so that no two wait for each other.
                    domains.sort_unstable();
                    NodeGroups {
                        name: name.clone(),
                        domains,
                    }
                })
            });
            let endpoint = match step.observed_as() {
                ObservedAs::Machine => {
                    let address = resolved.and_then(|node| node.oob_address);
                    let bmc = address.map_or_else(
                        || step.target.name().into(),
                        |address| format_smolstr!("{address}"),
                    );
                    format_smolstr!("{}/{bmc}", step.driver)
                }
                _ => step.driver.as_str().into(),
            };
            let endpoint = endpoints.of(endpoint, |name| {
                (name.clone(), policy.endpoint_of(&step.driver))
            });
            let rack = resolved
                .and_then(|node| node.spec.metadata.rack.as_ref())
                .filter(|_| policy.rack_power > 0 && is_power_on(step))
                .map(|rack| racks.of(rack.as_str().into(), SmolStr::clone));
            steps.push(StepGroups {
                node,
                endpoint,
                wave: 0,
                rack,
            });
        }
        let mut groups = Self {
            steps,
            nodes: nodes.1,
            endpoints: endpoints.1,
            racks: racks.1,
            domains: domains.1,
            waves: 1,
        };
        if !policy.waves.is_empty() {
            groups.in_waves(plan, policy);
        }
        groups
    }

    /// The endpoint at which a step's calls are made, and how many it bears.
    pub fn endpoint(&self, step: StepId) -> (&str, usize) {
        let (name, limit) = &self.endpoints[self.steps[step.index()].endpoint as usize];
        (name, *limit)
    }

    /// The node that a step is done for, where it is done for one.
    pub fn node(&self, step: StepId) -> Option<&NodeName> {
        let node = self.steps[step.index()].node?;
        Some(&self.nodes[node as usize].name)
    }

    /// The wave of a step, counted from 0.
    pub fn wave(&self, step: StepId) -> u32 {
        self.steps[step.index()].wave
    }

    /// Nodes are taken in the order in which their last steps stand in the plan, which is that of what waits for what.
    fn in_waves(&mut self, plan: &Plan, policy: &Policy) {
        let mut order = Vec::with_capacity(self.nodes.len());
        let mut known = vec![false; self.nodes.len()];
        for node in self.steps.iter().rev().filter_map(|step| step.node) {
            if !std::mem::replace(&mut known[node as usize], true) {
                order.push(node);
            }
        }
        order.reverse();
        let mut of_node = vec![0; self.nodes.len()];
        for (node, wave) in order
            .into_iter()
            .zip(waves::assign(&policy.waves, known.len()))
        {
            of_node[node as usize] = wave;
        }
        // What a node needs of another one must not be in a later wave. Each pass only raises, and no higher than the
        // last wave, so this ends.
        let raise = |of_node: &mut Vec<u32>| {
            let mut raised = false;
            for step in &plan.steps {
                let Some(own) = self.steps[step.id.index()].node else {
                    continue;
                };
                for need in &step.needs {
                    let Some(other) = self.steps[need.index()].node else {
                        continue;
                    };
                    let wave = of_node[other as usize];
                    if wave > of_node[own as usize] {
                        of_node[own as usize] = wave;
                        raised = true;
                    }
                }
            }
            raised
        };
        while raise(&mut of_node) {}
        // What belongs to no node goes with the first that needs it.
        let mut first = vec![u32::MAX; self.steps.len()];
        for step in plan.steps.iter().rev() {
            let at = step.id.index();
            let wave = match self.steps[at].node {
                Some(node) => of_node[node as usize],
                None if first[at] == u32::MAX => 0,
                None => first[at],
            };
            self.steps[at].wave = wave;
            for need in &step.needs {
                first[need.index()] = first[need.index()].min(wave);
            }
        }
        self.waves = self
            .steps
            .iter()
            .map(|step| step.wave + 1)
            .max()
            .unwrap_or(1);
    }
}

pub(super) fn is_power_on(step: &Step) -> bool {
    step.action == Action::Oob(crate::driver::OobAction::PowerOn)
}
