//! From what is designed and what was observed to a plan: an immutable graph of steps that leaves nothing to decide.
//!
//! The same design and observations give the same plan, byte for byte, on every machine. Its id is a digest of all that a
//! person approves: designs, steps, changes and preconditions; not of times, power states or the order of observation.

mod action;
mod build;
mod digest;
mod display;
mod edges;
mod goal;
mod graph;
mod hold;
mod observed;
mod pass;
mod step;
#[cfg(test)]
pub(crate) mod tests;
pub mod timing;

pub use action::{Action, Target};
pub use display::PlanDisplay;
pub use goal::Goal;
pub(crate) use hold::Hold;
pub use hold::{Held, HeldBy, held};
pub use observed::{DeployedNodes, Observations};
pub use pass::{Additions, PlanPass, PlannedStep};
pub use step::{DesignedIdentity, ObservedAs, Precondition, Step};

use crate::{
    diagnostic::Diagnostics,
    driver::{Drivers, Risk},
    model::Selector,
    names::{NodeName, PlanId},
    resolve::ResolvedDesign,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// An approved or approvable plan. Written as JSON and read back it is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// The digest of the goal, the designs and the steps.
    pub id: PlanId,
    /// What it is for.
    pub goal: Goal,
    /// For every target, a digest of its resolved design without secrets.
    pub designs: BTreeMap<String, String>,
    /// The steps; each comes after the steps that it needs.
    pub steps: Vec<Step>,
    /// How many nodes were Deployed when it was made, and how many of them it takes something from.
    pub deployed: DeployedNodes,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether it was made for this state of the design.
    pub fn is_for(&self, design: &ResolvedDesign) -> bool {
        digest::designs(design, &self.steps) == self.designs
            && digest::plan_id(self.goal, &self.designs, &self.steps) == self.id
    }

    /// How many nodes lose something for good.
    pub fn destroyed_nodes(&self) -> usize {
        destroyed(&self.steps).len()
    }

    /// The nodes that lose something for good.
    pub(crate) fn destroyed(&self) -> BTreeSet<&NodeName> {
        destroyed(&self.steps)
    }

    /// How many nodes are deployed by what was seen since, and how many of them lose something for good.
    pub(crate) fn deployed_now(&self, seen: &Observations) -> DeployedNodes {
        seen.deployed(&self.destroyed())
    }

    /// How many nodes that were Deployed when it was made lose something for good.
    pub fn destroyed_deployed(&self) -> usize {
        self.deployed.destroyed
    }

    /// How many deployed nodes it may take something from where nobody says otherwise, see [`destructive_bound`].
    pub fn destructive_bound(&self) -> usize {
        destructive_bound(self.deployed.seen)
    }
}

/// How many of so many deployed nodes may lose what is on them where nobody says otherwise: one in ten, and one at least.
pub fn destructive_bound(deployed: usize) -> usize {
    (deployed / 10).max(1)
}

/// The nodes that lose something for good.
fn destroyed(steps: &[Step]) -> BTreeSet<&NodeName> {
    let steps = steps.iter().filter(|step| step.risk == Risk::Destructive);
    steps.filter_map(Step::node).collect()
}

/// A plan, and what stands against it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Planned {
    /// The plan. Targets that something stands against are left out of it.
    pub plan: Plan,
    /// What stands against planning a target, and how deployed nodes differ from their design.
    pub diagnostics: Diagnostics,
}

/// Plans the goal for the nodes that `nodes` chooses.
pub fn plan(
    design: &ResolvedDesign,
    drivers: &Drivers,
    seen: &Observations,
    goal: Goal,
    nodes: &Selector,
) -> Planned {
    plan_with(design, drivers, seen, goal, nodes, &[])
}

/// The same with what these passes add, one after the other.
pub fn plan_with(
    design: &ResolvedDesign,
    drivers: &Drivers,
    seen: &Observations,
    goal: Goal,
    nodes: &Selector,
    passes: &[Arc<dyn PlanPass>],
) -> Planned {
    let mut diagnostics = Diagnostics::new();
    seen.unclaimed(&mut diagnostics);
    let mut drafts = build::drafts(design, drivers, seen, goal, nodes, &mut diagnostics);
    edges::connect(design, seen, &mut drafts, &mut diagnostics);
    let by_passes = pass::run(
        design,
        drivers,
        seen,
        goal,
        passes,
        &mut drafts,
        &mut diagnostics,
    );
    let steps = graph::order(design, drafts.steps, &by_passes, &mut diagnostics);
    let designs = digest::designs(design, &steps);
    let id = digest::plan_id(goal, &designs, &steps);
    let deployed = seen.deployed(&destroyed(&steps));
    let plan = Plan {
        id,
        goal,
        designs,
        steps,
        deployed,
    };
    Planned {
        plan,
        diagnostics: diagnostics.sorted(&design.files),
    }
}
