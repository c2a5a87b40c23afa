//! The other side, for tests, for rehearsals and for users of this crate: BMCs without a machine room.
//!
//! [`SimulatedBmc`] is sans-IO: datagrams and `now` go in, datagrams and deadlines come out. Tests give it a `now` that they
//! move by hand. [`BmcServer`] puts many of them behind UDP sockets of loopback. What stands behind a BMC is a [`Machine`];
//! one is built in. [`Faults`] switches on what real BMCs do wrong.
//!
//! It authenticates and encrypts as a BMC must, but is not meant to guard anything: its randomness follows from a seed.

mod bmc;
mod boot;
mod commands;
mod faults;
mod fru;
mod log;
mod login;
mod machine;
mod random;
mod sdr;
mod sel;
mod sensor;
mod server;
mod sessions;
mod settings;
mod simulated_machine;
mod sol;
mod state;
mod users;

pub use crate::wire::Privilege;
pub use bmc::{Outgoing, SimulatedBmc};
pub use faults::Faults;
pub use fru::Identity;
pub use log::{Closed, Effect};
pub use machine::{Firmware, Machine};
pub use sensor::{Conversion, SensorForm, SimulatedSensor, Thresholds};
pub use server::{BmcServer, Held};
pub use settings::{BmcSettings, Hardware};
pub use simulated_machine::{PowerDelays, SimulatedMachine};
pub use users::SimulatedUser;
