//! What a run is bound to besides its plan: who approved it, how much it may destroy, and what must not be touched.

use super::{Groups, Policy};
use crate::{
    driver::{Risk, ServerAction, ServerState},
    model::Protection,
    names::{NodeName, PlanId},
    plan::{Action, Goal, Plan, Step, timing::Durations},
    resolve::{ResolvedDesign, ResolvedNode},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a person has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approval {
    /// Nothing that destroys.
    None,
    /// Nothing yet: the run begins, and waits before the first step that destroys.
    Later,
    /// The plan of this id, and no other.
    Plan(PlanId),
    /// Whatever is planned; for demonstrations and tests.
    All,
}

impl Approval {
    /// Whether what this plan destroys may be destroyed.
    pub fn covers(&self, plan: &PlanId) -> bool {
        match self {
            Approval::All => true,
            Approval::Plan(id) => id == plan,
            Approval::None | Approval::Later => false,
        }
    }
}

/// What a run is bound to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Terms {
    /// The plan.
    pub plan: Arc<Plan>,
    /// How it is carried out.
    pub policy: Policy,
    /// What of it belongs together.
    pub groups: Groups,
    /// What a person has agreed to.
    pub approval: Approval,
    /// How many nodes that are deployed may lose what is on them.
    pub most_destroyed: usize,
    /// What must not be touched.
    pub holds: Holds,
    /// How long steps are expected to take.
    pub expected: Durations,
}

impl Terms {
    /// A run of this plan with whatever it does, without a design: no racks, failure domains and holds.
    pub fn new(plan: Arc<Plan>, policy: Policy) -> Self {
        Self {
            groups: Groups::of(&plan, None, &policy),
            approval: Approval::All,
            most_destroyed: usize::MAX,
            holds: Holds::default(),
            expected: Durations::default(),
            plan,
            policy,
        }
    }

    /// With the racks, failure domains and holds of this design.
    #[must_use]
    pub fn design(mut self, design: &ResolvedDesign) -> Self {
        self.groups = Groups::of(&self.plan, Some(design), &self.policy);
        self.holds = Holds::of(design);
        self
    }

    /// With no more than this approval.
    #[must_use]
    pub fn approval(mut self, approval: Approval) -> Self {
        self.approval = approval;
        self
    }

    /// With so many deployed nodes that may lose what is on them, at most.
    #[must_use]
    pub fn most_destroyed(mut self, nodes: usize) -> Self {
        self.most_destroyed = nodes;
        self
    }

    /// With other expectations of how long steps take.
    #[must_use]
    pub fn expected(mut self, expected: Durations) -> Self {
        self.expected = expected;
        self
    }
}

/// Nodes that must not be touched, and what must not be done to others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holds {
    held: BTreeSet<NodeName>,
    protected: BTreeMap<NodeName, Vec<Protection>>,
}

impl Holds {
    /// What the design holds and protects; a node of a rack on hold is on hold.
    pub fn of(design: &ResolvedDesign) -> Self {
        let is_held = |node: &ResolvedNode| {
            let rack = node.spec.metadata.rack.as_ref();
            let rack = rack.and_then(|rack| design.racks.get(rack));
            node.spec.hold == Some(true) || rack.is_some_and(|rack| rack.hold == Some(true))
        };
        let mut holds = Self::default();
        for (name, node) in &design.nodes {
            if is_held(node) {
                holds.held.insert(name.clone());
            }
            if !node.spec.protect.is_empty() {
                let protected = node.spec.protect.iter().copied().collect();
                holds.protected.insert(name.clone(), protected);
            }
        }
        holds
    }

    /// Holds this node as well.
    pub fn hold(&mut self, node: NodeName) {
        self.held.insert(node);
    }

    /// Everything that either holds or protects.
    pub fn add(&mut self, other: &Holds) {
        self.held.extend(other.held.iter().cloned());
        for (name, protected) in &other.protected {
            self.protected
                .entry(name.clone())
                .or_default()
                .extend(protected.iter().copied());
        }
    }

    /// Why a step may not be taken on this node because it is held. What interrupts nobody may be done.
    pub(super) fn holds(&self, node: &NodeName, risk: Risk) -> Option<String> {
        (risk >= Risk::Disruptive && self.held.contains(node))
            .then(|| format!("{node} is on hold; nothing was done to it"))
    }

    /// Why what is on this node may not be destroyed, given the state that it was just seen in.
    pub(super) fn protects(
        &self,
        node: &NodeName,
        plan: &Plan,
        step: &Step,
        seen: ServerState,
    ) -> Option<String> {
        let protected = self.protected.get(node)?;
        let redeploys = plan.goal == Goal::Redeploy;
        let refused = match &step.action {
            Action::Server(ServerAction::Release) if protected.contains(&Protection::Release) => {
                "release"
            }
            Action::Server(ServerAction::Release)
                if redeploys && protected.contains(&Protection::Redeploy) =>
            {
                "redeploy"
            }
            Action::Server(ServerAction::Deploy)
                if seen == ServerState::Deployed && protected.contains(&Protection::Redeploy) =>
            {
                "redeploy"
            }
            _ => return None,
        };
        Some(format!(
            "{node} is {seen} and protected from {refused}; nothing was done to it"
        ))
    }
}
