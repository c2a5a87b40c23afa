//! Text as SDRs and FRU areas have it: 8-bit, 6-bit packed, BCD plus, UTF-16 (IPMI 2.0 §43.15; FRU Information Storage
//! Definition §13). What cannot be shown becomes U+FFFD; trailing spaces and NULs are dropped.

/// Latin-1, one octet a character.
pub(crate) fn latin1(octets: &[u8]) -> String {
    shown(octets.iter().map(|octet| char::from(*octet)))
}

/// Three octets are four characters, the first in the lowest bits; 0 is a space, 63 an underscore.
pub(crate) fn six_bit(octets: &[u8]) -> String {
    let text = octets.chunks(3).flat_map(|chunk| {
        let mut packed = [0; 4];
        for (to, from) in packed.iter_mut().zip(chunk) {
            *to = *from;
        }
        let packed = u32::from_le_bytes(packed);
        let whole = chunk.len().saturating_mul(8) / 6;
        let sextets = [0, 6, 12, 18].into_iter().take(whole);
        sextets.map(move |shift| {
            let [sextet, ..] = ((packed >> shift) & 0x3f).to_le_bytes();
            char::from(sextet.saturating_add(0x20))
        })
    });
    shown(text)
}

/// Two characters an octet, the higher four bits first.
pub(crate) fn bcd_plus(octets: &[u8]) -> String {
    let character = |nibble: u8| match nibble {
        0..=9 => char::from(nibble.saturating_add(b'0')),
        0xa => ' ',
        0xb => '-',
        0xc => '.',
        0xd => ':',
        0xe => ',',
        _ => '_',
    };
    let both = |octet: &u8| [character(*octet >> 4), character(*octet & 0x0f)];
    shown(octets.iter().flat_map(both))
}

/// UTF-16, the low octet first.
pub(crate) fn utf16(octets: &[u8]) -> String {
    let units = octets.chunks_exact(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    shown(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

fn shown(text: impl Iterator<Item = char>) -> String {
    let text: String = text.collect();
    let text = text.trim_end_matches(['\0', ' ']);
    text.chars()
        .map(|character| match character.is_control() {
            true => char::REPLACEMENT_CHARACTER,
            false => character,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_encoding_has_its_text() {
        assert_eq!(six_bit(&[0x29, 0xdc, 0xa6]), "IPMI");
        assert_eq!(six_bit(&[0x29, 0xdc]), "IP");
        assert_eq!(bcd_plus(&[0x12, 0xa3, 0xb4, 0xc5]), "12 3-4.5");
        assert_eq!(latin1(b"12V \0\0"), "12V");
        assert_eq!(latin1(b"a\x1b[0m\xe9"), "a\u{fffd}[0m\u{e9}");
        assert_eq!(utf16(&[0x52, 0x00, 0xb5, 0x03, 0x00]), "R\u{3b5}");
        assert_eq!(utf16(&[0x00, 0xd8]), "\u{fffd}");
    }

    proptest! {
        #[test]
        fn any_octets_are_text_without_control_characters(octets: Vec<u8>) {
            for decode in [latin1, six_bit, bcd_plus, utf16] {
                let text = decode(&octets);
                prop_assert!(!text.contains(char::is_control));
                prop_assert!(text.chars().count() <= octets.len().saturating_mul(2));
            }
        }
    }
}
