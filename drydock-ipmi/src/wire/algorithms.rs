//! The numbers of the algorithms of a session (IPMI 2.0 §13.28, tables 13-17 to 13-19).
//!
//! Any number can be written and read; which ones are used is [`Suite`](crate::crypto::Suite)'s to say.

use super::Invalid;
use crate::octets::Octets;

macro_rules! algorithm {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $number:literal),* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub u8);

        impl $name {
            $($(#[$variant_doc])* pub const $variant: Self = Self($number);)*
        }
    };
}

algorithm! {
    /// How both sides prove that they know the password (table 13-17).
    Authentication {
        /// They do not.
        NONE = 0x00,
        /// RAKP-HMAC-SHA1.
        HMAC_SHA1 = 0x01,
        /// RAKP-HMAC-SHA256.
        HMAC_SHA256 = 0x03
    }
}

algorithm! {
    /// What protects packets against change (table 13-18).
    Integrity {
        /// Nothing.
        NONE = 0x00,
        /// HMAC-SHA1-96.
        HMAC_SHA1_96 = 0x01,
        /// HMAC-SHA256-128.
        HMAC_SHA256_128 = 0x04
    }
}

algorithm! {
    /// What hides payloads (table 13-19).
    Confidentiality {
        /// Nothing.
        NONE = 0x00,
        /// AES-CBC-128.
        AES_CBC_128 = 0x01
    }
}

/// The three algorithms of a session, as Open Session asks for and answers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Algorithms {
    /// How both sides prove that they know the password.
    pub authentication: Authentication,
    /// What protects packets against change.
    pub integrity: Integrity,
    /// What hides payloads.
    pub confidentiality: Confidentiality,
}

/// Three blocks of eight octets: type, two reserved, the length 8, the algorithm, three reserved.
const BLOCK: u8 = 8;

impl Algorithms {
    pub(super) fn parse(octets: &mut Octets<'_>) -> Result<Self, Invalid> {
        let mut block = |kind: u8| -> Result<u8, Invalid> {
            let [found, _, _, length, number, _, _, _] = octets.array::<8>()?;
            match (found == kind, length) {
                (false, _) => Err(Invalid("algorithms out of their order")),
                // A length of 0 stands for "whichever you like" in requests, which is no answer and nothing we ask for.
                (true, BLOCK) => Ok(number & 0x3f),
                (true, _) => Err(Invalid("an algorithm's block is 8 octets long")),
            }
        };
        Ok(Self {
            authentication: Authentication(block(0)?),
            integrity: Integrity(block(1)?),
            confidentiality: Confidentiality(block(2)?),
        })
    }

    pub(super) fn emit(self, out: &mut Vec<u8>) {
        let numbers = [
            (0, self.authentication.0),
            (1, self.integrity.0),
            (2, self.confidentiality.0),
        ];
        for (kind, number) in numbers {
            out.extend_from_slice(&[kind, 0, 0, BLOCK, number, 0, 0, 0]);
        }
    }
}
