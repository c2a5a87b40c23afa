//! Which leases are held, and until when. It knows of no clock and no file: its callers say what time it is.

use drydock_core::state::{Lease, StateError};
use smol_str::SmolStr;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// The leases of this process.
#[derive(Debug, Default)]
pub(super) struct Leases(Mutex<Held>);

/// Leases by name, with their ends.
pub(super) type Held = BTreeMap<SmolStr, (Lease, Instant)>;

impl Leases {
    fn held(&self) -> MutexGuard<'_, Held> {
        // Every change is one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lease that is held under this name.
    pub(super) fn of(&self, name: &str, now: Instant) -> Option<Lease> {
        let held = self.held();
        let (lease, _) = held.get(name).filter(|(_, end)| *end > now)?;
        Some(lease.clone())
    }

    /// From now on these are held. Those that have ended are forgotten; their fences are in the file.
    pub(super) fn grant(&self, granted: Held, now: Instant) {
        let mut held = self.held();
        held.retain(|_, (_, end)| *end > now);
        held.extend(granted);
    }

    /// Whether it was still held, and now is until this end.
    pub(super) fn renew(&self, lease: &Lease, now: Instant, until: Instant) -> bool {
        match self.held().get_mut(&lease.name) {
            Some((held, end)) if held == lease && *end > now => {
                *end = until;
                true
            }
            _ => false,
        }
    }

    /// It is held no more.
    pub(super) fn end(&self, lease: &Lease) {
        let mut held = self.held();
        if held.get(&lease.name).is_some_and(|(it, _)| it == lease) {
            held.remove(&lease.name);
        }
    }
}

/// When a lease ends; one that would end past all time ends in a century.
pub(super) fn end(now: Instant, ttl: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now + ttl.min(CENTURY)
}

/// What who has lost a lease is told.
pub(super) fn fenced(lease: &Lease) -> StateError {
    StateError::Fenced {
        name: lease.name.clone(),
        fence: lease.fence,
    }
}
