//! Files that are opened, made or refused.

use super::{
    content, fill,
    folder::Folder,
    process::{Process, file, say},
    runtime,
};
use drydock_core::state::{Batch, StateError, StateStore};
use drydock_store::RedbStore;
use redb::{Database, TableDefinition};
use std::{fs, io::Read, path::Path};

/// Has the file open until it is killed.
#[test]
fn child_has_it_open() {
    let Some(path) = file() else { return };
    let _store = RedbStore::open(path).unwrap();
    say("open");
    let _ = std::io::stdin().read(&mut [0]);
}

fn refused(path: &Path) -> (StateError, String) {
    let error = RedbStore::open(path).unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains(path.to_str().unwrap()),
        "it names the file: {said}"
    );
    (error, said)
}

fn is_damaged(path: &Path, reason: &str) {
    let before = fs::read(path).ok();
    let (error, said) = refused(path);
    assert!(matches!(error, StateError::Damaged { .. }), "{error:?}");
    assert!(said.contains(reason), "{said}");
    assert!(said.contains("Put a copy in its place"), "{said}");
    assert_eq!(fs::read(path).ok(), before, "it is left alone");
}

#[test]
fn a_file_is_open_in_one_process() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let mut child = Process::start("opening::child_has_it_open", &path, "");
    assert_eq!(child.hear().as_deref(), Some("open"));
    let (error, said) = refused(&path);
    assert!(matches!(error, StateError::Unavailable(_)), "{error:?}");
    assert!(said.contains("is open in another process"), "{said}");
    child.kill();
    drop(child);
    RedbStore::open(&path).unwrap();
}

#[test]
fn what_was_written_is_there_when_it_is_opened_anew() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    runtime().block_on(async {
        let store = RedbStore::open(&path).unwrap();
        assert_eq!(store.path(), path);
        assert!(store.is_durable());
        fill(&store).await;
        let before = content(&store).await.unwrap();
        drop(store);
        let store = RedbStore::open(&path).unwrap();
        assert_eq!(content(&store).await.unwrap(), before);
        let next = store.commit(Batch::new()).await.unwrap();
        assert_eq!(next.0, before.revision.0 + 1);
    });
    // Nothing is left beside it.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_new_file_is_for_its_user_alone() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    drop(RedbStore::open(&path).unwrap());
    #[cfg(unix)]
    {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn many_that_make_the_same_file_make_one() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let opened: Vec<_> = std::thread::scope(|scope| {
        let open = || RedbStore::open(&path);
        let all: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(opened.iter().filter(|one| one.is_ok()).count(), 1);
    for error in opened.iter().filter_map(|one| one.as_ref().err()) {
        assert!(
            error.to_string().contains("is open in another process"),
            "{error}"
        );
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    let (error, said) = refused(&folder.join("none/state.redb"));
    assert!(matches!(error, StateError::Unavailable(_)), "{error:?}");
    assert!(said.contains("make the folder first"), "{said}");
    let (_, said) = refused(folder.path());
    assert!(said.contains("it is a folder; name a file"), "{said}");
}

#[test]
fn what_is_no_store_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    fs::write(&path, "").unwrap();
    is_damaged(&path, "it is empty, and a store never is");
    fs::write(&path, "nodes:\n- name: n1\n".repeat(1000)).unwrap();
    is_damaged(&path, "it is no drydock store");
    fs::write(&path, "short").unwrap();
    is_damaged(&path, "it is no drydock store");
}

#[test]
fn a_link_to_nothing_is_refused() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("none"), &path).unwrap();
        refused(&path);
        drop(RedbStore::open(folder.join("none")).unwrap());
        RedbStore::open(&path).unwrap();
    }
}

const FORMAT: TableDefinition<'_, &str, &str> = TableDefinition::new("format");
const HEAD: TableDefinition<'_, &str, u64> = TableDefinition::new("head");

/// Changes the file behind the store's back.
fn change(path: &Path, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::create(path).unwrap();
    let write = database.begin_write().unwrap();
    change(&write);
    write.commit().unwrap();
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = Folder::new();
    let path = folder.join("other.redb");
    change(&path, |write| {
        let mut table = write.open_table(HEAD).unwrap();
        table.insert("theirs", 1).unwrap();
    });
    let (error, said) = refused(&path);
    assert!(matches!(error, StateError::Damaged { .. }), "{error:?}");
    assert!(said.contains("another program's database"), "{said}");
}

#[test]
fn a_newer_format_is_refused_by_name() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    drop(RedbStore::open(&path).unwrap());
    change(&path, |write| {
        let mut format = write.open_table(FORMAT).unwrap();
        format.insert("version", "7").unwrap();
        format.insert("written-by", "3.4.5").unwrap();
    });
    let (error, said) = refused(&path);
    assert!(matches!(error, StateError::Unavailable(_)), "{error:?}");
    for part in [
        "is in format 7",
        "written by drydock-store 3.4.5",
        "use 3.4.5 or newer",
        "export there and import here",
    ] {
        assert!(said.contains(part), "{said}");
    }
    change(&path, |write| {
        write
            .open_table(FORMAT)
            .unwrap()
            .insert("version", "x")
            .unwrap();
    });
    assert!(refused(&path).1.contains("its format is called \"x\""));
}

#[test]
fn tables_that_contradict_each_other_are_reported() {
    const JOURNALS: TableDefinition<'_, &str, u64> = TableDefinition::new("journals");
    const HISTORY: TableDefinition<'_, (u64, u32), (u8, &str, &[u8])> =
        TableDefinition::new("history");
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let runtime = runtime();
    let store = RedbStore::open(&path).unwrap();
    runtime.block_on(fill(&store));
    drop(store);
    change(&path, |write| {
        write
            .open_table(JOURNALS)
            .unwrap()
            .insert("journal/1", 70)
            .unwrap();
        write.open_table(HISTORY).unwrap().remove((41, 0)).unwrap();
        write
            .open_table(HISTORY)
            .unwrap()
            .insert((40, 0), (9, "key/9", &[][..]))
            .unwrap();
    });
    let store = RedbStore::open(&path).unwrap();
    runtime.block_on(async {
        let said = store
            .read_journal("journal/1", 0)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("entry 65 of 70 of the journal journal/1 is missing"),
            "{said}"
        );
        let said = store.get("large").await.unwrap_err().to_string();
        assert!(said.contains("large at revision 41, change 0"), "{said}");
        store.scan("").await.unwrap_err();
        let said = store
            .changes(drydock_core::state::StateRevision(38))
            .await
            .unwrap_err()
            .to_string();
        assert!(said.contains("key/9 at revision 40, change 0"), "{said}");
        // What is whole can be read.
        assert_eq!(store.read_journal("journal/2", 0).await.unwrap().len(), 65);
    });
    drop(store);
    change(&path, |write| {
        write
            .open_table(HEAD)
            .unwrap()
            .insert("revision", 3)
            .unwrap();
    });
    assert!(
        refused(&path)
            .1
            .contains("its history goes on to revision 40, its head says 3")
    );
}

#[test]
fn a_file_that_counts_to_the_end_is_reported() {
    const LEASES: TableDefinition<'_, &str, (&str, u64)> = TableDefinition::new("leases");
    let folder = Folder::new();
    let path = folder.join("state.redb");
    drop(RedbStore::open(&path).unwrap());
    change(&path, |write| {
        let mut head = write.open_table(HEAD).unwrap();
        head.insert("revision", u64::MAX).unwrap();
        let mut leases = write.open_table(LEASES).unwrap();
        leases.insert("run/1", ("a", u64::MAX)).unwrap();
    });
    let store = RedbStore::open(&path).unwrap();
    runtime().block_on(async {
        let minute = std::time::Duration::from_secs(60);
        for _ in 0..2 {
            let commit = store.commit(Batch::new()).await.map(drop);
            let acquire = store.acquire("run/1", "a", minute).await.map(drop);
            for answer in [commit, acquire] {
                let said = answer.unwrap_err().to_string();
                assert!(said.contains("as far as numbers go"), "{said}");
            }
        }
        let lease = store.acquire("run/2", "a", minute).await.unwrap();
        assert_eq!(lease.fence, 1);
    });
}
