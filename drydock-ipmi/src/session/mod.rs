//! The console's side of a session as a state machine without I/O: one BMC, one login.
//!
//! Datagrams, requests and `now` go in; datagrams, events and the next deadline come out. `now` is a `Duration` since any
//! instant that stays the same. It never waits, opens no socket, and draws no random number of its own.

mod event;
mod failure;
mod options;
mod tap;
#[allow(dead_code)]
mod timing;

pub use event::{Event, Refused, Ticket};
pub use failure::{Failure, Step};
pub use options::SessionOptions;
pub use tap::{Direction, Tap};
pub use timing::Timing;
