//! Carrying a plan out: whether it may be, and how much it may destroy. The run itself is the worker's.

use super::Orchestrator;
use crate::{
    event::Fanout,
    execute::{Approval, Control, Journal, Outcome, Terms, dispatch::Dispatch, worker::Worker},
    names::{PlanId, RunId},
    plan::{self, Plan},
    resolve::{ResolvedDesign, ResolvedNode},
    revision::RevisionError,
    site::Design,
    state::StateError,
};
use std::sync::Arc;

/// How a plan is carried out, besides the orchestrator's policy.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ApplyOptions {
    /// What a person has agreed to.
    pub approval: Approval,
    /// How many nodes that are deployed may lose something for good, at most. Without it, one in ten of the site's
    /// deployed nodes, and at least one. Nodes that hold nothing yet are not counted. The first life of a run decides it;
    /// who goes on with the run keeps to that.
    pub max_destructive: Option<usize>,
    /// The handle on the run.
    pub control: Control,
}

impl ApplyOptions {
    /// With this approval, no bound of its own, and a handle that nobody has.
    pub fn new(approval: Approval) -> Self {
        Self {
            approval,
            max_destructive: None,
            control: Control::new(),
        }
    }

    /// With a bound of deployed nodes that may lose something for good.
    #[must_use]
    pub fn max_destructive(mut self, nodes: impl Into<Option<usize>>) -> Self {
        self.max_destructive = nodes.into();
        self
    }

    /// With this handle on the run.
    #[must_use]
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }
}

/// Why a plan was not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The design has errors.
    #[error("the design has {0} errors; mend them, then plan again")]
    DesignErrors(usize),
    /// The plan was made for another design.
    #[error("the plan {0} was made for another state of the design; plan again")]
    OtherDesign(PlanId),
    /// The plan destroys something, and nobody has approved it.
    #[error(
        "plan {plan} overwrites or gives back {nodes} nodes and is not approved; read it, then approve {plan}"
    )]
    NotApproved {
        /// The plan's id.
        plan: PlanId,
        /// How many nodes lose something for good.
        nodes: usize,
    },
    /// The plan destroys more of what is deployed than it may.
    #[error(
        "plan {plan} overwrites or gives back {nodes} deployed nodes, and at most {bound} may be ({}); read it, and if \
         that is meant, allow {nodes} by max_destructive",
        why(*.of)
    )]
    TooDestructive {
        /// The plan's id.
        plan: PlanId,
        /// How many nodes that are deployed, or may be, lose something for good.
        nodes: usize,
        /// How many may.
        bound: usize,
        /// How many nodes of the site are deployed, where the bound follows from that.
        of: Option<usize>,
    },
    /// What the run carries out is not kept: its plan, or the design that the plan was made for.
    #[error("run {run} cannot be gone on with: {why}")]
    NotKept {
        /// The run.
        run: RunId,
        /// What is missing, and what to do.
        why: String,
    },
    /// The design that the run was begun with cannot be had again.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// The store failed, or another orchestrator has taken the run over.
    #[error(transparent)]
    Store(#[from] StateError),
}

impl Orchestrator {
    /// Carries the plan out as the run of this id, or goes on with it where its journal ends.
    ///
    /// # Errors
    /// When the plan may not be carried out, or the store fails. What failed in the world is in the outcome.
    pub async fn apply(
        &self,
        design: &Design,
        plan: &Plan,
        run: RunId,
        approval: &Approval,
        max_destructive: Option<usize>,
    ) -> Result<Outcome, ApplyError> {
        let options = ApplyOptions::new(approval.clone()).max_destructive(max_destructive);
        self.apply_with(design, plan, run, options).await
    }

    /// The same with a handle on the run, by which it is paused, cancelled, and asked how it stands.
    ///
    /// # Errors
    /// When the plan may not be carried out, or the store fails. What failed in the world is in the outcome.
    pub async fn apply_with(
        &self,
        design: &Design,
        plan: &Plan,
        run: RunId,
        options: ApplyOptions,
    ) -> Result<Outcome, ApplyError> {
        let ApplyOptions {
            approval,
            max_destructive,
            control,
        } = options;
        may_apply(design, plan, &approval)?;
        let most_destroyed = self
            .most_destroyed(design, plan, &run, max_destructive)
            .await?;
        self.remember(plan, &approval).await?;
        let mut policy = self.policy.clone();
        policy.seed ^= seed_of(&run);
        let plan = Arc::new(plan.clone());
        let terms = Terms::new(plan.clone(), policy)
            .design(&design.resolved)
            .approval(approval)
            .most_destroyed(most_destroyed)
            .revision(design.revision)
            .expected(self.durations.clone());
        let dispatch = Dispatch {
            design: design.resolved.clone(),
            drivers: self.drivers.clone(),
            plan,
        };
        let worker = Worker {
            dispatch,
            terms,
            store: self.store.clone(),
            sink: Arc::new(Fanout::new(self.sinks.clone())),
            secrets: self.secrets.clone(),
            run,
            owner: self.owner.clone(),
            control,
        };
        Ok(worker.work().await?)
    }

    /// How many deployed nodes a run may destroy: decided when it begins, by what is deployed then.
    async fn most_destroyed(
        &self,
        design: &Design,
        plan: &Plan,
        run: &RunId,
        asked: Option<usize>,
    ) -> Result<usize, ApplyError> {
        if let Some(head) = Journal::of(run).head(&*self.store).await? {
            return Ok(head.most_destroyed);
        }
        let destroyed = plan.destroyed();
        // So many may be destroyed in any case: whether they are deployed need not be asked.
        let least = asked.unwrap_or_else(|| plan::destructive_bound(0));
        if destroyed.len() <= least {
            return Ok(least);
        }
        let all = design.resolved.nodes.values();
        let counts = |node: &&Arc<ResolvedNode>| asked.is_none() || destroyed.contains(&node.name);
        let nodes: Vec<_> = all.filter(counts).cloned().collect();
        let seen = self.look(&ResolvedDesign::default(), &nodes, "apply").await;
        let deployed = plan.deployed_now(&seen);
        let bound = asked.unwrap_or_else(|| plan::destructive_bound(deployed.seen));
        match deployed.destroyed > bound {
            true => Err(ApplyError::TooDestructive {
                plan: plan.id.clone(),
                nodes: deployed.destroyed,
                bound,
                of: asked.is_none().then_some(deployed.seen),
            }),
            false => Ok(bound),
        }
    }
}

fn why(of: Option<usize>) -> String {
    match of {
        Some(deployed) => format!("one in ten of the {deployed} that are deployed, one at least"),
        None => "as was asked".to_owned(),
    }
}

/// A number that is this run's own (FNV-1a): the pauses of two runs are not alike.
fn seed_of(run: &RunId) -> u64 {
    run.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn may_apply(design: &Design, plan: &Plan, approval: &Approval) -> Result<(), ApplyError> {
    match design.diagnostics.errors() {
        0 => {}
        errors => return Err(ApplyError::DesignErrors(errors)),
    }
    if !plan.is_for(&design.resolved) {
        return Err(ApplyError::OtherDesign(plan.id.clone()));
    }
    let nodes = plan.destroyed_nodes();
    let approved = *approval == Approval::Later || approval.covers(&plan.id);
    if nodes > 0 && !approved {
        return Err(ApplyError::NotApproved {
            plan: plan.id.clone(),
            nodes,
        });
    }
    Ok(())
}
