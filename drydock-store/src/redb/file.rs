//! `[io]` The file while it is open: reads and writes, each a transaction of its own, and opening it anew after the disk has
//! failed.

use super::{
    create::create,
    fault::{Fault, guarded},
    format,
    group::Done,
    leases,
};
use drydock_core::state::{StateError, StateRevision};
use redb::{Builder, Database, ReadTransaction, ReadableDatabase, WriteTransaction};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};
use tokio::sync::watch;

/// How much of the file is kept in memory, in bytes.
const CACHE: usize = 64 << 20;

/// A file that is open, or was.
pub(super) struct StateFile {
    path: PathBuf,
    database: RwLock<Held>,
    /// The revision of the last commit that is known to be in the file.
    revision: watch::Sender<StateRevision>,
}

enum Held {
    Open(Database),
    /// It failed; the next call opens it anew.
    Broken,
    Closed,
}

impl StateFile {
    /// Opens the file, or makes it.
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                guarded(|| create(path)).map_err(|fault| fault.of(path))?;
            }
            _ => {}
        }
        let (database, revision) = load(path)?;
        Ok(Self {
            path: path.into(),
            database: RwLock::new(Held::Open(database)),
            revision: watch::Sender::new(revision),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The revision of the last commit, now and later.
    pub(super) fn revision(&self) -> watch::Receiver<StateRevision> {
        self.revision.subscribe()
    }

    /// Reads what is durable.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&ReadTransaction) -> Result<T, Fault>,
    ) -> Result<T, StateError> {
        let held = self.held()?;
        let answer = guarded(|| read(&held.database()?.begin_read()?));
        drop(held);
        answer.map_err(|fault| {
            if fault.breaks() {
                self.break_off();
            }
            fault.of(&self.path)
        })
    }

    /// Writes all of it durably, or nothing; answers the leases that it granted. Nobody else may be writing.
    ///
    /// # Errors
    /// Where it fails, with whether anything of it is in the file.
    pub(super) fn write(
        &self,
        write: impl FnOnce(&WriteTransaction) -> Result<Done, Fault>,
    ) -> Result<leases::Held, StateError> {
        let held = self.held()?;
        let answer = guarded(|| {
            let mut transaction = held.database()?.begin_write()?;
            // Two syncs instead of one: the last commit is known to be whole, so damage to it is never taken for a commit
            // that a crash cut off, and dropped.
            transaction.set_two_phase_commit(true);
            let done = write(&transaction)?;
            match done.wrote {
                true => transaction.commit()?,
                false => transaction.abort()?,
            }
            Ok(done)
        });
        drop(held);
        match answer {
            Ok(done) => {
                self.tell(done.revision);
                Ok(done.granted)
            }
            Err(fault) => Err(self.failed(fault.of(&self.path))),
        }
    }

    /// Waits for the calls under way, and closes the file.
    pub(super) fn close(&self) {
        let held = std::mem::replace(&mut *self.exclusively(), Held::Closed);
        if let Held::Open(database) = held
            && let Err(fault) = guarded(|| Ok(database.close()?))
        {
            let error = fault.of(&self.path);
            tracing::warn!(%error, "the store was not closed in order; opening it will take longer");
        }
    }

    fn tell(&self, revision: StateRevision) {
        self.revision.send_if_modified(|last| {
            let newer = revision > *last;
            *last = revision.max(*last);
            newer
        });
    }

    fn exclusively(&self) -> RwLockWriteGuard<'_, Held> {
        self.database
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The file, opened anew if it has failed.
    fn held(&self) -> Result<RwLockReadGuard<'_, Held>, StateError> {
        let shared = || self.database.read().unwrap_or_else(PoisonError::into_inner);
        let held = shared();
        if !matches!(*held, Held::Broken) {
            return Ok(held);
        }
        drop(held);
        self.reopen()?;
        Ok(shared())
    }

    /// After a write has failed: the file is opened anew, and what is told says what came of the write.
    fn failed(&self, error: StateError) -> StateError {
        tracing::warn!(%error, "the store could not be written; it is opened anew");
        let before = *self.revision.borrow();
        self.break_off();
        let came_of_it = match self.reopen() {
            Ok(after) if after == before => "nothing of it was written",
            Ok(_) => "it was written, but the disk has not confirmed it",
            Err(error) => {
                tracing::warn!(%error, "the store could not be opened anew; the next call tries again");
                "it is not known yet whether anything of it was written"
            }
        };
        match error {
            StateError::Unavailable(reason) => {
                StateError::Unavailable(format!("{reason}; {came_of_it}"))
            }
            damaged => damaged,
        }
    }

    /// The next call opens it anew.
    fn break_off(&self) {
        let mut held = self.exclusively();
        if let Held::Open(_) = *held {
            let broken = std::mem::replace(&mut *held, Held::Broken);
            // Within the lock, so that nobody finds the file in use.
            let _ = guarded(|| {
                drop(broken);
                Ok(())
            });
        }
    }

    fn reopen(&self) -> Result<StateRevision, StateError> {
        let mut held = self.exclusively();
        if matches!(*held, Held::Broken) {
            let (database, revision) = load(&self.path)?;
            let answered = *self.revision.borrow();
            if revision < answered {
                let lost = format!(
                    "it has gone back from revision {} to {}",
                    answered.0, revision.0
                );
                return Err(Fault::Damaged(lost).of(&self.path));
            }
            *held = Held::Open(database);
            self.tell(revision);
        }
        Ok(*self.revision.borrow())
    }
}

impl Held {
    fn database(&self) -> Result<&Database, Fault> {
        match self {
            Self::Open(database) => Ok(database),
            Self::Broken => Err(Fault::Unusable("has just failed; try again".into())),
            Self::Closed => Err(Fault::Unusable("is closed".into())),
        }
    }
}

/// Opens a file that is there, with every page held against its checksum.
fn load(path: &Path) -> Result<(Database, StateRevision), StateError> {
    let loaded = guarded(|| {
        let metadata = fs::metadata(path)?;
        if metadata.is_dir() {
            return Err(std::io::Error::from(ErrorKind::IsADirectory).into());
        }
        if !metadata.is_file() {
            return Err(Fault::Unusable("is no regular file; name one".into()));
        }
        if metadata.len() == 0 {
            let empty = "it is empty, and a store never is; if nothing was ever in it, remove it";
            return Err(Fault::Damaged(empty.into()));
        }
        let mut builder = Builder::new();
        builder
            .set_cache_size(CACHE)
            .set_check_integrity_on_open(true);
        let database = builder.open(path)?;
        let revision = format::check(&database.begin_read()?)?;
        Ok((database, revision))
    });
    loaded.map_err(|fault| fault.of(path))
}
