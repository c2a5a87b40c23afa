//! Repeatable randomness: from one seed the same world. It is no randomness to protect anything with.

/// A generator (SplitMix64).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn u32(&mut self) -> u32 {
        // The upper half is as good as the lower.
        u32::try_from(self.u64() >> 32).unwrap_or(1)
    }

    /// Whether something of this probability happens now.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        // Nothing is drawn for what never happens, so that switching a fault on does not change the others.
        probability > 0.0 && f64::from(self.u32()) < probability * f64::from(u32::MAX)
    }

    pub(super) fn fill(&mut self, octets: &mut [u8]) {
        for chunk in octets.chunks_mut(8) {
            let drawn = self.u64().to_le_bytes();
            for (octet, drawn) in chunk.iter_mut().zip(drawn) {
                *octet = drawn;
            }
        }
    }

    pub(super) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut octets = [0; N];
        self.fill(&mut octets);
        octets
    }
}
