//! `[io]` The handle on a run under way: what people want of it, and how it stands.

use super::{Orders, Report, Run, WaitingOn, clock::Clock};
use crate::{
    names::{NodeName, PlanId, StepId},
    resolve::ResolvedDesign,
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// The handle on a run under way. Its copies are one handle; it may be had before the run begins and outlives it. What is
/// ordered holds for the run that it was given to, also when that begins later.
///
/// ```
/// use drydock_core::execute::Control;
///
/// let control = Control::new();
/// control.pause();
/// assert!(control.report().is_none(), "it has not begun");
/// control.resume();
/// ```
#[derive(Clone)]
pub struct Control(Arc<Shared>);

struct Shared {
    orders: watch::Sender<Orders>,
    run: Mutex<Option<Watched>>,
}

/// A run and when its clock began.
struct Watched {
    run: Run,
    clock: Clock,
}

impl Default for Control {
    fn default() -> Self {
        let (orders, _) = watch::channel(Orders::default());
        Self(Arc::new(Shared {
            orders,
            run: Mutex::new(None),
        }))
    }
}

impl Control {
    /// A handle that is on no run yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// No step is begun from now on; those that have begun are gone on with.
    pub fn pause(&self) {
        self.0.orders.send_modify(|orders| orders.paused = true);
    }

    /// Steps are begun again.
    pub fn resume(&self) {
        self.0.orders.send_modify(|orders| orders.paused = false);
    }

    /// Nothing is called from now on. Calls in flight end or are cut at their deadlines, what is not done is skipped, and
    /// the run ends. Another run of the same id goes on with it.
    pub fn cancel(&self) {
        self.0.orders.send_modify(|orders| orders.cancelled = true);
    }

    /// This plan is approved: a run of it that waits for that goes on.
    pub fn approve(&self, plan: PlanId) {
        self.0
            .orders
            .send_modify(|orders| orders.approved = Some(plan));
    }

    /// Nothing that interrupts or destroys is begun on this node any more.
    pub fn hold(&self, node: NodeName) {
        self.0.orders.send_modify(|orders| orders.holds.hold(node));
    }

    /// What this newer design holds and protects is held and protected. Nothing else of it has a part in the run, and
    /// nothing is let go again.
    pub fn newer_design(&self, design: &ResolvedDesign) {
        let holds = super::Holds::of(design);
        self.0.orders.send_modify(|orders| orders.holds.add(&holds));
    }

    /// How the run stands; nothing before it has begun.
    pub fn report(&self) -> Option<Report> {
        let watched = self.watched();
        let Watched { run, clock } = watched.as_ref()?;
        Some(run.report(clock.now()))
    }

    /// What a step waits for; nothing when it is settled, or the run has not begun.
    pub fn waiting(&self, step: StepId) -> Option<WaitingOn> {
        let watched = self.watched();
        let Watched { run, clock } = watched.as_ref()?;
        (step.index() < run.plan().steps.len()).then(|| run.waiting(step, clock.now()))?
    }

    pub(super) fn orders(&self) -> watch::Receiver<Orders> {
        let mut orders = self.0.orders.subscribe();
        // What was ordered before the run began is news to it.
        orders.mark_changed();
        orders
    }

    pub(super) fn watch(&self, run: Run, clock: Clock) {
        *self.watched() = Some(Watched { run, clock });
    }

    /// Does something with the run; nothing, when there is none.
    pub(super) fn with<T: Default>(&self, act: impl FnOnce(&mut Run) -> T) -> T {
        self.watched()
            .as_mut()
            .map_or_else(T::default, |watched| act(&mut watched.run))
    }

    fn watched(&self) -> MutexGuard<'_, Option<Watched>> {
        self.0.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("orders", &*self.0.orders.borrow())
            .finish_non_exhaustive()
    }
}
