//! What a version left, in a store of each kind.

#[cfg(feature = "postgres")]
use crate::database;
use crate::{
    folder::Folder,
    releases::{OWNER, Release},
};
use drydock_core::{
    Drivers, Orchestrator,
    state::{MemoryStore, StateStore},
};
#[cfg(feature = "postgres")]
use drydock_store::PostgresStore;
use drydock_store::{RedbStore, portable::import};
use std::{fs, io::Cursor};

/// A way for what a version left to be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// The file is opened,
    OpenedFile,
    /// or the database.
    #[cfg(feature = "postgres")]
    OpenedDatabase,
    /// The export is brought into memory,
    Memory,
    /// into a new file,
    File,
    /// or into a new database.
    #[cfg(feature = "postgres")]
    Database,
}

impl Way {
    pub(crate) const OPENED: &[Self] = &[
        Self::OpenedFile,
        #[cfg(feature = "postgres")]
        Self::OpenedDatabase,
    ];
    pub(crate) const IMPORTED: &[Self] = &[
        Self::Memory,
        Self::File,
        #[cfg(feature = "postgres")]
        Self::Database,
    ];
}

/// A store of a test's own.
pub(crate) enum Store {
    Memory(MemoryStore),
    File(RedbStore, #[allow(dead_code)] Folder),
    #[cfg(feature = "postgres")]
    Database(PostgresStore),
}

impl Store {
    /// A store that holds what the version left; none where there is no PostgreSQL, which is said.
    pub(crate) async fn of(release: &Release, way: Way) -> Option<Self> {
        let store = match way {
            Way::OpenedFile => {
                let folder = Folder::new();
                let path = folder.join("state.redb");
                fs::write(&path, release.read("state.redb")).unwrap();
                return Some(Self::File(RedbStore::open(path).unwrap(), folder));
            }
            Way::Memory => Self::Memory(MemoryStore::new()),
            Way::File => {
                let folder = Folder::new();
                let path = folder.join("state.redb");
                Self::File(RedbStore::open(path).unwrap(), folder)
            }
            #[cfg(feature = "postgres")]
            Way::OpenedDatabase => {
                let sql = String::from_utf8(release.read("database.sql")).unwrap();
                return Some(Self::Database(database::opened(&sql).await?));
            }
            #[cfg(feature = "postgres")]
            Way::Database => Self::Database(database::empty().await?),
        };
        let export = Cursor::new(release.read("export.jsonl"));
        let counts = import(store.state(), export).await.unwrap();
        assert!(counts.keys > 0 && counts.entries > 0, "{counts:?}");
        Some(store)
    }

    pub(crate) fn state(&self) -> &dyn StateStore {
        match self {
            Self::Memory(store) => store,
            Self::File(store, _) => store,
            #[cfg(feature = "postgres")]
            Self::Database(store) => store,
        }
    }

    /// An orchestrator that has nothing but this store, the key, and these drivers.
    pub(crate) fn orchestrator(&self, release: &Release, drivers: Drivers) -> Orchestrator {
        let orchestrator = Orchestrator::new(drivers).owner(OWNER).seal(release.seal());
        match self {
            Self::Memory(store) => orchestrator.store(store.clone()),
            Self::File(store, _) => orchestrator.store(store.clone()),
            #[cfg(feature = "postgres")]
            Self::Database(store) => orchestrator.store(store.clone()),
        }
    }
}
