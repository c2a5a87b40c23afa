//! Proofs: HMACs as they are sent.

use subtle::ConstantTimeEq as _;

/// An HMAC, whole or cut as the algorithm says; empty where a suite has none.
///
/// It has no `==`, and no Debug that shows it: who knows one of RAKP can try passwords against it.
#[derive(Clone, Default)]
pub struct Code {
    octets: [u8; 32],
    length: usize,
}

impl Code {
    /// The first so many octets.
    pub(super) fn new(mac: &[u8], length: usize) -> Self {
        let mut octets = [0; 32];
        for (to, from) in octets.iter_mut().zip(mac).take(length) {
            *to = *from;
        }
        let length = length.min(mac.len()).min(octets.len());
        Self { octets, length }
    }

    /// As it is sent.
    pub fn as_slice(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    /// Whether this is it, found in a time that does not depend on where it differs. One of another length is not.
    pub fn matches(&self, received: &[u8]) -> bool {
        self.as_slice().ct_eq(received).into()
    }

    /// Whether it begins with this one. One octet more is let pass: some BMCs send RAKP Message 2 one octet too long.
    pub(crate) fn matches_or_overlong(&self, received: &[u8]) -> bool {
        let longer = self.length.checked_add(1) == Some(received.len());
        match received.get(..self.length) {
            Some(proof) if longer => self.matches(proof),
            _ => self.matches(received),
        }
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({} octets)", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_code_matches() {
        let code = Code::new(&[7; 20], 12);
        assert!(code.matches(&[7; 12]));
        for wrong in [&[7; 11][..], &[7; 13], &[], &[8; 12]] {
            assert!(!code.matches(wrong), "{wrong:?}");
        }
        assert!(code.matches_or_overlong(&[7; 12]) && code.matches_or_overlong(&[7; 13]));
        assert!(!code.matches_or_overlong(&[7; 14]) && !code.matches_or_overlong(&[7; 11]));
        assert!(Code::default().matches(&[]) && !Code::default().matches(&[0]));
        assert!(!format!("{code:?}").contains('7'));
    }
}
