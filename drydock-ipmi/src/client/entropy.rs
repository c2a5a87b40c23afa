//! Nonces, ids and initialisation vectors, from the operating system.

use crate::crypto::Entropy;

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

impl SystemEntropy {
    fn renew(&mut self) {
        // It fails only where there is no such source at all; then no session may begin, for all of it rests on this.
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
