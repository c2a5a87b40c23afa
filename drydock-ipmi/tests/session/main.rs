//! A session on a wire of the test's own: with a BMC that does as it is told, with answers that are damaged, and with
//! everything in any order.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bmc;
mod damage;
mod login_and_requests;
mod orders;
mod tap;
