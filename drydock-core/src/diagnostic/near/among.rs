//! The same among names that are kept in order: all that begin alike are passed over at once where their beginning alone is
//! too far away, so thousands of wrong names among thousands of right ones are no more work than a few steps each.

use super::{LENGTH, allowed};
use smol_str::SmolStr;
use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

/// Farther than any two words are from each other.
const FAR: u8 = 2 * LENGTH as u8;

/// Names in their order, any of which is found without looking at those before it.
pub(crate) trait Ordered {
    /// The first name that does not come before this text.
    fn at_or_after(&self, text: &str) -> Option<&str>;
}

fn from(text: &str) -> (Bound<&str>, Bound<&str>) {
    (Bound::Included(text), Bound::Unbounded)
}

impl<N: Borrow<str> + Ord, V> Ordered for BTreeMap<N, V> {
    fn at_or_after(&self, text: &str) -> Option<&str> {
        let (name, _) = self.range::<str, _>(from(text)).next()?;
        Some(name.borrow())
    }
}

impl<N: Borrow<str> + Ord> Ordered for BTreeSet<N> {
    fn at_or_after(&self, text: &str) -> Option<&str> {
        self.range::<str, _>(from(text)).next().map(Borrow::borrow)
    }
}

/// What [`super::nearest`] finds among those of the names that are free.
pub(crate) fn nearest_among<'n>(
    written: &str,
    names: &'n impl Ordered,
    is_free: impl Fn(&str) -> bool,
) -> Option<&'n str> {
    let word: Vec<char> = written.chars().take(LENGTH).collect();
    (0..=allowed(written)).find_map(|limit| first_within(limit, &word, names, &is_free))
}

/// The first name that is no farther from the word than this.
fn first_within<'n>(
    limit: usize,
    word: &[char],
    names: &'n impl Ordered,
    is_free: &impl Fn(&str) -> bool,
) -> Option<&'n str> {
    let mut walk = Walk {
        word,
        limit,
        prefix: Vec::with_capacity(LENGTH),
        rows: vec![Walk::first_row(limit)],
    };
    let mut name = names.at_or_after("")?;
    loop {
        let next = match walk.go_to(name) {
            Some(far) if usize::from(far) <= limit && is_free(name) => return Some(name),
            Some(_) => format!("{name}\0"),
            None => walk.after_prefix()?,
        };
        name = names.at_or_after(&next)?;
    }
}

/// How far the beginnings of one name after the other are from the beginnings of a word.
struct Walk<'w> {
    word: &'w [char],
    limit: usize,
    /// The beginning of the name that was looked at last, as far as it was looked at.
    prefix: Vec<char>,
    /// Row i holds how far its first i characters are from beginnings of the word, where their lengths differ by no more
    /// than the limit.
    rows: Vec<[u8; LENGTH + 1]>,
}

impl Walk<'_> {
    fn first_row(limit: usize) -> [u8; LENGTH + 1] {
        let mut row = [FAR; LENGTH + 1];
        for (far, j) in row.iter_mut().zip(0..=limit as u8) {
            *far = j;
        }
        row
    }

    /// How far the name is; nothing where every name that begins with what is now the prefix is too far.
    fn go_to(&mut self, name: &str) -> Option<u8> {
        let same = name.chars().zip(&self.prefix);
        let same = same.take_while(|(a, b)| a == *b).count();
        self.prefix.truncate(same);
        self.rows.truncate(same + 1);
        for c in name.chars().take(LENGTH).skip(same) {
            self.prefix.push(c);
            let row = self.next_row();
            let least = row.iter().min().copied().unwrap_or(FAR);
            self.rows.push(row);
            if usize::from(least) > self.limit {
                return None;
            }
        }
        Some(self.rows.last()?[self.word.len()])
    }

    fn next_row(&self) -> [u8; LENGTH + 1] {
        let (i, mut row) = (self.prefix.len(), [FAR; LENGTH + 1]);
        let (first, last) = (
            i.saturating_sub(self.limit).max(1),
            self.word.len().min(i + self.limit),
        );
        let above = &self.rows[i - 1];
        if first == 1 {
            row[0] = i as u8;
        }
        for j in first..=last {
            let changed = above[j - 1] + u8::from(self.prefix[i - 1] != self.word[j - 1]);
            let mut far = changed.min(above[j] + 1).min(row[j - 1] + 1);
            let swaps = i > 1
                && j > 1
                && self.prefix[i - 1] == self.word[j - 2]
                && self.prefix[i - 2] == self.word[j - 1];
            if swaps {
                far = far.min(self.rows[i - 2][j - 2] + 1);
            }
            row[j] = far.min(FAR);
        }
        row
    }

    /// What comes after all that begins with the prefix.
    fn after_prefix(&self) -> Option<String> {
        let mut prefix = &self.prefix[..];
        while let Some((last, rest)) = prefix.split_last() {
            // Between the two there are no characters.
            let next = match *last {
                '\u{d7ff}' => Some('\u{e000}'),
                last => char::from_u32(u32::from(last) + 1),
            };
            if let Some(next) = next {
                return Some(rest.iter().chain([&next]).collect());
            }
            prefix = rest;
        }
        None
    }
}

/// Names that stand in no order, put in order.
pub(crate) fn ordered<'n>(names: impl IntoIterator<Item = &'n SmolStr>) -> BTreeSet<&'n str> {
    names.into_iter().map(SmolStr::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::nearest, *};
    use std::cell::Cell;

    /// Counts how often a name is looked for.
    struct Counted(BTreeSet<String>, Cell<usize>);

    impl Ordered for Counted {
        fn at_or_after(&self, text: &str) -> Option<&str> {
            self.1.set(self.1.get() + 1);
            self.0.at_or_after(text)
        }
    }

    #[test]
    fn it_is_what_comparing_with_each_of_them_gives() {
        let (mut state, mut hits) = (7_u64, 0);
        let mut random = |n: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            (state >> 33) % n
        };
        let mut word = || -> String {
            let length = random(9);
            let letter = |_| ['a', 'b', 'ä', '\u{d7ff}', char::MAX][random(5) as usize];
            (0..length).map(letter).collect()
        };
        for _ in 0..60 {
            let names: BTreeSet<String> = (0..40).map(|_| word()).collect();
            for _ in 0..40 {
                let (written, used) = (word(), word());
                let free = |name: &str| !name.starts_with(&used) || used.is_empty();
                let all = names.iter().map(String::as_str);
                let expected = nearest(&written, all.filter(|name| free(name)));
                let found = nearest_among(&written, &names, free);
                assert_eq!(found, expected, "{written:?} in {names:?}");
                hits += usize::from(found.is_some());
            }
        }
        assert!((500..2300).contains(&hits), "{hits}");
    }

    #[test]
    fn names_of_more_than_can_be_compared_are_compared_as_far() {
        let long = "x".repeat(LENGTH + 40);
        let names = BTreeSet::from([format!("{long}b"), format!("{long}a"), "y".to_owned()]);
        let expected = nearest(&long, names.iter().map(String::as_str));
        assert_eq!(nearest_among(&long, &names, |_| true), expected);
        assert_eq!(expected, Some(&*format!("{long}a")));
    }

    #[test]
    fn a_word_is_compared_with_few_of_very_many() {
        let names = (0..20_000).map(|n| format!("profile-{n:06}"));
        let names = Counted(names.collect(), Cell::new(0));
        for (written, meant, most) in [
            ("machine-of-row-000123", None, 30),
            ("prefill-000123", Some("profile-000123"), 300),
            ("prefix-x-000123", None, 300),
            ("porfile-000123", Some("profile-000123"), 300),
            ("profile-0O0123", Some("profile-000123"), 300),
            ("profile-000123x", Some("profile-000123"), 300),
            ("", None, 10),
        ] {
            names.1.set(0);
            assert_eq!(nearest_among(written, &names, |_| true), meant, "{written}");
            assert!(names.1.get() <= most, "{written}: {}", names.1.get());
        }
    }
}
