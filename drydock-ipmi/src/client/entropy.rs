//! Nonces, ids and initialisation vectors, from the operating system.

use crate::crypto::Entropy;
use std::io;

/// So many octets are fetched at a time.
const AT_ONCE: usize = 256;

/// The operating system's random source. Each octet is given once.
pub(super) struct SystemEntropy {
    octets: [u8; AT_ONCE],
    used: usize,
}

impl Default for SystemEntropy {
    fn default() -> Self {
        Self {
            octets: [0; AT_ONCE],
            used: AT_ONCE,
        }
    }
}

impl Entropy for SystemEntropy {
    fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            if self.used >= AT_ONCE {
                self.renew();
            }
            if let Some(kept) = self.octets.get_mut(self.used) {
                *octet = std::mem::take(kept);
            }
            self.used = self.used.saturating_add(1);
        }
    }
}

/// Asks for random octets once.
///
/// # Errors
/// When the operating system gives none.
pub(super) fn is_there() -> io::Result<()> {
    getrandom::fill(&mut [0]).map_err(|error| io::Error::other(error.to_string()))
}

impl SystemEntropy {
    fn renew(&mut self) {
        // It was there when the client was made. Should it be gone since, no session may go on, for all of it rests on this.
        #[expect(
            clippy::panic,
            reason = "without randomness every secret would be given away"
        )]
        if let Err(error) = getrandom::fill(&mut self.octets) {
            panic!("the operating system gives no random numbers: {error}");
        }
        self.used = 0;
    }
}
