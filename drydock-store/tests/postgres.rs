//! The PostgreSQL store, on a cluster of its own: what every store owes, and what comes with a database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "postgres/changed.rs"]
mod changed;
mod cluster;
#[path = "postgres/damage.rs"]
mod damage;
#[path = "postgres/group.rs"]
mod group;
#[path = "postgres/lab.rs"]
mod lab;
#[path = "postgres/leases.rs"]
mod leases;
#[path = "postgres/network.rs"]
mod network;
#[path = "postgres/obligations.rs"]
mod obligations;
#[path = "postgres/refusals.rs"]
mod refusals;
#[path = "postgres/restart.rs"]
mod restart;
#[path = "postgres/several.rs"]
mod several;

/// What takes longer than this waits for something that does not come. Nothing here is meant to take a time: machines differ.
const HANGS: std::time::Duration = std::time::Duration::from_secs(60);
