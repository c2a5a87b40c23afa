//! The tables of the file; the [module](super) says what they hold.

use redb::TableDefinition;

pub(super) const FORMAT: TableDefinition<'_, &str, &str> = TableDefinition::new("format");
pub(super) const HEAD: TableDefinition<'_, &str, u64> = TableDefinition::new("head");
pub(super) const HISTORY: TableDefinition<'_, Place, Change> = TableDefinition::new("history");
pub(super) const KEYS: TableDefinition<'_, &str, Place> = TableDefinition::new("keys");
pub(super) const JOURNALS: TableDefinition<'_, &str, u64> = TableDefinition::new("journals");
pub(super) const ENTRIES: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("entries");
pub(super) const LEASES: TableDefinition<'_, &str, (&str, u64)> = TableDefinition::new("leases");

/// The one row of `head`.
pub(super) const REVISION: &str = "revision";

/// A place in the history: the revision of a commit, and the change in it.
pub(super) type Place = (u64, u32);

/// A change: one of the three below, the key or journal, and the value of what was written.
pub(super) type Change = (u8, &'static str, &'static [u8]);

pub(super) const WRITTEN: u8 = 0;
pub(super) const DELETED: u8 = 1;
pub(super) const APPENDED: u8 = 2;
