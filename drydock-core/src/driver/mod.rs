//! What a driver author implements, and the contract that the executor relies on.
//!
//! **Called again until done.** `apply` is one bounded exchange with the world: look at what was seen, ask for one thing,
//! say what you wait for. Waiting, time limits, back-off, cancellation and recovery are written once, in the executor;
//! recovery is calling again.
//!
//! **Fresh observations.** The executor observes before each `apply` and hands over what was seen. An observation that
//! began before a target's last `apply` is never used for it.
//!
//! **Convergent.** An action names a state to reach. Called on a target that is there, `apply` answers
//! [`Progress::Done`] and changes nothing. Where the world allows it a driver leaves [`Context::operation`] at the machine
//! when it asks for something long, and finds in [`ServerObservation::operation`] after a crash that it was this very
//! step that asked.
//!
//! **Nothing after its end.** A call is cut when its time is over, at its next wait. Right before it sends something, a
//! driver asks [`Context::is_over`]: its process may have been stopped for longer than its lease held. It hands
//! [`Context::fence`] to machines that can tell an old one from a new one.
//!
//! **Honest errors.** [`ErrorKind`] decides what the executor does: retry, observe first, or give up. What may have
//! happened is [`ErrorKind::Indeterminate`], never a retryable kind.
//!
//! **Pure differences.** `differences` compares what is designed with what was seen, and asks nobody.
//!
//! No plugin trait has default methods, so that a wrapper of a driver cannot forget to pass one on. The conformance
//! suites in [`crate::testing::conformance`] are part of the contract.

mod action;
mod change;
mod context;
mod drivers;
mod error;
mod network;
mod observation;
mod oob;
mod port;
mod server;
mod step;

pub use action::{
    BootDevice, NetworkAction, OobAction, PortPhase, PowerAction, ServerAction, Unsupported,
};
pub use change::{Change, Risk};
pub use context::{Context, ContextBuilder, Progress};
pub use drivers::{Drivers, NoDriver};
pub use error::{DriverError, ErrorKind};
pub use network::{NetworkDriver, NetworkTarget, PortIntent};
pub use observation::{
    Identity, NetworkObservation, NetworkState, OobObservation, PowerState, ServerObservation,
    ServerState, UnclaimedServer,
};
pub use oob::OobDriver;
pub(crate) use port::port_at;
pub use port::{NodePort, ports_of};
pub use server::ServerDriver;
pub use step::{CustomAction, CustomObservation, CustomStep, StepDriver};

use std::future::Future;

/// Bulk observation for drivers that can only read one target at a time, in order, each with the same function.
pub async fn one_by_one<T, O, F>(
    targets: &[T],
    read: impl Fn(T) -> F,
) -> Vec<Result<O, DriverError>>
where
    T: Clone,
    F: Future<Output = Result<O, DriverError>>,
{
    let mut seen = Vec::with_capacity(targets.len());
    for target in targets {
        seen.push(read(target.clone()).await);
    }
    seen
}
