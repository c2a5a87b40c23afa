//! Several processes of `deploy` on one database: each has a name of its own, one at a time plans and begins a run, and
//! who goes on with a run waits until whoever has it is certainly done.

use crate::{
    FAILED, Failure, say,
    state::{Kept, failed},
};
use drydock_core::{
    Policy,
    event::{Event, EventKind},
    execute::{Head, Journal},
    names::RunId,
    state::{Lease, StateError, StateStore},
};
use smol_str::SmolStr;
use std::{
    collections::hash_map::RandomState,
    fs,
    future::pending,
    hash::{BuildHasher, Hasher},
    sync::Arc,
    time::Duration,
};

/// How long a process that waits does not ask again, at most.
const MOST: Duration = Duration::from_secs(2);

/// The lease of who is about to begin a run: two that look at the same time whether there is one would both begin.
const TURN: &str = "deploy/turn";

/// What a program says that was built without the feature `postgres` and is to use a database.
pub const WITHOUT: &str = "this program was built without PostgreSQL";

/// The database of this URL, and where that is.
#[cfg(feature = "postgres")]
pub(crate) async fn connect(url: &str) -> Result<(Arc<dyn StateStore>, String), Failure> {
    let store = drydock_store::PostgresStore::connect(url).await;
    let store = store.map_err(failed)?;
    let place = store.address();
    Ok((Arc::new(store), place))
}

/// Says how to build a program that can.
#[cfg(not(feature = "postgres"))]
pub(crate) async fn connect(_: &str) -> Result<(Arc<dyn StateStore>, String), Failure> {
    Err(Failure::unusable(format!(
        "{WITHOUT}; run it as: cargo run --release --features postgres --example deploy -- --site SOCKET --postgres URL"
    )))
}

/// A name that no other process has, also none of another machine or another time: its leases are its own.
pub(crate) fn owner() -> String {
    let files = ["/proc/sys/kernel/hostname", "/etc/hostname"];
    let host = files.iter().find_map(|file| fs::read_to_string(file).ok());
    let host = host.unwrap_or_else(|| "localhost".into());
    let random = RandomState::new().build_hasher().finish();
    let process = std::process::id();
    format!("deploy@{}/{process}/{random:016x}", host.trim())
}

impl Kept {
    /// Takes the turn to begin a run. What it begins with, the design and the plan, is made under it: made before, it could
    /// be of a world that another process has changed since.
    ///
    /// # Errors
    /// When a run has not ended, another process is about to begin one, or the store fails.
    pub async fn turn(&self, policy: &Policy) -> Result<Turn, Failure> {
        let ttl = policy.lease;
        let lease = match self.store.acquire(TURN, &self.owner, ttl).await {
            Err(StateError::Held { owner, .. }) => {
                self.refuse_unended().await?;
                return Err(Failure::unusable(format!(
                    "{}: {owner} is about to begin a run; try again in a moment, or, if that process has died, in {} s",
                    self.place(),
                    ttl.as_secs()
                )));
            }
            taken => taken.map_err(failed)?,
        };
        let store = self.store.clone();
        let turn = Turn(Some(Taken { store, lease, ttl }));
        if let Err(failure) = self.refuse_unended().await {
            turn.end().await;
            return Err(failure);
        }
        Ok(turn)
    }

    /// Waits until no other process has the run, and keeps others off it from then on. Tells people what it waits for.
    /// `known` is how the run stood when it was chosen.
    ///
    /// # Errors
    /// When the run was cancelled since then, or the store fails.
    pub async fn wait_for(
        &self,
        run: &RunId,
        known: &Head,
        policy: &Policy,
    ) -> Result<(), Failure> {
        if !self.is_shared {
            return Ok(());
        }
        let journal = Journal::of(run);
        let lease = self.lease_on(run, policy).await?;
        let head = journal.head(&*self.store).await.map_err(failed)?;
        let Some(head) = head else {
            return Ok(());
        };
        if head != *known && head.ended.is_some_and(|ended| ended.cancelled) {
            self.store.release(&lease).await.map_err(failed)?;
            return Err(Failure::new(
                FAILED,
                format!(
                    "run {run} was cancelled meanwhile; go on with it all the same by --resume {run}"
                ),
            ));
        }
        if let Some((longest, before)) = head.in_flight(&self.owner).zip(head.holder) {
            let longest = longest.max(policy.call_limit) + policy.skew;
            say(&format!(
                "taken over: calls that {before} has made may last for {:.0} s; nothing is called before they have ended\n",
                longest.as_secs_f64().ceil()
            ));
        }
        Ok(())
    }

    /// The lease on a run, as soon as nobody else has it.
    async fn lease_on(&self, run: &RunId, policy: &Policy) -> Result<Lease, Failure> {
        let name = Journal::of(run).lease();
        let mut told = None;
        loop {
            match self.store.acquire(&name, &self.owner, policy.lease).await {
                Err(StateError::Held { owner, .. }) => {
                    if told.as_ref() != Some(&owner) {
                        say(&format!(
                            "waiting: {owner} has run {run}; this process goes on with it when that one gives it back, or \
                             has not been heard of for {} s\n",
                            policy.lease.as_secs()
                        ));
                        told = Some(owner);
                    }
                    tokio::time::sleep(pause(policy)).await;
                }
                taken => return taken.map_err(failed),
            }
        }
    }

    /// Why this process works on the run no longer, or never did, whose store has said this. Who was stopped for longer
    /// than its lease held sees one thing or another fail first; what people are told is how the run stands.
    pub async fn lost(&self, run: &RunId, error: &StateError, came: Came) -> Failure {
        let why = match error {
            StateError::Damaged { .. } => error.to_string(),
            _ if !self.is_shared => error.to_string(),
            // Only who has not begun yet is told so.
            StateError::Held { owner, .. } => format!(
                "{owner} has run {run}, and this process has not worked on it; --resume {run} waits until it may"
            ),
            _ => self.why_lost(run, error, came).await,
        };
        Failure::new(FAILED, why)
    }

    async fn why_lost(&self, run: &RunId, error: &StateError, came: Came) -> String {
        let resume = format!("go on with run {run} by --resume");
        let lost = format!("this process stops: its lease on run {run} has run out");
        match self.left(run, error, came).await {
            Ok(Left::Nothing) => format!("{error}; no run was begun"),
            Ok(Left::Taken(owner)) if came.has_begun => format!("{lost}; {owner} goes on with it"),
            Ok(Left::Taken(owner)) => format!("{error}; {owner} has run {run}"),
            Ok(Left::EndedByAnother) => {
                format!("{lost}; another process has gone on with it to its end")
            }
            Ok(Left::Ended) => format!("{error}; run {run} has ended"),
            Ok(Left::Alone) if matches!(error, StateError::Fenced { .. }) => {
                format!("{lost}; {resume}")
            }
            Err(_) if !came.goes_on && !came.has_begun => {
                format!("{error}; if run {run} was begun, --resume goes on with it")
            }
            Ok(Left::Alone) | Err(_) => format!("{error}; {resume}"),
        }
    }

    /// How a run stands that this process works on no longer.
    async fn left(&self, run: &RunId, error: &StateError, came: Came) -> Result<Left, StateError> {
        let journal = Journal::of(run);
        match self
            .store
            .acquire(&journal.lease(), &self.owner, MOST)
            .await
        {
            Ok(lease) => self.store.release(&lease).await?,
            Err(StateError::Held { owner, .. }) => return Ok(Left::Taken(owner)),
            Err(error) => return Err(error),
        }
        let Some(head) = journal.head(&*self.store).await? else {
            return Ok(Left::Nothing);
        };
        let is_later = matches!(error, StateError::Fenced { fence, .. } if head.fence > *fence);
        // Who has begun has written that the run has not ended, and writes that it has when all is done.
        let by_another = is_later || came.has_begun && !came.has_finished;
        Ok(match head.ended {
            None => Left::Alone,
            Some(_) if by_another => Left::EndedByAnother,
            Some(_) => Left::Ended,
        })
    }
}

/// How far this process has come with a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Came {
    /// The run was there before.
    pub goes_on: bool,
    /// It has worked on it.
    pub has_begun: bool,
    /// It has come to the end of its steps.
    pub has_finished: bool,
}

impl Came {
    /// By what was told of the run.
    pub fn of(goes_on: bool, events: &[Event]) -> Self {
        let told = |is: fn(&EventKind) -> bool| events.iter().any(|event| is(&event.kind));
        Self {
            goes_on,
            has_begun: told(|kind| matches!(kind, EventKind::RunStarted { .. })),
            has_finished: told(|kind| matches!(kind, EventKind::RunFinished { .. })),
        }
    }
}

/// How a run stands that a process has left.
enum Left {
    /// There is none: it was not begun.
    Nothing,
    /// This one has it.
    Taken(SmolStr),
    /// Another has come to its end.
    EndedByAnother,
    /// It has ended, perhaps by the process that has left it.
    Ended,
    /// Nobody has it.
    Alone,
}

/// How long not to ask again for what another process has.
fn pause(policy: &Policy) -> Duration {
    (policy.lease / 50).clamp(Duration::from_millis(50), MOST)
}

/// The right to begin a run, until it is ended or its lease runs out: the run that was begun keeps others off by itself. One
/// that nobody asked for is none.
///
/// It is looked at for the last time right before the run begins. What is left between that look and the run's first record
/// are a few calls to the store, and a look at the machines where the plan destroys many: a process that is stopped just
/// there, for longer than the lease holds, while another takes the turn and comes to the end of its run, begins all the same.
#[derive(Debug, Default)]
pub struct Turn(Option<Taken>);

#[derive(Debug)]
struct Taken {
    store: Arc<dyn StateStore>,
    lease: Lease,
    ttl: Duration,
}

impl Turn {
    /// Keeps it for as long as this is polled, and answers only when it is lost.
    pub async fn lost(&self) -> Failure {
        let Some(taken) = &self.0 else {
            return pending().await;
        };
        loop {
            tokio::time::sleep(taken.ttl / 3).await;
            // Where the store fails here, the last look decides.
            if let Err(error @ StateError::Fenced { .. }) = taken.renew().await {
                return too_late(error);
            }
        }
    }

    /// The last look, right before the run begins.
    ///
    /// # Errors
    /// When the turn is lost, or the store fails.
    pub async fn still(&self) -> Result<(), Failure> {
        match &self.0 {
            Some(taken) => taken.renew().await.map_err(too_late),
            None => Ok(()),
        }
    }

    /// Others may begin runs.
    pub async fn end(self) {
        if let Some(Taken { store, lease, .. }) = self.0 {
            // Where the store fails here, the lease runs out.
            let _runs_out = store.release(&lease).await;
        }
    }
}

impl Taken {
    async fn renew(&self) -> Result<(), StateError> {
        self.store.renew(&self.lease, self.ttl).await
    }
}

fn too_late(error: StateError) -> Failure {
    let why = match error {
        StateError::Fenced { .. } => {
            "this process stops: its turn to begin a run has run out, and another may have changed what its plan was made \
             of; no run was begun, deploy again"
                .to_owned()
        }
        error => format!("{error}; no run was begun"),
    };
    Failure::new(FAILED, why)
}

#[cfg(test)]
#[path = "together/tests.rs"]
mod tests;
