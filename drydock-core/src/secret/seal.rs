//! Sealing: how a secret that stands in a design is kept in a store that outlives the process.

use super::Secret;
use std::{fmt, sync::Arc};

/// Why a secret could not be sealed or opened. Never says anything of the secret or the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SealError(String);

impl SealError {
    /// For this reason; it says what to do.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// The host's key to what is kept in secret.
///
/// Guarantees that an implementation gives: nothing of the secret can be had from what is sealed without the key; what
/// was sealed for one place does not open at another; the same secret at the same place gives the same bytes, so that a
/// design that has not changed is known for the same.
pub trait Seal: fmt::Debug + Send + Sync + 'static {
    /// What is to be kept in the secret's stead. The place is the document and field where it stands.
    ///
    /// # Errors
    /// When the host's key cannot be had.
    fn seal(&self, secret: &Secret, place: &str) -> Result<Vec<u8>, SealError>;

    /// The secret of what was sealed for this place.
    ///
    /// # Errors
    /// When it was sealed with another key, for another place, or was changed since.
    fn open(&self, sealed: &[u8], place: &str) -> Result<Secret, SealError>;
}

impl<S: Seal + ?Sized> Seal for Arc<S> {
    fn seal(&self, secret: &Secret, place: &str) -> Result<Vec<u8>, SealError> {
        (**self).seal(secret, place)
    }

    fn open(&self, sealed: &[u8], place: &str) -> Result<Secret, SealError> {
        (**self).open(sealed, place)
    }
}
