//! `[io]` A store in one file, for one process at a time. Nothing has to be installed or run beside it.
//!
//! # What is in the file
//!
//! The file is a [redb](https://docs.rs/redb) database of file format 3; any tool that reads redb reads it. Names are
//! UTF-8 and ordered by their bytes, numbers are redb's `u64` and `u32`.
//!
//! | table | key | value |
//! |---|---|---|
//! | `format` | what | text: `store` is `drydock`, `version` the version of these tables, `written-by` the drydock-store that made the file |
//! | `head` | `revision` | the revision of the last commit |
//! | `history` | revision, place in its commit | what changed: 0 written, 1 deleted, 2 appended; key or journal; the value that was written |
//! | `keys` | key | where in `history` its value was written |
//! | `journals` | journal | how many entries it has |
//! | `entries` | journal, place in it | the entry |
//! | `leases` | lease | its last holder and fence |
//!
//! Every value is there once, in `history`, and stays there: that is what tells changes long after they were made.
//!
//! # What is promised
//!
//! - What a commit has answered is on the disk. Commits that wait at the same time are made durable together, and each
//!   of them is still carried out whole or refused alone.
//! - Opening reads the whole file and holds every page against its checksum. A file that was truncated or altered is
//!   reported and not opened. A process that was killed leaves a file that opens with all that had been answered.
//! - When the disk fails or is full, the calls that it hit fail with [`StateError::Unavailable`], which says whether
//!   anything was written; the file is opened anew by itself at once, or at the next call.
//! - When a lease ends is known to the process alone, for no other can have the file open: the leases of an earlier
//!   process have ended when the file is opened. Their fences are in the file, so a later lease has a greater one.
//!
//! It never opens a file that it did not make, and never repairs one beyond going back to the last commit after a
//! process was killed.

mod create;
mod fault;
mod file;
mod format;
mod group;
mod leases;
mod read;
mod tables;
mod writer;

use self::{
    file::StateFile,
    leases::{Leases, end},
    writer::Writer,
};
use async_trait::async_trait;
use drydock_core::state::{
    Batch, Lease, StateChange, StateError, StateRevision, StateStore, Stored,
};
use smol_str::SmolStr;
use std::{fmt, path::Path, sync::Arc, time::Duration};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout},
};

/// Keeps state in one file; clones share it.
///
/// A thread of its own writes, so that a slow disk holds up nobody but those who wait for it. Reads are done on the
/// runtime's threads for blocking work: any of them may have to wait for the disk. Dropping the last clone carries out what
/// was asked for, waits for it and closes the file; it can be opened again at once.
///
/// ```
/// use drydock_core::state::{Batch, StateStore};
/// use drydock_store::RedbStore;
///
/// # let folder = std::env::temp_dir().join(format!("drydock-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("state.redb");
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// let store = RedbStore::open(&path)?;
/// store.commit(Batch::new().put("greeting", "hello")).await?;
/// drop(store);
///
/// let store = RedbStore::open(&path)?;
/// assert_eq!(store.get("greeting").await?.unwrap().value, b"hello");
/// # drop(store);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), drydock_core::state::StateError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RedbStore(Arc<Opened>);

struct Opened {
    file: Arc<StateFile>,
    leases: Arc<Leases>,
    /// None once this is being dropped.
    writer: Option<Writer>,
}

impl RedbStore {
    /// Opens the store in this file, or makes one where there is no file. Its folder has to be there.
    ///
    /// Blocks for as long as it takes to read the whole file.
    ///
    /// # Errors
    /// [`StateError::Damaged`] where the file is no store, or was truncated or altered; [`StateError::Unavailable`]
    /// where another process has it open, a newer version wrote it, or it cannot be read or written. Either names the
    /// file and says what to do.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StateError> {
        let file = Arc::new(StateFile::open(path.as_ref())?);
        let leases = Arc::new(Leases::default());
        let writer = Writer::start(file.clone(), leases.clone())?;
        Ok(Self(Arc::new(Opened {
            file,
            leases,
            writer: Some(writer),
        })))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.0.file.path()
    }

    /// Reads on a thread that may block.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&StateFile) -> Result<T, StateError> + Send + 'static,
    ) -> Result<T, StateError> {
        // Not the store itself: a read that nobody waits for any more must not be what closes it.
        let file = self.0.file.clone();
        match Handle::try_current() {
            Ok(runtime) => {
                let not_read = |error| StateError::Unavailable(format!("it was not read: {error}"));
                let answer = runtime.spawn_blocking(move || read(&file)).await;
                answer.unwrap_or_else(|error| Err(not_read(error)))
            }
            Err(_) => read(&file),
        }
    }

    fn writer(&self) -> Result<&Writer, StateError> {
        self.0.writer.as_ref().ok_or_else(writer::ended)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        drop(self.writer.take());
        self.file.close();
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedbStore").field(&self.path()).finish()
    }
}

#[async_trait]
impl StateStore for RedbStore {
    fn is_durable(&self) -> bool {
        true
    }

    async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError> {
        let now = Instant::now();
        let answer = self.writer()?.commit(batch, now)?;
        answer.await.unwrap_or_else(|_| Err(writer::ended()))
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        let key = SmolStr::from(key);
        self.read(move |file| file.read(|read| read::value(read, &key)))
            .await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        let prefix = SmolStr::from(prefix);
        self.read(move |file| file.read(|read| read::values(read, &prefix)))
            .await
    }

    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        let journal = SmolStr::from(journal);
        self.read(move |file| file.read(|read| read::entries(read, &journal, skip)))
            .await
    }

    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        let now = Instant::now();
        let answer = self.writer()?.acquire(name, owner, now, ttl)?;
        answer.await.unwrap_or_else(|_| Err(writer::ended()))
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        let now = Instant::now();
        match self.0.leases.renew(lease, now, end(now, ttl)) {
            true => Ok(()),
            false => Err(leases::fenced(lease)),
        }
    }

    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        self.0.leases.end(lease);
        Ok(())
    }

    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        let prefix = SmolStr::from(prefix);
        self.read(move |file| file.read(|read| read::journals(read, &prefix)))
            .await
    }

    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        self.read(move |file| file.read(|read| read::changes(read, after)))
            .await
    }

    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        let mut revision = self.0.file.revision();
        // Its sender lives as long as the file, so the only other end is that of the time.
        let _ = timeout(at_most, revision.wait_for(|now| *now > after)).await;
        let now = *revision.borrow();
        Ok(now)
    }
}
