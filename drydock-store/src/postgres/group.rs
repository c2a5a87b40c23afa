//! `[io]` Group commit: batches that wait while others are being written are written together, in one statement and one
//! transaction, and each gets its own answer.
//!
//! They are written by a task of the store's own, so a caller that goes away leaves no commit half asked. The task ends
//! with the last clone of the store.

use super::{
    columns::{COMMIT, Columns, answer},
    failure::Failure,
    sessions::Sessions,
};
use drydock_core::state::{Batch, StateError, StateRevision};
use std::{mem, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// The most batches in a group.
const MOST: usize = 256;

/// A group of more bytes than this takes in no further batch.
const BYTES: usize = 4 << 20;

/// A batch whose author waits for the answer.
struct Waiting {
    batch: Batch,
    answer: oneshot::Sender<Result<StateRevision, StateError>>,
}

impl Waiting {
    fn answer(self, answer: Result<StateRevision, StateError>) {
        // Its author may have gone.
        let _ = self.answer.send(answer);
    }
}

/// Where batches are handed in.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Waiting>,
    limit: Duration,
}

impl Writer {
    /// Starts the task, in the runtime of the caller.
    pub(super) fn start(sessions: Arc<Sessions>) -> Self {
        let (queue, waiting) = mpsc::channel(2 * MOST);
        let limit = sessions.limit();
        tokio::spawn(write_all(sessions, waiting));
        Self { queue, limit }
    }

    pub(super) async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError> {
        let (answer, answered) = oneshot::channel();
        let gone = || {
            StateError::Unavailable(
                "the runtime in which the store was connected has ended: connect anew".into(),
            )
        };
        let handing_in = self.queue.send(Waiting { batch, answer });
        match timeout(self.limit, handing_in).await {
            Ok(handed_in) => handed_in.map_err(|_| gone())?,
            Err(_) => {
                return Err(StateError::Unavailable(format!(
                    "other commits have taken longer than {:?}; nothing was written",
                    self.limit
                )));
            }
        }
        match timeout(self.limit, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(StateError::Unavailable(format!(
                "no answer within {:?}; it was being committed, and may have been: read what is there before doing it \
                 again",
                self.limit
            ))),
        }
    }
}

async fn write_all(sessions: Arc<Sessions>, mut queue: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::new();
    loop {
        if waiting.is_empty() && queue.recv_many(&mut waiting, MOST).await == 0 {
            return;
        }
        while waiting.len() < MOST
            && let Ok(next) = queue.try_recv()
        {
            waiting.push(next);
        }
        // Who has gone before anything was asked has not committed.
        waiting.retain(|one| !one.answer.is_closed());
        let later = waiting.split_off(fitting(&waiting));
        let group = mem::replace(&mut waiting, later);
        if !group.is_empty() {
            write(&sessions, group).await;
        }
    }
}

/// How many of them make a group; one at least.
fn fitting(waiting: &[Waiting]) -> usize {
    let mut bytes = 0;
    let fits = |one: &&Waiting| {
        let fits = bytes < BYTES;
        bytes += size(&one.batch);
        fits
    };
    waiting.iter().take_while(fits).count()
}

fn size(batch: &Batch) -> usize {
    let written = batch.put.iter().chain(&batch.append);
    written.map(|(name, value)| name.len() + value.len()).sum()
}

async fn write(sessions: &Sessions, group: Vec<Waiting>) {
    match ask(sessions, &group).await {
        Ok(answers) => group
            .into_iter()
            .zip(answers)
            .for_each(|(one, answer)| one.answer(answer)),
        // All was undone, for what may be only one's fault.
        Err(failure) if failure.is_about_values() && group.len() > 1 => {
            for one in group {
                let answer = ask(sessions, std::slice::from_ref(&one)).await;
                let answer = answer.map_err(|failure| failure.told_of_commit(&sessions.address));
                let silent = || Err(unintelligible().told(&sessions.address));
                one.answer(
                    answer.and_then(|answers| answers.into_iter().next().unwrap_or_else(silent)),
                );
            }
        }
        Err(failure) => {
            for one in group {
                one.answer(Err(failure.told_of_commit(&sessions.address)));
            }
        }
    }
}

type Answers = Vec<Result<StateRevision, StateError>>;

async fn ask(sessions: &Sessions, group: &[Waiting]) -> Result<Answers, Failure> {
    let columns = Columns::of(group.iter().map(|one| &one.batch));
    let rows = sessions.ask_once(COMMIT, &columns.parameters()).await?;
    if rows.len() != group.len() {
        return Err(unintelligible());
    }
    let answers = rows
        .iter()
        .zip(group)
        .map(|(row, one)| answer(row, &one.batch));
    answers.collect::<Option<_>>().ok_or_else(unintelligible)
}

fn unintelligible() -> Failure {
    Failure::Damaged {
        key: "the database".into(),
        reason: "its function commit_batches does not answer as it was made to: restore the schema from a backup".into(),
    }
}
