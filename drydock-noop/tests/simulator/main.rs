//! Whole runs on virtual time, from seeds: whatever goes wrong, the end is as designed or the reason is told.
//!
//! `DRYDOCK_SEEDS=10000 cargo test --release -p drydock-noop --test simulator` tries more seeds than the 200 of every day.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod control;
mod crashes;
mod limits;
#[path = "../site/plain.rs"]
mod plain;
mod rig;
mod seeds;
mod waves;
