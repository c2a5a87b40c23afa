//! From what is designed and what was observed to a plan: an immutable graph of steps that leaves nothing to decide.
//!
//! The same design and observations give the same plan, byte for byte, on every machine. Its id is a digest of all that a
//! person approves: designs, steps, changes and preconditions; not of times, power states or the order of observation.

mod action;
mod build;
mod digest;
mod display;
mod edges;
mod graph;
mod step;

pub use action::{Action, Target};
pub use display::PlanDisplay;
pub use step::{DesignedIdentity, ObservedAs, Precondition, Step};

use crate::{
    diagnostic::Diagnostics,
    driver::{Drivers, NetworkObservation, Risk, ServerObservation},
    model::Selector,
    names::{NetworkName, NodeName, PlanId},
    resolve::ResolvedDesign,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt, str::FromStr};

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Goal {
    /// Every chosen node is installed as designed, and the networks that it needs are there.
    Deploy,
    /// Every chosen node is given back.
    Release,
    /// Everything is looked at, and nothing is changed.
    Verify,
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Goal::Deploy => "deploy",
            Goal::Release => "release",
            Goal::Verify => "verify",
        })
    }
}

impl FromStr for Goal {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "deploy" => Ok(Goal::Deploy),
            "release" => Ok(Goal::Release),
            "verify" => Ok(Goal::Verify),
            other => Err(format!(
                "`{other}` is not a goal; write deploy, release or verify"
            )),
        }
    }
}

/// What was observed, of everything that a plan may touch. A target that is missing was not looked at.
#[derive(Debug, Clone, Default)]
pub struct Observations {
    /// Servers, or why one could not be observed.
    pub servers: BTreeMap<NodeName, Result<ServerObservation, String>>,
    /// Networks, or why one could not be observed.
    pub networks: BTreeMap<NetworkName, Result<NetworkObservation, String>>,
}

/// An approved or approvable plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// The digest of everything below.
    pub id: PlanId,
    /// What it is for.
    pub goal: Goal,
    /// For every target, a digest of its resolved design without secrets.
    pub designs: BTreeMap<String, String>,
    /// The steps; each comes after the steps that it needs.
    pub steps: Vec<Step>,
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
        let steps = self
            .steps
            .iter()
            .filter(|step| step.risk == Risk::Destructive);
        let mut nodes: Vec<&Target> = steps.map(|step| &step.target).collect();
        nodes.sort();
        nodes.dedup();
        nodes.len()
    }
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
    let mut diagnostics = Diagnostics::new();
    let mut drafts = build::drafts(design, drivers, seen, goal, nodes, &mut diagnostics);
    edges::connect(design, seen, &mut drafts, &mut diagnostics);
    let steps = graph::order(design, drafts, &mut diagnostics);
    let designs = digest::designs(design, &steps);
    let id = digest::plan_id(goal, &designs, &steps);
    let plan = Plan {
        id,
        goal,
        designs,
        steps,
    };
    Planned {
        plan,
        diagnostics: diagnostics.sorted(&design.files),
    }
}
