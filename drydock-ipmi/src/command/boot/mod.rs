//! What a machine boots next (IPMI 2.0 §28.12, §28.13).

mod compare;
mod flags;
mod options;
mod parameter;
mod set;

pub use compare::BootDifference;
pub use flags::{BootDevice, BootFlags};
pub use options::{BootOption, GetBootOption, SetBootOption};
pub use parameter::{BootParameter, SetInProgress};
pub use set::{BootSet, ReadBoot, SetBoot};
