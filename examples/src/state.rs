//! What `deploy` keeps so that it survives its process: the design, the plan, and how far the run is. In a file for one
//! process at a time, or in a PostgreSQL database for several.

use crate::{FAILED, Failure, together};
use clap::Args;
use drydock_core::{
    Design, DirectorySource, Drivers, IngestError, Orchestrator, Plan, Policy,
    execute::Head,
    names::RunId,
    revision::{RevisionError, Which},
    secret::Secret,
    state::StateStore,
};
use drydock_store::{KeySeal, RedbStore};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// For so long a machine may be suspended before a run notices, whatever the lease.
const LEAST_SKEW: Duration = Duration::from_secs(1);

/// The shortest lease, in seconds, in which a call has time: half of the lease, and the skew beside it.
const LEAST_LEASE: i64 = 3;

/// Where a run is kept, and whether one is gone on with.
#[derive(Debug, Clone, Args)]
pub struct Keeping {
    /// Keeps design, plan and run in this file, so that `--resume` can go on with the run; it is made if it is not there.
    #[arg(long, value_name = "FILE", requires = "site", group = "kept")]
    state: Option<PathBuf>,
    /// The same in this PostgreSQL database, where `--resume` in another process takes over when this one is gone; needs
    /// the feature `postgres`. A password in it is seen by whoever may list the processes of this machine.
    #[arg(long, value_name = "URL", requires = "site", group = "kept", value_parser = secret)]
    postgres: Option<Secret>,
    /// How long a process that is gone keeps others off its run, which then wait for half as long again and a second; a call
    /// may take half of it. The same for all processes at a database; 240 when not given. Short ones are for trying this
    /// out with a lab: calls to real machines need more time, and a database that does not answer for so long ends the run.
    #[arg(
        long,
        value_name = "N",
        requires = "postgres",
        conflicts_with = "state",
        value_parser = clap::value_parser!(u32).range(LEAST_LEASE..)
    )]
    lease_seconds: Option<u32>,
    /// A file of 64 hexadecimal digits: the key that seals secrets which stand in the design itself.
    #[arg(long, value_name = "FILE", requires = "kept")]
    key: Option<PathBuf>,
    /// Goes on with this run; without a name with the one that has not ended. The design comes from where the run is kept.
    #[arg(
        long,
        value_name = "RUN",
        requires = "kept",
        conflicts_with_all = ["paths", "nodes", "max_destructive"]
    )]
    resume: Option<Option<String>>,
}

impl Keeping {
    /// Opens the file that was named, or makes it; or connects to the database.
    ///
    /// # Errors
    /// When the file, the database or the key cannot be used.
    pub async fn open(&self) -> Result<Option<Kept>, Failure> {
        // The key first: a slip in it leaves no file behind.
        let seal = self.key.as_deref().map(seal).transpose()?.map(Arc::new);
        let kept = match (&self.state, &self.postgres) {
            (Some(file), _) => Kept::in_file(file, seal)?,
            (None, Some(url)) => {
                let (store, place) = together::connect(url.expose()).await?;
                Kept::shared(store, place, seal)
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(kept))
    }

    /// Whether a run is to be gone on with, and which, if it was named.
    pub fn resumed(&self) -> Option<Option<RunId>> {
        let named = |run: &String| RunId::new(run.as_str());
        self.resume.as_ref().map(|run| run.as_ref().map(named))
    }

    /// The policy with the lease that was asked for; what has to fit into it stays in proportion.
    #[must_use]
    pub fn policy(&self, mut policy: Policy) -> Policy {
        if let Some(seconds) = self.lease_seconds {
            let lease = Duration::from_secs(seconds.into());
            let share = lease.as_secs_f64() / policy.lease.as_secs_f64();
            policy.lease = lease;
            policy.call_limit = policy.call_limit.mul_f64(share);
            // Clocks drift apart the longer they run.
            policy.skew = policy.skew.mul_f64(share).max(LEAST_SKEW);
        }
        policy
    }
}

fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

fn seal(file: &Path) -> Result<KeySeal, Failure> {
    let wrong = |why: String| Failure::unusable(format!("the key in {}: {why}", file.display()));
    let key = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    KeySeal::from_hex(&Secret::new(key)).map_err(|error| wrong(error.to_string()))
}

/// A store that is open.
#[derive(Debug)]
pub struct Kept {
    pub(crate) store: Arc<dyn StateStore>,
    place: String,
    pub(crate) owner: String,
    /// Whether other processes may have it open.
    pub(crate) is_shared: bool,
    seal: Option<Arc<KeySeal>>,
}

/// A run that was begun, with what it carries out.
#[derive(Debug)]
pub struct Begun {
    /// Its id.
    pub run: RunId,
    /// Its plan.
    pub plan: Plan,
    /// The design that the plan was made for.
    pub design: Design,
    /// How it stood.
    pub head: Head,
}

impl Kept {
    fn in_file(file: &Path, seal: Option<Arc<KeySeal>>) -> Result<Self, Failure> {
        let store = RedbStore::open(file).map_err(failed)?;
        Ok(Self {
            place: store.path().display().to_string(),
            store: Arc::new(store),
            // One name for all processes, for the file admits only one at a time: whoever has it open goes on at once,
            // where another would wait until the calls of its predecessor have certainly ended.
            owner: "deploy".into(),
            is_shared: false,
            seal,
        })
    }

    /// In a store that other processes may have open too.
    pub(crate) fn shared(
        store: Arc<dyn StateStore>,
        place: String,
        seal: Option<Arc<KeySeal>>,
    ) -> Self {
        Self {
            store,
            place,
            owner: together::owner(),
            is_shared: true,
            seal,
        }
    }

    /// The orchestrator, with this store.
    #[must_use]
    pub fn keeping(&self, orchestrator: Orchestrator) -> Orchestrator {
        let orchestrator = orchestrator.store(self.store.clone()).owner(&self.owner);
        match &self.seal {
            Some(seal) => orchestrator.seal(seal.clone()),
            None => orchestrator,
        }
    }

    /// Takes the design of these files in and puts it in force, unless it has errors. For who has the turn.
    ///
    /// # Errors
    /// When a path cannot be read, a secret cannot be sealed, or the store fails.
    pub async fn take_in(&self, paths: &[PathBuf]) -> Result<Design, Failure> {
        let source = DirectorySource::new("site", paths.to_vec());
        let orchestrator = self.orchestrator().source(source);
        let ingested = orchestrator.ingest().await.map_err(|error| match error {
            IngestError::Source(error) => Failure::unusable(error),
            IngestError::Revision(error @ RevisionError::Unsealed { .. }) => {
                Failure::unusable(format!("{error}; here the seal is --key FILE"))
            }
            error => failed(error),
        })?;
        if !ingested.revision.is_draft() {
            let number = ingested.revision.number;
            orchestrator.activate(number).await.map_err(failed)?;
        }
        Ok(ingested.design)
    }

    /// The run of this id; without one the only run that has not ended.
    ///
    /// # Errors
    /// When there is none or there are several, what it carries out is not kept, or the store fails.
    pub async fn begun(&self, asked: Option<RunId>) -> Result<Begun, Failure> {
        let runs = self.runs().await?;
        let unended = unended(&runs);
        let (run, head) = match (&asked, unended.as_slice()) {
            (Some(asked), _) => runs
                .iter()
                .find(|(run, _)| run == asked)
                .ok_or_else(|| self.no_such(&format!("no run {asked}"), &runs))?,
            (None, [only]) => only,
            (None, []) => return Err(self.no_such("no run that has not ended", &runs)),
            (None, several) => {
                let which = format!("several runs that have not ended: {}", named(several));
                let all = format!("{} has {which}; name one: --resume RUN", self.place);
                return Err(Failure::unusable(all));
            }
        };
        let lost = |what: &str| failed(format!("run {run} cannot be gone on with: {what}"));
        let orchestrator = self.orchestrator();
        let plan = orchestrator.plan_of(&head.plan).await.map_err(failed)?;
        let plan = plan.ok_or_else(|| lost("its plan is not in the store"))?;
        let revision = head
            .design
            .ok_or_else(|| lost("its design was never taken in"))?;
        let design = orchestrator.design(Which::Number(revision)).await;
        let (_, design) = design.map_err(failed)?;
        Ok(Begun {
            run: run.clone(),
            plan,
            design,
            head: head.clone(),
        })
    }

    /// An id for a run of this plan that the store has not seen: a plan that was carried out once can come up again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new_run(&self, plan: &Plan) -> Result<RunId, Failure> {
        let runs = self.runs().await?;
        let id = |number: usize| RunId::new(format!("deploy-{}-{number}", plan.id));
        let is_new = |id: &RunId| runs.iter().all(|(run, _)| run != id);
        // So many numbers cannot all be taken.
        let new = (1..=runs.len() + 1).map(id).find(is_new);
        Ok(new.unwrap_or_else(|| id(runs.len() + 1)))
    }

    /// Where it is: the file's path as it was named, or the database without a password.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// While a run has not ended no other is begun.
    pub(crate) async fn refuse_unended(&self) -> Result<(), Failure> {
        let unended = named(&unended(&self.runs().await?));
        if unended.is_empty() {
            return Ok(());
        }
        Err(Failure::unusable(format!(
            "{} has a run that has not ended: {unended}; go on with it by --resume, which a Ctrl-C ends; then deploy again",
            self.place
        )))
    }

    /// One without drivers.
    fn orchestrator(&self) -> Orchestrator {
        self.keeping(Orchestrator::new(Drivers::new()))
    }

    async fn runs(&self) -> Result<Vec<(RunId, Head)>, Failure> {
        self.orchestrator().runs().await.map_err(failed)
    }

    fn no_such(&self, what: &str, runs: &[(RunId, Head)]) -> Failure {
        let all: Vec<_> = runs.iter().collect();
        let has = match named(&all) {
            none if none.is_empty() => "it has none; deploy without --resume".to_owned(),
            all => format!("it has {all}; name one of them, or deploy without --resume"),
        };
        Failure::unusable(format!("{} has {what}: {has}", self.place))
    }
}

fn unended(runs: &[(RunId, Head)]) -> Vec<&(RunId, Head)> {
    runs.iter()
        .filter(|(_, head)| head.ended.is_none())
        .collect()
}

fn named(runs: &[&(RunId, Head)]) -> String {
    const NAMED: usize = 5;
    let names = runs.iter().take(NAMED).map(|(run, _)| run.as_str());
    let names = names.collect::<Vec<_>>().join(", ");
    match runs.len().checked_sub(NAMED) {
        None | Some(0) => names,
        Some(more) => format!("{names} and {more} more"),
    }
}

/// The store failed, or what is in it.
pub(crate) fn failed(error: impl ToString) -> Failure {
    Failure::new(FAILED, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The policy under a lease of so many seconds.
    fn policy(seconds: u32) -> Policy {
        let keeping = Keeping {
            state: None,
            postgres: None,
            lease_seconds: Some(seconds),
            key: None,
            resume: None,
        };
        keeping.policy(Policy::default())
    }

    #[test]
    fn every_lease_has_room_for_a_call_and_for_clocks_that_differ() {
        for seconds in [3, 10, 240, 3600] {
            let policy = policy(seconds);
            assert!(policy.skew >= LEAST_SKEW, "{policy:?}");
            assert!(policy.lease > policy.call_limit + policy.skew, "{policy:?}");
        }
        assert_eq!(policy(240), Policy::default());
    }
}
