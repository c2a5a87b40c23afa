//! `[io]` Secrets from files, one each, as Kubernetes mounts them and systemd's credentials hand them over.
//!
//! Never reads a file outside its folder, and never tells what is in one.

use super::{Secret, SecretError, SecretRef, SecretSource, found};
use async_trait::async_trait;
use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
};
use tokio::runtime::Handle;

/// The longest secret that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

/// Secrets in a folder: the secret `bmc` is the file `bmc` in it, read at each call.
///
/// - A name is one file's name: no `/`, no `\`, not `.`, `..` or beginning with `..` (which Kubernetes keeps for itself).
///   What the name leads to must lie inside the folder, symbolic links followed: Kubernetes' own do, and swapping them is
///   how it rotates a secret.
/// - One line end at the end of the file, LF or CRLF, is not part of the secret: editors and `echo` leave it there. A
///   secret that ends with one has it twice.
/// - An empty file is an error, so is one beyond 64 KiB, one that is not a regular file, and one that is not UTF-8.
/// - On Unix a file that every user may write is refused: anybody could put another secret there. One that every user may
///   read is not, for Kubernetes and Docker mount secrets that way into containers of one user; see
///   [`FileSecrets::private`] for other places.
#[derive(Debug, Clone)]
pub struct FileSecrets {
    folder: PathBuf,
    /// Rights of others (the mode's last digit) that a file must not give.
    forbidden: u32,
}

impl FileSecrets {
    /// Secrets in this folder; it need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            forbidden: 0o002,
        }
    }

    /// Also refuses a file to which users who are neither its owner nor in its group have any right, as `ssh` does with
    /// keys. On systems other than Unix this changes nothing.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.forbidden = 0o007;
        self
    }
}

#[async_trait]
impl SecretSource for FileSecrets {
    async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError> {
        let (source, asked) = (self.clone(), name.clone());
        match Handle::try_current() {
            Ok(runtime) => runtime
                .spawn_blocking(move || read(&source, &asked))
                .await
                .unwrap_or_else(|_| Err(SecretError::new(name, "reading was stopped; ask again"))),
            // A host without a runtime has no task to block.
            Err(_) => read(self, name),
        }
    }
}

fn read(source: &FileSecrets, name: &SecretRef) -> Result<Secret, SecretError> {
    let text = name.secret.as_str();
    if text.is_empty()
        || text.starts_with("..")
        || text == "."
        || text.contains(['/', '\\', '\0', ':'])
    {
        let reason =
            "it cannot be the name of a file; name it with letters, digits, `-`, `_` and `.`";
        return Err(SecretError::new(name, reason));
    }
    let folder: &Path = &source.folder;
    let path = folder.join(text);
    let shown = path.display();
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => {
            SecretError::absent(name, format!("write it to the file {shown}"))
        }
        kind => SecretError::new(
            name,
            format!("the file {shown} cannot be read ({kind}); let this program read it"),
        ),
    };
    let inside = folder.canonicalize().map_err(unreadable)?;
    let real = path.canonicalize().map_err(unreadable)?;
    if !real.starts_with(&inside) {
        let reason = format!("{shown} leads out of its folder; put the secret itself there");
        return Err(SecretError::new(name, reason));
    }
    // A pipe or a device would block or never end, so it is not even opened.
    if !fs::metadata(&real).map_err(unreadable)?.is_file() {
        let reason = format!("{shown} is not a file; write the secret to one");
        return Err(SecretError::new(name, reason));
    }
    let file = fs::File::open(&real).map_err(unreadable)?;
    if rights_of_others(&file.metadata().map_err(unreadable)?) & source.forbidden != 0 {
        let reason = match source.forbidden {
            0o002 => format!("every user may write {shown}; take that right away (chmod o-w)"),
            _ => format!("other users have a right to {shown}; take it away (chmod o-rwx)"),
        };
        return Err(SecretError::new(name, reason));
    }
    // Room for everything beforehand: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Vec::with_capacity(MAX_BYTES as usize + 2);
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        bytes.fill(0);
        let reason = format!("{shown} is longer than 64 KiB; a secret is shorter");
        return Err(SecretError::new(name, reason));
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    found(name, bytes, || format!("the file {shown}"))
}

/// The mode's last digit.
#[cfg(unix)]
fn rights_of_others(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o007
}

/// Rights have another form here; they are the host's care.
#[cfg(not(unix))]
fn rights_of_others(_metadata: &fs::Metadata) -> u32 {
    0
}

#[cfg(test)]
#[cfg(unix)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("drydock-files-{test}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(path.join("secrets")).unwrap();
            Self(path)
        }
        fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
            fs::write(self.0.join(name), bytes).unwrap();
            self.mode(name, 0o600);
        }
        fn mode(&self, name: &str, mode: u32) {
            fs::set_permissions(self.0.join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        fn source(&self) -> FileSecrets {
            FileSecrets::new(self.0.join("secrets"))
        }
        fn said(&self, name: &str) -> String {
            self.said_by(&self.source(), name)
        }
        fn said_by(&self, source: &FileSecrets, name: &str) -> String {
            match read(source, &SecretRef::new(name)) {
                Ok(secret) => format!("={}", secret.expose()),
                Err(error) => error.to_string().replace(self.0.to_str().unwrap(), ""),
            }
        }
    }
    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn one_line_end_is_not_part_of_the_secret() {
        let folder = Folder::new("ends");
        for (written, secret) in [
            ("a", "=a"),
            ("a\n", "=a"),
            ("a\r\n", "=a"),
            ("a\n\n", "=a\n"),
            (" a\nb ", "= a\nb "),
            ("a\r", "=a\r"),
            (
                "\n",
                "secret `s`: the file /secrets/s is empty; write the secret to it",
            ),
        ] {
            folder.write("secrets/s", written);
            assert_eq!(folder.said("s"), secret, "{written:?}");
        }
    }

    #[test]
    fn a_name_does_not_leave_the_folder() {
        let folder = Folder::new("names");
        folder.write("outside", "hunter2");
        symlink(folder.0.join("outside"), folder.0.join("secrets/link")).unwrap();
        symlink("../outside", folder.0.join("secrets/relative")).unwrap();
        folder.write("secrets/inside", "mine");
        symlink("inside", folder.0.join("secrets/near")).unwrap();
        let none =
            "it cannot be the name of a file; name it with letters, digits, `-`, `_` and `.`";
        for name in [
            "../outside",
            "..",
            ".",
            "",
            "/outside",
            "a/b",
            "a\\b",
            "a\0b",
            "..data",
        ] {
            assert_eq!(folder.said(name), format!("secret `{name}`: {none}"));
        }
        for name in ["link", "relative"] {
            assert_eq!(
                folder.said(name),
                format!(
                    "secret `{name}`: /secrets/{name} leads out of its folder; put the secret itself there"
                )
            );
        }
        assert_eq!(folder.said("near"), "=mine");
    }

    #[test]
    fn what_kubernetes_and_systemd_lay_down_is_read_and_rotation_is_seen() {
        let folder = Folder::new("mounts");
        for version in ["..1", "..2"] {
            fs::create_dir_all(folder.0.join("secrets").join(version)).unwrap();
            folder.write(&format!("secrets/{version}/bmc"), version);
            folder.mode(&format!("secrets/{version}/bmc"), 0o644);
        }
        symlink("..1", folder.0.join("secrets/..data")).unwrap();
        symlink("..data/bmc", folder.0.join("secrets/bmc")).unwrap();
        assert_eq!(folder.said("bmc"), "=..1");
        fs::remove_file(folder.0.join("secrets/..data")).unwrap();
        symlink("..2", folder.0.join("secrets/..data")).unwrap();
        assert_eq!(folder.said("bmc"), "=..2");
    }

    #[test]
    fn what_cannot_be_a_secret_is_refused_without_a_byte_of_it() {
        let folder = Folder::new("refused");
        folder.write("secrets/long", "x".repeat(64 * 1024 + 1));
        folder.write("secrets/most", "x".repeat(64 * 1024));
        folder.write("secrets/bytes", b"hunter2\xff");
        folder.write("secrets/open", "hunter2");
        folder.mode("secrets/open", 0o602);
        fs::create_dir(folder.0.join("secrets/folder")).unwrap();
        for (name, reason) in [
            (
                "long",
                "/secrets/long is longer than 64 KiB; a secret is shorter",
            ),
            (
                "bytes",
                "the file /secrets/bytes is not UTF-8; write it as text, such as base64",
            ),
            (
                "open",
                "every user may write /secrets/open; take that right away (chmod o-w)",
            ),
            (
                "folder",
                "/secrets/folder is not a file; write the secret to one",
            ),
            ("absent", "write it to the file /secrets/absent"),
        ] {
            assert_eq!(folder.said(name), format!("secret `{name}`: {reason}"));
        }
        assert_eq!(folder.said("most").len(), 64 * 1024 + 1);
        folder.mode("secrets/open", 0o604);
        assert_eq!(folder.said("open"), "=hunter2");
        assert_eq!(
            folder.said_by(&folder.source().private(), "open"),
            "secret `open`: other users have a right to /secrets/open; take it away (chmod o-rwx)"
        );
    }

    #[tokio::test]
    async fn a_runtime_is_not_needed_and_not_blocked() {
        let folder = Folder::new("runtime");
        folder.write("secrets/s", "hunter2\n");
        let source = folder.source();
        let secret = source.secret(&SecretRef::new("s")).await.unwrap();
        assert_eq!(secret.expose(), "hunter2");
        let absent = source.secret(&SecretRef::new("t")).await.unwrap_err();
        assert!(absent.is_absent());
    }
}
