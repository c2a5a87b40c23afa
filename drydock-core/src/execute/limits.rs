//! What steps share and must not exceed: calls in flight in all and at one endpoint, machines of a rack being switched
//! on, nodes of a failure domain being disrupted. Exact: a place is taken before a call and given back after it.
//!
//! Places are taken in one order, those first that are held longest: failure domain, rack, endpoint, in flight. Whoever
//! finds a limit reached queues there, keeps what it has, and is handed the next place that comes free; nobody who comes
//! later is served before. So nobody starves and nobody waits in a circle, and each move costs the same however many wait.

use crate::names::StepId;
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
    mem,
    time::Duration,
};

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// Nodes with one value of a label that are being disrupted.
    Domain(u32),
    /// Machines of a rack that are being switched on.
    Rack(u32),
    /// Calls at one endpoint.
    Endpoint(u32),
    /// Calls in all.
    InFlight,
}

/// The places of one limit, and who waits for one, in order.
#[derive(Debug)]
pub(super) struct Pool {
    allowed: usize,
    used: usize,
    most: usize,
    queue: VecDeque<StepId>,
}

impl Pool {
    fn new(allowed: usize) -> Self {
        Self {
            allowed: allowed.max(1),
            used: 0,
            most: 0,
            queue: VecDeque::new(),
        }
    }

    fn occupy(&mut self) {
        self.used += 1;
        self.most = self.most.max(self.used);
    }

    fn take(&mut self, step: StepId) -> bool {
        let free = self.queue.is_empty() && self.used < self.allowed;
        if free {
            self.occupy();
        } else {
            self.queue.push_back(step);
        }
        free
    }

    fn hand_over(&mut self) -> Option<StepId> {
        if self.used >= self.allowed {
            return None;
        }
        let next = self.queue.pop_front()?;
        self.occupy();
        Some(next)
    }
}

/// An endpoint's limit: less while it pushes back, and slowly more again.
#[derive(Debug)]
struct Endpoint {
    pool: Pool,
    most: usize,
    /// Answers without trouble since the limit was last changed.
    successes: usize,
    /// When it was last cut.
    cut: Option<Duration>,
}

/// All limits of a run.
#[derive(Debug)]
pub(super) struct Limits {
    in_flight: Pool,
    endpoints: Vec<Endpoint>,
    racks: Vec<Pool>,
    domains: Vec<Pool>,
    /// Places of racks that come free at a time.
    cooling: BinaryHeap<Reverse<(Duration, u32)>>,
    /// Who was handed a place.
    woken: VecDeque<(StepId, Place)>,
}

impl Limits {
    /// How much each may hold; for racks and domains too, a limit of none is not made a place of.
    pub(super) fn new(
        in_flight: usize,
        endpoints: impl IntoIterator<Item = usize>,
        racks: impl IntoIterator<Item = usize>,
        domains: impl IntoIterator<Item = usize>,
    ) -> Self {
        let endpoint = |most: usize| Endpoint {
            pool: Pool::new(most),
            most: most.max(1),
            successes: 0,
            cut: None,
        };
        Self {
            in_flight: Pool::new(in_flight),
            endpoints: endpoints.into_iter().map(endpoint).collect(),
            racks: racks.into_iter().map(Pool::new).collect(),
            domains: domains.into_iter().map(Pool::new).collect(),
            cooling: BinaryHeap::new(),
            woken: VecDeque::new(),
        }
    }

    fn pool(&self, place: Place) -> &Pool {
        match place {
            Place::Domain(n) => &self.domains[n as usize],
            Place::Rack(n) => &self.racks[n as usize],
            Place::Endpoint(n) => &self.endpoints[n as usize].pool,
            Place::InFlight => &self.in_flight,
        }
    }

    fn pool_mut(&mut self, place: Place) -> &mut Pool {
        match place {
            Place::Domain(n) => &mut self.domains[n as usize],
            Place::Rack(n) => &mut self.racks[n as usize],
            Place::Endpoint(n) => &mut self.endpoints[n as usize].pool,
            Place::InFlight => &mut self.in_flight,
        }
    }

    /// Takes a place, or queues for one.
    pub(super) fn take(&mut self, place: Place, step: StepId) -> bool {
        self.pool_mut(place).take(step)
    }

    /// Occupies a place without asking: what an earlier life held is still held.
    pub(super) fn occupy(&mut self, place: Place) {
        self.pool_mut(place).occupy();
    }

    /// Gives a place back; it goes to whoever has waited longest.
    pub(super) fn give_back(&mut self, place: Place) {
        let pool = self.pool_mut(place);
        pool.used = pool.used.saturating_sub(1);
        self.hand_over(place);
    }

    fn hand_over(&mut self, place: Place) {
        while let Some(next) = self.pool_mut(place).hand_over() {
            self.woken.push_back((next, place));
        }
    }

    /// Gives a rack's place back at a later time.
    pub(super) fn give_back_at(&mut self, rack: u32, at: Duration) {
        self.cooling.push(Reverse((at, rack)));
    }

    /// Gives back what is due by now.
    pub(super) fn settle(&mut self, now: Duration) {
        while self.next_time().is_some_and(|at| at <= now) {
            if let Some(Reverse((_, rack))) = self.cooling.pop() {
                self.give_back(Place::Rack(rack));
            }
        }
    }

    /// When the next place comes free by itself.
    pub(super) fn next_time(&self) -> Option<Duration> {
        self.cooling.peek().map(|Reverse((at, _))| *at)
    }

    /// Who was handed a place, first come first.
    pub(super) fn pop_woken(&mut self) -> Option<(StepId, Place)> {
        self.woken.pop_front()
    }

    /// How much a limit holds now, and how much it may hold now.
    pub(super) fn usage(&self, place: Place) -> (usize, usize) {
        let pool = self.pool(place);
        (pool.used, pool.allowed)
    }

    /// The most that a limit ever held.
    pub(super) fn most(&self, place: Place) -> usize {
        self.pool(place).most
    }

    /// Nobody who waits for this limit will be served; answers who does.
    pub(super) fn give_up(&mut self, place: Place) -> VecDeque<StepId> {
        mem::take(&mut self.pool_mut(place).queue)
    }

    /// An endpoint answered without trouble: after as many answers as it may have calls in flight, it may have one more.
    pub(super) fn answered(&mut self, endpoint: u32) {
        let at = &mut self.endpoints[endpoint as usize];
        if at.pool.allowed >= at.most {
            return;
        }
        at.successes += 1;
        if at.successes >= at.pool.allowed {
            at.pool.allowed += 1;
            at.successes = 0;
            self.hand_over(Place::Endpoint(endpoint));
        }
    }

    /// An endpoint pushed back at a call that began at `begun`: it is given half. Calls that began before it was last cut
    /// say nothing new.
    pub(super) fn pushed_back(&mut self, endpoint: u32, begun: Duration, now: Duration) {
        let at = &mut self.endpoints[endpoint as usize];
        if at.cut.is_none_or(|cut| begun > cut) {
            at.pool.allowed = (at.pool.allowed / 2).max(1);
            at.cut = Some(now);
        }
        at.successes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn whoever_waits_longest_is_handed_the_place() {
        let mut limits = Limits::new(2, [], [], []);
        let taken: Vec<bool> = (0..5)
            .map(|n| limits.take(Place::InFlight, StepId(n)))
            .collect();
        assert_eq!(taken, [true, true, false, false, false]);
        limits.give_back(Place::InFlight);
        assert_eq!(limits.pop_woken(), Some((StepId(2), Place::InFlight)));
        assert!(
            !limits.take(Place::InFlight, StepId(9)),
            "nobody is overtaken"
        );
        limits.give_back(Place::InFlight);
        limits.give_back(Place::InFlight);
        let woken: Vec<_> = std::iter::from_fn(|| limits.pop_woken())
            .map(|(step, _)| step.0)
            .collect();
        assert_eq!(woken, [3, 4]);
        assert_eq!(
            (limits.usage(Place::InFlight), limits.most(Place::InFlight)),
            ((2, 2), 2)
        );
    }

    #[test]
    fn an_endpoint_that_pushes_back_is_halved_and_grows_by_one_a_window() {
        let mut limits = Limits::new(99, [8], [], []);
        let allowed = |limits: &Limits| limits.usage(Place::Endpoint(0)).1;
        limits.pushed_back(0, s(1), s(2));
        limits.pushed_back(0, s(1), s(3));
        assert_eq!(allowed(&limits), 4, "two of one burst cut once");
        limits.pushed_back(0, s(3), s(4));
        limits.pushed_back(0, s(5), s(6));
        limits.pushed_back(0, s(7), s(8));
        assert_eq!(allowed(&limits), 1, "never less than one");
        let mut grown = Vec::new();
        for _ in 0..60 {
            limits.answered(0);
            grown.push(allowed(&limits));
        }
        assert_eq!(grown[..6], [2, 2, 3, 3, 3, 4]);
        assert_eq!(grown.last(), Some(&8), "never above what is configured");
    }

    #[test]
    fn more_is_in_use_than_allowed_after_a_cut_until_it_is_given_back() {
        let mut limits = Limits::new(99, [4], [], []);
        (0..4).for_each(|n| assert!(limits.take(Place::Endpoint(0), StepId(n))));
        limits.pushed_back(0, s(1), s(2));
        assert!(!limits.take(Place::Endpoint(0), StepId(5)));
        limits.give_back(Place::Endpoint(0));
        limits.give_back(Place::Endpoint(0));
        assert_eq!(limits.pop_woken(), None);
        limits.give_back(Place::Endpoint(0));
        assert_eq!(limits.pop_woken(), Some((StepId(5), Place::Endpoint(0))));
    }

    #[test]
    fn a_racks_place_comes_free_at_its_time() {
        let mut limits = Limits::new(99, [], [1], []);
        assert!(limits.take(Place::Rack(0), StepId(0)) && !limits.take(Place::Rack(0), StepId(1)));
        limits.give_back_at(0, s(10));
        limits.settle(s(9));
        assert_eq!(
            (limits.pop_woken(), limits.next_time()),
            (None, Some(s(10)))
        );
        limits.settle(s(10));
        assert_eq!(limits.pop_woken(), Some((StepId(1), Place::Rack(0))));
    }
}
