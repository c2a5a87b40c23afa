//! `[io]` One function on all cores. It starts threads, and nothing of the result depends on them: what comes out is in
//! the order of what went in.

use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// Fewer small items than this are worked on by the caller alone: starting a thread costs as much as some dozens.
const ALONE: usize = 64;

/// The results of `work` for each of many small items, in the order of the items.
pub(crate) fn map<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    map_from(ALONE, items, work)
}

/// The same for items that are each worth a thread. Where they differ in size, the largest should come first.
pub(crate) fn map_large<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    map_from(2, items, work)
}

fn map_from<T: Send, U: Send>(least: usize, items: Vec<T>, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    let threads = match items.len() >= least {
        true => thread::available_parallelism().map_or(1, usize::from),
        false => 1,
    };
    if threads == 1 {
        return items.into_iter().map(work).collect();
    }
    // Several portions a thread, so that one that met the heavy items does not hold the others up.
    let size = items.len().div_ceil(threads * 16);
    let mut portions = Vec::new();
    let mut items = items.into_iter();
    loop {
        let portion: Vec<T> = items.by_ref().take(size).collect();
        if portion.is_empty() {
            break;
        }
        portions.push(portion);
    }
    let todo = Mutex::new(portions.into_iter().enumerate());
    let next = || {
        let mut todo = todo.lock().unwrap_or_else(PoisonError::into_inner);
        todo.next()
    };
    let labour = || {
        let mut done = Vec::new();
        while let Some((at, portion)) = next() {
            done.push((at, portion.into_iter().map(&work).collect::<Vec<U>>()));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(labour)).collect();
        let mut done = labour();
        for other in others {
            match other.join() {
                Ok(more) => done.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, portion)| portion).collect()
}

#[cfg(test)]
mod tests {
    use super::{map, map_large};

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in [0, 1, 63, 64, 65, 1000] {
            let doubled = map((0..count).collect(), |n: usize| n * 2);
            assert_eq!(doubled, (0..count).map(|n| n * 2).collect::<Vec<_>>());
            assert_eq!(map_large((0..count).collect(), |n: usize| n * 2), doubled);
        }
    }
}
