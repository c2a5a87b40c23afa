//! The simulated site, call by call.

mod faults;
mod hands;
mod life;
mod rules;
#[path = "../site/mod.rs"]
mod site;
