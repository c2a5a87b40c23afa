//! What an older version left: newer code opens it, reads all of it, goes on with the run in it, and plans nothing new after
//! that.
//!
//! Every version in CHANGELOG.md has a folder in `tests/releases/` that it wrote itself and that nobody has changed since:
//!
//!     state.redb     a store: a design revision and a draft, runs that ended well and badly, one that was broken off
//!     export.jsonl   the same as `drydock_store::portable` wrote it, for stores of other kinds
//!     database.sql   the same in PostgreSQL: the migrations that the version knew, and every row
//!     plan.json      the plan of the run that was broken off, as `plan --format json` prints it
//!     design/        the design's files; with those in draft/ they are the draft
//!     key            the key that seals the secrets in it; a test's key, of no use to anybody
//!
//! `DRYDOCK_BLESS=1 cargo test -p drydock-store --features postgres --test upgrade` writes the folder of the version in
//! Cargo.toml, unless it is there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

#[cfg(feature = "postgres")]
mod cluster;
#[cfg(feature = "postgres")]
#[path = "upgrade/database.rs"]
mod database;
#[allow(dead_code)]
#[path = "redb/folder.rs"]
mod folder;
#[path = "upgrade/kept.rs"]
mod kept;
#[cfg(feature = "postgres")]
#[allow(dead_code)]
#[path = "postgres/lab.rs"]
mod lab;
#[path = "upgrade/plans.rs"]
mod plans;
#[path = "upgrade/releases.rs"]
mod releases;
#[path = "upgrade/resumed.rs"]
mod resumed;
#[path = "../../drydock-core/tests/support/shown.rs"]
mod shown;
#[path = "upgrade/stores.rs"]
mod stores;
#[path = "upgrade/world.rs"]
mod world;
#[path = "upgrade/written.rs"]
mod written;
