//! The items of a list and the entries of a map, shared by all who hold the value. In long ones the item of a name is found
//! without looking at every other: whatever asks for each of very many would take time out of proportion.

use super::{Entry, Value};
use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

/// How many are looked through one by one.
const FEW: usize = 32;

/// Items that are cheap to clone; it reads like a slice.
#[derive(Clone)]
pub struct Shared<T>(Held<T>);

#[derive(Clone)]
enum Held<T> {
    Few(Arc<[T]>),
    Many(Arc<Many<T>>),
}

struct Many<T> {
    items: Arc<[T]>,
    /// The numbers of those that have a name, in the order of the names; made when the first one is looked for.
    by_name: OnceLock<Box<[u32]>>,
}

/// What is found in a list or map by a text.
pub(super) trait Named {
    /// The text it is found by.
    fn name(&self) -> Option<&str>;
}

impl Named for Entry {
    fn name(&self) -> Option<&str> {
        Some(&self.key)
    }
}

impl Named for Value {
    fn name(&self) -> Option<&str> {
        self.as_text()
    }
}

/// The first item of this name.
pub(super) fn find<'s, T: Named>(items: &'s Shared<T>, name: &str) -> Option<&'s T> {
    let many = match &items.0 {
        Held::Few(items) => return items.iter().find(|item| item.name() == Some(name)),
        Held::Many(many) => many,
    };
    let text = |n: u32| many.items.get(n as usize).and_then(T::name);
    let by_name = many.by_name.get_or_init(|| {
        let numbers = 0..u32::try_from(many.items.len()).unwrap_or(u32::MAX);
        let mut named: Vec<u32> = numbers.filter(|n| text(*n).is_some()).collect();
        // Stable, so of several of one name the first stays the first.
        named.sort_by_key(|n| text(*n));
        named.into()
    });
    let place = by_name.partition_point(|n| text(*n) < Some(name));
    let item = many.items.get(*by_name.get(place)? as usize);
    item.filter(|item| item.name() == Some(name))
}

impl<T> Shared<T> {
    /// The items, to be changed, if nobody else holds the same.
    pub(crate) fn unique(&mut self) -> Option<&mut [T]> {
        match &mut self.0 {
            Held::Few(items) => Arc::get_mut(items),
            Held::Many(many) => {
                let many = Arc::get_mut(many)?;
                // Names may change.
                many.by_name = OnceLock::new();
                Arc::get_mut(&mut many.items)
            }
        }
    }

    /// Whether both are the very same items.
    pub(crate) fn is_the_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.as_ptr(), other.as_ptr()) && self.len() == other.len()
    }

    /// Whether somebody else holds the same.
    pub(crate) fn is_held_elsewhere(&self) -> bool {
        match &self.0 {
            Held::Few(items) => Arc::strong_count(items) > 1,
            Held::Many(many) => Arc::strong_count(many) > 1,
        }
    }
}

impl<T, I: Into<Arc<[T]>>> From<I> for Shared<T> {
    fn from(items: I) -> Self {
        let items = items.into();
        Self(match items.len() {
            0..=FEW => Held::Few(items),
            _ => Held::Many(Arc::new(Many {
                items,
                by_name: OnceLock::new(),
            })),
        })
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match &self.0 {
            Held::Few(items) => items,
            Held::Many(many) => &many.items,
        }
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Shared<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    thread_local! {
        static ASKED: Cell<usize> = const { Cell::new(0) };
    }

    /// Something that counts how often its name is asked for.
    #[derive(Debug, PartialEq)]
    struct Counted(Option<String>, usize);

    impl Named for Counted {
        fn name(&self) -> Option<&str> {
            ASKED.set(ASKED.get() + 1);
            self.0.as_deref()
        }
    }

    fn of(count: usize) -> Shared<Counted> {
        // Backwards, every third without a name, each name twice.
        let name = |n: usize| (!n.is_multiple_of(3)).then(|| format!("n{}", (count - n) / 6));
        let items: Vec<Counted> = (0..count).map(|n| Counted(name(n), n)).collect();
        Shared::from(items)
    }

    #[test]
    fn the_first_of_a_name_is_found_in_short_and_long_ones() {
        for count in [0, 1, FEW, FEW + 1, 500] {
            let items = of(count);
            assert_eq!(items.len(), count);
            for n in 0..count + 9 {
                let name = format!("n{n}");
                let first = items.iter().find(|item| item.0.as_ref() == Some(&name));
                assert_eq!(find(&items, &name), first, "{count} {name}");
            }
        }
    }

    #[test]
    fn each_of_very_many_is_found_in_few_steps() {
        const MANY: usize = 20_000;
        let items = of(MANY);
        ASKED.set(0);
        let found = (0..MANY).filter(|n| find(&items, &format!("n{n}")).is_some());
        assert!(found.count() > MANY / 10);
        assert!(ASKED.get() < MANY * 100, "{}", ASKED.get());
    }
}
