//! `[io]` The façade: load, plan, approve, apply; each stage can be called alone.

use crate::{
    driver::{Context, DriverError, Drivers},
    event::{EventSink, Fanout},
    execute::{
        Policy,
        dispatch::Dispatch,
        survey::observe_all,
        worker::{Outcome, Worker},
    },
    model::{Catalog, Kinds, Selector},
    names::{DriverName, PlanId, RunId},
    plan::{self, Goal, Observations, Plan, PlanPass, Planned},
    resolve::Allocations,
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
};

/// What a person has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approval {
    /// Nothing that destroys.
    None,
    /// The plan of this id, and no other.
    Plan(PlanId),
    /// Whatever is planned; for demonstrations and tests.
    All,
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
        /// How many nodes lose something for good.
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

    /// Asks every server driver what it can install; each answers, or says why not. For
    /// [`RuleSet::with_catalogs`]: of a driver that is left out there, images are a note and not judged.
    pub async fn catalogs(&self) -> BTreeMap<DriverName, Result<Catalog, DriverError>> {
        let cx = Context::detached("catalog");
        let mut answers = BTreeMap::new();
        for (_, driver) in self.drivers.servers() {
            let name = DriverName::from(driver.name());
            // One driver may be there for several selectors.
            if let Entry::Vacant(unasked) = answers.entry(name) {
                unasked.insert(driver.catalog(&cx).await);
            }
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
        may_apply(design, plan, approval, max_destructive)?;
        let dispatch = Dispatch {
            design: design.resolved.clone(),
            drivers: self.drivers.clone(),
            plan: Arc::new(plan.clone()),
        };
        let worker = Worker {
            dispatch,
            store: self.store.clone(),
            sink: Arc::new(Fanout::new(self.sinks.clone())),
            secrets: self.secrets.clone(),
            policy: self.policy.clone(),
            run,
            owner: self.owner.clone(),
        };
        Ok(worker.work().await?)
    }
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
    let approved = match approval {
        Approval::All => true,
        Approval::Plan(id) => *id == plan.id,
        Approval::None => false,
    };
    if nodes > 0 && !approved {
        return Err(ApplyError::NotApproved {
            plan: plan.id.clone(),
            nodes,
        });
    }
    Ok(())
}
