//! `[io]` The thread that writes. It takes whatever waits, makes it durable together, then answers.
//!
//! The more wait, the more share one write to the disk; one that is alone waits for nobody.

use super::{
    fault::{Fault, again},
    file::StateFile,
    group::Group,
    leases::Leases,
};
use drydock_core::state::{Batch, Lease, StateError, StateRevision};
use smol_str::SmolStr;
use std::{
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::{sync::oneshot, time::Instant};

/// How many are made durable together at most,
const MOST: usize = 1024;
/// and how many bytes of values, or just more: what is not durable yet is in memory.
const MOST_BYTES: usize = 16 << 20;
/// The largest batch, in bytes.
const MOST_BATCH: usize = 1 << 30;

/// The thread, and the way to it. Dropped, it does what was asked for and ends.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// One thing that was asked for.
enum Job {
    Commit(Asked<Batch, StateRevision>),
    Acquire(Asked<Claim, Lease>),
}

struct Asked<W, T> {
    what: W,
    now: Instant,
    /// What came of it; it is told once it is durable.
    result: Option<Result<T, StateError>>,
    /// That nobody waits for it any more is no matter.
    answer: oneshot::Sender<Result<T, StateError>>,
}

struct Claim {
    name: SmolStr,
    owner: SmolStr,
    ttl: Duration,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(file: Arc<StateFile>, leases: Arc<Leases>) -> Result<Self, StateError> {
        let (jobs, asked) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("drydock-store".into())
            .spawn(move || work(&file, &leases, &asked))
            .map_err(|error| {
                StateError::Unavailable(format!("no thread to write with: {error}"))
            })?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Asks for a commit.
    pub(super) fn commit(
        &self,
        batch: Batch,
        now: Instant,
    ) -> Result<oneshot::Receiver<Result<StateRevision, StateError>>, StateError> {
        let bytes = bytes(&batch);
        if bytes > MOST_BATCH {
            return Err(StateError::Unavailable(format!(
                "a commit of {bytes} bytes is too large; at most {MOST_BATCH} fit into one"
            )));
        }
        self.ask(batch, now, Job::Commit)
    }

    /// Asks for a lease.
    pub(super) fn acquire(
        &self,
        name: &str,
        owner: &str,
        now: Instant,
        ttl: Duration,
    ) -> Result<oneshot::Receiver<Result<Lease, StateError>>, StateError> {
        let claim = Claim {
            name: name.into(),
            owner: owner.into(),
            ttl,
        };
        self.ask(claim, now, Job::Acquire)
    }

    fn ask<W, T>(
        &self,
        what: W,
        now: Instant,
        job: impl FnOnce(Asked<W, T>) -> Job,
    ) -> Result<oneshot::Receiver<Result<T, StateError>>, StateError> {
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        let job = job(Asked {
            what,
            now,
            result: None,
            answer,
        });
        jobs.send(job).map_err(|_| ended())?;
        Ok(answered)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer has panicked");
        }
    }
}

/// What a call is told that comes too late.
pub(super) fn ended() -> StateError {
    StateError::Unavailable("the store's writer has ended; open the store anew".into())
}

fn work(file: &StateFile, leases: &Leases, asked: &mpsc::Receiver<Job>) {
    while let Ok(first) = asked.recv() {
        let mut bytes = first.bytes();
        let mut jobs = vec![first];
        while jobs.len() < MOST
            && bytes < MOST_BYTES
            && let Ok(next) = asked.try_recv()
        {
            bytes += next.bytes();
            jobs.push(next);
        }
        together(file, leases, jobs);
    }
}

/// Makes these durable together, then answers all.
fn together(file: &StateFile, leases: &Leases, mut jobs: Vec<Job>) {
    let written = file.write(|write| {
        let mut group = Group::new(write, leases)?;
        for job in &mut jobs {
            job.carry_out(&mut group)?;
        }
        group.finish()
    });
    let failed = match written {
        Ok(granted) => {
            if let Some(now) = jobs.iter().map(Job::asked).max() {
                leases.grant(granted, now);
            }
            None
        }
        Err(error) => Some(error),
    };
    for job in jobs {
        match job {
            Job::Commit(asked) => asked.tell(failed.as_ref()),
            Job::Acquire(asked) => asked.tell(failed.as_ref()),
        }
    }
}

impl Job {
    fn carry_out(&mut self, group: &mut Group<'_>) -> Result<(), Fault> {
        match self {
            Self::Commit(asked) => asked.result = Some(group.commit(&asked.what, asked.now)?),
            Self::Acquire(asked) => {
                let Claim { name, owner, ttl } = &asked.what;
                asked.result = Some(group.acquire(name, owner, asked.now, *ttl)?);
            }
        }
        Ok(())
    }

    fn asked(&self) -> Instant {
        match self {
            Self::Commit(asked) => asked.now,
            Self::Acquire(asked) => asked.now,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Commit(asked) => bytes(&asked.what),
            Self::Acquire(_) => 0,
        }
    }
}

impl<W, T> Asked<W, T> {
    /// Answers: where the whole group failed, that it failed, for then a refusal is not to be relied on either.
    fn tell(self, failed: Option<&StateError>) {
        let answer = match (failed, self.result) {
            (Some(error), _) => Err(again(error)),
            (None, Some(result)) => result,
            (None, None) => Err(ended()),
        };
        let _ = self.answer.send(answer);
    }
}

/// What a batch takes in memory, about.
fn bytes(batch: &Batch) -> usize {
    let written = batch.put.iter().chain(&batch.append);
    let written = written.map(|(name, value)| name.len() + value.len());
    let deleted = batch.delete.iter().map(SmolStr::len);
    written.chain(deleted).fold(0, usize::saturating_add)
}
