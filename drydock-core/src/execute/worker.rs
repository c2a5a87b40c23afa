//! `[io]` Does what a [`Run`] asks for: writes its journal, calls drivers, keeps the time. It decides nothing.

use super::{Command, Input, Observation, Policy, Run, Status, dispatch::Dispatch};
use crate::{
    driver::{Context, ContextBuilder, DriverError, ErrorKind, Progress},
    event::{Event, EventKind, EventSink},
    names::{RunId, StepId},
    secret::SecretSource,
    state::{Batch, Lease, Record, StateError, StateStore},
};
use smol_str::SmolStr;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    task::{Id, JoinError, JoinSet},
    time::{Instant, timeout},
};

/// How long a run's lease holds without being renewed.
const LEASE: Duration = Duration::from_secs(60);

/// Everything a run needs beside its plan.
#[derive(Debug)]
pub struct Worker {
    /// Design, drivers and plan.
    pub dispatch: Dispatch,
    /// Where the journal is kept.
    pub store: Arc<dyn StateStore>,
    /// Who hears what happens.
    pub sink: Arc<dyn EventSink>,
    /// Where secrets come from.
    pub secrets: Option<Arc<dyn SecretSource>>,
    /// How patient the run is.
    pub policy: Policy,
    /// The run's id; a journal of the same id is gone on with.
    pub run: RunId,
    /// Who is working, for others that want the lease.
    pub owner: SmolStr,
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Steps that are done.
    pub done: Vec<StepId>,
    /// Steps that failed, each with the reason.
    pub failed: Vec<(StepId, String)>,
    /// Steps that were never begun, for one that they need failed.
    pub skipped: Vec<StepId>,
}

impl Outcome {
    /// Whether every step is done.
    pub fn is_success(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }
}

enum Answer {
    Observed(Vec<(StepId, Result<Observation, DriverError>)>),
    Applied(StepId, Result<Progress, DriverError>),
}

impl Worker {
    /// Carries the run out to its end. Dropping the future stops it where it is; the same run id goes on from there.
    ///
    /// # Errors
    /// When the store fails, or another orchestrator has taken the run over. What failed in the world is in the outcome.
    pub async fn work(&self) -> Result<Outcome, StateError> {
        let lease = self
            .store
            .acquire(&format!("run/{}", self.run), &self.owner, LEASE)
            .await?;
        let result = self.work_under(&lease).await;
        let released = self.store.release(&lease).await;
        let outcome = result?;
        released?;
        Ok(outcome)
    }

    async fn work_under(&self, lease: &Lease) -> Result<Outcome, StateError> {
        let records = self.read_journal().await?;
        let epoch = Instant::now();
        let mut reasons = failures(&records);
        let mut run = Run::recover(
            self.dispatch.plan.clone(),
            self.policy.clone(),
            &records,
            Duration::ZERO,
        );
        // Dropped with this future, whatever the reason, it tells the calls in flight.
        let (cancel, cancelled) = watch::channel(false);
        let mut tasks = Tasks {
            set: JoinSet::new(),
            steps: HashMap::new(),
        };
        let mut renewed = Duration::ZERO;
        loop {
            let now = epoch.elapsed();
            if now.saturating_sub(renewed) > LEASE / 3 {
                self.store.renew(lease, LEASE).await?;
                renewed = now;
            }
            let command = run.poll(now);
            // What is told has happened: events come after their records are durable.
            if !matches!(command, Command::Append(_)) {
                self.emit(&mut run, now);
            }
            match command {
                Command::Append(records) => {
                    reasons.extend(failures(&records));
                    self.append(lease, &records).await?;
                }
                Command::Observe(steps) => {
                    let cx = self.context(steps[0], lease, now, &cancelled);
                    tasks.observe(self.dispatch.clone(), cx, steps, self.policy.call_limit);
                }
                Command::Apply { step, seen, asked } => {
                    let cx = self.context(step, lease, now, &cancelled);
                    tasks.apply(
                        self.dispatch.clone(),
                        cx,
                        step,
                        seen,
                        asked,
                        self.policy.call_limit,
                    );
                }
                Command::Sleep(until) => {
                    let renewal =
                        (renewed + LEASE / 3).saturating_sub(now) + Duration::from_millis(1);
                    let pause =
                        until.map_or(renewal, |until| until.saturating_sub(now).min(renewal));
                    if let Some(answer) = tasks.next(pause).await {
                        handle(&mut run, answer, epoch.elapsed());
                    }
                }
                Command::Finished => break,
            }
        }
        drop(cancel);
        let outcome = outcome(&run, &reasons);
        let (done, failed) = (outcome.done.len() as u32, outcome.failed.len() as u32);
        let finished = EventKind::RunFinished {
            done,
            failed,
            skipped: outcome.skipped.len() as u32,
        };
        self.sink
            .emit(&Event::new(epoch.elapsed(), self.run.clone(), finished));
        Ok(outcome)
    }

    fn journal(&self) -> SmolStr {
        format!("run/{}/journal", self.run).into()
    }

    async fn read_journal(&self) -> Result<Vec<Record>, StateError> {
        let journal = self.journal();
        let parse = |entry: &Vec<u8>| {
            let damaged = |e: serde_json::Error| StateError::Damaged {
                key: journal.clone(),
                reason: e.to_string(),
            };
            serde_json::from_slice(entry).map_err(damaged)
        };
        self.store
            .read_journal(&journal, 0)
            .await?
            .iter()
            .map(parse)
            .collect()
    }

    async fn append(&self, lease: &Lease, records: &[Record]) -> Result<(), StateError> {
        let mut batch = Batch::new().under(lease);
        for record in records {
            let damaged = |e: serde_json::Error| StateError::Damaged {
                key: self.journal(),
                reason: e.to_string(),
            };
            batch = batch.append(self.journal(), serde_json::to_vec(record).map_err(damaged)?);
        }
        self.store.commit(batch).await.map(drop)
    }

    fn context(
        &self,
        step: StepId,
        lease: &Lease,
        now: Duration,
        cancel: &watch::Receiver<bool>,
    ) -> Context {
        ContextBuilder::new(format!("{}/{step}", self.run))
            .time(now, now.saturating_add(self.policy.call_limit))
            .fence(lease.fence)
            .cancel(cancel.clone())
            .secrets(self.secrets.clone())
            .notes(self.run.clone(), step, self.sink.clone())
            .build()
    }

    fn emit(&self, run: &mut Run, now: Duration) {
        for kind in run.take_events() {
            tracing::debug!(run = %self.run, event = ?kind);
            self.sink.emit(&Event::new(now, self.run.clone(), kind));
        }
    }
}

fn handle(run: &mut Run, answer: Answer, now: Duration) {
    match answer {
        Answer::Observed(seen) => {
            seen.into_iter()
                .for_each(|(step, result)| run.handle(Input::Observed { step, result }, now));
        }
        Answer::Applied(step, result) => run.handle(Input::Applied { step, result }, now),
    }
}

fn failures(records: &[Record]) -> HashMap<StepId, String> {
    let reason = |record: &Record| match &record.fact {
        crate::state::Fact::Failed { reason } => Some((record.step, reason.clone())),
        _ => None,
    };
    records.iter().filter_map(reason).collect()
}

fn outcome(run: &Run, reasons: &HashMap<StepId, String>) -> Outcome {
    let mut outcome = Outcome::default();
    for step in run.plan().steps.iter().map(|step| step.id) {
        match run.status(step) {
            Status::Done => outcome.done.push(step),
            Status::Failed => outcome
                .failed
                .push((step, reasons.get(&step).cloned().unwrap_or_default())),
            _ => outcome.skipped.push(step),
        }
    }
    outcome
}

/// The calls in flight. A call that panics or takes too long is an answer too.
struct Tasks {
    set: JoinSet<Answer>,
    steps: HashMap<Id, (Vec<StepId>, bool)>,
}

impl Tasks {
    fn observe(&mut self, dispatch: Dispatch, cx: Context, steps: Vec<StepId>, limit: Duration) {
        let asked = steps.clone();
        let call = async move {
            match timeout(limit, dispatch.observe(&cx, &steps)).await {
                Ok(seen) => Answer::Observed(seen),
                Err(_) => Answer::Observed(
                    steps
                        .into_iter()
                        .map(|step| (step, Err(too_slow(limit, true))))
                        .collect(),
                ),
            }
        };
        let id = self.set.spawn(call).id();
        self.steps.insert(id, (asked, true));
    }

    fn apply(
        &mut self,
        dispatch: Dispatch,
        cx: Context,
        step: StepId,
        seen: Observation,
        asked: bool,
        limit: Duration,
    ) {
        let call = async move {
            let result = timeout(limit, dispatch.apply(&cx, step, &seen, asked)).await;
            Answer::Applied(step, result.unwrap_or_else(|_| Err(too_slow(limit, false))))
        };
        let id = self.set.spawn(call).id();
        self.steps.insert(id, (vec![step], false));
    }

    /// The next answer, if one comes before the pause is over.
    async fn next(&mut self, pause: Duration) -> Option<Answer> {
        if self.set.is_empty() {
            tokio::time::sleep(pause).await;
            return None;
        }
        match timeout(pause, self.set.join_next_with_id())
            .await
            .ok()
            .flatten()?
        {
            Ok((id, answer)) => {
                self.steps.remove(&id);
                Some(answer)
            }
            Err(error) => self.broken(&error),
        }
    }

    fn broken(&mut self, error: &JoinError) -> Option<Answer> {
        let (steps, observing) = self.steps.remove(&error.id())?;
        let panicked = || {
            DriverError::new(
                ErrorKind::Internal,
                "the driver panicked; this is a bug in the driver",
            )
        };
        Some(match (observing, steps.as_slice()) {
            (false, [step]) => Answer::Applied(*step, Err(panicked())),
            _ => Answer::Observed(
                steps
                    .into_iter()
                    .map(|step| (step, Err(panicked())))
                    .collect(),
            ),
        })
    }
}

fn too_slow(limit: Duration, reading: bool) -> DriverError {
    let kind = if reading {
        ErrorKind::Unavailable
    } else {
        ErrorKind::Indeterminate
    };
    DriverError::new(kind, format!("no answer within {} s", limit.as_secs()))
}
