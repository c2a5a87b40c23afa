//! Unquoted removals in the place of a key. YAML reads `!x: {}` as the tag `!x:` on a map, which breaks most documents
//! it stands in; what is meant is the key `'!x'`.
//!
//! Where the reader comes across one, the text is read again with the `!` of every such key replaced by a letter of the
//! same width, so that all places stay true, the document is read as it was meant, and each key is reported by itself.

/// What stands in for the `!` while reading: any ASCII character that may begin a plain word.
const STAND_IN: char = '_';

/// Whether an unquoted removal stands at `at` where a key may begin: `!x:` at the beginning of a line, or after
/// `-`, `?`, `,` or an opening bracket.
pub(super) fn is_key(text: &str, at: usize) -> bool {
    let Some((before, word)) = text.split_at_checked(at) else {
        return false;
    };
    let end = word.find(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}'));
    let word = &word[..end.unwrap_or(word.len())];
    let line = before.rfind(['\n', '\r']).map_or(0, |n| n + 1);
    let before = before[line..].trim_end();
    word.starts_with('!')
        && word.ends_with(':')
        && (before.is_empty() || before.ends_with(['-', '?', ',', '[', '{']))
        && !before.starts_with("---")
}

/// The places found by the parser, and those of all other lines that look the same: a parser that stops at the first
/// of a document says nothing of the next.
pub(super) fn places(text: &str, found: Vec<u32>) -> Vec<u32> {
    let mut places = found;
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let word = line.trim_start_matches([' ', '-', '?', '\t']);
        let at = start + line.len() - word.len();
        if word.starts_with('!') && is_key(text, at) {
            places.push(at as u32);
        }
        start += line.len();
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// The text with a letter instead of each `!` at these places.
pub(super) fn as_words(text: &str, places: &[u32]) -> String {
    let mut words = String::with_capacity(text.len());
    let mut at = 0;
    for &place in places {
        let place = place as usize;
        words.push_str(&text[at..place]);
        words.push(STAND_IN);
        at = place + 1;
    }
    words.push_str(&text[at..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_could_be_a_key_is_one() {
        for text in [
            "!x: {}",
            "  !x:",
            "- !x: 1",
            "{!x: 1}",
            "{a: 1, !x: 1}",
            "? !x:",
            "!: {}",
        ] {
            assert!(is_key(text, text.find('!').unwrap()), "{text}");
        }
        for text in ["a: !x: 1", "!x 1", "!x", "--- !x: {}", "[b !x:]"] {
            assert!(!is_key(text, text.find('!').unwrap()), "{text}");
        }
    }

    #[test]
    fn every_place_is_found_at_once_and_keeps_its_width() {
        let text = "a:\n  !x: {}\n  - !y:\n# !z:\n";
        let places = places(text, vec![5]);
        assert_eq!(places, [5, 16]);
        assert_eq!(as_words(text, &places), "a:\n  _x: {}\n  - _y:\n# !z:\n");
    }
}
