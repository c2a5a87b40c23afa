//! The simulated site, call by call.

mod faults;
mod hands;
mod life;
mod named;
mod outliving;
mod owed;
#[path = "../site/ports.rs"]
mod port_site;
mod ports;
mod rules;
#[path = "../site/mod.rs"]
mod site;
mod trace;
