//! `[io]` A new file, that is there as a whole store or not at all: a process that is killed here leaves nothing that looks
//! like a store that was damaged.

use super::{fault::Fault, format};
use redb::Builder;
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Makes an empty store. That somebody else has made one in the meantime is no error.
pub(super) fn create(path: &Path) -> Result<(), Fault> {
    let draft = Draft::beside(path)?;
    let database = Builder::new().create(&draft.0)?;
    let mut write = database.begin_write()?;
    write.set_two_phase_commit(true);
    format::write(&write)?;
    write.commit()?;
    database.close()?;
    match publish(&draft.0, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    Ok(sync_folder(path)?)
}

/// Gives it its name, unless there is something of that name.
fn publish(draft: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(draft, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            // Some file systems have no links. The name is taken first, so that nothing is ever replaced.
            OpenOptions::new().write(true).create_new(true).open(path)?;
            fs::rename(draft, path)
        }
        done => done,
    }
}

/// Makes the name of a new file durable, where folders can be opened.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// A file under a name of its own, that is removed in the end.
struct Draft(PathBuf);

impl Draft {
    fn beside(path: &Path) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        name.push(format!(".{}.{number}.new", process::id()));
        let draft = path.with_file_name(name);
        // Of an earlier process that had our number and was killed.
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // What is in a store is nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&draft)?;
        Ok(Self(draft))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
