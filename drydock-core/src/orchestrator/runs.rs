//! `[io]` Runs that outlive who began them: what they carry out is kept beside their journals, so that any orchestrator on
//! the same store can go on with them.

use super::{ApplyError, ApplyOptions, Orchestrator};
use crate::{
    execute::{Approval, Head, Journal, Outcome, wall_clock},
    names::{PlanId, RunId},
    plan::Plan,
    revision::Which,
    state::{Batch, StateError, Stored},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use smol_str::{SmolStr, format_smolstr};

/// That a person has agreed to what a plan destroys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Approved {
    /// The plan.
    pub plan: PlanId,
    /// When the orchestrator was told, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// The orchestrator that was told.
    pub told: SmolStr,
}

impl Orchestrator {
    /// Keeps a plan, and that it was approved where it was, before anything of it is done.
    pub(super) async fn remember(
        &self,
        plan: &Plan,
        approval: &Approval,
    ) -> Result<(), StateError> {
        let store = &*self.store;
        let (plan_key, approval_key) = (plan_key(&plan.id), approval_key(&plan.id));
        let mut batch = Batch::new();
        // A plan is named by what it says: one that is there is this one.
        if store.get(&plan_key).await?.is_none() {
            batch = batch.put(plan_key.clone(), json(&plan_key, plan)?);
        }
        if approval.covers(&plan.id) && store.get(&approval_key).await?.is_none() {
            let approved = json(&approval_key, &self.approved(&plan.id))?;
            batch = batch.put(approval_key, approved);
        }
        if batch != Batch::new() {
            store.commit(batch).await?;
        }
        Ok(())
    }

    /// Keeps that a person has agreed to what a plan destroys: runs of it that are gone on with are approved. One that is
    /// under way is told by its [`Control`](crate::Control).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn approve(&self, plan: &PlanId) -> Result<(), StateError> {
        let key = approval_key(plan);
        if self.store.get(&key).await?.is_none() {
            let batch = Batch::new().put(key.clone(), json(&key, &self.approved(plan))?);
            self.store.commit(batch).await?;
        }
        Ok(())
    }

    fn approved(&self, plan: &PlanId) -> Approved {
        Approved {
            plan: plan.clone(),
            at: wall_clock(),
            told: self.owner.clone(),
        }
    }

    /// Every run that the store knows of, in the order of their ids.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn runs(&self) -> Result<Vec<(RunId, Head)>, StateError> {
        Journal::all(&*self.store).await
    }

    /// The plan of this id, if one was ever begun.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn plan_of(&self, id: &PlanId) -> Result<Option<Plan>, StateError> {
        self.kept(&plan_key(id)).await
    }

    /// That the plan of this id was approved, if it was.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn approval_of(&self, id: &PlanId) -> Result<Option<Approved>, StateError> {
        self.kept(&approval_key(id)).await
    }

    /// Goes on with a run where its journal ends, with the plan, the design and the approval that it was begun with. It
    /// needs nothing but the store; what has become of the design since is no matter to it. What the options approve is
    /// approved beside what was.
    ///
    /// # Errors
    /// When there is no such run, its design was never taken in, its plan may not be carried out, or the store fails.
    pub async fn resume(&self, run: &RunId, options: ApplyOptions) -> Result<Outcome, ApplyError> {
        let not_kept = |why: &str| ApplyError::NotKept {
            run: run.clone(),
            why: why.to_owned(),
        };
        let head = Journal::of(run).head(&*self.store).await?;
        let head = head.ok_or_else(|| not_kept("the store has no run of this id"))?;
        let plan = self.plan_of(&head.plan).await?;
        let plan = plan.ok_or_else(|| not_kept("its plan is not in the store"))?;
        let revision = head.design.ok_or_else(|| {
            not_kept("its design was loaded and not taken in; apply the plan with that design, under the run's id")
        })?;
        let (_, design) = self.design(Which::Number(revision)).await?;
        let approval = match options.approval.covers(&plan.id) {
            true => options.approval.clone(),
            false => match self.approval_of(&plan.id).await? {
                Some(approved) => Approval::Plan(approved.plan),
                None => options.approval.clone(),
            },
        };
        let options = ApplyOptions {
            approval,
            ..options
        };
        self.apply_with(&design, &plan, run.clone(), options).await
    }

    /// Goes on with every run that was begun and has not ended, each as soon as whoever works on it has lost its lease:
    /// those that somebody still holds are left out, and are to be asked for again. One after the other; what became of
    /// each is told beside it.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn take_over(&self) -> Result<Vec<(RunId, Result<Outcome, ApplyError>)>, StateError> {
        let mut taken = Vec::new();
        for (run, head) in self.runs().await? {
            if head.ended.is_some() {
                continue;
            }
            match self.resume(&run, ApplyOptions::new(Approval::None)).await {
                Err(ApplyError::Store(StateError::Held { .. })) => {}
                outcome => taken.push((run, outcome)),
            }
        }
        Ok(taken)
    }

    async fn kept<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StateError> {
        let parse = |stored: Stored| {
            serde_json::from_slice(&stored.value).map_err(|error| damaged(key, &error))
        };
        self.store.get(key).await?.map(parse).transpose()
    }
}

fn plan_key(plan: &PlanId) -> SmolStr {
    format_smolstr!("plan/{plan}")
}

fn approval_key(plan: &PlanId) -> SmolStr {
    format_smolstr!("approval/{plan}")
}

fn json(key: &str, value: &impl Serialize) -> Result<Vec<u8>, StateError> {
    serde_json::to_vec(value).map_err(|error| damaged(key, &error))
}

fn damaged(key: &str, error: &serde_json::Error) -> StateError {
    StateError::Damaged {
        key: key.into(),
        reason: error.to_string(),
    }
}
