//! The versions that were released, and what each of them left.

use crate::written;
use drydock_core::{MemorySource, names::NodeName, secret::Secret};
use drydock_store::KeySeal;
use redb::{Database, ReadableDatabase, TableDefinition};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// Who worked on every run. A file admits one process at a time, so whoever has it open goes on at once.
pub(crate) const OWNER: &str = "keeper";

/// Stands in every secret of a release's design, and nowhere else.
pub(crate) const CANARY: &str = "canary";

/// The node that was given a boot credential, and what it was given.
pub(crate) fn credential() -> (NodeName, Secret) {
    ("control".into(), Secret::new(CANARY.repeat(6)))
}

/// What one version left.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    pub(crate) version: String,
    folder: PathBuf,
}

/// All of them, in the order of their names; written first where the version of today is missing and is to be.
pub(crate) fn all() -> &'static [Release] {
    static ALL: LazyLock<Vec<Release>> = LazyLock::new(|| {
        if std::env::var_os("DRYDOCK_BLESS").is_some() {
            written::unless_there(&folder());
        }
        let entries = fs::read_dir(folder()).expect("tests/releases");
        let named = |entry: fs::DirEntry| Release {
            version: entry.file_name().into_string().unwrap(),
            folder: entry.path(),
        };
        let mut all: Vec<_> = entries.map(|entry| named(entry.unwrap())).collect();
        all.sort_by(|a, b| a.version.cmp(&b.version));
        assert!(!all.is_empty());
        all
    });
    &ALL
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases")
}

/// The YAML files of a folder as texts of a source, named as `name` and the file.
pub(crate) fn texts(source: MemorySource, folder: &Path, name: &str) -> MemorySource {
    let mut source = source;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_str().unwrap();
        source = source.text(format!("{name}/{file}"), fs::read_to_string(&path).unwrap());
    }
    source
}

pub(crate) fn seal(key: &[u8]) -> KeySeal {
    let key = String::from_utf8(key.to_vec()).unwrap();
    KeySeal::from_hex(&Secret::new(key)).unwrap()
}

impl Release {
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.path(file)).unwrap_or_else(|error| panic!("{} {file}: {error}", self.version))
    }

    pub(crate) fn seal(&self) -> KeySeal {
        seal(&self.read("key"))
    }

    /// The design's files, or those of the draft.
    pub(crate) fn source(&self, is_draft: bool) -> MemorySource {
        let source = texts(MemorySource::new("site"), &self.path("design"), "design");
        match is_draft {
            true => texts(source, &self.path("draft"), "draft"),
            false => source,
        }
    }
}

/// The migrations of today, in order.
pub(crate) fn migrations() -> Vec<String> {
    let folder = folder().join("../../src/postgres/migrations");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let files: BTreeSet<PathBuf> = files.collect();
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

/// The versions that the changelog names.
fn released() -> BTreeSet<String> {
    let changelog = fs::read_to_string(folder().join("../../../CHANGELOG.md")).unwrap();
    let headings = changelog
        .lines()
        .filter_map(|line| line.strip_prefix("## ["));
    let mut versions = BTreeSet::new();
    for heading in headings.filter(|heading| *heading != "Unreleased]") {
        let (version, date) = heading.split_once("] - ").expect(heading);
        let parts = |text: &str, by| text.split(by).map(str::parse::<u32>).all(|n| n.is_ok());
        assert!(parts(version, '.') && parts(date, '-'), "{heading}");
        assert!(versions.insert(version.to_owned()), "{version} twice");
    }
    versions
}

#[test]
fn every_version_that_was_released_left_something() {
    let left: BTreeSet<_> = all().iter().map(|left| left.version.clone()).collect();
    assert_eq!(
        released(),
        left,
        "the headings of CHANGELOG.md and the folders of tests/releases; CONTRIBUTING.md says how a release is cut"
    );
}

#[test]
fn what_a_version_left_was_written_by_it() {
    const FORMAT: TableDefinition<'_, &str, &str> = TableDefinition::new("format");
    for release in all() {
        let folder = crate::folder::Folder::new();
        let path = folder.join("state.redb");
        fs::write(&path, release.read("state.redb")).unwrap();
        let database = Database::open(&path).unwrap();
        let read = database.begin_read().unwrap();
        let format = read.open_table(FORMAT).unwrap();
        let writer = format.get("written-by").unwrap().unwrap();
        assert_eq!(writer.value(), release.version);
        let export = String::from_utf8(release.read("export.jsonl")).unwrap();
        let first: Value = serde_json::from_str(export.lines().next().unwrap()).unwrap();
        assert_eq!(first["written_by"], release.version.as_str());
    }
}

/// A database that has one already is not given it again.
#[test]
fn a_migration_that_was_released_is_never_changed() {
    for release in all() {
        let sql = String::from_utf8(release.read("database.sql")).unwrap();
        let mut rest = sql.as_str();
        for migration in migrations() {
            rest = rest.strip_prefix(migration.as_str()).unwrap_or(rest);
        }
        let next = rest.lines().next().unwrap();
        let version = &release.version;
        assert!(
            next.starts_with("DELETE FROM"),
            "{version} knew another: {next}"
        );
        let format = rest
            .lines()
            .find(|line| line.starts_with("INSERT INTO \"format\""));
        assert!(format.unwrap().contains(version), "{version}: {format:?}");
    }
}

#[test]
fn nothing_that_a_version_left_tells_a_secret_or_where_it_was_made() {
    for release in all() {
        for file in ["state.redb", "export.jsonl", "plan.json"] {
            let told = written::told(&release.read(file));
            assert_eq!(told, [""; 0], "{} {file}", release.version);
        }
    }
}
