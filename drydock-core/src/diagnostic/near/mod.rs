//! Which of many words was likely meant by one that is none of them. A design may name thousands of things wrongly and
//! know thousands of names, so no more is worked out than is needed to tell that a word is too far away.

mod among;

pub(crate) use among::{Ordered, nearest_among, ordered};

/// How many characters of a word are compared.
const LENGTH: usize = 64;
/// Farther than any two words are from each other.
const FAR: usize = 2 * LENGTH;

/// The candidate that is nearest to what was written, the first by name of several; none that differs in more than a
/// third of the characters, or in more than three.
pub(super) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = allowed(written);
    let written: Vec<char> = written.chars().take(LENGTH).collect();
    let mut other: Vec<char> = Vec::with_capacity(LENGTH);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        other.clear();
        other.extend(candidate.chars().take(LENGTH));
        // One that is farther away than the best so far is of no use.
        let within = best.map_or(limit, |(far, _)| far);
        if let Some(far) = distance(&written, &other, within) {
            let found = (far, candidate);
            best = Some(best.map_or(found, |best| best.min(found)));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many characters what was meant may differ in.
fn allowed(written: &str) -> usize {
    (written.chars().count() / 3).clamp(1, 3)
}

/// How many characters must be added, dropped, changed or swapped with their neighbour to make one word of the other, if
/// they are not more than `limit`.
fn distance<C: PartialEq>(a: &[C], b: &[C], limit: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    // Row i holds how far the first i characters of `a` are from beginnings of `b`, as far as their lengths differ by no
    // more than the limit; three rows are ever needed.
    let mut rows = [[FAR; LENGTH + 1]; 3];
    for (far, j) in rows[0].iter_mut().zip(0..=limit) {
        *far = j;
    }
    for i in 1..=a.len() {
        let [x, y, z] = &mut rows;
        let (swapped, above, row) = match i % 3 {
            0 => (y, z, x),
            1 => (z, x, y),
            _ => (x, y, z),
        };
        let (first, last) = (i.saturating_sub(limit).max(1), b.len().min(i + limit));
        row[first - 1] = if first == 1 { i } else { FAR };
        let mut least = row[first - 1];
        for j in first..=last {
            let changed = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut far = changed.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                far = far.min(swapped[j - 2] + 1);
            }
            row[j] = far;
            least = least.min(far);
        }
        if let Some(beyond) = row.get_mut(last + 1) {
            *beyond = FAR;
        }
        // A swap reaches back over one row and costs one, so no later row is nearer than this one.
        if least > limit {
            return None;
        }
    }
    Some(rows[a.len() % 3][b.len()]).filter(|far| *far <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn far(a: &str, b: &str, limit: usize) -> Option<usize> {
        let chars = |word: &str| word.chars().collect::<Vec<char>>();
        distance(&chars(a), &chars(b), limit)
    }

    #[test]
    fn what_is_added_dropped_changed_and_swapped_is_counted() {
        for (a, b, changes) in [
            ("", "", 0),
            ("", "abc", 3),
            ("rack", "rack", 0),
            ("rack", "rakc", 1),
            ("rack", "arkc", 2),
            ("rack", "racks", 1),
            ("rack", "ack", 1),
            ("mgmt", "mgnt", 1),
            ("addresing", "addressing", 1),
        ] {
            for (a, b) in [(a, b), (b, a)] {
                assert_eq!(far(a, b, 3), Some(changes), "{a} {b}");
                for limit in 0..changes {
                    assert_eq!(far(a, b, limit), None, "{a} {b} {limit}");
                }
            }
        }
        assert_eq!(far("abcdef", "ghijkl", 3), None);
        assert_eq!(far(&"x".repeat(64), &"y".repeat(64), 3), None);
    }

    /// A character that counts how often it is compared.
    struct Counted<'c>(char, &'c Cell<usize>);

    impl PartialEq for Counted<'_> {
        fn eq(&self, other: &Self) -> bool {
            self.1.set(self.1.get() + 1);
            self.0 == other.0
        }
    }

    /// How many characters are compared until these words are known to be near or far.
    fn compared(a: &str, b: &str) -> usize {
        let count = Cell::new(0);
        let counted = |word: &str| word.chars().map(|c| Counted(c, &count)).collect::<Vec<_>>();
        distance(&counted(a), &counted(b), 3);
        count.get()
    }

    #[test]
    fn no_more_is_compared_than_tells_that_a_word_is_too_far_away() {
        assert_eq!(compared("machine", "machine-of-row"), 0, "by its length");
        assert_eq!(compared("machine-of-row", "machine-of-row"), 14);
        // One where they begin to differ, and a row of seven at most for each character until the limit is passed.
        let far = compared("machine-of-row-0001", "0001-server-profile");
        assert!(far <= 1 + 3 * 4 * 7, "{far} of {}", 19 * 19);
        // Words that differ at their ends alone are followed that far, and no wider.
        let (long, longer) = ("x".repeat(60), "x".repeat(30) + &"y".repeat(30));
        assert!(compared(&long, &longer) <= 31 + 3 * 4 * 7);
        let shifted = "ab".repeat(30);
        assert!(compared(&shifted, &format!("b{shifted}")) <= 3 * 7 * 60);
    }

    #[test]
    fn the_nearest_is_chosen_and_of_several_the_first_by_name() {
        assert_eq!(
            nearest("rack-11", ["rack-31", "rack-21", "rack-1"]),
            Some("rack-1")
        );
        assert_eq!(nearest("rack-11", ["rack-31", "rack-21"]), Some("rack-21"));
        assert_eq!(nearest("rack-11", ["mgmt"]), None);
    }
}
