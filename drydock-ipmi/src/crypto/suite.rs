//! Cipher suites (IPMI 2.0 §22.15.2, table 22-20).

use crate::wire::{Algorithms, Authentication, Confidentiality, Integrity};
use std::fmt;

/// A cipher suite: which algorithms a session uses.
///
/// Those that authenticate, protect and encrypt are constants. The others exist for audits and old machines, and only by
/// [`Suite::insecure`].
///
/// ```
/// use drydock_ipmi::crypto::Suite;
/// assert_eq!(Suite::new(17), Some(Suite::SEVENTEEN));
/// assert_eq!(Suite::new(0), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Suite(&'static Row);

#[derive(PartialEq, Eq, Hash)]
struct Row {
    number: u8,
    algorithms: Algorithms,
}

const fn row(
    number: u8,
    authentication: Authentication,
    integrity: Integrity,
    confidentiality: Confidentiality,
) -> Row {
    let algorithms = Algorithms {
        authentication,
        integrity,
        confidentiality,
    };
    Row { number, algorithms }
}

static THREE: Row = row(
    3,
    Authentication::HMAC_SHA1,
    Integrity::HMAC_SHA1_96,
    Confidentiality::AES_CBC_128,
);
static SEVENTEEN: Row = row(
    17,
    Authentication::HMAC_SHA256,
    Integrity::HMAC_SHA256_128,
    Confidentiality::AES_CBC_128,
);
static INSECURE: [Row; 5] = [
    row(
        0,
        Authentication::NONE,
        Integrity::NONE,
        Confidentiality::NONE,
    ),
    row(
        1,
        Authentication::HMAC_SHA1,
        Integrity::NONE,
        Confidentiality::NONE,
    ),
    row(
        2,
        Authentication::HMAC_SHA1,
        Integrity::HMAC_SHA1_96,
        Confidentiality::NONE,
    ),
    row(
        15,
        Authentication::HMAC_SHA256,
        Integrity::NONE,
        Confidentiality::NONE,
    ),
    row(
        16,
        Authentication::HMAC_SHA256,
        Integrity::HMAC_SHA256_128,
        Confidentiality::NONE,
    ),
];

impl Suite {
    /// Suite 3: RAKP-HMAC-SHA1, HMAC-SHA1-96, AES-CBC-128. All BMCs of v2.0 must have it.
    pub const THREE: Self = Self(&THREE);
    /// Suite 17: RAKP-HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128. The better one.
    pub const SEVENTEEN: Self = Self(&SEVENTEEN);

    /// The suite of this number, if it authenticates, protects and encrypts, and is implemented: 3 and 17.
    pub fn new(number: u8) -> Option<Self> {
        [Self::THREE, Self::SEVENTEEN]
            .into_iter()
            .find(|suite| suite.number() == number)
    }

    /// The suite of this number, even if whoever is on the network can read, forge or log in without a password: besides 3
    /// and 17 these are 0, 1, 2, 15 and 16. Those that need MD5 or RC4 (4 to 14) are not implemented.
    ///
    /// Suite 0 lets anybody in. Ask for it only to show that a BMC has it.
    pub fn insecure(number: u8) -> Option<Self> {
        let insecure = || INSECURE.iter().find(|row| row.number == number).map(Self);
        Self::new(number).or_else(insecure)
    }

    /// Its number.
    pub fn number(self) -> u8 {
        self.0.number
    }

    /// Its algorithms.
    pub fn algorithms(self) -> Algorithms {
        self.0.algorithms
    }

    /// Whether it authenticates, protects and encrypts.
    pub fn is_secure(self) -> bool {
        Self::new(self.number()).is_some()
    }

    /// The octets of the proof in RAKP Message 2.
    pub(crate) fn rakp2_length(self) -> usize {
        match self.algorithms().authentication {
            Authentication::HMAC_SHA1 => 20,
            Authentication::HMAC_SHA256 => 32,
            _ => 0,
        }
    }

    /// The octets of the proof in RAKP Message 4 (IPMI 2.0 §13.28.1): the cut HMAC that goes with the authentication
    /// algorithm, whichever the integrity algorithm is.
    pub(crate) fn rakp4_length(self) -> usize {
        match self.algorithms().authentication {
            Authentication::HMAC_SHA1 => 12,
            Authentication::HMAC_SHA256 => 16,
            _ => 0,
        }
    }

    /// The octets of an AuthCode.
    pub(crate) fn auth_code_length(self) -> usize {
        match self.algorithms().integrity {
            Integrity::HMAC_SHA1_96 => 12,
            Integrity::HMAC_SHA256_128 => 16,
            _ => 0,
        }
    }

    pub(crate) fn has_integrity(self) -> bool {
        self.algorithms().integrity != Integrity::NONE
    }

    pub(crate) fn has_confidentiality(self) -> bool {
        self.algorithms().confidentiality != Confidentiality::NONE
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Suite({})", self.number())
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cipher suite {}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_suites_come_without_the_unsafe_switch() {
        let by = |find: fn(u8) -> Option<Suite>| -> Vec<u8> {
            (0..=0xff).filter_map(find).map(Suite::number).collect()
        };
        assert_eq!(by(Suite::new), [3, 17]);
        assert_eq!(by(Suite::insecure), [0, 1, 2, 3, 15, 16, 17]);
        assert!(Suite::THREE.is_secure() && !Suite::insecure(0).is_some_and(Suite::is_secure));
    }
}
