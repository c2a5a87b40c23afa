//! Random octets for a session, drawn from outside a few at a time.

use crate::crypto::Entropy;
use std::fmt;

/// Octets that are drawn at once: asking an operating system costs more than its octets.
const DRAWN: usize = 64;

pub(super) struct Dice {
    entropy: Box<dyn Entropy>,
    drawn: [u8; DRAWN],
    used: usize,
}

impl Dice {
    pub(super) fn new(entropy: Box<dyn Entropy>) -> Self {
        Self {
            entropy,
            drawn: [0; DRAWN],
            used: DRAWN,
        }
    }

    /// So many octets, at most 64. Each is given away once.
    pub(super) fn octets<const N: usize>(&mut self) -> [u8; N] {
        if DRAWN.saturating_sub(self.used) < N {
            self.entropy.fill(&mut self.drawn);
            self.used = 0;
        }
        let unused = self.drawn.get(self.used..).unwrap_or_default();
        self.used = self.used.saturating_add(N);
        *unused.first_chunk().unwrap_or(&[0; N])
    }

    pub(super) fn octet(&mut self) -> u8 {
        let [octet] = self.octets();
        octet
    }

    /// A session id: never 0, which stands for "outside of a session".
    pub(super) fn id(&mut self) -> u32 {
        match u32::from_le_bytes(self.octets()) {
            0 => 1,
            id => id,
        }
    }
}

impl fmt::Debug for Dice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dice(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counter(u8);

    impl Entropy for Counter {
        fn fill(&mut self, octets: &mut [u8]) {
            for octet in octets {
                *octet = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    #[test]
    fn no_octet_is_given_twice() {
        let mut dice = Dice::new(Box::new(Counter(0)));
        let mut given = Vec::new();
        for _ in 0..6 {
            given.extend(dice.octets::<16>());
            given.push(dice.octet());
        }
        assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
        assert_eq!(given.len(), 102);
    }

    #[test]
    fn an_id_is_never_zero() {
        struct Zeros;
        impl Entropy for Zeros {
            fn fill(&mut self, octets: &mut [u8]) {
                octets.fill(0);
            }
        }
        assert_ne!(Dice::new(Box::new(Zeros)).id(), 0);
    }
}
