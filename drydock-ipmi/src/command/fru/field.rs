//! Fields of FRU areas: a type, a length, and octets (FRU Information Storage Definition §13).

use crate::{
    command::text,
    octets::{Octets, Short},
};
use std::fmt;

/// A field of a FRU area.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FruField {
    /// 0 binary, 1 BCD plus, 2 6-bit ASCII, 3 text of the area's language.
    encoding: u8,
    english: bool,
    octets: Vec<u8>,
}

/// The octet that says that there are no more fields. It looks like a text of one character, which there cannot be.
const NO_MORE: u8 = 0xc1;

impl FruField {
    /// The next field; none at the end of the fields. One that claims to be longer than its area is an error.
    pub(super) fn read(octets: &mut Octets<'_>, english: bool) -> Result<Option<Self>, Short> {
        let kind = octets.u8()?;
        if kind == NO_MORE {
            return Ok(None);
        }
        Ok(Some(Self {
            encoding: kind >> 6,
            english,
            octets: octets.take(usize::from(kind & 0x3f))?.to_vec(),
        }))
    }

    /// Its octets, as they are.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }
}

/// Its text; that of binary fields is hexadecimal.
impl fmt::Display for FruField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.encoding, self.english) {
            (0, _) => {
                return self
                    .octets
                    .iter()
                    .try_for_each(|octet| write!(f, "{octet:02x}"));
            }
            (1, _) => text::bcd_plus(&self.octets),
            (2, _) => text::six_bit(&self.octets),
            (_, true) => text::latin1(&self.octets),
            (_, false) => text::utf16(&self.octets),
        };
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(octets: &[u8], english: bool) -> Option<String> {
        let field = FruField::read(&mut Octets::new(octets), english).unwrap();
        field.map(|field| field.to_string())
    }

    #[test]
    fn each_type_has_its_text() {
        assert_eq!(field(&[0xc3, b'a', b'b', b' '], true), Some("ab".into()));
        assert_eq!(field(&[0x02, 0x0a, 0xff], true), Some("0aff".into()));
        assert_eq!(field(&[0x42, 0x12, 0x3c], true), Some("123.".into()));
        assert_eq!(field(&[0x83, 0x29, 0xdc, 0xa6], false), Some("IPMI".into()));
        assert_eq!(
            field(&[0xc4, 0x53, 0x30, 0x42, 0x30], false),
            Some("\u{3053}\u{3042}".into())
        );
        assert_eq!(field(&[0xc0], true), Some("".into()));
        assert_eq!(field(&[0xc1, b'F'], true), None);
        assert!(FruField::read(&mut Octets::new(&[0xc3, b'a']), true).is_err());
    }
}
