//! What comes up, and when: answers and cuts of calls, lives that begin or wake, and what is done to the orchestrator from
//! outside.

use super::{Simulator, faults::Fault, life::Life};
use crate::execute::Input;
use std::time::Duration;

/// What comes up at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Coming {
    Arrives { life: u32, flight: u64 },
    Answers { life: u32, flight: u64 },
    Cut { life: u32, flight: u64 },
    Repeats { life: u32, flight: u64 },
    Wakes { who: usize },
    Begins { who: usize },
    Stalls,
    StoreFails,
    Pauses(bool),
    Cancels,
    Changes,
}

impl Simulator<'_> {
    /// What is done to the orchestrator in this simulation.
    pub(super) fn script(&mut self) {
        let seconds = Duration::from_secs;
        self.at(Duration::ZERO, Coming::Begins { who: 0 });
        if self.has(Fault::Rival) {
            let at = self.random.between(seconds(1), seconds(60));
            self.at(at, Coming::Begins { who: 1 });
        }
        for (fault, coming) in [
            (Fault::Stall, Coming::Stalls),
            (Fault::StoreDown, Coming::StoreFails),
            (Fault::Pause, Coming::Pauses(true)),
            (Fault::Cancel, Coming::Cancels),
            (Fault::DesignChange, Coming::Changes),
        ] {
            if self.has(fault) {
                let at = self.random.between(Duration::from_millis(50), seconds(600));
                self.at(at, coming);
            }
        }
    }

    pub(super) fn handle(&mut self, coming: Coming) {
        let seconds = Duration::from_secs;
        match coming {
            Coming::Begins { who } => self.begin(who),
            Coming::Wakes { who } => {
                let is_due = |life: &Life| life.wakes.is_some_and(|at| at <= self.now);
                if self.lives[who].as_ref().is_some_and(is_due) {
                    self.drive(who);
                }
            }
            Coming::Arrives { life, flight } => self.arrive(life, flight),
            Coming::Answers { life, flight } => self.answer(life, flight, false),
            Coming::Cut { life, flight } => self.answer(life, flight, true),
            Coming::Repeats { life, flight } => self.repeat(life, flight),
            Coming::Stalls => {
                if let Some(life) = &mut self.lives[0] {
                    let until = self.now + self.random.between(seconds(60), seconds(900));
                    life.stalled_until = Some(until);
                    self.meet(Fault::Stall);
                    self.tell(0, "stands still");
                    self.at(until, Coming::Wakes { who: 0 });
                }
            }
            Coming::StoreFails => {
                let until = self.now + self.random.between(seconds(20), seconds(600));
                self.meet(Fault::StoreDown);
                self.trace.tell(self.now, "store", "does not answer");
                self.store.down_until(until);
            }
            Coming::Pauses(paused) => {
                self.orders.paused = paused;
                if paused {
                    self.meet(Fault::Pause);
                    let until = self.now + self.random.between(seconds(1), seconds(1200));
                    self.at(until, Coming::Pauses(false));
                }
                self.order();
            }
            Coming::Cancels => {
                self.orders.cancelled = true;
                self.meet(Fault::Cancel);
                self.order();
            }
            Coming::Changes => self.change_design(),
        }
    }

    /// A newer design holds a node whose turn has not come; of the run's own nothing changes.
    fn change_design(&mut self) {
        let names: Vec<_> = self.given.design.nodes.keys().cloned().collect();
        if names.is_empty() {
            return;
        }
        let node = names[self.random.below(names.len() as u64) as usize].clone();
        self.meet(Fault::DesignChange);
        self.trace
            .tell(self.now, "design", format_args!("holds {node}"));
        self.orders.holds.hold(node.clone());
        self.checks.hold(node);
        self.order();
    }

    fn order(&mut self) {
        for who in 0..self.lives.len() {
            if let Some(life) = &mut self.lives[who] {
                let now = life.time(self.now);
                life.run.handle(Input::Ordered(self.orders.clone()), now);
                self.drive(who);
            }
        }
    }
}
