//! Documents that a program made or holds as text.

use super::{
    DesignSource, Document, Load, Revision, Snapshot, SourceError, Value, ValueData, directory,
    yaml,
};
use crate::names::SourceName;
use async_trait::async_trait;
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// Texts and documents in memory.
///
/// ```
/// use drydock_core::source::MemorySource;
///
/// let source = MemorySource::new("test")
///     .text("rack.yaml", "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: r1}\nspec: {}\n");
/// source.set_text("rack.yaml", "# no rack any more\n");
/// ```
#[derive(Debug)]
pub struct MemorySource {
    name: SourceName,
    documents: Vec<Document>,
    texts: RwLock<BTreeMap<String, Text>>,
}

/// A text; its `Debug` output is its size, because it may hold a secret.
struct Text(Arc<str>);

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl MemorySource {
    /// An empty source of this name.
    pub fn new(name: impl Into<SourceName>) -> Self {
        Self {
            name: name.into(),
            documents: Vec::new(),
            texts: RwLock::default(),
        }
    }

    /// Adds a text, or replaces the one of this name.
    #[must_use]
    pub fn text(self, name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        self.set_text(name, text);
        self
    }

    /// Adds a document.
    #[must_use]
    pub fn document(mut self, document: Document) -> Self {
        self.documents.push(document);
        self
    }

    /// Adds a text, or replaces the one of this name; the next load sees it.
    pub fn set_text(&self, name: impl Into<String>, text: impl Into<Arc<str>>) {
        let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        texts.insert(name.into(), Text(text.into()));
    }

    fn texts(&self) -> Vec<(String, Arc<str>)> {
        let texts = self.texts.read().unwrap_or_else(PoisonError::into_inner);
        texts
            .iter()
            .map(|(name, text)| (name.clone(), text.0.clone()))
            .collect()
    }
}

#[async_trait]
impl DesignSource for MemorySource {
    fn name(&self) -> &SourceName {
        &self.name
    }

    async fn load(&self, known: Option<&Revision>) -> Result<Load, SourceError> {
        let texts = self.texts();
        let mut documents: Vec<((String, Vec<u8>), &Document)> =
            self.documents.iter().map(|d| (written(d), d)).collect();
        // The order in which they were added says nothing.
        documents.sort_by(|(a, _), (b, _)| a.cmp(b));
        let bytes = documents
            .iter()
            .map(|((id, bytes), _)| (id.as_str(), bytes.as_slice()));
        let all = texts
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_bytes()))
            .chain(bytes);
        let revision = directory::revision(all);
        if known == Some(&revision) {
            return Ok(Load::Unchanged);
        }
        let mut snapshot = Snapshot {
            documents: documents.into_iter().map(|(_, d)| d.clone()).collect(),
            ..Snapshot::default()
        };
        for (name, text) in texts {
            snapshot.add(yaml::read(&name, text.as_bytes()));
        }
        Ok(Load::Loaded {
            revision,
            snapshot: snapshot.into(),
        })
    }
}

/// A document as bytes that differ where documents differ; `Debug` and JSON would leave out its secrets.
fn written(document: &Document) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    for value in document.metadata.iter().chain([&document.spec]) {
        write(value, &mut bytes);
    }
    (document.id.to_string(), bytes)
}

fn write(value: &Value, bytes: &mut Vec<u8>) {
    let mut part = |kind: u8, text: &[u8]| {
        bytes.push(kind);
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text);
    };
    match &value.data {
        ValueData::Scalar(scalar) => part(scalar.form as u8, scalar.text.as_bytes()),
        ValueData::List(items) => {
            part(b'[', &items.len().to_be_bytes());
            items.iter().for_each(|item| write(item, bytes));
        }
        ValueData::Map(entries) => {
            part(b'{', &entries.len().to_be_bytes());
            for entry in entries.iter() {
                bytes.extend((entry.key.len() as u64).to_be_bytes());
                bytes.extend(entry.key.as_bytes());
                write(&entry.value, bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        names::{DocumentId, Kind},
        source::Form,
        span::Span,
    };

    fn document(credential: &str) -> Document {
        let value = Value::scalar(credential, Form::Secret, Span::NONE);
        Document {
            id: DocumentId::new(Kind::Rack, "r1"),
            source: SourceName::default(),
            span: Span::NONE,
            name_span: Span::NONE,
            metadata: None,
            spec: Value::list(vec![value], Span::NONE),
        }
    }

    async fn revision_of(source: &MemorySource) -> Revision {
        match source.load(None).await.unwrap() {
            Load::Loaded { revision, .. } => revision,
            Load::Unchanged => panic!("nothing was known"),
        }
    }

    #[tokio::test]
    async fn a_change_of_a_text_or_of_a_secret_is_a_new_revision() {
        let source = MemorySource::new("memory")
            .text("a.yaml", "a: 1\n")
            .document(document("x"));
        let first = revision_of(&source).await;
        assert!(matches!(
            source.load(Some(&first)).await.unwrap(),
            Load::Unchanged
        ));
        let other = MemorySource::new("memory")
            .text("a.yaml", "a: 1\n")
            .document(document("y"));
        assert_ne!(revision_of(&other).await, first);
        source.set_text("a.yaml", "a: 2\n");
        let Load::Loaded { snapshot, .. } = source.load(Some(&first)).await.unwrap() else {
            panic!("a text has changed");
        };
        assert_eq!(
            (snapshot.documents.len(), snapshot.diagnostics.len()),
            (1, 2)
        );
        assert!(!format!("{source:?}{snapshot:?}").contains("a: 2"));
    }
}
