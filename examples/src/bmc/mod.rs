//! What the example `bmc` consists of.

pub mod captured;
pub mod commands;
pub mod console;
pub mod host;
mod inventory;
pub mod secret;
pub mod sweep;
