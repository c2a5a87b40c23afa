//! One case: a folder with a broken design, and what is found in it.

use crate::{federated, golden, plan};
use drydock_core::{
    Design, Drivers, Selector,
    diagnostic::{Code, Color, Diagnostic, Diagnostics, render_all},
    model::Catalog,
    names::DriverName,
    resolve::{Allocations, Catalogs, ResolvedDesign},
    source::{Snapshot, yaml},
    span::Span,
    validate::RuleSet,
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

/// A broken design and what is found in it.
pub(crate) struct Case {
    /// `DD0504/example`.
    pub(crate) name: String,
    pub(crate) code: Code,
    /// Each file with its path below the case's folder, in the order of the paths.
    pub(crate) files: Vec<(String, Vec<u8>)>,
    pub(crate) plan: Option<String>,
    pub(crate) design: Arc<ResolvedDesign>,
    pub(crate) found: Diagnostics,
    folder: PathBuf,
}

/// Every case, in the order of its name.
pub(crate) fn all() -> &'static [Case] {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
        let root = golden::workspace("drydock-core/tests/diagnostics");
        let codes = folders(&root).into_iter().map(|(name, path)| {
            // A folder that is no code's would never be looked at.
            let code = Code::parse(&name).unwrap_or_else(|| panic!("{name} is no code"));
            (code, path)
        });
        codes
            .flat_map(|(code, path)| {
                folders(&path)
                    .into_iter()
                    .map(move |(_, case)| Case::read(code, case))
            })
            .collect()
    });
    &CASES
}

impl Case {
    fn read(code: Code, folder: PathBuf) -> Self {
        let name = format!("{code}/{}", folder.file_name().unwrap().to_str().unwrap());
        let mut files = Vec::new();
        yaml_files(&folder, "", &mut files);
        assert!(!files.is_empty(), "{name} has no *.yaml");
        let plan = fs::read_to_string(folder.join("plan.txt")).ok();
        Self::of(name, code, files, plan, folder)
    }

    fn of(
        name: String,
        code: Code,
        files: Vec<(String, Vec<u8>)>,
        plan: Option<String>,
        folder: PathBuf,
    ) -> Self {
        let is_federated = files.iter().any(|(path, _)| path.starts_with("source-"));
        let snapshot = match is_federated {
            true => federated::snapshot(&name, &files, &folder),
            false => snapshot(&files),
        };
        let design = Design::of(&snapshot, &rules(&folder), &Allocations::default());
        let mut found = design.diagnostics;
        if let Some(plan) = &plan {
            found.extend(plan::diagnostics(&name, plan, &design.resolved));
            found = found.sorted(&design.resolved.files);
        }
        Self {
            name,
            code,
            files,
            plan,
            design: design.resolved,
            found,
            folder,
        }
    }

    /// All that a person is told.
    pub(crate) fn text(&self) -> String {
        render_all(&self.found, &self.design.files, Color::Never)
    }

    /// How that differs from what is expected, if it does.
    pub(crate) fn differs(&self) -> Option<String> {
        golden::differs(&self.folder.join("expected.txt"), &self.text())
            .map(|difference| format!("{difference}\nWrite it anew with: {}", golden::COMMAND))
    }

    pub(crate) fn is_planned(&self) -> bool {
        self.plan.is_some()
    }

    /// The same design after the repair that the finding offers.
    pub(crate) fn mended(&self, found: &Diagnostic) -> Case {
        let edit = found.edit.as_ref().unwrap();
        let name = self.file_of(edit.span).unwrap();
        let (_, bytes) = self.files.iter().find(|(path, _)| *path == name).unwrap();
        let (mut bytes, replaced) = (bytes.clone(), edit.span.lo as usize..edit.span.hi as usize);
        bytes.splice(replaced, edit.text.bytes());
        self.with(&name, bytes)
    }

    /// The same design with one file changed.
    pub(crate) fn with(&self, file: &str, bytes: Vec<u8>) -> Case {
        let mut changed = self.again();
        let (_, old) = changed
            .files
            .iter_mut()
            .find(|(path, _)| path == file)
            .unwrap();
        *old = bytes;
        changed.again()
    }

    /// The same design, read anew.
    pub(crate) fn again(&self) -> Case {
        let (name, files, plan) = (self.name.clone(), self.files.clone(), self.plan.clone());
        Self::of(name, self.code, files, plan, self.folder.clone())
    }

    /// Whether a finding marks places in two files, or its cause stands in another file than its subject.
    pub(crate) fn reaches_across_files(&self) -> bool {
        let reaches = |found: &Diagnostic| {
            let marked = found.labels.iter().map(|label| label.span);
            let places = marked.chain(self.name_of_subject(found));
            places
                .filter_map(|span| self.file_of(span))
                .collect::<BTreeSet<_>>()
                .len()
                > 1
        };
        self.found
            .iter()
            .filter(|found| found.code == self.code)
            .any(reaches)
    }

    /// Whether the cause of a finding stands in another document than the node or profile that it is about.
    pub(crate) fn reaches_through_inheritance(&self) -> bool {
        let reaches = |found: &Diagnostic| {
            let subject = found.subject.as_ref().filter(|id| self.inherits(id));
            subject.is_some_and(|id| self.document_at(found.span()) != Some(id))
        };
        self.found
            .iter()
            .filter(|found| found.code == self.code)
            .any(reaches)
    }

    fn inherits(&self, id: &drydock_core::names::DocumentId) -> bool {
        self.design
            .documents
            .get(id)
            .is_some_and(|document| document.inherits())
    }

    fn name_of_subject(&self, found: &Diagnostic) -> Option<Span> {
        let document = self.design.documents.get(found.subject.as_ref()?)?;
        Some(document.name_span)
    }

    /// The document that a place lies in: the last one of its file that begins before it.
    fn document_at(&self, place: Span) -> Option<&drydock_core::names::DocumentId> {
        let documents = self.design.documents.values();
        let before = documents.filter(|d| d.span.file == place.file && d.span.lo <= place.lo);
        before
            .max_by_key(|document| document.span.lo)
            .map(|document| &document.id)
    }

    fn file_of(&self, span: Span) -> Option<String> {
        self.design
            .files
            .file(span)
            .map(|file| file.name().to_owned())
    }
}

/// What one source gives.
fn snapshot(files: &[(String, Vec<u8>)]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (name, bytes) in files {
        let read = yaml::read(name, bytes);
        snapshot.files.insert(read.file);
        snapshot.documents.extend(read.documents);
        snapshot.diagnostics.extend(read.diagnostics);
    }
    snapshot
}

/// The standard rules and, where a `catalogs.txt` says what drivers offer, the one that holds images against it. Its lines
/// are `DRIVER IMAGE KERNEL...`; a driver that stands alone has no catalog at hand.
fn rules(folder: &Path) -> RuleSet {
    let Ok(text) = fs::read_to_string(folder.join("catalogs.txt")) else {
        return RuleSet::standard();
    };
    let (mut drivers, mut catalogs) = (Drivers::new(), Catalogs::new());
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, offered @ ..] = words.as_slice() else {
            continue;
        };
        let known = drivers.servers().any(|(_, driver)| driver.name() == *name);
        if !known {
            let driver = Arc::new(plan::on_paper(name));
            drivers = drivers.server(Selector::everything(), driver);
        }
        if let [image, kernels @ ..] = offered {
            let catalog: &mut Catalog = catalogs.entry(DriverName::from(*name)).or_default();
            let kernels = kernels.iter().map(|&kernel| kernel.into()).collect();
            catalog.images.push(((*image).into(), kernels));
        }
    }
    RuleSet::standard().with_catalogs(drivers, catalogs)
}

/// The folders in a folder, by name.
fn folders(root: &Path) -> Vec<(String, PathBuf)> {
    entries(root)
        .into_iter()
        .filter(|(_, path)| path.is_dir())
        .collect()
}

fn yaml_files(folder: &Path, below: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for (name, path) in entries(folder) {
        let below = format!("{below}{name}");
        if path.is_dir() {
            yaml_files(&path, &format!("{below}/"), files);
        } else if name.ends_with(".yaml") {
            files.push((below, fs::read(&path).unwrap()));
        }
    }
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let named = paths.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path));
    let mut entries: Vec<_> = named.collect();
    entries.sort();
    entries
}
