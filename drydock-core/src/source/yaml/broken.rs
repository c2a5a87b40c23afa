//! What must not be printed of a document that does not parse. The parser looks far ahead, so it may say nothing of what
//! stands before an error; then only the text itself tells where a secret could be. Hiding too much costs an excerpt.

use super::secrets::{self, Position};
use std::ops::Range;

/// The bytes of a broken text that may belong to a secret: what follows the key of a secret, or a word like it, and
/// what an anchor names if any alias could bring it to such a key.
pub(super) fn hidden(text: &str) -> Vec<Range<usize>> {
    let secret = |(at, _): (usize, &str)| {
        let before = text[..at].trim_end().trim_end_matches(['"', '\'']);
        let word = before
            .char_indices()
            .rev()
            .find(|(_, c)| !(c.is_alphanumeric() || *c == '_'));
        let word = &before[word.map_or(0, |(at, c)| at + c.len_utf8())..];
        (secrets::position(word) != Position::Open).then_some(at + 1)
    };
    let mut hidden = apart(text, text.match_indices(':').filter_map(secret));
    // A key after `?` has its value on any later line.
    let explicit = text.match_indices("? ").find(|(at, _)| {
        let word = text[at + 2..].trim_start().trim_start_matches(['"', '\'']);
        let end = word.find(|c: char| !(c.is_alphanumeric() || c == '_'));
        secrets::position(&word[..end.unwrap_or(word.len())]) != Position::Open
    });
    hidden.extend(explicit.map(|(at, key)| at + key.len()..text.len()));
    if !hidden.is_empty() && text.contains('*') {
        let anchor = |(at, _): (usize, &str)| {
            let before = text[..at].chars().next_back();
            let begins =
                before.is_none_or(|c| c.is_whitespace() || matches!(c, '[' | '{' | ',' | ':'));
            begins.then_some(at)
        };
        hidden.extend(apart(text, text.match_indices('&').filter_map(anchor)));
    }
    hidden
}

/// The values that begin at these places, but for places that lie inside the value before.
fn apart(text: &str, places: impl Iterator<Item = usize>) -> Vec<Range<usize>> {
    let mut values: Vec<Range<usize>> = Vec::new();
    for at in places {
        if values.last().is_none_or(|last| last.end <= at) {
            values.push(value_at(text, at));
        }
    }
    values
}

/// The bytes from `at` up to where the value there ends for certain.
fn value_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |n| n + 1);
    let outer = indent(&text[start..]);
    let (mut end, mut begun) = (at, false);
    for line in text[at..].split_inclusive(['\n', '\r']) {
        let blank = line.trim().is_empty();
        // A value may begin on the line after its key; from then on it goes on while lines are deeper than the key.
        if begun && !blank && indent(line) <= outer {
            break;
        }
        if !begun && !closes(line) {
            return at..text.len();
        }
        begun |= !blank;
        end += line.len();
    }
    at..end
}

/// How far a line is indented, items of lists included: `- a:` has its keys where the `a` is.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-', '?', '\t']).len()
}

/// Whether quotes and brackets that are opened in this line are closed in it, as far as can be told.
fn closes(value: &str) -> bool {
    let count = |what: &[char]| value.matches(what).count();
    let quotes = count(&['"']) % 2 == 0 && count(&['\'']) % 2 == 0;
    quotes && count(&['[', '{']) <= count(&[']', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for range in hidden(text) {
            bytes[range]
                .iter_mut()
                .filter(|byte| **byte != b'\n')
                .for_each(|byte| *byte = b'*');
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_could_be_a_secret_is_hidden_and_the_rest_is_not() {
        assert_eq!(masked("{pasword: x, b: ["), "{pasword:********");
        assert_eq!(masked("a: b\nk_g:\nx\nc: d\n"), "a: b\nk_g:\n*\nc: d\n");
        assert_eq!(
            masked("- k_g: |\n    x\n   y\n- c\n"),
            "- k_g:**\n*****\n****\n- c\n"
        );
        assert_eq!(masked("k_g: 'x\nx\nx'\nc: d\n"), "k_g:***\n*\n**\n****\n");
        assert_eq!(
            masked("a: &a x\nk_g: *a\nb: &b\n  x\nc: [\n"),
            "a: ****\nk_g:***\nb: **\n***\nc: [\n"
        );
        assert_eq!(masked("a: &a x\nb: *a\nc: [\n"), "a: &a x\nb: *a\nc: [\n");
    }
}
