//! Which nodes are taken together: a first few, then more, each wave when the one before has ended.

use std::{fmt, str::FromStr};

/// A number of nodes, or a share of those of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many.
    Count(usize),
    /// So many in a hundred, rounded down.
    Percent(u8),
}

impl Size {
    /// How many of so many that is.
    pub fn of(self, nodes: usize) -> usize {
        match self {
            Size::Count(count) => count,
            // Without overflow for whatever number of nodes.
            Size::Percent(percent) => {
                nodes / 100 * usize::from(percent) + nodes % 100 * usize::from(percent) / 100
            }
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Size::Count(count) => write!(f, "{count}"),
            Size::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for Size {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a size; write a number such as `3`, or `0%` to `100%`");
        match text.strip_suffix('%') {
            None => text.parse().map(Size::Count).map_err(|_| wrong()),
            Some(percent) => match percent.parse() {
                Ok(percent @ 0..=100) => Ok(Size::Percent(percent)),
                _ => Err(wrong()),
            },
        }
    }
}

/// The wave of each of `nodes` nodes in their order; the last size is repeated, and no wave is empty.
pub(super) fn assign(sizes: &[Size], nodes: usize) -> Vec<u32> {
    let mut waves = Vec::with_capacity(nodes);
    let (mut wave, mut sizes) = (0, sizes.iter());
    let mut size = sizes.next().map_or(nodes, |size| size.of(nodes));
    while waves.len() < nodes {
        let end = waves.len().saturating_add(size.max(1)).min(nodes);
        waves.resize(end, wave);
        wave += 1;
        size = sizes.next().map_or(size, |size| size.of(nodes));
    }
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counts_or_shares() {
        let size = |text: &str| text.parse::<Size>();
        assert_eq!(size("3").map(|size| size.of(12)), Ok(3));
        assert_eq!(size("25%").map(|size| size.of(10)), Ok(2));
        assert_eq!(size("100%").map(|size| size.of(usize::MAX)), Ok(usize::MAX));
        for wrong in ["", "%", "101%", "-1", "1.5", "ten"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn waves_follow_their_sizes_and_the_last_is_repeated() {
        let (count, percent) = (Size::Count, Size::Percent);
        assert_eq!(assign(&[], 3), [0, 0, 0]);
        assert_eq!(assign(&[count(1), count(2)], 6), [0, 1, 1, 2, 2, 3]);
        assert_eq!(assign(&[count(1), percent(50)], 7), [0, 1, 1, 1, 2, 2, 2]);
        assert_eq!(
            assign(&[count(0)], 2),
            [0, 1],
            "a wave has one node at least"
        );
        assert!(assign(&[count(9)], 0).is_empty());
    }
}
