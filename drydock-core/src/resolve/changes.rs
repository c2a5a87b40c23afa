//! What a source, or a person, has changed since the design was resolved last.

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    names::{DocumentId, SourceName},
    source::{Document, Federation, Snapshot, yaml},
    span::{FileId, SourceFile},
};
use std::sync::Arc;

/// A set of changes that come into force together.
///
/// A file is replaced whole by [`Changes::file`]; a single document, wherever it was written, by [`Changes::put`]. Of two
/// changes of one thing the later one counts.
///
/// ```
/// use drydock_core::{resolve::Changes, source::yaml};
///
/// let rack = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: r1}\nspec: {}\n";
/// let changes = Changes::new()
///     .file(yaml::read("racks.yaml", rack.as_bytes()))
///     .without_file("old-racks.yaml");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Whether all that is known is forgotten first.
    pub(super) anew: bool,
    /// Names of files whose documents go.
    pub(super) gone_files: Vec<String>,
    /// Documents that go, of every source or of one.
    pub(super) removed: Vec<(DocumentId, Option<SourceName>)>,
    pub(super) files: Vec<Arc<SourceFile>>,
    pub(super) documents: Vec<Document>,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How sources are composed, where everything is replaced.
    pub(super) federation: Arc<Federation>,
}

impl Changes {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that was known is replaced by this snapshot. One that nobody else holds is not copied.
    pub fn all(snapshot: impl Into<Arc<Snapshot>>) -> Self {
        let snapshot = Arc::unwrap_or_clone(snapshot.into());
        Self {
            anew: true,
            files: snapshot.files.files().into_iter().cloned().collect(),
            documents: snapshot.documents,
            federation: snapshot.federation,
            diagnostics: snapshot.diagnostics.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(crate) fn is_anew(&self) -> bool {
        self.anew
    }

    /// What this file holds replaces what the file of its name held.
    #[must_use]
    pub fn file(self, read: yaml::Read) -> Self {
        let mut this = self.without_file(read.file.name());
        this.files.push(read.file);
        this.documents.extend(read.documents);
        this.diagnostics.extend(read.diagnostics);
        this
    }

    /// The same for a file of one source of several.
    #[must_use]
    pub fn file_of(self, source: &SourceName, mut read: yaml::Read) -> Self {
        for document in &mut read.documents {
            document.source = source.clone();
        }
        self.file(read)
    }

    /// The file of this name is no more.
    #[must_use]
    pub fn without_file(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        let of_name = self.files.iter().filter(|file| file.name() == name);
        let gone: Vec<FileId> = of_name.map(|file| file.id()).collect();
        self.files.retain(|file| !gone.contains(&file.id()));
        self.documents.retain(|d| !gone.contains(&d.span.file));
        self.diagnostics.retain(|d| !gone.contains(&d.span().file));
        self.gone_files.push(name);
        self
    }

    /// This document replaces the one of its identity and source, or is new.
    #[must_use]
    pub fn put(mut self, document: Document) -> Self {
        let replaced = |d: &Document| d.id == document.id && d.source == document.source;
        self.documents.retain(|other| !replaced(other));
        self.removed
            .push((document.id.clone(), Some(document.source.clone())));
        self.documents.push(document);
        self
    }

    /// The document of this identity is no more, whichever sources gave it.
    #[must_use]
    pub fn remove(mut self, id: DocumentId) -> Self {
        self.documents.retain(|document| document.id != id);
        self.removed.push((id, None));
        self
    }

    /// A text that spans of the documents lie in.
    #[must_use]
    pub fn text(mut self, file: Arc<SourceFile>) -> Self {
        self.files.push(file);
        self
    }

    /// Further findings of whoever read the documents.
    #[must_use]
    pub fn found(mut self, diagnostics: Diagnostics) -> Self {
        self.diagnostics.extend(diagnostics);
        self
    }
}
