//! Where a run keeps what it must not forget: its head, which says whose it is, and its records.

use super::{Outcome, Terms};
use crate::{
    names::{PlanId, RevisionNumber, RunId},
    state::{Batch, Lease, Record, StateError, StateStore, Stored},
};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};
use std::time::Duration;

/// The places of one run in a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    run: RunId,
}

/// What is known of a run as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The plan that it carries out.
    pub plan: PlanId,
    /// How many deployed nodes may lose what is on them, as was decided when it began.
    pub most_destroyed: usize,
    /// Who works on it; nobody, when it was given back in order.
    pub holder: Option<SmolStr>,
    /// Whether calls of somebody else may still be in flight, so that whoever works on it waits them out first; said from
    /// when it is taken over until it ends.
    #[serde(default)]
    pub waits: bool,
    /// How long these calls, and those of who works on it, may take.
    #[serde(default)]
    pub longest_call: Duration,
    /// The fence of whoever worked on it last. A store to which the run was moved has counted none of them.
    #[serde(default)]
    pub fence: u64,
    /// The revision of the design that it carries out, where that is kept.
    #[serde(default)]
    pub design: Option<RevisionNumber>,
    /// How it ended, when it has; one that is gone on with has not.
    #[serde(default)]
    pub ended: Option<Ended>,
}

/// How a run ended, in numbers of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Ended {
    /// Steps that are done.
    pub done: usize,
    /// Steps that failed.
    pub failed: usize,
    /// Steps that were not begun or not gone on with.
    pub skipped: usize,
    /// Whether somebody cancelled it.
    pub cancelled: bool,
}

impl Head {
    /// How long calls of others than this orchestrator may take that are still in flight, where there may be any. One that
    /// took the run over and was lost before it had waited has not waited.
    pub fn in_flight(&self, owner: &str) -> Option<Duration> {
        let another = self.holder.as_ref().is_some_and(|holder| holder != owner);
        (another || self.waits).then_some(self.longest_call)
    }
}

/// How many fences of another store may be counted up again.
const MOST_FENCES: usize = 10_000;

impl Journal {
    /// The places of this run.
    pub fn of(run: &RunId) -> Self {
        Self { run: run.clone() }
    }

    /// The name of its lease.
    pub fn lease(&self) -> SmolStr {
        format_smolstr!("run/{}", self.run)
    }

    fn head_key(&self) -> SmolStr {
        format_smolstr!("run/{}/head", self.run)
    }

    fn records_key(&self) -> SmolStr {
        format_smolstr!("run/{}/journal", self.run)
    }

    fn damaged(&self, reason: impl ToString) -> StateError {
        StateError::Damaged {
            key: self.records_key(),
            reason: reason.to_string(),
        }
    }

    /// What is known of the run, if it has begun.
    ///
    /// # Errors
    /// When the store fails, or what it holds cannot be understood.
    pub async fn head(&self, store: &dyn StateStore) -> Result<Option<Head>, StateError> {
        store.get(&self.head_key()).await?.map(parse).transpose()
    }

    /// The lease on the run. Its fence is greater than that of everybody who ever worked on the run, also in another store,
    /// as drivers that keep fences in mind expect.
    ///
    /// # Errors
    /// When somebody else holds it, the store fails, or its fences do not rise. Between two fences the lease is free, and
    /// somebody else may have it then.
    pub async fn acquire(
        &self,
        store: &dyn StateStore,
        owner: &str,
        ttl: Duration,
    ) -> Result<Lease, StateError> {
        let before = self.head(store).await?.map_or(0, |head| head.fence);
        let mut last = 0;
        for _ in 0..MOST_FENCES {
            let lease = store.acquire(&self.lease(), owner, ttl).await?;
            if lease.fence > before {
                return Ok(lease);
            }
            store.release(&lease).await?;
            if lease.fence <= last {
                return Err(self.damaged(format!("fence {} came after fence {last}", lease.fence)));
            }
            last = lease.fence;
        }
        Err(self.damaged(format!(
            "its head knows fence {before}, the store none beyond {last}"
        )))
    }

    /// Takes the run over: answers what was known of it before.
    ///
    /// # Errors
    /// When the run is another plan's, the lease is not held, or the store fails.
    pub async fn open(
        &self,
        store: &dyn StateStore,
        lease: &Lease,
        terms: &Terms,
    ) -> Result<Option<Head>, StateError> {
        let before = self.head(store).await?;
        if let Some(head) = before.as_ref().filter(|head| head.plan != terms.plan.id) {
            return Err(StateError::Damaged {
                key: self.head_key(),
                reason: format!(
                    "the run {} carries out plan {}, not {}; give this plan a run id of its own",
                    self.run, head.plan, terms.plan.id
                ),
            });
        }
        let longest = terms.policy.longest_call(&terms.plan.steps);
        let in_flight = before
            .as_ref()
            .and_then(|head| head.in_flight(&lease.owner));
        let head = Head {
            plan: terms.plan.id.clone(),
            most_destroyed: before
                .as_ref()
                .map_or(terms.most_destroyed, |head| head.most_destroyed),
            holder: Some(lease.owner.clone()),
            waits: in_flight.is_some(),
            longest_call: in_flight.unwrap_or_default().max(longest),
            fence: lease.fence,
            design: before.as_ref().map_or(terms.revision, |head| head.design),
            ended: None,
        };
        self.put(store, lease, &head).await?;
        Ok(before)
    }

    /// Every run that the store knows of, in the order of their ids.
    ///
    /// # Errors
    /// When the store fails, or what it holds cannot be understood.
    pub async fn all(store: &dyn StateStore) -> Result<Vec<(RunId, Head)>, StateError> {
        let mut runs = Vec::new();
        for stored in store.scan("run/").await? {
            let key = stored.key.strip_prefix("run/");
            if let Some(run) = key.and_then(|key| key.strip_suffix("/head")) {
                let run = RunId::from(run);
                runs.push((run, parse(stored)?));
            }
        }
        Ok(runs)
    }

    /// Gives the run back in order: nothing of it is in flight.
    ///
    /// # Errors
    /// When the lease is not held, or the store fails.
    pub async fn close(
        &self,
        store: &dyn StateStore,
        lease: &Lease,
        outcome: &Outcome,
    ) -> Result<(), StateError> {
        let Some(head) = self.head(store).await? else {
            return Ok(());
        };
        let head = Head {
            holder: None,
            waits: false,
            ended: Some(Ended {
                done: outcome.done.len(),
                failed: outcome.failed.len(),
                skipped: outcome.skipped.len(),
                cancelled: outcome.cancelled,
            }),
            ..head
        };
        self.put(store, lease, &head).await
    }

    async fn put(
        &self,
        store: &dyn StateStore,
        lease: &Lease,
        head: &Head,
    ) -> Result<(), StateError> {
        let head = serde_json::to_vec(head).map_err(|error| self.damaged(error))?;
        let batch = Batch::new().under(lease).put(self.head_key(), head);
        store.commit(batch).await.map(drop)
    }

    /// The records so far.
    ///
    /// # Errors
    /// When the store fails, or what it holds cannot be understood.
    pub async fn read(&self, store: &dyn StateStore) -> Result<Vec<Record>, StateError> {
        let entries = store.read_journal(&self.records_key(), 0).await?;
        let parse = |entry: &Vec<u8>| serde_json::from_slice(entry).map_err(|e| self.damaged(e));
        entries.iter().map(parse).collect()
    }

    /// The batch that adds these records, as long as the lease is held.
    ///
    /// # Errors
    /// When a record cannot be written down.
    pub fn append(&self, lease: &Lease, records: &[Record]) -> Result<Batch, StateError> {
        let mut batch = Batch::new().under(lease);
        for record in records {
            let entry = serde_json::to_vec(record).map_err(|error| self.damaged(error))?;
            batch = batch.append(self.records_key(), entry);
        }
        Ok(batch)
    }
}

fn parse(stored: Stored) -> Result<Head, StateError> {
    serde_json::from_slice(&stored.value).map_err(|error| StateError::Damaged {
        key: stored.key,
        reason: error.to_string(),
    })
}
