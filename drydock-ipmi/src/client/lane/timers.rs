//! Which link is due when. A link is armed at most once a time; that it wanted a later time meanwhile is found out when it
//! is due, which is cheaper than moving its entry at each of its packets.

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Duration, usize)>>,
}

impl Timers {
    /// `key` is looked at again at `due`, if it is not before that. `armed` is what the link remembers of its timers.
    pub(super) fn arm(&mut self, key: usize, due: Duration, armed: &mut Option<Duration>) {
        if armed.is_none_or(|armed| due < armed) {
            *armed = Some(due);
            self.heap.push(Reverse((due, key)));
        }
    }

    /// The first that is due by `now`, with the time it was armed for; the link disregards it if that is not its own.
    pub(super) fn pop(&mut self, now: Duration) -> Option<(Duration, usize)> {
        self.next().filter(|next| *next <= now)?;
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    pub(super) fn next(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse((due, _))| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_time_is_armed_and_a_later_one_is_not() {
        let at = Duration::from_secs;
        let (mut timers, mut armed) = (Timers::default(), None);
        timers.arm(1, at(5), &mut armed);
        timers.arm(1, at(9), &mut armed);
        timers.arm(1, at(3), &mut armed);
        assert_eq!((armed, timers.next()), (Some(at(3)), Some(at(3))));
        assert_eq!(timers.pop(at(2)), None);
        assert_eq!(timers.pop(at(4)), Some((at(3), 1)));
        assert_eq!(timers.pop(at(10)), Some((at(5), 1)));
        assert_eq!(timers.pop(at(10)), None);
    }
}
