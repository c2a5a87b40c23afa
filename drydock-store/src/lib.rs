//! Where Drydock keeps its state so that it outlives the process: stores beside the one in memory of drydock-core, held
//! to the same contract, [`StateStore`](drydock_core::state::StateStore).
//!
//! - `RedbStore` (feature `redb`, on by default): everything in one file, for one process at a time.
//! - `PostgresStore` (feature `postgres`): a PostgreSQL database, for several orchestrators.
//! - `KeySeal` (feature `seal`, on by default): seals the secrets of designs that a store keeps.
//! - [`portable`]: what any store holds as lines of JSON, to move it to another store.

pub mod portable;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redb")]
pub mod redb;
#[cfg(feature = "seal")]
mod seal;

#[cfg(feature = "redb")]
pub use self::redb::RedbStore;
#[cfg(feature = "seal")]
pub use self::seal::KeySeal;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresOptions, PostgresStore};

/// The README's program compiles.
#[cfg(all(doctest, feature = "redb"))]
#[doc = include_str!("../README.md")]
struct Readme;
