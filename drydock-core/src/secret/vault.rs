//! `[io]` The seal of a design that is kept for as long as the process lives: secrets stay here, and what is kept instead
//! are names that mean nothing to anybody else.

use super::{Seal, SealError, Secret};
use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
    sync::{Mutex, PoisonError},
};

/// Keeps secrets in memory. What it gives in their stead opens in this vault alone.
#[derive(Debug)]
pub struct Vault {
    key: [u8; 32],
    secrets: Mutex<HashMap<Vec<u8>, Secret>>,
}

impl Default for Vault {
    fn default() -> Self {
        Self::new()
    }
}

impl Vault {
    /// An empty vault.
    pub fn new() -> Self {
        // The standard library's source of randomness: names must not tell which secrets are alike to who does not hold
        // the vault, and nothing more depends on it.
        let mut key = [0; 32];
        for (n, part) in key.chunks_exact_mut(8).enumerate() {
            part.copy_from_slice(&RandomState::new().hash_one(n).to_le_bytes());
        }
        Self {
            key,
            secrets: Mutex::default(),
        }
    }
}

impl Seal for Vault {
    fn seal(&self, secret: &Secret, place: &str) -> Result<Vec<u8>, SealError> {
        let mut name = hmac_sha256::HMAC::new(self.key);
        // The length keeps the end of the place and the beginning of the secret apart.
        name.update((place.len() as u64).to_le_bytes());
        name.update(place);
        name.update(secret.expose());
        let name = name.finalize().to_vec();
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.insert(name.clone(), secret.clone());
        Ok(name)
    }

    fn open(&self, sealed: &[u8], _: &str) -> Result<Secret, SealError> {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = secrets.get(sealed).cloned();
        secret.ok_or_else(|| SealError::new("it was kept in the memory of another process"))
    }
}
