//! A PostgreSQL database as the store, for several orchestrators at once.
//!
//! - **Commits** come one after the other: each locks the one row that counts revisions, until its end. So revisions are
//!   in the order in which they can be seen. Batches that wait at one store go together (`group`), in one round trip.
//! - **Leases** run by the database's clock. A commit checks its lease and holds it in the transaction that writes, so a
//!   writer that has lost it is refused always. The database's clock must not be set back; a standby that takes over must
//!   have every commit that was answered (`synchronous_standby_names`), or fences could be given out twice.
//! - **What is answered is on the disk**: `synchronous_commit = off` is not obeyed. A connection that breaks while a commit
//!   is being answered leaves open whether it happened, and the error says so; what is there can be read.
//! - **Every call ends**, whatever the database does: within the patience and a second, a commit and `acquire` within twice
//!   that; `changed` in addition to the time it was given.
//! - **After a restart** of the database the store works again by itself; calls in between fail. A connection that was used
//!   within the last second is not asked for a sign of life before a commit; when it is gone, and nobody has noticed yet, that
//!   one commit fails as one that may have been.
//!
//! Limits: the store speaks no TLS; connect over a unix socket, to localhost, or through a tunnel that encrypts. A pooler
//! between has to keep a session (PgBouncer: `pool_mode = session`). Names have at most 2,000 bytes and no NUL. Whoever
//! turns on debug logs of `tokio_postgres` finds in them what is written; the password is in none.

mod address;
mod columns;
mod failure;
mod group;
mod hints;
mod leases;
mod migrate;
mod names;
mod options;
mod read;
mod sessions;

pub use options::PostgresOptions;

use async_trait::async_trait;
use drydock_core::state::{
    Batch, Lease, StateChange, StateError, StateRevision, StateStore, Stored,
};
use group::Writer;
use hints::Hints;
use sessions::Sessions;
use smol_str::SmolStr;
use std::{sync::Arc, time::Duration};

/// Keeps state in a PostgreSQL database; clones share its connections.
///
/// It lives in the tokio runtime in which it was connected, which needs I/O and time enabled.
///
/// ```no_run
/// # async fn connect() -> Result<(), drydock_core::state::StateError> {
/// use drydock_store::PostgresStore;
///
/// let store = PostgresStore::connect("postgres://drydock@%2Frun%2Fpostgresql/drydock").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct PostgresStore(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    sessions: Arc<Sessions>,
    writer: Writer,
    hints: Hints,
}

impl PostgresStore {
    /// Connects as [`PostgresOptions::default`] says, and makes the tables where they are missing.
    ///
    /// # Errors
    /// When the URL cannot be read, the database cannot be reached, or its schema is not Drydock's or of a newer one.
    /// None of them has the URL's password.
    pub async fn connect(url: &str) -> Result<Self, StateError> {
        Self::connect_with(url, PostgresOptions::default()).await
    }

    /// Connects, and makes the tables where they are missing.
    ///
    /// # Errors
    /// As [`connect`](Self::connect), and when the options cannot work.
    pub async fn connect_with(url: &str, options: PostgresOptions) -> Result<Self, StateError> {
        let sessions = Arc::new(Sessions::new(url, options)?);
        migrate::migrate(&sessions).await?;
        Ok(Self(Arc::new(Shared {
            writer: Writer::start(sessions.clone()),
            hints: Hints::default(),
            sessions,
        })))
    }

    /// Where the database is, for messages: host, port, database and user; never the password.
    #[must_use]
    pub fn address(&self) -> String {
        self.0.sessions.address.to_string()
    }
}

#[async_trait]
impl StateStore for PostgresStore {
    fn is_durable(&self) -> bool {
        true
    }

    async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError> {
        names::check_batch(&batch)?;
        self.0.writer.commit(batch).await
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        read::get(&self.0.sessions, key).await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        read::scan(&self.0.sessions, prefix).await
    }

    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        read::read_journal(&self.0.sessions, journal, skip).await
    }

    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        leases::acquire(&self.0.sessions, name, owner, ttl).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        leases::renew(&self.0.sessions, lease, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        leases::release(&self.0.sessions, lease).await
    }

    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        read::journals(&self.0.sessions, prefix).await
    }

    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        read::changes(&self.0.sessions, after).await
    }

    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        self.0.hints.changed(&self.0.sessions, after, at_most).await
    }
}
