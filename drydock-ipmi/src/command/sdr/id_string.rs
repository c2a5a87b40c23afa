//! The names in records, with their type and length (IPMI 2.0 §43.15).

use crate::{
    command::text,
    octets::{Octets, Short},
};

/// The name in a record, with how it is encoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdString {
    /// The encoding, 0 to 3: UTF-16, BCD plus, 6-bit, 8-bit.
    encoding: u8,
    octets: Vec<u8>,
}

/// The longest that a name may be, in octets.
const MOST: usize = 16;

impl IdString {
    /// A name in 8-bit ASCII; what is more than sixteen characters is cut.
    pub fn new(name: &str) -> Self {
        let ascii = name.chars().map(|character| match character.is_ascii() {
            true => u8::try_from(character).unwrap_or(b'?'),
            false => b'?',
        });
        Self {
            encoding: 3,
            octets: ascii.take(MOST).collect(),
        }
    }

    /// A name that ends its record. One that claims to be longer than the record is cut.
    pub(super) fn read(octets: &mut Octets<'_>) -> Result<Self, Short> {
        let kind = octets.u8()?;
        let length = usize::from(kind & 0x1f);
        let octets = octets.rest().iter().take(length).copied().collect();
        Ok(Self {
            encoding: kind >> 6,
            octets,
        })
    }

    pub(super) fn emit(&self, to: &mut Vec<u8>) {
        let length = u8::try_from(self.octets.len()).unwrap_or(0) & 0x1f;
        to.push((self.encoding << 6) | length);
        to.extend(self.octets.iter().take(usize::from(length)));
    }

    /// The name.
    pub fn text(&self) -> String {
        match self.encoding {
            0 => text::utf16(&self.octets),
            1 => text::bcd_plus(&self.octets),
            2 => text::six_bit(&self.octets),
            _ => text::latin1(&self.octets),
        }
    }
}
