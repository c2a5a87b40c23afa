//! Drydock drivers that touch nothing: [`noop`] drivers, which take every wish for the deed, and a strict
//! [`simulated`] site, which behaves as machines do and refuses what they would suffer from.
//!
//! The noop drivers are for trying a design and a program out. The simulated site is for rehearsals and tests: what an
//! executor does wrong is refused and written down at the call that was wrong, see [`SimulatedSite::violations`].
//!
//! ```
//! use drydock_core::{driver::Drivers, model::Selector};
//! use drydock_noop::{NoopNetworkDriver, NoopOobDriver, NoopServerDriver};
//! use std::sync::Arc;
//!
//! let drivers = Drivers::new()
//!     .server(Selector::everything(), Arc::new(NoopServerDriver::new()))
//!     .network(Selector::everything(), Arc::new(NoopNetworkDriver::new()))
//!     .oob("ipmi", Arc::new(NoopOobDriver::new()));
//! assert!(drivers.server_named("noop").is_some());
//! ```

#[cfg(all(feature = "lab", unix))]
pub mod lab;
pub mod noop;
pub mod simulated;

pub use noop::{NoopNetworkDriver, NoopOobDriver, NoopServerDriver};
pub use simulated::{Clock, Durations, Faults, SimulatedNetwork, SimulatedNode, SimulatedSite};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lock's content, also after a test that held it has failed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
