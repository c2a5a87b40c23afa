//! What goes wrong with a file, and how it is told: the file, what is wrong with it and what to do.

use drydock_core::state::StateError;
use std::{
    any::Any,
    io::{self, ErrorKind},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Why something was not done with the file.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database says so.
    Redb(redb::Error),
    /// What the file holds is not what a store holds.
    Damaged(String),
    /// The file is in order, and not for us.
    Unusable(String),
    /// The database panicked.
    Panicked(String),
}

impl Fault {
    /// Whether the database is of no more use until it is opened anew.
    pub(super) fn breaks(&self) -> bool {
        use redb::Error::{DatabaseClosed, Io, LockPoisoned, PreviousIo};
        match self {
            Self::Panicked(_) => true,
            Self::Redb(error) => {
                matches!(error, Io(_) | PreviousIo | DatabaseClosed | LockPoisoned(_))
            }
            Self::Damaged(_) | Self::Unusable(_) => false,
        }
    }

    /// What a call is told.
    pub(super) fn of(self, path: &Path) -> StateError {
        let at = path.display();
        match self {
            Self::Redb(redb::Error::Io(error)) => of_io(&error, path),
            Self::Redb(redb::Error::DatabaseAlreadyOpen) => StateError::Unavailable(format!(
                "{at} is open in another process, or a second time in this one; a file is for one process at a time: \
                 end the other, or share the store that is open"
            )),
            Self::Redb(redb::Error::UpgradeRequired(version)) => StateError::Unavailable(format!(
                "{at} is in version {version} of redb's file format, which this version does not read; export it with \
                 the version that wrote it, and import the lines here"
            )),
            Self::Redb(redb::Error::Corrupted(reason)) => damaged(path, &reason),
            // The tables are not the ones that a store has.
            Self::Redb(
                error @ (redb::Error::TableDoesNotExist(_)
                | redb::Error::TableTypeMismatch { .. }
                | redb::Error::TypeDefinitionChanged { .. }
                | redb::Error::TableIsMultimap(_)),
            ) => damaged(path, &error.to_string()),
            Self::Redb(error) => StateError::Unavailable(format!("{at}: {error}")),
            Self::Damaged(reason) => damaged(path, &reason),
            Self::Panicked(reason) => damaged(
                path,
                &format!("the database cannot make sense of it ({reason})"),
            ),
            Self::Unusable(reason) => StateError::Unavailable(format!("{at} {reason}")),
        }
    }
}

/// Why the system does not let us have the file.
fn of_io(error: &io::Error, path: &Path) -> StateError {
    let what = match error.kind() {
        ErrorKind::InvalidData => return damaged(path, "it is no drydock store"),
        ErrorKind::UnexpectedEof => return damaged(path, "it ends too early"),
        ErrorKind::NotFound => "the file or its folder is not there; make the folder first",
        ErrorKind::PermissionDenied => {
            "this user may not read and write it; change its owner or mode"
        }
        ErrorKind::ReadOnlyFilesystem => "its file system is read-only; mount it for writing",
        ErrorKind::StorageFull => "the disk is full; make room",
        ErrorKind::QuotaExceeded => "the quota is used up; make room",
        ErrorKind::FileTooLarge => "the file may not grow any further; raise the limit of its size",
        ErrorKind::IsADirectory => "it is a folder; name a file",
        _ => "the file cannot be read or written",
    };
    StateError::Unavailable(format!("{}: {what} ({error})", path.display()))
}

fn damaged(path: &Path, reason: &str) -> StateError {
    StateError::Damaged {
        key: path.display().to_string().into(),
        reason: format!(
            "{reason}; nothing in it was changed. Put a copy in its place, or import an export into a new file"
        ),
    }
}

/// The same once more, for another who asked; of what only a file can say.
pub(super) fn again(error: &StateError) -> StateError {
    match error {
        StateError::Damaged { key, reason } => StateError::Damaged {
            key: key.clone(),
            reason: reason.clone(),
        },
        StateError::Unavailable(reason) => StateError::Unavailable(reason.clone()),
        other => StateError::Unavailable(other.to_string()),
    }
}

/// Does it; a panic inside the database is a fault of the file.
///
/// Where a damaged page gets past the checksums, the database panics. What it had in hand is not used again: a
/// transaction is dropped, a database is opened anew.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let told = |panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        let text = text.unwrap_or_else(|| "no reason was given".into());
        Fault::Panicked(text)
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(told(panic)))
}

macro_rules! faults {
    ($($error:ty)*) => {
        $(impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                Self::Redb(error.into())
            }
        })*
    };
}

faults! {
    io::Error
    redb::CommitError
    redb::DatabaseError
    redb::StorageError
    redb::TableError
    redb::TransactionError
}
