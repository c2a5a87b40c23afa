//! Walking a list whose records name their next. BMCs whose log ran over, or that are broken, lead in a circle.

use std::collections::HashSet;

/// A walk along records, each of which names the next. It never reads one twice, and never more than so many.
#[derive(Debug, Clone)]
pub struct Walk {
    seen: HashSet<u16>,
    most: usize,
}

/// Why a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WalkEnd {
    /// There are no more records.
    Last,
    /// The next record would be one that was read already.
    Looping,
    /// There are more records than there can be.
    TooMany,
    /// The next record is no longer there.
    Gone,
}

impl Walk {
    /// The id that asks for the first record.
    pub const FIRST: u16 = 0x0000;
    /// The id that says that there are no more records.
    pub const LAST: u16 = 0xffff;

    /// A walk of so many records at most, that begins with [`FIRST`](Self::FIRST).
    pub fn new(most: usize) -> Self {
        Self {
            seen: HashSet::from([Self::FIRST]),
            most,
        }
    }

    /// Where to go from a record with this id, which names `next`: the id to read, or why there is none.
    ///
    /// # Errors
    /// [`WalkEnd::Last`] at the end, and the others where the list is broken.
    pub fn step(&mut self, id: u16, next: u16) -> Result<u16, WalkEnd> {
        self.seen.insert(id);
        if next == Self::LAST {
            return Err(WalkEnd::Last);
        }
        if !self.seen.insert(next) {
            return Err(WalkEnd::Looping);
        }
        if self.seen.len().saturating_sub(1) > self.most {
            return Err(WalkEnd::TooMany);
        }
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_walk_ends_at_the_end_or_where_it_was() {
        let mut walk = Walk::new(100);
        assert_eq!(walk.step(1, 2), Ok(2));
        assert_eq!(walk.step(2, 5), Ok(5));
        assert_eq!(walk.clone().step(5, 0xffff), Err(WalkEnd::Last));
        for seen in [0, 1, 2, 5] {
            assert_eq!(walk.clone().step(5, seen), Err(WalkEnd::Looping));
        }
    }

    #[test]
    fn a_walk_reads_no_more_than_it_may() {
        let mut walk = Walk::new(3);
        assert_eq!(walk.step(1, 2), Ok(2));
        assert_eq!(walk.step(2, 3), Ok(3));
        assert_eq!(walk.step(3, 4), Err(WalkEnd::TooMany));
    }

    proptest! {
        #[test]
        fn no_record_is_read_twice(nexts: Vec<u16>) {
            let (mut walk, mut read, mut id) = (Walk::new(1000), HashSet::new(), 1);
            read.insert(id);
            for next in nexts {
                let Ok(to) = walk.step(id, next) else { break };
                prop_assert!(read.insert(to));
                id = to;
            }
        }
    }
}
