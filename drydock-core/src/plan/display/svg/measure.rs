//! How wide text is at most, in whichever common sans-serif font it is shown: nobody knows the font of the reader.

/// The width of a text at this size in pixels, rounded up.
pub(super) fn width(text: &str, size: i32, bold: bool) -> i32 {
    let thousandths: i32 = text.chars().map(of).fold(0, i32::saturating_add);
    let width = i64::from(thousandths) * i64::from(size) * if bold { 115 } else { 100 };
    i32::try_from((width + 99_999) / 100_000).unwrap_or(i32::MAX)
}

/// In thousandths of the font's size: at least as wide as in DejaVu Sans and Verdana, the widest of the usual ones.
fn of(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | 'I' | 'J' | '\'' | '|' => 355,
        ' ' | 'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '!' | '(' | ')' | '[' | ']' | '/'
        | '\\' | '-' | '·' => 465,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '&' | '#' | '+' | '<' | '=' | '>' | '~' | '…' => 1000,
        'A'..='Z' => 810,
        ' '..='~' => 645,
        '\u{1f000}'.. => 1400,
        _ => 1000,
    }
}

/// The text, or as much of it as fits with `…` after it.
pub(super) fn elided(text: &str, size: i32, bold: bool, most: i32) -> String {
    if width(text, size, bold) <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        kept.push('…');
        let fits = width(&kept, size, bold) <= most;
        kept.pop();
        if !fits {
            kept.pop();
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// The text in at most two lines that fit, broken at a space where the longer line is shortest.
pub(super) fn wrapped(text: &str, size: i32, bold: bool, most: i32) -> Vec<String> {
    let longest = |(a, b): (&str, &str)| width(a, size, bold).max(width(b, size, bold));
    let splits = text
        .match_indices(' ')
        .map(|(at, _)| (&text[..at], &text[at + 1..]));
    let best = splits.min_by_key(|split| longest(*split));
    match best {
        Some((first, second)) if width(text, size, bold) > most * 2 / 3 => vec![
            elided(first, size, bold, most),
            elided(second, size, bold, most),
        ],
        _ => vec![elided(text, size, bold, most)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_fits() {
        assert_eq!(elided("deploy", 12, false, 100), "deploy");
        for most in 14..200 {
            let cut = elided("wWm a very long name of a node 漢字漢字", 12, true, most);
            assert!(
                width(&cut, 12, true) <= most && cut.ends_with('…'),
                "{most}: {cut}"
            );
        }
    }

    #[test]
    fn two_lines_are_broken_where_they_are_shortest() {
        assert_eq!(
            wrapped("boot from pxe next", 12, false, 90),
            ["boot from", "pxe next"]
        );
        assert_eq!(wrapped("deploy", 12, false, 90), ["deploy"]);
        let long = wrapped("acme-storage-array:export-volume now", 12, false, 90);
        assert_eq!(long.len(), 2);
        assert!(
            long.iter().all(|line| width(line, 12, false) <= 90),
            "{long:?}"
        );
    }
}
