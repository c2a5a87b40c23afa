//! Several processes of `deploy` on one database: each has a name of its own, one at a time begins a run, and who goes on
//! with a run waits until whoever has it is certainly done.

use crate::{
    FAILED, Failure, say,
    state::{Kept, failed},
};
use drydock_core::{
    Plan, Policy,
    execute::{Head, Journal},
    names::RunId,
    state::{Lease, StateError, StateStore},
};
use smol_str::SmolStr;
use std::{
    collections::hash_map::RandomState,
    fs,
    hash::{BuildHasher, Hasher},
    sync::Arc,
    time::Duration,
};

/// How long a process that waits does not ask again, at most.
const MOST: Duration = Duration::from_secs(2);

/// The lease of who is about to begin a run: two that look at the same time whether there is one would both begin.
const TURN: &str = "deploy/turn";

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
    Err(Failure::unusable(
        "this program was built without PostgreSQL; run it as: cargo run --release --features postgres --example deploy \
         -- --site SOCKET --postgres URL",
    ))
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
    /// Takes the turn to begin a run of this plan: an id that the store has not seen, and the right to begin it.
    ///
    /// # Errors
    /// When a run has not ended, another process is about to begin one, or the store fails.
    pub async fn turn(&self, plan: &Plan, policy: &Policy) -> Result<(RunId, Turn), Failure> {
        let lease = match self.store.acquire(TURN, &self.owner, policy.lease).await {
            Err(StateError::Held { owner, .. }) => {
                self.refuse_unended().await?;
                return Err(Failure::unusable(format!(
                    "{}: {owner} is about to begin a run; try again in a moment, or, if that process has died, in {} s",
                    self.place(),
                    policy.lease.as_secs()
                )));
            }
            taken => taken.map_err(failed)?,
        };
        let turn = Turn(Some((self.store.clone(), lease)));
        let new = match self.refuse_unended().await {
            Ok(()) => self.new_run(plan).await,
            Err(failure) => Err(failure),
        };
        match new {
            Ok(run) => Ok((run, turn)),
            Err(failure) => {
                turn.end().await;
                Err(failure)
            }
        }
    }

    /// Waits until no other process has the run, and keeps others off it from then on. Tells people what it waits for.
    ///
    /// # Errors
    /// When the run was cancelled meanwhile, or the store fails.
    pub async fn wait_for(&self, run: &RunId, policy: &Policy) -> Result<(), Failure> {
        if !self.is_shared {
            return Ok(());
        }
        let (journal, mut has_waited) = (Journal::of(run), false);
        let name = journal.lease();
        let lease = loop {
            match self.store.acquire(&name, &self.owner, policy.lease).await {
                Err(StateError::Held { owner, .. }) => {
                    if !has_waited {
                        say(&format!(
                            "waiting: {owner} has run {run}; this process goes on with it when that one gives it back, or \
                             has not been heard of for {} s\n",
                            policy.lease.as_secs()
                        ));
                    }
                    has_waited = true;
                    tokio::time::sleep(pause(policy)).await;
                }
                taken => break taken.map_err(failed)?,
            }
        };
        let head = journal.head(&*self.store).await.map_err(failed)?;
        let Some(Head { holder, ended, .. }) = head else {
            return Ok(());
        };
        if has_waited && ended.is_some_and(|ended| ended.cancelled) {
            self.store.release(&lease).await.map_err(failed)?;
            return Err(Failure::new(
                FAILED,
                format!(
                    "run {run} was cancelled meanwhile; go on with it all the same by --resume {run}"
                ),
            ));
        }
        if let Some(before) = holder.filter(|holder| *holder != self.owner) {
            say(&format!(
                "taken over: calls that {before} has made may last for {:.0} s; nothing is called before they have ended\n",
                (policy.call_limit + policy.skew).as_secs_f64().ceil()
            ));
        }
        Ok(())
    }

    /// Why this process works on the run no longer, whose store has said this. Who was stopped for longer than its lease
    /// held sees one thing or another fail first; what people are told is how the run stands.
    pub async fn lost(&self, run: &RunId, error: &StateError) -> Failure {
        if !self.is_shared {
            return Failure::new(FAILED, error);
        }
        let resume = format!("go on with run {run} by --resume");
        let now = match self.left(&Journal::of(run)).await {
            Ok(Left::Taken(owner)) => format!("{owner} goes on with it"),
            Ok(Left::Ended) => "another process has gone on with it to its end".to_owned(),
            Ok(Left::Alone) if matches!(error, StateError::Fenced { .. }) => resume,
            _ => return Failure::new(FAILED, format!("{error}; {resume}")),
        };
        Failure::new(
            FAILED,
            format!("this process stops: its lease on run {run} has run out; {now}"),
        )
    }

    /// How a run stands that this process works on no longer.
    async fn left(&self, journal: &Journal) -> Result<Left, StateError> {
        let name = journal.lease();
        match self.store.acquire(&name, &self.owner, MOST).await {
            Ok(lease) => self.store.release(&lease).await?,
            Err(StateError::Held { owner, .. }) => return Ok(Left::Taken(owner)),
            Err(error) => return Err(error),
        }
        let head = journal.head(&*self.store).await?;
        let has_ended = head.is_some_and(|head| head.ended.is_some());
        Ok(if has_ended { Left::Ended } else { Left::Alone })
    }
}

/// How a run stands that a process has left.
enum Left {
    /// This one has it.
    Taken(SmolStr),
    /// It has ended.
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
#[derive(Debug, Default)]
pub struct Turn(Option<(Arc<dyn StateStore>, Lease)>);

impl Turn {
    /// Others may begin runs.
    pub async fn end(self) {
        if let Some((store, lease)) = self.0 {
            // Where the store fails here, the lease runs out.
            let _runs_out = store.release(&lease).await;
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_owners_are_never_the_same() {
        assert_ne!(super::owner(), super::owner());
    }
}
