//! What a database's failure means for the caller: whether it can have happened, and what to do about it.

use deadpool_postgres::{HookError, PoolError, TimeoutType};
use drydock_core::state::StateError;
use std::{error::Error as _, io, time::Duration};
use tokio_postgres::{
    Error,
    error::{DbError, Severity},
};

/// Why the database did not do something.
#[derive(Debug)]
pub(super) enum Failure {
    /// There was no connection: nothing was asked.
    Unreached(String),
    /// The database said no, and has undone what it had begun.
    Refused {
        /// The SQLSTATE.
        code: String,
        reason: String,
    },
    /// The connection broke, or fell silent, after something was asked: it may have happened.
    Broken(String),
    /// The tables are not as this store made them.
    Damaged { key: String, reason: String },
}

impl Failure {
    /// Of something that was asked.
    pub(super) fn of_asking(error: &Error) -> Self {
        let Some(said) = error.as_db_error() else {
            return Self::Broken(in_words(error));
        };
        let code = said.code().code();
        // With these the database ends the connection, be it after the commit.
        if matches!(
            said.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        ) {
            return Self::Broken(said_in_words(said));
        }
        match code {
            // No such table, column or function; a row that must be there is not; an index or a page is broken.
            "42P01" | "42703" | "42883" | "42804" | "P0002" | "P0003" | "XX001" | "XX002" => {
                Self::Damaged {
                    key: "the database".into(),
                    reason: said_in_words(said),
                }
            }
            _ => Self::Refused {
                code: code.to_owned(),
                reason: said_in_words(said),
            },
        }
    }

    /// Of getting a connection.
    pub(super) fn of_connecting(error: PoolError, connections: usize, patience: Duration) -> Self {
        Self::Unreached(match error {
            PoolError::Timeout(TimeoutType::Wait) => format!(
                "all {connections} connections have been busy for {patience:?}; allow more of them"
            ),
            PoolError::Timeout(_) => format!("no connection within {patience:?}"),
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                in_words(&error)
            }
            PoolError::PostCreateHook(HookError::Message(message)) => message.into_owned(),
            PoolError::Closed => "the store was closed".into(),
            PoolError::NoRuntimeSpecified => "there is no timer".into(),
        })
    }

    /// Whether the same can be asked again at once: two transactions met, and this one was undone.
    pub(super) fn is_collision(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if matches!(code.as_str(), "40001" | "40P01"))
    }

    /// Whether it is about what was written, and would not be so for other values.
    pub(super) fn is_about_values(&self) -> bool {
        let classes = ["22", "23", "54", "P0"];
        matches!(self, Self::Refused { code, .. } if classes.iter().any(|class| code.starts_with(class)))
    }

    /// As the caller of a read or of a lease is told it.
    pub(super) fn told(&self, place: &impl std::fmt::Display) -> StateError {
        match self {
            Self::Unreached(reason) | Self::Refused { reason, .. } | Self::Broken(reason) => {
                StateError::Unavailable(format!("{place}: {reason}"))
            }
            Self::Damaged { key, reason } => StateError::Damaged {
                key: key.as_str().into(),
                reason: format!("{reason} ({place})"),
            },
        }
    }

    /// As the caller of a commit is told it.
    pub(super) fn told_of_commit(&self, place: &impl std::fmt::Display) -> StateError {
        match self {
            Self::Unreached(reason) | Self::Refused { reason, .. } => {
                StateError::Unavailable(format!("{place}: {reason}; nothing was written"))
            }
            Self::Broken(reason) => StateError::Unavailable(format!(
                "{place}: {reason}; it was being committed, and may have been: read what is there before doing it again"
            )),
            Self::Damaged { .. } => self.told(place),
        }
    }
}

fn in_words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said_in_words(said);
    }
    let mut words = error.to_string();
    // Below stand the operating system's words and fixed ones of the client.
    let mut cause = error.source();
    let mut missing = false;
    while let Some(below) = cause {
        let io = below.downcast_ref::<io::Error>();
        missing |= io.is_some_and(|io| {
            matches!(
                io.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            )
        });
        words = format!("{words}: {below}");
        cause = below.source();
    }
    if missing {
        words += "; is the database running there?";
    }
    words
}

/// The database's message, without its details, which can quote what was written.
fn said_in_words(said: &DbError) -> String {
    let code = said.code().code();
    let advice = match code {
        "42501" => "; the user needs more rights: let it own the schema",
        "25006" => {
            "; the database is read-only, a standby or set so by default_transaction_read_only: connect to one that can \
             be written"
        }
        "57014" => "; it took longer than the store's patience, or than somebody would wait",
        "55P03" => "; another session holds a lock: see pg_stat_activity",
        "53100" => "; the database's disk is full: make room, then go on",
        "53200" => "; the database's machine is out of memory",
        "53300" => {
            "; the database has no connection left: raise max_connections, or use fewer connections here"
        }
        "57P01" | "57P02" | "57P03" => {
            "; the database is stopping or starting: try again in a moment"
        }
        "28P01" | "28000" => {
            "; see the user and the password of the URL, and the database's pg_hba.conf"
        }
        "3D000" => "; make it with createdb, or name another one",
        "42P01" | "42703" | "42883" | "42804" | "P0002" | "P0003" => {
            "; a table of the store was dropped or changed: restore the schema from a backup"
        }
        "XX001" | "XX002" => "; the database's files are damaged: restore them from a backup",
        _ => "",
    };
    format!("{} (SQLSTATE {code}){advice}", said.message())
}
