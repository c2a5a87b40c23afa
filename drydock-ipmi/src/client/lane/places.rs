//! Of so many BMCs at a time something is in flight; the others queue, first come, first served. A BMC that is silent
//! gives its place back and goes on without one: it is sent little, and the dead must not keep the living waiting.

use super::link::{Link, Place};
use std::{collections::VecDeque, time::Duration};

/// So long a BMC may be silent and keep its place: a little less than the time after which something is sent again.
pub(super) const PATIENCE: Duration = Duration::from_millis(400);

#[derive(Debug)]
pub(super) struct Places {
    free: usize,
    waiting: VecDeque<usize>,
}

impl Places {
    pub(super) fn new(many: usize) -> Self {
        Self {
            free: many.max(1),
            waiting: VecDeque::new(),
        }
    }

    /// Whether `link` may send; otherwise it is in the queue from now on.
    pub(super) fn take(&mut self, now: Duration, key: usize, link: &mut Link) -> bool {
        match link.place {
            Place::Taken { .. } | Place::GivenBack => true,
            Place::Waiting => false,
            Place::None if self.waiting.is_empty() && self.free > 0 => {
                self.free = self.free.saturating_sub(1);
                link.place = Place::Taken { heard: now };
                true
            }
            Place::None => {
                self.waiting.push_back(key);
                link.place = Place::Waiting;
                false
            }
        }
    }

    /// The link that was told to wait and is to have a place now; [`grant`](Self::grant) gives it.
    pub(super) fn next(&mut self) -> Option<usize> {
        (self.free > 0).then(|| self.waiting.pop_front()).flatten()
    }

    /// False: it did not wait any more.
    pub(super) fn grant(&mut self, now: Duration, link: &mut Link) -> bool {
        let waits = link.place == Place::Waiting;
        if waits {
            self.free = self.free.saturating_sub(1);
            link.place = Place::Taken { heard: now };
        }
        waits
    }

    /// It needs none any more.
    pub(super) fn release(&mut self, link: &mut Link) {
        if matches!(link.place, Place::Taken { .. }) {
            self.free = self.free.saturating_add(1);
        }
        link.place = Place::None;
    }

    /// It gives its place back if its BMC has been silent.
    pub(super) fn impatient(&mut self, now: Duration, link: &mut Link) {
        if matches!(link.place, Place::Taken { heard } if heard.saturating_add(PATIENCE) <= now) {
            self.free = self.free.saturating_add(1);
            link.place = Place::GivenBack;
        }
    }
}
