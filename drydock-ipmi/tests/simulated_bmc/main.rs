//! The simulated BMC, asked by our own session on a clock that is moved by hand: what it grants, what it refuses, and each of
//! its faults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod console;
mod desk;
mod faults;
mod machine;
mod sessions;
