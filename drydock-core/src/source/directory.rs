//! `[io]` Documents from files and folders.

use super::{DesignSource, Load, Revision, Snapshot, SourceError, yaml};
use crate::names::SourceName;
use async_trait::async_trait;
use std::{
    collections::{HashSet, hash_map::RandomState},
    fs,
    hash::{BuildHasher, Hasher},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::OnceLock,
};
use tokio::runtime::Handle;

/// Files, and folders with all their `*.yaml` and `*.yml` files at any depth.
///
/// Guarantees: hidden files and folders inside a folder are left out; what several paths or symbolic links lead to is
/// read once, under the first of its names; neither the order of the paths nor that of the file system changes the
/// result. Files are named as the paths were given, joined with `/`.
#[derive(Debug)]
pub struct DirectorySource {
    name: SourceName,
    paths: Vec<PathBuf>,
}

impl DirectorySource {
    /// A source of this name that reads these paths each time it is loaded.
    pub fn new<I>(name: impl Into<SourceName>, paths: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<PathBuf>,
    {
        Self {
            name: name.into(),
            paths: paths.into_iter().map(Into::into).collect(),
        }
    }
}

#[async_trait]
impl DesignSource for DirectorySource {
    fn name(&self) -> &SourceName {
        &self.name
    }

    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError> {
        let (paths, known) = (self.paths.clone(), known.cloned());
        let loaded = match Handle::try_current() {
            Ok(runtime) => {
                runtime
                    .spawn_blocking(move || load(&paths, known.as_ref()))
                    .await
            }
            // A host without a runtime has no task to block.
            Err(_) => Ok(load(&paths, known.as_ref())),
        };
        let error = |message, cause| SourceError {
            source_name: self.name.clone(),
            message,
            cause: Some(cause),
        };
        match loaded {
            Ok(Ok(load)) => Ok(load),
            Ok(Err(Unreadable { message, cause })) => Err(error(message, cause.into())),
            Err(stopped) => Err(error(
                "reading was stopped; load it again".to_owned(),
                stopped.into(),
            )),
        }
    }
}

/// Every path that cannot be read, and the first reason.
#[derive(Debug)]
struct Unreadable {
    message: String,
    cause: io::Error,
}

/// A file, as it is named and as it was read.
type Text = (String, Vec<u8>);

fn load(paths: &[PathBuf], known: Option<&Revision>) -> Result<Load, Unreadable> {
    let texts = read(paths)?;
    let revision = revision(
        texts
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice())),
    );
    if known == Some(&revision) {
        return Ok(Load::Unchanged);
    }
    let mut snapshot = Snapshot::default();
    for read in yaml::read_all(&texts) {
        snapshot.add(read);
    }
    Ok(Load::Loaded {
        revision,
        snapshot: snapshot.into(),
    })
}

/// The digest of all names and bytes, each with its length, so that no two sets of files look alike.
///
/// It is made with a key that only this process has: the texts may hold secrets, and whoever sees a revision shall not be
/// able to try out which. So a revision means something inside this process alone.
pub(super) fn revision<'t>(texts: impl Iterator<Item = (&'t str, &'t [u8])>) -> Revision {
    let mut hash = hmac_sha256::HMAC::new(process_key());
    for (name, bytes) in texts {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    let digits = hash
        .finalize()
        .into_iter()
        .map(|byte| format!("{byte:02x}"));
    Revision(digits.collect::<String>().into())
}

/// 32 random bytes, chosen once; the standard library seeds its hash maps with the system's randomness.
fn process_key() -> &'static [u8; 32] {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    KEY.get_or_init(|| {
        let mut key = [0; 32];
        for part in key.chunks_mut(8) {
            part.copy_from_slice(&RandomState::new().build_hasher().finish().to_be_bytes());
        }
        key
    })
}

/// The bytes of all files, ordered by name.
fn read(paths: &[PathBuf]) -> Result<Vec<Text>, Unreadable> {
    let mut found = Found::default();
    let mut named: Vec<_> = paths.iter().map(|path| (name_of(path), path)).collect();
    named.sort();
    for (name, path) in named {
        found.path(path, name, true);
    }
    found.files.sort();
    let mut texts = Vec::with_capacity(found.files.len());
    for (name, path) in std::mem::take(&mut found.files) {
        // Two names of one file: only the first is read.
        if path
            .canonicalize()
            .is_ok_and(|real| !found.seen.insert(real))
        {
            continue;
        }
        match bytes(&path) {
            Ok(bytes) => texts.push((name, bytes)),
            Err(error) => found.errors.push((name, error)),
        }
    }
    found.errors.sort_by(|(a, _), (b, _)| a.cmp(b));
    let message: Vec<String> = found
        .errors
        .iter()
        .map(|(name, error)| unreadable(name, error))
        .collect();
    match found.errors.into_iter().next() {
        None => Ok(texts),
        Some((_, cause)) => Err(Unreadable {
            message: message.join("; "),
            cause,
        }),
    }
}

/// The file's bytes; of an endless one as many as are needed to refuse it.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = fs::File::open(path)?;
    let size = file
        .metadata()
        .map_or(0, |meta| meta.len())
        .min(u64::from(u32::MAX));
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(u64::from(u32::MAX)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &io::Error) -> String {
    let help = match error.kind() {
        io::ErrorKind::NotFound => "give a path that exists",
        io::ErrorKind::PermissionDenied => "allow this user to read it",
        _ => "make it readable, or leave it out",
    };
    format!("cannot read {name}: {error}; {help}")
}

/// The path as it was given, with `/` between its parts and none at its end.
fn name_of(path: &Path) -> String {
    let name = path
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/");
    match name.trim_end_matches('/') {
        "" => name,
        trimmed => trimmed.to_owned(),
    }
}

/// What a walk through the paths has found.
#[derive(Debug, Default)]
struct Found {
    files: Vec<(String, PathBuf)>,
    /// Folders and files that were met already, by their real paths.
    seen: HashSet<PathBuf>,
    errors: Vec<(String, io::Error)>,
}

impl Found {
    /// Takes in a path; `given` when somebody named it, whatever it ends with.
    fn path(&mut self, path: &Path, name: String, given: bool) {
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => self.folder(path, &name),
            // A pipe or device is read only where somebody named it.
            Ok(meta) if given || (meta.is_file() && is_yaml(path)) => {
                self.files.push((name, path.to_owned()))
            }
            Ok(_) => {}
            // A link that leads nowhere is no design file unless it is named like one.
            Err(_) if !given && !is_yaml(path) => {}
            Err(error) => self.errors.push((name, error)),
        }
    }

    fn folder(&mut self, path: &Path, name: &str) {
        match path.canonicalize() {
            Ok(real) => {
                if !self.seen.insert(real) {
                    return;
                }
            }
            Err(error) => return self.errors.push((name.to_owned(), error)),
        }
        let entries = fs::read_dir(path).and_then(|entries| {
            let mut entries: Vec<_> = entries
                .map(|entry| entry.map(|e| e.file_name()))
                .collect::<io::Result<_>>()?;
            entries.sort();
            Ok(entries)
        });
        match entries {
            Err(error) => self.errors.push((name.to_owned(), error)),
            Ok(entries) => {
                for entry in entries {
                    let inner = entry.to_string_lossy();
                    if !inner.starts_with('.') {
                        self.path(
                            &path.join(&entry),
                            format!("{}/{inner}", name.trim_end_matches('/')),
                            false,
                        );
                    }
                }
            }
        }
    }
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// A folder that is removed at the end of its test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str) -> Self {
            let path = std::env::temp_dir().join(format!("drydock-{test}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn rack(&self, path: &str, rack: &str) {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: NAME}\nspec: {}\n";
            fs::write(path, text.replace("NAME", rack)).unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    async fn loaded(source: &DirectorySource) -> (Revision, Arc<Snapshot>) {
        match source.load(None).await.unwrap() {
            Load::Loaded { revision, snapshot } => (revision, snapshot),
            Load::Unchanged => panic!("nothing was known"),
        }
    }

    fn names(snapshot: &Snapshot) -> Vec<&str> {
        snapshot
            .documents
            .iter()
            .map(|document| &*document.id.name)
            .collect()
    }

    #[tokio::test]
    async fn folders_are_read_at_any_depth_and_always_in_one_order() {
        let folder = Folder::new("depth");
        for (path, rack) in [
            ("b.yaml", "r3"),
            ("a/deep/er/x.yml", "r1"),
            ("a/z.yaml", "r2"),
            (".hidden/x.yaml", "no"),
            (".x.yaml", "no"),
            ("notes.txt", "no"),
        ] {
            folder.rack(path, rack);
        }
        let inner = folder.0.join("a");
        let paths = [folder.0.clone(), inner.clone(), folder.0.join("notes.txt")];
        let (revision, snapshot) = loaded(&DirectorySource::new("site", paths.clone())).await;
        assert_eq!(names(&snapshot), ["r1", "r2", "r3", "no"]);
        let files: Vec<&str> = snapshot
            .files
            .files()
            .iter()
            .map(|file| file.name())
            .collect();
        assert!(files[0].ends_with("/a/deep/er/x.yml"), "{files:?}");
        let (again, _) = loaded(&DirectorySource::new("site", paths.into_iter().rev())).await;
        assert_eq!(revision, again);
    }

    #[tokio::test]
    async fn what_did_not_change_is_not_read_again() {
        let folder = Folder::new("change");
        folder.rack("a.yaml", "r1");
        let source = DirectorySource::new("site", [&folder.0]);
        let (first, _) = loaded(&source).await;
        assert!(matches!(
            source.load(Some(&first)).await.unwrap(),
            Load::Unchanged
        ));
        fs::rename(folder.0.join("a.yaml"), folder.0.join("b.yaml")).unwrap();
        let (renamed, _) = loaded(&source).await;
        folder.rack("b.yaml", "r2");
        let Load::Loaded {
            revision: changed, ..
        } = source.load(Some(&renamed)).await.unwrap()
        else {
            panic!("a file has changed");
        };
        assert!(first != renamed && renamed != changed);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_in_a_circle_are_left() {
        let folder = Folder::new("links");
        folder.rack("a/x.yaml", "r1");
        std::os::unix::fs::symlink(&folder.0, folder.0.join("a/up")).unwrap();
        std::os::unix::fs::symlink(folder.0.join("a"), folder.0.join("b")).unwrap();
        std::os::unix::fs::symlink(folder.0.join("a/x.yaml"), folder.0.join("y.yaml")).unwrap();
        let (_, snapshot) = loaded(&DirectorySource::new("site", [&folder.0])).await;
        assert_eq!(names(&snapshot), ["r1"]);
    }

    #[tokio::test]
    async fn every_path_that_cannot_be_read_is_named() {
        let folder = Folder::new("missing");
        let source = DirectorySource::new(
            "site",
            [
                folder.0.join("x"),
                folder.0.join("y.yaml"),
                folder.0.clone(),
            ],
        );
        let error = source.load(None).await.unwrap_err();
        assert!(error.cause.is_some());
        let message = error
            .to_string()
            .replace(&*folder.0.to_string_lossy(), "DIR");
        let reason = "No such file or directory (os error 2); give a path that exists";
        assert_eq!(
            message,
            format!("source site: cannot read DIR/x: {reason}; cannot read DIR/y.yaml: {reason}")
        );
    }

    #[test]
    fn no_runtime_is_needed() {
        let source = DirectorySource::new("site", Vec::<PathBuf>::new());
        let mut load = source.load(None);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(load.as_mut().poll(&mut context).is_ready());
    }

    #[test]
    fn names_and_bytes_cannot_be_mistaken_for_each_other() {
        let revision_of = |texts: &[(&'static str, &'static [u8])]| revision(texts.iter().copied());
        assert_ne!(revision_of(&[("a", b"bc")]), revision_of(&[("ab", b"c")]));
        assert_ne!(
            revision_of(&[("a", b""), ("b", b"")]),
            revision_of(&[("a", b"b")])
        );
    }
}
