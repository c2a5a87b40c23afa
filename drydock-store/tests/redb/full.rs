//! Disks that are full and files that may not be written: clear errors, nothing lost, and on with it afterwards.

use super::{
    content,
    folder::Folder,
    process::{Process, file, say},
    runtime,
};
use drydock_core::state::{Batch, StateError, StateStore};
use drydock_store::RedbStore;
use std::{fs, path::Path, process::Command};

/// Writes until it fails, then reads, then writes once more.
#[test]
fn child_writes_until_it_fails() {
    let Some(path) = file() else { return };
    let store = match RedbStore::open(path) {
        Ok(store) => store,
        Err(error) => return say(&format!("not opened: {error}")),
    };
    runtime().block_on(async {
        for n in 0..100_000_u32 {
            let batch = Batch::new()
                .put(format!("k/{n}"), vec![b'x'; 10_000])
                .append("j", n.to_string());
            match store.commit(batch).await {
                Ok(_) => say(&format!("{n}")),
                Err(error) => {
                    say(&format!("failed: {error}"));
                    break;
                }
            }
        }
        let entries = store.read_journal("j", 0).await;
        say(&format!("read: {:?}", entries.map(|entries| entries.len())));
        let again = Batch::new().put("again", vec![b'x'; 200_000]);
        say(&format!("again: {:?}", store.commit(again).await));
    });
}

#[test]
fn a_file_that_may_not_grow_loses_nothing() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    // In units of 512 bytes; without the signal, writing fails as it does on a full disk.
    let shell = "trap '' XFSZ; ulimit -f 2000;";
    let mut child = Process::start("full::child_writes_until_it_fails", &path, shell);
    let (mut answered, mut failed) = (0, None);
    while let Some(line) = child.hear() {
        match line.split_once(": ") {
            Some((what, error)) => {
                failed = Some((what.to_owned(), error.to_owned()));
                break;
            }
            None => answered = line.parse::<usize>().unwrap() + 1,
        }
    }
    let (what, error) = failed.expect("the limit is reached");
    assert_eq!(what, "failed");
    assert!(answered > 5, "{answered}");
    for said in [
        path.to_str().unwrap(),
        "may not grow",
        "nothing of it was written",
    ] {
        assert!(error.contains(said), "{error}");
    }
    // The same process goes on reading, and is told again when it writes.
    assert_eq!(child.hear().unwrap(), format!("read: Ok({answered})"));
    let again = child.hear().unwrap();
    assert!(again.starts_with("again: Err(Unavailable("), "{again}");
    assert_eq!(child.hear(), None);
    drop(child);

    let store = RedbStore::open(&path).unwrap();
    runtime().block_on(async {
        assert_eq!(store.scan("k/").await.unwrap().len(), answered);
        assert_eq!(store.read_journal("j", 0).await.unwrap().len(), answered);
        assert_eq!(store.get("again").await.unwrap(), None);
        store.commit(Batch::new().append("j", "on")).await.unwrap();
    });
}

/// A file system in memory of this many bytes, if this user may mount one.
struct Mounted(Folder);

impl Mounted {
    fn new(bytes: u32) -> Option<Self> {
        let folder = Folder::new();
        let size = format!("size={bytes}");
        match run(
            "mount",
            &["-t", "tmpfs", "-o", &size, "none"],
            folder.path(),
        ) {
            true => Some(Self(folder)),
            false => {
                eprintln!("SKIPPED: this user may not mount a file system");
                None
            }
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        run("umount", &["-l"], self.0.path());
    }
}

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    let output = Command::new(program).args(arguments).arg(path).output();
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn a_full_disk_loses_nothing_and_the_store_goes_on_when_there_is_room() {
    let Some(disk) = Mounted::new(3 << 20) else {
        return;
    };
    let (path, other) = (disk.0.join("state.redb"), disk.0.join("other"));
    let store = RedbStore::open(&path).unwrap();
    fs::write(&other, vec![0; 1 << 20]).unwrap();
    let write = async |n: usize| {
        store
            .commit(Batch::new().append("j", vec![b'x'; 10_000 + n % 7]))
            .await
    };
    let before = runtime().block_on(async {
        let mut answered = 0;
        let error = loop {
            match write(answered).await {
                Ok(_) => answered += 1,
                Err(error) => break error,
            }
        };
        assert!(answered > 20, "{answered}");
        assert!(matches!(error, StateError::Unavailable(_)), "{error:?}");
        let said = error.to_string();
        assert!(said.contains("the disk is full; make room"), "{said}");
        assert!(said.contains("nothing of it was written"), "{said}");
        // Full is full: none of these is half there.
        for _ in 0..3 {
            let batch = Batch::new().append("j", vec![b'y'; 300_000]);
            store.commit(batch).await.unwrap_err();
        }
        assert_eq!(store.read_journal("j", 0).await.unwrap().len(), answered);
        fs::remove_file(&other).unwrap();
        for _ in 0..20 {
            write(answered).await.unwrap();
            answered += 1;
        }
        assert_eq!(store.read_journal("j", 0).await.unwrap().len(), answered);
        content(&store).await.unwrap()
    });
    drop(store);
    let store = RedbStore::open(&path).unwrap();
    assert_eq!(runtime().block_on(content(&store)).unwrap(), before);
}

#[test]
fn a_disk_that_turns_read_only_loses_nothing() {
    let Some(disk) = Mounted::new(4 << 20) else {
        return;
    };
    let path = disk.0.join("state.redb");
    runtime().block_on(async {
        let store = RedbStore::open(&path).unwrap();
        store.commit(Batch::new().put("k", "v")).await.unwrap();
        drop(store);
        assert!(run("mount", &["-o", "remount,ro"], disk.0.path()));
        let error = RedbStore::open(&path).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
        assert!(error.contains("read-only; mount it for writing"), "{error}");
        let error = RedbStore::open(disk.0.join("new.redb"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("read-only; mount it for writing"), "{error}");
        assert!(run("mount", &["-o", "remount,rw"], disk.0.path()));
        let store = RedbStore::open(&path).unwrap();
        assert_eq!(store.get("k").await.unwrap().unwrap().value, b"v");
    });
}

#[test]
fn a_file_of_another_user_is_refused_clearly() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    drop(RedbStore::open(&path).unwrap());
    let before = fs::read(&path).unwrap();
    // Root may read and write everything, so another user tries.
    let shell = "[ $(id -u) != 0 ] || set -- setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\"; \
         if [ $# -gt 0 ]; then exec \"$@\" --exact full::child_writes_until_it_fails --nocapture; fi; chmod 0 \"$DRYDOCK_STORE_CHILD\";";
    let mut child = Process::start("full::child_writes_until_it_fails", &path, shell);
    let Some(said) = child.hear() else {
        eprintln!("SKIPPED: this user may not run a program as another");
        return;
    };
    assert!(said.starts_with("not opened: "), "{said}");
    for part in [
        path.to_str().unwrap(),
        "this user may not read and write it; change its owner or mode",
    ] {
        assert!(said.contains(part), "{said}");
    }
    drop(child);
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
}
