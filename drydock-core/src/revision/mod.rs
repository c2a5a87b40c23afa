//! Designs as they are kept: every state of a design that was ever taken in, with the place of each value, so that it can
//! be resolved, explained and compared long after its files have changed or gone.
//!
//! What is kept is what was *read*, with secrets sealed; everything else follows from it. A revision is a tree of values
//! that are named by their own digest: the revision names files, a file names pieces, a piece is one document with its
//! text. What two revisions have in common is kept once, and what differs is found without looking at the rest.

mod differing;
mod files;
mod found;
mod keep;
mod piece;
mod recall;
mod text;

pub use differing::{Differing, differing};
pub use keep::{Kept, activate, activations, allocations, keep, revisions};
pub use recall::{Recalled, recall};

pub use crate::names::RevisionNumber;
use crate::{secret::SealError, state::StateError};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};
use std::fmt;

/// One revision of a design, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DesignRevision {
    /// Its number.
    pub number: RevisionNumber,
    /// When it was taken in, in milliseconds since 1970-01-01 UTC, by the clock of whoever did.
    pub at: u64,
    /// The digest of everything in it.
    pub digest: SmolStr,
    /// How many documents it has.
    pub documents: usize,
    /// How many errors were found in it; with any, it is a draft and is never activated.
    pub errors: usize,
    /// The digest of the addresses given to `auto` in it.
    pub allocations: SmolStr,
    /// The digests of its files, in the order of their names.
    files: Vec<SmolStr>,
    /// The digest of how its sources are composed and what was found in reading them.
    reading: SmolStr,
}

impl DesignRevision {
    /// Whether it has errors, and so can only be looked at.
    pub fn is_draft(&self) -> bool {
        self.errors > 0
    }

    /// The digest of what it says and what was found in it: two revisions of one digest are the same but for their number
    /// and time.
    fn digested(&self) -> SmolStr {
        let found = (self.documents, self.errors);
        let says = (&self.files, &self.reading, &self.allocations, found);
        text::digest(&files::json(&says)).into()
    }
}

/// One time that a revision was made the one in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Activation {
    /// Which revision.
    pub revision: RevisionNumber,
    /// Since when, in milliseconds since 1970-01-01 UTC, by the clock of whoever did it.
    pub at: u64,
}

/// Which revision is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Which {
    /// The one in force.
    Active,
    /// The one taken in last, be it a draft.
    Latest,
    /// The one of this number.
    Number(RevisionNumber),
    /// The one that was in force at this time, in milliseconds since 1970-01-01 UTC.
    ActiveAt(u64),
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Which::Active => f.write_str("revision in force"),
            Which::Latest => f.write_str("revision"),
            Which::Number(number) => write!(f, "revision {number}"),
            Which::ActiveAt(at) => write!(f, "revision in force at {at} ms"),
        }
    }
}

/// Why a revision could not be kept, found or put in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RevisionError {
    /// Secrets stand in the design, and the store outlives the process.
    #[error(
        "{count} secrets stand in the design itself, such as {place}, and the store keeps no secret that is not sealed; \
         give the orchestrator a seal, or write `{{secret: NAME}}` there and keep the secret elsewhere"
    )]
    Unsealed {
        /// How many secrets.
        count: usize,
        /// One of them: its document and field.
        place: String,
    },
    /// A secret could not be sealed or opened.
    #[error("the secret of {place}: {error}")]
    Seal {
        /// Its document and field.
        place: String,
        /// Why.
        error: SealError,
    },
    /// There is no such revision.
    #[error("there is no {0}")]
    Absent(Which),
    /// A draft cannot be put in force.
    #[error("revision {number} has {errors} errors; mend them and take the design in again")]
    Draft {
        /// The revision.
        number: RevisionNumber,
        /// How many errors it has.
        errors: usize,
    },
    /// The store failed, or what it holds is damaged.
    #[error(transparent)]
    Store(#[from] StateError),
}

/// Where what is kept is kept.
mod key {
    use super::*;

    pub(super) const LATEST: &str = "design/latest";
    pub(super) const ACTIVATIONS: &str = "design/activations";
    pub(super) const REVISIONS: &str = "design/revision/";

    pub(super) fn revision(number: RevisionNumber) -> SmolStr {
        // Twenty digits hold every number, so that keys are in the order of numbers.
        format_smolstr!("{REVISIONS}{:020}", number.0)
    }

    /// What is named by its own digest.
    pub(super) fn content(digest: &str) -> SmolStr {
        format_smolstr!("design/content/{digest}")
    }
}
