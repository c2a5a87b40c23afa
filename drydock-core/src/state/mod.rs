//! Where designs, plans and journals are kept. A store is a small thing with hard promises.
//!
//! One write verb, all or nothing: [`StateStore::commit`]. Every commit raises the store's one revision, which drives
//! watching and history. A writer that has lost its lease is refused always, by its fence.

mod memory;
mod node;
mod record;
mod shared;

pub use memory::MemoryStore;
pub use node::{CredentialHash, NodeRecord, Operation, Seen, WeakCredential};
pub use record::{Fact, Record};

use async_trait::async_trait;
use smol_str::SmolStr;
use std::{fmt, time::Duration};

/// The store's state after one commit; every commit has a greater one than those before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateRevision(pub u64);

/// The right to write under a name for a while. A later holder of the same name has a greater fence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lease {
    /// What it is about, such as `run/2026-11-22-1`.
    pub name: SmolStr,
    /// Who holds it.
    pub owner: SmolStr,
    /// Greater than every earlier holder's.
    pub fence: u64,
}

impl Lease {
    /// For implementors: the lease that `acquire` gives.
    pub fn new(name: impl Into<SmolStr>, owner: impl Into<SmolStr>, fence: u64) -> Self {
        Self {
            name: name.into(),
            owner: owner.into(),
            fence,
        }
    }
}

/// What one commit does, all of it or nothing: keys are written, then keys deleted, then journals appended to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// The lease that must still be held: not given back, not run out, not taken over.
    pub lease: Option<Lease>,
    /// Keys that must still be at these revisions; revision 0 is a key that is not there.
    pub expect: Vec<(SmolStr, StateRevision)>,
    /// Keys to write.
    pub put: Vec<(SmolStr, Vec<u8>)>,
    /// Keys to delete.
    pub delete: Vec<SmolStr>,
    /// Journals to append to, in order.
    pub append: Vec<(SmolStr, Vec<u8>)>,
}

impl Batch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only while this lease is held.
    #[must_use]
    pub fn under(mut self, lease: &Lease) -> Self {
        self.lease = Some(lease.clone());
        self
    }

    /// Only if the key is at this revision.
    #[must_use]
    pub fn expect(mut self, key: impl Into<SmolStr>, revision: StateRevision) -> Self {
        self.expect.push((key.into(), revision));
        self
    }

    /// Writes a key.
    #[must_use]
    pub fn put(mut self, key: impl Into<SmolStr>, value: impl Into<Vec<u8>>) -> Self {
        self.put.push((key.into(), value.into()));
        self
    }

    /// Deletes a key.
    #[must_use]
    pub fn delete(mut self, key: impl Into<SmolStr>) -> Self {
        self.delete.push(key.into());
        self
    }

    /// Appends to a journal.
    #[must_use]
    pub fn append(mut self, journal: impl Into<SmolStr>, entry: impl Into<Vec<u8>>) -> Self {
        self.append.push((journal.into(), entry.into()));
        self
    }
}

/// A key's value and the revision that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The key.
    pub key: SmolStr,
    /// The revision of the commit that wrote it last.
    pub revision: StateRevision,
    /// The value.
    pub value: Vec<u8>,
}

/// How many changes [`StateStore::changes`] tells at once, or a few more.
pub const PAGE: usize = 1024;

/// What a commit changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StateChange {
    /// A key was written.
    Put(Stored),
    /// A key was deleted.
    Deleted {
        /// The key.
        key: SmolStr,
        /// The revision of the commit that deleted it.
        revision: StateRevision,
    },
    /// A journal grew.
    Appended {
        /// The journal.
        journal: SmolStr,
        /// The revision of the commit that appended to it.
        revision: StateRevision,
    },
}

impl StateChange {
    /// The revision of the commit that made it.
    pub fn revision(&self) -> StateRevision {
        match self {
            Self::Put(Stored { revision, .. })
            | Self::Deleted { revision, .. }
            | Self::Appended { revision, .. } => *revision,
        }
    }
}

/// Why the store did not do it. Nothing of a refused commit has happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The lease is not held any more: it was given back or ran out, or somebody else has taken over.
    #[error(
        "lease {name} with fence {fence} is no longer held; it ran out, or another orchestrator has taken over"
    )]
    Fenced {
        /// The lease's name.
        name: SmolStr,
        /// The fence that was refused.
        fence: u64,
    },
    /// Somebody else holds the lease.
    #[error("lease {name} is held by {owner}")]
    Held {
        /// The lease's name.
        name: SmolStr,
        /// Who holds it.
        owner: SmolStr,
    },
    /// A key was not at the revision expected.
    #[error("{key} is at revision {}, not {}", actual.0, expected.0)]
    Conflict {
        /// The key.
        key: SmolStr,
        /// What was expected.
        expected: StateRevision,
        /// What it is at.
        actual: StateRevision,
    },
    /// The store cannot be reached or written.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What is stored cannot be understood.
    #[error("{key} is damaged: {reason}")]
    Damaged {
        /// The key or journal.
        key: SmolStr,
        /// What is wrong with it.
        reason: String,
    },
}

/// Keeps state. What `commit` has answered is durable where the store [is durable](Self::is_durable).
///
/// All of it is callable at the same time from many tasks. A call whose future is dropped has happened or has not; a
/// commit never by half. `testing::conformance::store` holds an implementation to this contract.
#[async_trait]
pub trait StateStore: fmt::Debug + Send + Sync + 'static {
    /// Whether what it keeps outlives the process. Such a store is given no secret that is not sealed.
    fn is_durable(&self) -> bool;

    /// Does all of the batch, or nothing.
    ///
    /// # Errors
    /// When the lease is no longer held, a key is not as expected, or the store fails.
    async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError>;

    /// The value of a key.
    ///
    /// # Errors
    /// When the store fails.
    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError>;

    /// Every key that begins with `prefix`, in order.
    ///
    /// # Errors
    /// When the store fails.
    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError>;

    /// The entries of a journal, in the order in which they were appended, without the first `skip`.
    ///
    /// # Errors
    /// When the store fails.
    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError>;

    /// Takes the lease of this name for `ttl`, with a fence greater than any before.
    ///
    /// # Errors
    /// [`StateError::Held`] while another owner holds it.
    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError>;

    /// Holds the lease for another `ttl` from now.
    ///
    /// # Errors
    /// [`StateError::Fenced`] when it is no longer held.
    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError>;

    /// Gives the lease back. One that is no longer held is no error.
    ///
    /// # Errors
    /// When the store fails.
    async fn release(&self, lease: &Lease) -> Result<(), StateError>;

    /// The names of the journals that begin with `prefix`, in order. One that was never appended to is none.
    ///
    /// # Errors
    /// When the store fails.
    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError>;

    /// What commits after this revision changed, in order: whole commits, as many as make [`PAGE`] changes or just more.
    /// Asked again after the last one's revision, until there are none, it tells all.
    ///
    /// # Errors
    /// When the store fails.
    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError>;

    /// The revision of the last commit, as soon as it is greater than `after`, or when `at_most` is over. A hint to look
    /// for [changes](Self::changes): it may come late or without one.
    ///
    /// # Errors
    /// When the store fails.
    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError>;
}
