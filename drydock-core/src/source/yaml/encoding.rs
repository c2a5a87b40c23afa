//! Bytes to text. What is not UTF-8 is refused whole, by the name of what it is: half a file is no design.

use crate::{
    diagnostic::{Code, Diagnostic},
    span::{SourceFile, Span},
};

/// The text of these bytes, or as much of it as shows where it ends to be one, and why it is refused.
pub(super) fn decode(name: &str, bytes: &[u8]) -> (SourceFile, Option<Diagnostic>) {
    decode_within(name, bytes, u32::MAX as usize)
}

fn decode_within(name: &str, bytes: &[u8], limit: usize) -> (SourceFile, Option<Diagnostic>) {
    if bytes.len() >= limit {
        let message = format!("a file of {} bytes is too large", bytes.len());
        return refuse(name, "", message, "split it: a file is smaller than 4 GiB");
    }
    if let Some(encoding) = other_encoding(bytes) {
        return refuse(
            name,
            "",
            format!("this is {encoding}, not UTF-8"),
            "save it as UTF-8",
        );
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (SourceFile::text(name, text), None),
        Err(error) => {
            let good = error.valid_up_to();
            let text = std::str::from_utf8(&bytes[..good]).unwrap_or_default();
            let message = format!("the byte at offset {good} is not UTF-8");
            refuse(
                name,
                &format!("{text}\u{fffd}"),
                message,
                "save it as UTF-8",
            )
        }
    }
}

/// Refuses the file at the end of this text, which is all that is shown of it.
fn refuse(name: &str, text: &str, message: String, help: &str) -> (SourceFile, Option<Diagnostic>) {
    let file = SourceFile::text(name, text);
    let hi = text.len() as u32;
    let lo = text
        .char_indices()
        .next_back()
        .map_or(hi, |(at, _)| at as u32);
    let at = Span::new(file.id(), lo, hi);
    (
        file,
        Some(
            Diagnostic::new(Code::ENCODING, message)
                .at(at, "")
                .help(help),
        ),
    )
}

/// The name of the encoding that these bytes are in for certain, if it is another one than UTF-8.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    const UTF_16_LE: &str = "UTF-16 (little endian)";
    const UTF_16_BE: &str = "UTF-16 (big endian)";
    const UTF_32_LE: &str = "UTF-32 (little endian)";
    const UTF_32_BE: &str = "UTF-32 (big endian)";
    // A mark of UTF-32 (little endian) begins with that of UTF-16, so it is asked for first. Without a mark: YAML 1.2
    // §5.2 tells encodings by where the zeros are around the first character, which is ASCII in all of YAML; asking
    // for two characters in a row keeps a stray zero in a UTF-8 text what it is.
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some(UTF_32_LE),
        [0, 0, 0xfe, 0xff, ..] => Some(UTF_32_BE),
        [0xff, 0xfe, ..] => Some(UTF_16_LE),
        [0xfe, 0xff, ..] => Some(UTF_16_BE),
        [1..0x80, 0, 0, 0, ..] => Some(UTF_32_LE),
        [0, 0, 0, 1..0x80, ..] => Some(UTF_32_BE),
        [1..0x80, 0, 1..0x80, 0, ..] => Some(UTF_16_LE),
        [0, 1..0x80, 0, 1..0x80, ..] => Some(UTF_16_BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_encodings_are_named() {
        let utf_16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let utf_32 = |text: &str, bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
            text.chars().flat_map(|c| bytes(c as u32)).collect()
        };
        for text in ["\u{feff}kind: Rack\n", "kind: Rack\n"] {
            for (name, bytes) in [
                ("UTF-16 (little endian)", utf_16(text, u16::to_le_bytes)),
                ("UTF-16 (big endian)", utf_16(text, u16::to_be_bytes)),
                ("UTF-32 (little endian)", utf_32(text, u32::to_le_bytes)),
                ("UTF-32 (big endian)", utf_32(text, u32::to_be_bytes)),
            ] {
                let diagnostic = decode("a.yaml", &bytes).1.unwrap();
                assert_eq!(diagnostic.message, format!("this is {name}, not UTF-8"));
            }
        }
        assert!(
            decode("a.yaml", b"a\0b: 1\n").1.is_none(),
            "a zero in UTF-8 is the parser's to report"
        );
    }

    #[test]
    fn a_file_too_large_is_refused() {
        let (file, diagnostic) = decode_within("a.yaml", b"12345", 5);
        assert_eq!(
            diagnostic.unwrap().message,
            "a file of 5 bytes is too large"
        );
        assert_eq!(file.size(), 0);
    }
}
