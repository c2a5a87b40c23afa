//! Striking secrets out of text: of a value that may be a URL, and of a source text that need not parse.

use super::is_secret_key;
use smol_str::SmolStr;
use std::borrow::Cow;

/// Strikes out the user information of every URL in a text: `https://u:p@host` becomes `https://***@host`.
pub fn mask_urls(text: &str) -> Cow<'_, str> {
    let mut found = url_secrets(text).peekable();
    if found.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let (mut masked, mut at) = (String::with_capacity(text.len()), 0);
    for (lo, hi) in found {
        // A URL may stand inside what was struck out of another one.
        if lo >= at {
            masked.push_str(&text[at..lo]);
            masked.push_str("***");
        }
        at = at.max(hi);
    }
    masked.push_str(&text[at..]);
    Cow::Owned(masked)
}

/// Strikes out of a text what [`mask_urls`] does, and what follows the key of a secret in it: a text may be a whole file,
/// such as the user data of a boot action with a `password:` in it.
pub fn mask_text(text: &str) -> Cow<'_, str> {
    let mut ranges = Vec::new();
    if text.contains(':') {
        after_secret_keys(text, &[], &mut ranges);
    }
    match ranges.is_empty() {
        true => mask_urls(text),
        false => Cow::Owned(mask(text, &[])),
    }
}

/// Byte ranges of user information in URLs (RFC 3986 §3.2.1), in order, none inside another.
fn url_secrets(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    // A word is searched once, however many URLs stand in it: its end, and the last `@` in it.
    let (mut word_end, mut last_at, mut told) = (0, None, 0);
    text.match_indices("://").filter_map(move |(at, _)| {
        let lo = at + 3;
        if lo < told {
            return None;
        }
        if lo > word_end {
            // Quotes are no end: RFC 3986 allows `'` in a password, and people write `"` and `` ` `` there as well.
            let rest = &text[lo..];
            word_end = rest
                .find(char::is_whitespace)
                .map_or(text.len(), |n| lo + n);
            last_at = text[lo..word_end].rfind('@').map(|n| lo + n);
        }
        let word = &text[lo..word_end];
        let authority = &word[..word.find('/').unwrap_or(word.len())];
        // A password may hold a `/` that somebody forgot to escape: what follows a colon and is no port is one.
        let after_colon = authority.rsplit_once(':').map(|(_, after)| after);
        let is_port = |after: &str| after.bytes().all(|b| b.is_ascii_digit());
        let holds_password =
            after_colon.is_some_and(|after| !is_port(after)) && !authority.ends_with(']');
        let hi = match holds_password {
            true => last_at,
            false => authority.rfind('@').map(|n| lo + n),
        };
        let hi = hi.filter(|&hi| hi > lo)?;
        told = hi;
        Some((lo, hi))
    })
}

/// Strikes out with `*`, byte for byte, what must not be printed of a text: the ranges that the reader found, and,
/// because a text need not parse, whatever follows the key of a secret position, and user information in URLs.
pub fn mask(text: &str, exact: &[(u32, u32)]) -> String {
    mask_with(text, exact, &[])
}

/// The same, with further keys whose value is a secret.
pub(crate) fn mask_with(text: &str, exact: &[(u32, u32)], keys: &[SmolStr]) -> String {
    let mut ranges: Vec<(usize, usize)> = exact
        .iter()
        .map(|&(lo, hi)| (lo as usize, hi as usize))
        .collect();
    ranges.extend(url_secrets(text));
    after_secret_keys(text, keys, &mut ranges);
    let mut bytes = text.as_bytes().to_vec();
    for (lo, hi) in ranges {
        let hi = hi.min(bytes.len());
        for byte in bytes.get_mut(lo..hi).unwrap_or_default() {
            // Line ends stay, so that lines keep their numbers; a secret of several lines loses each of them.
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b'*';
            }
        }
    }
    // Ranges of the reader lie on character borders; should one not, losing the text is safer than printing it.
    String::from_utf8(bytes).unwrap_or_else(|_| "*".repeat(text.len()))
}

/// In each line that has the key of a secret position: the rest of the line, and the deeper lines below it.
fn after_secret_keys(text: &str, keys: &[SmolStr], ranges: &mut Vec<(usize, usize)>) {
    let mut start = 0;
    let mut deeper_than: Option<usize> = None;
    for line in text.split_inclusive(['\n', '\r']) {
        let content = line.trim_start_matches([' ', '-', '\t']);
        let indent = line.len() - content.len();
        if deeper_than.is_some_and(|outer| indent > outer) {
            ranges.push((start + indent, start + line.len()));
        } else {
            if !content.trim().is_empty() {
                deeper_than = None;
            }
            if let Some((key, value)) = secret_in_line(line, keys) {
                ranges.push((start + value, start + line.len()));
                deeper_than = Some(key);
            }
        }
        start += line.len();
    }
}

/// Byte of a secret position's key in a line, and of what follows its colon.
fn secret_in_line(line: &str, keys: &[SmolStr]) -> Option<(usize, usize)> {
    line.match_indices(':').find_map(|(colon, _)| {
        let before = line[..colon].trim_end().trim_end_matches(['"', '\'']);
        let further = keys.iter().find(|key| before.ends_with(key.as_str()));
        let key = before
            .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .next()
            .unwrap_or("");
        let key = further.map_or(key, SmolStr::as_str);
        let rest = line[colon + 1..].trim();
        let inside = rest
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .map(str::trim);
        let is_name =
            inside.is_some_and(|inside| inside.starts_with("secret:") && !inside.contains(','));
        ((further.is_some() || is_secret_key(key)) && !is_name)
            .then_some((before.len() - key.len(), colon + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_parse_is_masked_by_key() {
        let text = "oob:\n  credential: hunter2\n  account: [root\n  'k_g' : |\n    first\n    second\n  uri: qemu+ssh://me:pw@host/x\nnext: 1\n";
        let masked = mask(text, &[]);
        assert_eq!(masked.len(), text.len());
        for secret in ["hunter2", "first", "second", "me:pw"] {
            assert!(!masked.contains(secret), "{masked}");
        }
        assert!(
            masked.contains("account: [root")
                && masked.contains("next: 1")
                && masked.contains("@host/x")
        );
    }

    #[test]
    fn flow_style_and_values_on_the_next_line_are_masked() {
        let masked = mask("{type: ipmi, credential: hunter2, x: [\n", &[]);
        assert!(!masked.contains("hunter2"), "{masked}");
        let masked = mask("credential:\n  hunter2\nz: 1\n", &[]);
        assert!(
            !masked.contains("hunter2") && masked.contains("z: 1"),
            "{masked}"
        );
    }

    #[test]
    fn a_name_of_a_secret_is_no_secret() {
        assert_eq!(
            mask("credential: {secret: bmc}\n", &[]),
            "credential: {secret: bmc}\n"
        );
    }

    #[test]
    fn a_text_that_is_a_file_loses_what_follows_a_secrets_key() {
        let text = "#cloud-config\nusers:\n- name: a\n  passwd: x y\n  b: 1\n";
        let shown = "#cloud-config\nusers:\n- name: a\n  passwd:****\n  b: 1\n";
        assert_eq!(mask_text(text), shown);
        assert_eq!(mask_text("{\"token\": \"x\"}"), "{\"token\":*****");
        assert_eq!(mask_text("a: token, u://x:y@h"), "a: token, u://***@h");
    }

    #[test]
    fn many_urls_in_one_word_cost_no_more_than_their_length() {
        // Searching the whole word for each of them takes minutes.
        for part in ["http://u:p", "http://u:p@", "http://"] {
            let text = part.repeat(100_000);
            assert!(mask_urls(&text).len() <= text.len());
            assert_eq!(mask(&text, &[]).len(), text.len());
        }
    }

    #[test]
    fn user_information_is_struck_out_of_urls() {
        for (url, shown) in [
            (
                "see https://u:p@h/x and http://h",
                "see https://***@h/x and http://h",
            ),
            ("https://u:p+/7@h/x", "https://***@h/x"),
            ("https://u:it's@h/x", "https://***@h/x"),
            ("https://u:p\"`q@h/x", "https://***@h/x"),
            ("https://u@h", "https://***@h"),
            (
                "a://u:p@h,b://c,d://u:q@h x://u:r@h",
                "a://***@h,b://c,d://***@h x://***@h",
            ),
            ("a://h,b://u@h c://h", "a://h,b://***@h c://h"),
            ("https://h:8080/a@b", "https://h:8080/a@b"),
            ("https://[::1]/a@b", "https://[::1]/a@b"),
            // One inside what is struck out of another one.
            ("https://u:p@h//https://u:q@h/", "https://***@h/"),
            ("a://u:p/b://q@h c://r@i", "a://***@h c://***@i"),
        ] {
            assert_eq!(mask_urls(url), shown);
        }
    }
}
