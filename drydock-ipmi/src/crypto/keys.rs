//! The keys of a session (IPMI 2.0 §13.31, §13.32).

use super::{
    Code, Suite,
    mac::{Mac, Whole},
};
use aes::{Aes128, cipher::KeyInit as _};
use std::fmt;

/// SIK, K1 and K2, ready for use: the HMACs have their keys, AES its schedule. Both overwrite them when they are dropped.
#[derive(Clone)]
pub struct SessionKeys {
    suite: Suite,
    /// Keyed with SIK.
    proof: Mac,
    /// Keyed with K1.
    integrity: Mac,
    /// Keyed with the first 16 octets of K2.
    cipher: Aes128,
}

impl SessionKeys {
    pub(super) fn new(suite: Suite, sik: &[u8]) -> Self {
        let authentication = suite.algorithms().authentication;
        let proof = Mac::new(authentication, sik);
        // The constants are twenty octets long with any hash (IPMI 2.0 §13.32).
        let (k1, k2) = (proof.of(&[&[1; 20]]), proof.of(&[&[2; 20]]));
        let integrity = match suite.has_integrity() {
            true => Mac::new(authentication, k1.as_slice()),
            false => Mac::None,
        };
        let key = k2.as_slice().first_chunk::<16>();
        let cipher = Aes128::new(key.unwrap_or(&[0; 16]).into());
        Self {
            suite,
            proof,
            integrity,
            cipher,
        }
    }

    /// The suite they are for.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    pub(super) fn proof(&self, parts: &[&[u8]]) -> Whole {
        self.proof.of(parts)
    }

    /// The AuthCode of a packet; empty if the suite has none.
    pub(super) fn auth_code(&self, covered: &[u8]) -> Code {
        let length = self.auth_code_length();
        Code::new(self.integrity.of(&[covered]).as_slice(), length)
    }

    pub(super) fn auth_code_length(&self) -> usize {
        self.suite.auth_code_length()
    }

    pub(super) fn cipher(&self) -> &Aes128 {
        &self.cipher
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionKeys")
            .field("suite", &self.suite)
            .finish_non_exhaustive()
    }
}
