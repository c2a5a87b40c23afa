//! What a run is bound to besides its plan: who approved it, how much it may destroy, and what must not be touched.

use super::{Groups, Holds, Policy};
use crate::{
    names::{PlanId, RevisionNumber},
    plan::{Plan, timing::Durations},
    resolve::ResolvedDesign,
};
use std::sync::Arc;

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
    /// The revision of the design, where that is kept.
    pub revision: Option<RevisionNumber>,
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
            revision: None,
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

    /// Of a design that is kept as this revision.
    #[must_use]
    pub fn revision(mut self, revision: Option<RevisionNumber>) -> Self {
        self.revision = revision;
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
