//! HMAC with the hash of a suite.

use crate::wire::Authentication;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

/// An HMAC that has been given its key, and can be used many times.
#[derive(Clone)]
pub(super) enum Mac {
    /// The suite has none.
    None,
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
}

/// A whole HMAC. One of SHA-1 fills twenty octets.
pub(super) struct Whole {
    octets: Zeroizing<[u8; 32]>,
    length: usize,
}

impl Whole {
    pub(super) fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }
}

impl Mac {
    pub(super) fn new(algorithm: Authentication, key: &[u8]) -> Self {
        // HMAC takes keys of any length: these do not fail.
        match algorithm {
            Authentication::HMAC_SHA1 => Hmac::new_from_slice(key).map_or(Self::None, Self::Sha1),
            Authentication::HMAC_SHA256 => {
                Hmac::new_from_slice(key).map_or(Self::None, Self::Sha256)
            }
            _ => Self::None,
        }
    }

    /// Of these, one after the other.
    pub(super) fn of(&self, parts: &[&[u8]]) -> Whole {
        let mut octets = Zeroizing::new([0; 32]);
        let mut fill = |mac: &[u8]| {
            for (to, from) in octets.iter_mut().zip(mac) {
                *to = *from;
            }
            mac.len()
        };
        let length = match self {
            Self::None => 0,
            Self::Sha1(mac) => {
                let mut mac = mac.clone();
                parts.iter().for_each(|part| mac.update(part));
                fill(&mac.finalize().into_bytes())
            }
            Self::Sha256(mac) => {
                let mut mac = mac.clone();
                parts.iter().for_each(|part| mac.update(part));
                fill(&mac.finalize().into_bytes())
            }
        };
        Whole { octets, length }
    }
}
