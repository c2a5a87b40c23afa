//! Where random octets come from.

/// A source of random octets for session ids, nonces, initialisation vectors and jitter.
///
/// It must be one that nobody can foresee, such as the operating system's; a seeded one is for tests.
pub trait Entropy: Send {
    /// Fills all of it.
    fn fill(&mut self, octets: &mut [u8]);
}
