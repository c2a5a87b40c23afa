//! What of a text can be kept as it is: all but secrets.

use super::RevisionError;
use crate::{
    field::FieldPath,
    names::DocumentId,
    secret::{Seal, SealError, Secret, mask_text},
};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Seals what must not be kept as it is, and notes what it could not seal.
#[derive(Debug)]
pub(super) struct Sealing {
    seal: Option<Arc<dyn Seal>>,
    /// By the place, so that what is told does not depend on who came first.
    failed: Mutex<BTreeMap<String, Option<SealError>>>,
}

impl Sealing {
    pub(super) fn new(seal: Option<Arc<dyn Seal>>) -> Self {
        Self {
            seal,
            failed: Mutex::default(),
        }
    }

    /// What is kept of a secret, in hexadecimal; nothing, and that noted, when it cannot be sealed.
    pub(super) fn sealed(&self, text: &str, place: String) -> String {
        let seal = self.seal.as_ref();
        let failed = match seal.map(|seal| seal.seal(&Secret::new(text), &place)) {
            Some(Ok(sealed)) => return hex(&sealed),
            Some(Err(error)) => Some(error),
            None => None,
        };
        let mut all = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(place, failed);
        String::new()
    }

    /// Whether everything could be sealed.
    pub(super) fn finish(self) -> Result<(), RevisionError> {
        let failed = self.failed.into_inner();
        let mut failed = failed.unwrap_or_else(PoisonError::into_inner);
        let count = failed.len();
        match failed.pop_first() {
            None => Ok(()),
            Some((place, None)) => Err(RevisionError::Unsealed { count, place }),
            Some((place, Some(error))) => Err(RevisionError::Seal { place, error }),
        }
    }
}

/// Where a secret stands, for people and for its seal: `BaremetalNode/n1 oob.credential`.
pub(super) fn place(id: &DocumentId, field: &FieldPath) -> String {
    format!("{}/{} {field}", id.kind, id.name)
}

/// Whether nothing of a text has to be hidden.
pub(super) fn is_open(text: &str) -> bool {
    matches!(mask_text(text), Cow::Borrowed(_))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}

/// The bytes of an even number of hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).map(|half| half as u8))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

/// The digest by which content is named: SHA-256, in hexadecimal.
pub(super) fn digest(content: &[u8]) -> String {
    hex(&hmac_sha256::Hash::hash(content))
}
