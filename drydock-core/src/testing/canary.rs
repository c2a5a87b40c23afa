//! Canaries: invented secrets, and the search for them in whatever is printed.

/// How many bytes of a canary must be found together. An excerpt may be cut, so a part is enough; a shorter one would be
/// found by chance.
const WINDOW: usize = 9;

/// An invented secret. Anything that is printed can be searched for it: as it is, escaped, percent-encoded, in
/// hexadecimal, and in base64 of either alphabet at any alignment, whole or cut.
///
/// ```
/// # use drydock_core::testing::canary::Canary;
/// let canary = Canary::new("Kanarienvogel+/7");
/// assert_eq!(canary.found_in("S2FuYXJpZW52b2dlbCsvNw=="), Some("base64"));
/// assert_eq!(canary.found_in("credential: (secret)"), None);
/// ```
#[derive(Debug, Clone)]
pub struct Canary {
    forms: Vec<(&'static str, String)>,
}

impl Canary {
    /// The canary of this text.
    ///
    /// # Panics
    /// When it is shorter than 12 ASCII characters: something like it would be found by chance.
    pub fn new(text: &str) -> Self {
        assert!(
            text.is_ascii() && text.len() >= 12,
            "a canary has at least 12 ASCII characters"
        );
        let mut forms = Vec::new();
        // Every window, so that whatever the alignment of base64, some window begins with a group of its own.
        for window in text.as_bytes().windows(WINDOW) {
            let plain: String = window.iter().map(|&byte| char::from(byte)).collect();
            let escaped = plain.escape_debug().to_string();
            forms.extend([("plain", plain), ("escaped", escaped)]);
            for upper in [false, true] {
                let hex = |byte: &u8| match upper {
                    true => format!("{byte:02X}"),
                    false => format!("{byte:02x}"),
                };
                let of_url = |byte: &u8| match byte {
                    b if b.is_ascii_alphanumeric() || b"-._~".contains(b) => char::from(*b).into(),
                    b => format!("%{}", hex(b)),
                };
                let hexadecimal: String = window.iter().map(hex).collect();
                let percent: String = window.iter().map(of_url).collect();
                let every: String = window
                    .iter()
                    .map(|byte| format!("%{}", hex(byte)))
                    .collect();
                forms.extend([
                    ("hexadecimal", hexadecimal),
                    ("percent-encoded", percent),
                    ("percent-encoded", every),
                ]);
            }
            let base64 = base64(window);
            let of_url = base64.replace('+', "-").replace('/', "_");
            forms.extend([("base64", base64), ("base64url", of_url)]);
        }
        forms.sort_by(|a, b| a.1.cmp(&b.1));
        forms.dedup_by(|a, b| a.1 == b.1);
        Self { forms }
    }

    /// In which form the canary, or enough of it, stands in a text.
    pub fn found_in(&self, text: &str) -> Option<&'static str> {
        let found = self.forms.iter().find(|(_, form)| text.contains(form));
        found.map(|(how, _)| *how)
    }
}

/// Base64 of whole groups (RFC 4648 §4); what remains has no form of its own.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks_exact(3).flat_map(|group| {
        let n = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(n >> shift & 63) as usize]))
    });
    groups.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disguise_is_seen_through() {
        let canary = Canary::new("Kanarienvogel+/7?>");
        for (text, form) in [
            ("a Kanarienvogel+/7?> b", Some("plain")),
            ("Kanarienvo…", Some("plain")),
            ("4b616e617269656e766f67656c", Some("hexadecimal")),
            ("766F67656C2B2F373F3E", Some("hexadecimal")),
            ("arienvogel%2B%2F7%3F%3E", Some("plain")),
            ("vogel%2B%2F7%3F%3E", Some("percent-encoded")),
            ("vogel%2b%2f7%3f%3e", Some("percent-encoded")),
            ("%4B%61%6E%61%72%69%65%6E%76%6F", Some("percent-encoded")),
            // `Kanarienvogel+/7?>`, and the same after one and after two bytes.
            ("S2FuYXJpZW52b2dlbCsvNz8+", Some("base64")),
            ("eEthbmFyaWVudm9nZWwrLzc/Pg==", Some("base64")),
            ("eHhLYW5hcmllbnZvZ2VsKy83Pz4", Some("base64")),
            ("dm9nZWwrLzc_", Some("base64url")),
            ("Kanarien", None),
            ("https://***@host (secret)", None),
        ] {
            assert_eq!(canary.found_in(text), form, "{text}");
        }
        assert_eq!(
            Canary::new("Kanarien\"vogel").found_in(r#""Kanarien\"vogel""#),
            Some("escaped")
        );
    }
}
