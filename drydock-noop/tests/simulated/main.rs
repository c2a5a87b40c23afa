//! The simulated site, call by call.

mod faults;
mod hands;
mod life;
mod named;
mod outliving;
mod owed;
mod ports;
mod rules;
#[path = "../site/mod.rs"]
mod site;
mod trace;
