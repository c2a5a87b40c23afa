//! Finds the byte that an error is about in the value that the parser names.

/// The tab in the indentation of the line that `at` stands in, or `at`.
pub(super) fn tab_before(text: &str, at: usize) -> usize {
    let line = text[..at].rfind(['\n', '\r']).map_or(0, |n| n + 1);
    text[line..at].find('\t').map_or(at, |tab| line + tab)
}

/// The tab in the indentation of the first line below that has one.
pub(super) fn tab_below(rest: &str) -> Option<usize> {
    let tab = |line: usize| {
        let content = rest[line..].trim_start_matches(' ');
        content
            .starts_with('\t')
            .then(|| rest.len() - content.len())
    };
    rest.match_indices(['\n', '\r'])
        .find_map(|(end, _)| tab(end + 1))
}

/// The first backslash in front of a character that makes no escape (YAML 1.2 §5.7).
pub(super) fn unknown_escape(quoted: &str) -> Option<usize> {
    escape(quoted, |after| {
        after
            .chars()
            .next()
            .is_some_and(|c| !"0abt\tnvfre \"/\\N_LPxuU\r\n".contains(c))
    })
}

/// The first escape with fewer hexadecimal digits than it needs.
pub(super) fn short_escape(quoted: &str) -> Option<usize> {
    escape(quoted, |after| {
        let digits = match after.as_bytes().first() {
            Some(b'x') => 2,
            Some(b'u') => 4,
            Some(b'U') => 8,
            _ => return false,
        };
        after
            .bytes()
            .skip(1)
            .take_while(u8::is_ascii_hexdigit)
            .take(digits)
            .count()
            < digits
    })
}

/// The first backslash whose escape, that is what follows it, is wrong.
fn escape(quoted: &str, wrong: impl Fn(&str) -> bool) -> Option<usize> {
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            if wrong(&quoted[at + 1..]) {
                return Some(at);
            }
            chars.next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_is_found() {
        assert_eq!(tab_before("a:\n  \tb", 6), 5);
        assert_eq!(tab_below("1\n  2\n \t3"), Some(7));
        assert_eq!(unknown_escape(r#""\\q \n\q""#), Some(7));
        assert_eq!(short_escape(r#""\x41\u12""#), Some(5));
    }
}
