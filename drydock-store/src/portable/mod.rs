//! What a store holds, as lines of JSON: to keep a copy that any tool reads, to move from one kind of store to another, and
//! to get out of a file that only another version understands.
//!
//! ```text
//! {"drydock":"state","format":1,"written_by":"0.1.0"}
//! {"key":"run/first/head","text":"{\"plan\":\"3f2a\"}"}
//! {"key":"picture","hex":"00ff10"}
//! {"journal":"run/first/journal","text":"{\"step\":0,\"fact\":\"started\"}"}
//! {"end":{"keys":2,"journals":1,"entries":1}}
//! ```
//!
//! The first line says what it is, the last one how much there was: an export that was cut off anywhere is noticed. A value
//! that is UTF-8 is `text`, any other is `hex`, two digits a byte. Keys come first, in order, then journals with their
//! entries in order.
//!
//! Left out are revisions and what came before the last value of a key: a store counts its own commits, and the history
//! of one is not that of another. Leases are left out too: they are rights in the store that gave them, for a time. The
//! new store counts fences anew; a run knows the last one of its own, and goes on with a greater one. Whoever goes on
//! with it in the old store as well is not told from that: end what works there before, and throw the old store away
//! after.

mod export;
mod import;
mod line;

pub use export::export;
pub use import::import;

use drydock_core::state::StateError;
use serde::{Deserialize, Serialize};
use std::io;

/// How much was exported or imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Counts {
    /// Keys.
    pub keys: u64,
    /// Journals.
    pub journals: u64,
    /// Entries of all journals.
    pub entries: u64,
}

/// Why an export or import was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PortableError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StateError),
    /// The lines could not be read or written.
    #[error("the export cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// Somebody else wrote to the store.
    #[error(
        "the store was written to while it was exported; end what writes to it, and export again"
    )]
    Busy,
    /// A line makes no sense. Nothing was imported.
    #[error("line {line} of the export: {reason}; nothing was imported")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The lines are of a format that is not known here. Nothing was imported.
    #[error(
        "the export is in format {format} and was written by drydock-store {written_by}; this is drydock-store {}, which knows \
         formats up to {}: import it with {written_by} or newer",
        line::OURS,
        line::FORMAT
    )]
    Newer {
        /// Its format.
        format: u64,
        /// The version that wrote it.
        written_by: String,
    },
    /// There is something in the store already.
    #[error("the store is not empty: it holds {found}; import into a new one")]
    NotEmpty {
        /// A key or journal in it.
        found: String,
    },
    /// The store failed on the way, and holds a part.
    #[error(
        "the import was broken off, and the store holds a part of it; throw it away and import into a new one: {0}"
    )]
    Partial(#[source] StateError),
}
