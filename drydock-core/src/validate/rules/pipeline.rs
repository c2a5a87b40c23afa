//! What the steps of a pipeline make of an asset's content, as far as that is known before a node is.

use super::template;

/// The steps that content can go through.
pub(super) const DATA: &[&str] = &[
    "base64_encode",
    "base64_decode",
    "utf8_encode",
    "utf8_decode",
    "template",
];

/// The steps that a location can go through.
pub(super) const LOCATION: &[&str] = &["template"];

/// What goes wrong on the way.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    /// What reaches `base64_decode` is not base64 (RFC 4648 §4).
    NotBase64,
    /// What reaches `utf8_decode` is not UTF-8.
    NotUtf8,
    /// What reaches `template` does not compile.
    Template {
        error: template::Error,
        /// Whether it is the text as it was written.
        as_written: bool,
    },
}

/// The first step that fails, and how. What follows a template or an encoding depends on the node, and is not judged.
pub(super) fn carry<'a>(
    text: &str,
    steps: impl Iterator<Item = &'a str>,
) -> Option<(&'a str, Fault)> {
    let mut content = text.as_bytes().to_vec();
    let mut as_written = true;
    for step in steps {
        match step {
            "base64_decode" => match decode(&content) {
                Some(decoded) => {
                    content = decoded;
                    as_written = false;
                }
                None => return Some((step, Fault::NotBase64)),
            },
            "utf8_decode" if std::str::from_utf8(&content).is_err() => {
                return Some((step, Fault::NotUtf8));
            }
            "utf8_encode" | "utf8_decode" => {}
            "template" => {
                let text = std::str::from_utf8(&content).ok()?;
                let error = template::compile(text).err()?;
                return Some((step, Fault::Template { error, as_written }));
            }
            _ => return None,
        }
    }
    None
}

/// The bytes that base64 stands for; line breaks and other white space are passed over.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut digits: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let padded = digits.len();
    while digits.last() == Some(&b'=') && padded - digits.len() < 2 {
        digits.pop();
    }
    if !padded.is_multiple_of(4) || digits.len() % 4 == 1 {
        return None;
    }
    let mut decoded = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let mut bits = 0;
        for &digit in group {
            bits = bits << 6 | value(digit)?;
        }
        bits <<= 6 * (4 - group.len());
        let [_, bytes @ ..] = bits.to_be_bytes();
        decoded.extend(&bytes[..group.len() - 1]);
    }
    Some(decoded)
}

fn value(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (text, plain) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9v\nYmE=\n", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            assert_eq!(
                decode(text.as_bytes()).as_deref(),
                Some(plain.as_bytes()),
                "{text}"
            );
        }
        assert_eq!(decode(b"+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
        for text in [
            "Z", "Zg", "Zg=", "Z===", "====", "Zm9v=", "Zm9-", "Zg==Zg==", "{{ a }}",
        ] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn content_is_judged_as_far_as_it_is_known() {
        let carried = |text: &str, steps: &[&'static str]| carry(text, steps.iter().copied());
        assert_eq!(carried("{{ a }}", &["template", "base64_decode"]), None);
        assert_eq!(carried("{{", &["base64_encode", "template"]), None);
        assert_eq!(
            carried("{{", &["base64_decode"]),
            Some(("base64_decode", Fault::NotBase64))
        );
        assert_eq!(
            carried("/w==", &["base64_decode", "utf8_decode"]),
            Some(("utf8_decode", Fault::NotUtf8))
        );
        assert_eq!(carried("/w==", &["base64_decode", "template"]), None);
        let Some(("template", Fault::Template { as_written, .. })) =
            carried("e3sgYSB9", &["base64_decode", "utf8_decode", "template"])
        else {
            panic!("`{{{{ a }}` compiles");
        };
        assert!(!as_written);
    }
}
