//! Carrying a plan out: whether it may be, and how much it may destroy. The run itself is the worker's.

use super::Orchestrator;
use crate::{
    driver::{Context, Risk, ServerObservation, ServerState},
    event::Fanout,
    execute::{
        Approval, Control, Journal, Outcome, Terms, dispatch::Dispatch, survey::observe_all,
        worker::Worker,
    },
    names::{PlanId, RunId},
    plan::{self, Plan},
    resolve::ResolvedDesign,
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
    /// How many nodes may lose something for good, at most. Without it, any number of nodes that hold nothing yet, but
    /// only one in ten of the site's deployed nodes, and at least one.
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

    /// With a bound of nodes that may lose something for good.
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
    /// The plan destroys more than it may.
    #[error(
        "plan {plan} overwrites or gives back {nodes} nodes, more than the {bound} that are allowed"
    )]
    TooDestructive {
        /// The plan's id.
        plan: PlanId,
        /// How many nodes lose something for good; without a bound of its own, how many of those that are deployed.
        nodes: usize,
        /// How many may.
        bound: usize,
    },
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
        may_apply(design, plan, &approval, max_destructive)?;
        let most_destroyed = match max_destructive {
            Some(bound) => bound,
            None => self.most_destroyed(design, plan, &run).await?,
        };
        let mut policy = self.policy.clone();
        policy.seed ^= seed_of(&run);
        let plan = Arc::new(plan.clone());
        let terms = Terms::new(plan.clone(), policy)
            .design(&design.resolved)
            .approval(approval)
            .most_destroyed(most_destroyed)
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

    /// How many deployed nodes a run may destroy where nobody says: decided when it begins, by what is deployed then.
    async fn most_destroyed(
        &self,
        design: &Design,
        plan: &Plan,
        run: &RunId,
    ) -> Result<usize, ApplyError> {
        if let Some(head) = Journal::of(run).head(&*self.store).await? {
            return Ok(head.most_destroyed);
        }
        // One may be destroyed in any case: whether it is deployed need not be asked.
        if plan.destroyed_nodes() <= 1 {
            return Ok(1);
        }
        let nodes: Vec<_> = design.resolved.nodes.values().cloned().collect();
        let (cx, no_networks) = (Context::detached("apply"), ResolvedDesign::default());
        let seen = observe_all(&cx, &no_networks, &self.drivers, &nodes).await;
        let is_deployed = |seen: &Result<ServerObservation, String>| matches!(seen, Ok(seen) if seen.state == ServerState::Deployed);
        let deployed = seen
            .servers
            .values()
            .filter(|seen| is_deployed(seen))
            .count();
        let destroyed = plan
            .steps
            .iter()
            .filter(|step| step.risk == Risk::Destructive);
        let mut destroyed: Vec<&str> = destroyed.map(|step| step.target.name()).collect();
        destroyed.sort_unstable();
        destroyed.dedup();
        // A node that cannot be seen may be deployed.
        destroyed.retain(|name| match seen.servers.get(*name) {
            Some(seen) => seen.is_err() || is_deployed(seen),
            None => false,
        });
        let (nodes, bound) = (destroyed.len(), plan::destructive_bound(deployed));
        match nodes > bound {
            true => Err(ApplyError::TooDestructive {
                plan: plan.id.clone(),
                nodes,
                bound,
            }),
            false => Ok(bound),
        }
    }
}

/// A number that is this run's own (FNV-1a): the pauses of two runs are not alike.
fn seed_of(run: &RunId) -> u64 {
    run.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn may_apply(
    design: &Design,
    plan: &Plan,
    approval: &Approval,
    bound: Option<usize>,
) -> Result<(), ApplyError> {
    match design.diagnostics.errors() {
        0 => {}
        errors => return Err(ApplyError::DesignErrors(errors)),
    }
    if !plan.is_for(&design.resolved) {
        return Err(ApplyError::OtherDesign(plan.id.clone()));
    }
    let nodes = plan.destroyed_nodes();
    if let Some(bound) = bound.filter(|&bound| nodes > bound) {
        return Err(ApplyError::TooDestructive {
            plan: plan.id.clone(),
            nodes,
            bound,
        });
    }
    let approved = *approval == Approval::Later || approval.covers(&plan.id);
    if nodes > 0 && !approved {
        return Err(ApplyError::NotApproved {
            plan: plan.id.clone(),
            nodes,
        });
    }
    Ok(())
}
