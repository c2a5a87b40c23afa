//! Carrying out a plan in spite of crashes, slow BMCs and lying hardware.
//!
//! [`Run`] is a pure state machine: it is told what happened and what time it is, and answers what to do next. The
//! [`worker`] does it: it writes the journal, calls drivers through [`dispatch`] and keeps the time.
//!
//! What a run guarantees: no step begins before every step it needs is done; the journal is written before the world is
//! touched; a step is only taken on what was just seen; after a crash at any point the same plan with the same journal
//! goes on to the same end.

mod answer;
mod begin;
mod calls;
mod clock;
mod control;
pub mod dispatch;
mod estimate;
mod groups;
mod holds;
mod in_flight;
mod journal;
mod lease;
mod limits;
mod orders;
mod outcome;
mod policy;
pub mod profile;
mod ready;
mod recover;
mod retry;
mod run;
mod settle;
mod state;
pub mod survey;
mod terms;
mod waiting;
mod waves;
pub mod worker;

pub use answer::CallNumber;
pub(crate) use clock::wall_clock;
pub use control::Control;
pub use groups::Groups;
pub use holds::Holds;
pub use in_flight::too_slow;
pub use journal::{Ended, Head, Journal};
pub use lease::{Tenure, successor_begins};
pub use orders::Orders;
pub use outcome::Outcome;
pub use policy::Policy;
pub use retry::{Attempts, Override};
pub use run::{Command, Input, Run, Status};
pub use terms::{Approval, Terms};
pub use waiting::{Cause, LimitUse, Report, WaitingOn};
pub use waves::Size;

use crate::driver::{CustomObservation, NetworkObservation, OobObservation, ServerObservation};

/// What was seen of a step's target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observation {
    /// By a server driver.
    Server(ServerObservation),
    /// By a network driver.
    Network(NetworkObservation),
    /// By an OOB driver.
    Oob(OobObservation),
    /// By a step driver.
    Custom(CustomObservation),
}
