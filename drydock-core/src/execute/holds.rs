//! What a run must not touch, by node: what its design holds and protects, and what is held meanwhile. What that means
//! for a step, [`Hold`] decides, as it does while planning.

use crate::{
    driver::{Risk, ServerState},
    names::NodeName,
    plan::{Hold, Plan, Step},
    resolve::ResolvedDesign,
};
use std::collections::BTreeMap;

/// Nodes that must not be touched, and what must not be done to others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holds(BTreeMap<NodeName, Hold>);

impl Holds {
    /// What the design holds and protects; a node of a rack that is held is held.
    pub fn of(design: &ResolvedDesign) -> Self {
        let holds = design
            .nodes
            .iter()
            .map(|(name, node)| (name.clone(), Hold::of(design, node)));
        Self(holds.filter(|(_, hold)| !hold.is_empty()).collect())
    }

    /// Holds this node as well.
    pub fn hold(&mut self, node: NodeName) {
        self.0.entry(node).or_default().add(&Hold::of_node());
    }

    /// Everything that either holds or protects.
    pub fn add(&mut self, other: &Holds) {
        for (name, hold) in &other.0 {
            self.0.entry(name.clone()).or_default().add(hold);
        }
    }

    /// Why a step must not be taken on this node because it is held. What interrupts nobody may be done.
    pub(super) fn holds(&self, node: &NodeName, risk: Risk) -> Option<String> {
        let why = self.0.get(node)?.keeps_off(risk)?;
        Some(format!("nothing was done to {node}: {why}"))
    }

    /// Why this step of the plan must not be taken on this node, given the state that it was just seen in.
    pub(super) fn protects(
        &self,
        node: &NodeName,
        plan: &Plan,
        step: &Step,
        seen: ServerState,
    ) -> Option<String> {
        let hold = self.0.get(node)?;
        let why = hold.against(plan.goal, &step.action, step.risk, Some(seen))?;
        Some(format!("nothing was done to {node}: {why}"))
    }
}

#[cfg(test)]
mod tests;
