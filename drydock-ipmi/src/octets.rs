//! A cursor over received octets. It never reads past the end and never panics: what is not there is [`Short`].

use std::fmt;

/// There are fewer octets than the format needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short;

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shorter than its format")
    }
}

impl std::error::Error for Short {}

/// Reads octets from the front. Numbers are little-endian, as in all of IPMI (IPMI 2.0 §1.6).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Octets<'a>(&'a [u8]);

impl<'a> Octets<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// So many of them.
    pub(crate) fn take(&mut self, many: usize) -> Result<&'a [u8], Short> {
        let (taken, rest) = self.0.split_at_checked(many).ok_or(Short)?;
        self.0 = rest;
        Ok(taken)
    }

    /// So many, as an array.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Short> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Short> {
        self.array::<1>().map(|[octet]| octet)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Short> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Short> {
        self.array().map(u32::from_le_bytes)
    }

    /// What is left, all of it.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_short_and_takes_nothing() {
        let mut octets = Octets::new(&[1, 2, 3]);
        assert_eq!(octets.u32(), Err(Short));
        assert_eq!(octets.u16(), Ok(0x0201));
        assert_eq!(octets.take(2), Err(Short));
        assert_eq!((octets.len(), octets.is_empty()), (1, false));
        assert_eq!(octets.rest(), [3]);
        assert_eq!(octets.u8(), Err(Short));
    }
}
