//! Where design documents come from. A source knows nothing of their meaning.

pub(crate) mod core_schema;
mod directory;
mod document;
mod federation;
#[cfg(feature = "serde_yaml")]
mod interop;
mod memory;
mod ownership;
mod selecting;
mod shared;
pub mod yaml;

pub use directory::DirectorySource;
pub use document::{Document, Entry, Form, Scalar, Value, ValueData};
pub use federation::{FederatedSource, WhenUnavailable};
#[cfg(feature = "serde_yaml")]
pub use interop::to_yaml;
pub use memory::MemorySource;
pub use ownership::{Federation, FederationError, Owner};
pub(crate) use selecting::{Parts, by_parts};
pub use shared::Shared;
pub(crate) use yaml::METADATA;
pub(crate) use yaml::secrets::{is_secret, names_a_secret, seal};

use crate::{diagnostic::Diagnostics, names::SourceName, span::SourceMap};
use async_trait::async_trait;
use smol_str::SmolStr;
use std::{fmt, sync::Arc};

/// What a source calls one state of its documents; equal revisions of one source mean equal documents. It need not mean
/// anything to another process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub SmolStr);

/// All documents of one source at one moment, and what was wrong with the rest.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The documents that could be read, in no particular order.
    pub documents: Vec<Document>,
    /// What could not be read, and what is odd about what could.
    pub diagnostics: Diagnostics,
    /// The texts they were read from.
    pub files: SourceMap,
    /// By what the documents of several sources are composed; empty for a lone source.
    pub federation: Arc<Federation>,
}

impl Snapshot {
    /// Adds what was read of one text.
    pub(crate) fn add(&mut self, read: yaml::Read) {
        self.documents.extend(read.documents);
        self.diagnostics.extend(read.diagnostics);
        self.files.insert(read.file);
    }
}

/// What [`DesignSource::load`] found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Load {
    /// The source still is at the revision that the caller knows.
    Unchanged,
    /// The source is at this revision.
    Loaded {
        /// The revision of the snapshot.
        revision: Revision,
        /// What the source holds.
        snapshot: Arc<Snapshot>,
    },
}

/// Why a source could not be read at all. What is wrong inside a document is a diagnostic instead.
#[derive(Debug, thiserror::Error)]
#[error("source {source_name}: {message}")]
pub struct SourceError {
    /// The source's name.
    pub source_name: SourceName,
    /// What went wrong and what to do.
    pub message: String,
    /// The underlying error.
    #[source]
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Somewhere design documents come from: a directory, a repository, an inventory.
///
/// Guarantees that an implementation gives: `load` changes nothing; equal revisions mean equal snapshots; a document
/// that cannot be read is a diagnostic in the snapshot and does not hide the others. `testing::conformance::source` holds
/// an implementation against them.
#[async_trait]
pub trait DesignSource: fmt::Debug + Send + Sync + 'static {
    /// The source's name, as it stands in messages and provenance.
    fn name(&self) -> &SourceName;

    /// Everything the source holds, or [`Load::Unchanged`] when it still is at the revision `known`.
    ///
    /// # Errors
    /// When the source cannot be reached or read at all.
    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError>;
}
