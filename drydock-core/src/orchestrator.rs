//! `[io]` The façade: load, plan, approve, apply; each stage can be called alone.

use crate::{
    driver::{
        Context, ContextBuilder, DriverError, Drivers, ErrorKind, Risk, ServerObservation,
        ServerState,
    },
    event::{EventSink, Fanout},
    execute::{
        Approval, Control, Journal, Outcome, Policy, Terms, dispatch::Dispatch,
        survey::observe_all, worker::Worker,
    },
    model::{Catalog, Kinds, Selector},
    names::{DriverName, PlanId, RunId},
    plan::{self, Goal, Observations, Plan, PlanPass, Planned, timing::Durations},
    resolve::{Allocations, ResolvedDesign},
    secret::SecretSource,
    site::Design,
    source::{DesignSource, FederatedSource, Load, SourceError, WhenUnavailable},
    state::{MemoryStore, StateError, StateStore},
    validate::RuleSet,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
    time::Duration,
};
use tokio::{task::JoinSet, time::timeout};

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

/// Sources, drivers, store and whoever watches, put together by the host. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Orchestrator {
    sources: Vec<Arc<dyn DesignSource>>,
    drivers: Arc<Drivers>,
    rules: Arc<RuleSet>,
    kinds: Kinds,
    allocations: Allocations,
    store: Arc<dyn StateStore>,
    sinks: Vec<Arc<dyn EventSink>>,
    secrets: Option<Arc<dyn SecretSource>>,
    policy: Policy,
    durations: Durations,
    passes: Vec<Arc<dyn PlanPass>>,
    owner: SmolStr,
}

impl Orchestrator {
    /// An orchestrator with these drivers, the standard rules, a store in memory and no sources.
    pub fn new(drivers: Drivers) -> Self {
        Self {
            sources: Vec::new(),
            drivers: Arc::new(drivers),
            rules: Arc::new(RuleSet::standard()),
            kinds: Kinds::new(),
            allocations: Allocations::default(),
            store: Arc::new(MemoryStore::new()),
            sinks: Vec::new(),
            secrets: None,
            policy: Policy::default(),
            durations: Durations::default(),
            passes: Vec::new(),
            owner: SmolStr::new_static("orchestrator"),
        }
    }

    /// Adds a source.
    #[must_use]
    pub fn source(mut self, source: impl DesignSource) -> Self {
        self.sources.push(Arc::new(source));
        self
    }

    /// Replaces the rules.
    #[must_use]
    pub fn rules(mut self, rules: RuleSet) -> Self {
        self.rules = Arc::new(rules);
        self
    }

    /// Says which kinds there are beside those that are built in.
    #[must_use]
    pub fn kinds(mut self, kinds: Kinds) -> Self {
        self.kinds = kinds;
        self
    }

    /// Says which `auto` addresses were given before.
    #[must_use]
    pub fn allocations(mut self, allocations: Allocations) -> Self {
        self.allocations = allocations;
        self
    }

    /// Replaces the store.
    #[must_use]
    pub fn store(mut self, store: impl StateStore) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Adds a sink of events.
    #[must_use]
    pub fn sink(mut self, sink: impl EventSink) -> Self {
        self.sinks.push(Arc::new(sink));
        self
    }

    /// Says where secrets come from.
    #[must_use]
    pub fn secrets(mut self, secrets: impl SecretSource) -> Self {
        self.secrets = Some(Arc::new(secrets));
        self
    }

    /// Says how patient runs are.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Adds a pass that adds steps to every plan, after those of the passes before it.
    #[must_use]
    pub fn pass(mut self, pass: impl PlanPass) -> Self {
        self.passes.push(Arc::new(pass));
        self
    }

    /// Says how long steps were seen to take; runs tell their time to done by it.
    #[must_use]
    pub fn durations(mut self, durations: Durations) -> Self {
        self.durations = durations;
        self
    }

    /// Names this orchestrator, for others that share its store.
    #[must_use]
    pub fn owner(mut self, owner: impl Into<SmolStr>) -> Self {
        self.owner = owner.into();
        self
    }

    /// Loads every source, resolves and validates. Several sources are composed without owners or precedence; where
    /// they have some, give one [`FederatedSource`] instead.
    ///
    /// # Errors
    /// When a source cannot be read at all, or two have one name. What is wrong inside documents is in the design's
    /// diagnostics.
    pub async fn load(&self) -> Result<Design, SourceError> {
        let loaded = match self.sources.as_slice() {
            [only] => only.load(None).await?,
            several => federated(several)?.load(None).await?,
        };
        let snapshot = match loaded {
            Load::Loaded { snapshot, .. } => snapshot,
            Load::Unchanged => Arc::default(),
        };
        Ok(Design::with_kinds(
            snapshot,
            &self.rules,
            &self.allocations,
            &self.kinds,
        ))
    }

    /// Asks every server driver what it can install, all at once, each for as long as one call may take
    /// ([`Policy::call_limit`]); each answers, or says why not. For [`RuleSet::with_catalogs`]: of a driver that is left
    /// out there, images are a note and not judged.
    pub async fn catalogs(&self) -> BTreeMap<DriverName, Result<Catalog, DriverError>> {
        let limit = self.policy.call_limit;
        let cx = ContextBuilder::new("catalog").time(Duration::ZERO, limit);
        let cx = cx.secrets(self.secrets.clone()).build();
        let mut answers = BTreeMap::new();
        // Dropped with this future, it ends the calls.
        let mut asked = JoinSet::new();
        for (_, driver) in self.drivers.servers() {
            let name = DriverName::from(driver.name());
            // One driver may be there for several selectors.
            if let Entry::Vacant(unanswered) = answers.entry(name.clone()) {
                // What never comes back has panicked.
                let panicked = "panicked; this is a bug in the driver";
                unanswered.insert(Err(no_catalog(&name, ErrorKind::Internal, panicked)));
                let (driver, cx) = (driver.clone(), cx.clone());
                asked.spawn(async move {
                    let answer = timeout(limit, driver.catalog(&cx)).await;
                    let late = format!("gave no answer within {} s", limit.as_secs());
                    let late = |_| Err(no_catalog(&name, ErrorKind::Unavailable, &late));
                    (name.clone(), answer.unwrap_or_else(late))
                });
            }
        }
        while let Some(answer) = asked.join_next().await {
            answers.extend(answer.ok());
        }
        answers
    }

    /// Observes what a plan for these nodes may touch.
    pub async fn observe(&self, design: &Design, nodes: &Selector) -> Observations {
        let needed = |node: &&Arc<crate::resolve::ResolvedNode>| {
            // What the chosen depend on is looked at as well.
            let chosen = |other: &crate::resolve::ResolvedNode| nodes.matches(other);
            let waited_for = || {
                let dependent = design.resolved.nodes.values().filter(|other| chosen(other));
                let mut selectors = dependent.flat_map(|other| other.spec.depends_on.iter());
                selectors.any(|selector| selector.matches(&***node))
            };
            chosen(node) || waited_for()
        };
        let nodes: Vec<_> = design
            .resolved
            .nodes
            .values()
            .filter(needed)
            .cloned()
            .collect();
        let cx = Context::detached("plan");
        observe_all(&cx, &design.resolved, &self.drivers, &nodes).await
    }

    /// Observes, and plans the goal for the nodes that the selector chooses.
    pub async fn plan(&self, design: &Design, goal: Goal, nodes: &Selector) -> Planned {
        let seen = self.observe(design, nodes).await;
        let (design, passes) = (&design.resolved, &self.passes);
        plan::plan_with(design, &self.drivers, &seen, goal, nodes, passes)
    }

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

fn no_catalog(driver: &DriverName, kind: ErrorKind, why: &str) -> DriverError {
    DriverError::new(
        kind,
        format!("driver {driver}, asked for its catalog, {why}"),
    )
}

fn federated(sources: &[Arc<dyn DesignSource>]) -> Result<FederatedSource, SourceError> {
    let all = FederatedSource::new("design");
    let added = sources.iter().try_fold(all, |all, one| {
        all.shared(one.clone(), WhenUnavailable::Fail)
    });
    added.map_err(|error| SourceError {
        source_name: "design".into(),
        message: error.to_string(),
        cause: Some(error.into()),
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
