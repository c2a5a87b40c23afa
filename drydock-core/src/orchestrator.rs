//! The façade: load, plan, approve, apply; each stage can be called alone.

mod apply;
mod keeping;
mod nodes;
mod observe;
mod runs;

pub use apply::{ApplyError, ApplyOptions};
pub use keeping::{IngestError, Ingested};
pub use nodes::CredentialError;
pub use runs::Approved;

use crate::{
    driver::Drivers,
    event::EventSink,
    execute::Policy,
    model::{Kinds, Selector},
    plan::{self, Goal, PlanPass, Planned, timing::Durations},
    resolve::Allocations,
    secret::{Seal, SecretSource, Vault},
    site::Design,
    source::{DesignSource, FederatedSource, Load, Snapshot, SourceError, WhenUnavailable},
    state::{MemoryStore, StateStore},
    validate::RuleSet,
};
use smol_str::SmolStr;
use std::sync::Arc;

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
    seal: Option<Arc<dyn Seal>>,
    vault: Arc<Vault>,
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
            seal: None,
            vault: Arc::default(),
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

    /// Gives the key to the secrets that stand in designs, where the store outlives the process.
    #[must_use]
    pub fn seal(mut self, seal: impl Seal) -> Self {
        self.seal = Some(Arc::new(seal));
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

    /// Names this orchestrator, for others that share its store. Two that can be at work at the same time must never have
    /// one name: whoever has the name of a run's holder goes on at once, where another waits until the calls of the holder
    /// have certainly ended. `orchestrator` when not given, which is enough where a store admits one process.
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
        Ok(Design::with_kinds(
            self.read().await?,
            &self.rules,
            &self.allocations,
            &self.kinds,
        ))
    }

    /// What all sources hold.
    async fn read(&self) -> Result<Arc<Snapshot>, SourceError> {
        let loaded = match self.sources.as_slice() {
            [only] => only.load(None).await?,
            several => federated(several)?.load(None).await?,
        };
        Ok(match loaded {
            Load::Loaded { snapshot, .. } => snapshot,
            Load::Unchanged => Arc::default(),
        })
    }

    /// Observes, and plans the goal for the nodes that the selector chooses.
    pub async fn plan(&self, design: &Design, goal: Goal, nodes: &Selector) -> Planned {
        let seen = self.observe(design, nodes).await;
        let (design, passes) = (&design.resolved, &self.passes);
        plan::plan_with(design, &self.drivers, &seen, goal, nodes, passes)
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
