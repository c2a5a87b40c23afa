//! `[io]` The socket file that a lab listens at: one lab a file, and no file left behind.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    os::unix::{
        fs::{FileTypeExt, MetadataExt},
        net::UnixStream,
    },
    path::{Path, PathBuf},
};
use tokio::net::UnixListener;

/// A socket that clients can connect to. Its file is removed when this is dropped.
#[derive(Debug)]
pub struct Socket {
    pub(super) listener: UnixListener,
    path: PathBuf,
    /// By which the file is known to be still this socket's.
    inode: u64,
}

impl Socket {
    /// Listens at this path. The file of a lab that has died is replaced. Has to be called in a Tokio runtime.
    ///
    /// # Errors
    /// When another lab listens there, something else than a socket is there, or the system refuses; says what to do.
    pub fn bind(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let wrong = |error: io::Error| {
            let message = format!("{}: a lab cannot listen here: {error}", path.display());
            io::Error::new(error.kind(), message)
        };
        // Held by whoever looks and replaces, so that two labs that start at once do not remove each other's file.
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let folder = File::open(folder).map_err(wrong)?;
        folder.lock().map_err(wrong)?;
        make_room(&path)?;
        let listener = UnixListener::bind(&path).map_err(wrong)?;
        let inode = fs::symlink_metadata(&path).map_err(wrong)?.ino();
        drop(folder);
        Ok(Self {
            listener,
            path,
            inode,
        })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let is_mine = |file: fs::Metadata| file.ino() == self.inode;
        if fs::symlink_metadata(&self.path).is_ok_and(is_mine) {
            // A file that is left behind is replaced by the next lab.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes the socket of a lab that has died.
fn make_room(path: &Path) -> io::Result<()> {
    let refused = |kind, what: &str| {
        let message = format!("{}: {what}", path.display());
        Err(io::Error::new(kind, message))
    };
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return refused(error.kind(), &format!("it cannot be looked at: {error}")),
        Ok(found) => found,
    };
    if !found.file_type().is_socket() {
        let what = "there is something else than a socket; name another file";
        return refused(ErrorKind::AlreadyExists, what);
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path),
        Ok(_) => refused(
            ErrorKind::AddrInUse,
            "another lab serves here; end it, or name another file",
        ),
        Err(error) => refused(
            error.kind(),
            &format!("it cannot be said whether a lab serves here: {error}"),
        ),
    }
}
