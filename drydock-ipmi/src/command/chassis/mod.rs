//! The machine: its power, its light, why it started (IPMI 2.0 §28).

mod control;
mod identify;
mod restart_cause;
mod status;

pub use control::ChassisControl;
pub use identify::Identify;
pub use restart_cause::{GetRestartCause, RestartCause};
pub use status::{ChassisStatus, GetChassisStatus, PowerRestorePolicy};
