//! A revision as it was read: the snapshot that its kept values stand for.

use super::{
    DesignRevision, RevisionError, RevisionNumber, Which,
    files::Manifest,
    found::{Reading, kind},
    key,
    piece::FORMS,
    text::{from_hex, place},
};
use crate::{
    field::Trail,
    names::{DocumentId, SourceName},
    parallel,
    resolve::Allocations,
    secret::Seal,
    source::{Document, Entry, Form, Snapshot, Value},
    span::{FileId, SourceFile, SourceMap, Span},
    state::{StateError, StateStore},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value as Json;
use smol_str::SmolStr;
use std::sync::Arc;

/// What was kept of a revision.
#[derive(Debug)]
#[non_exhaustive]
pub struct Recalled {
    /// Which one it is.
    pub revision: DesignRevision,
    /// What was read.
    pub snapshot: Snapshot,
    /// The addresses given to `auto` in it.
    pub allocations: Allocations,
}

/// The revision that is meant, as it was read.
///
/// # Errors
/// When there is none, a secret in it cannot be opened, or the store fails or is damaged.
pub async fn recall(
    store: &dyn StateStore,
    which: Which,
    seal: Option<&Arc<dyn Seal>>,
) -> Result<Recalled, RevisionError> {
    let revision = find(store, which)
        .await?
        .ok_or(RevisionError::Absent(which))?;
    let mut files = Vec::with_capacity(revision.files.len());
    for digest in &revision.files {
        let manifest: Manifest = content(store, digest).await?;
        let mut pieces = Vec::with_capacity(manifest.pieces.len());
        for digest in &manifest.pieces {
            pieces.push((digest.clone(), bytes(store, digest).await?));
        }
        files.push((manifest, pieces));
    }
    let reading: Reading = content(store, &revision.reading).await?;
    let allocations = content(store, &revision.allocations).await?;
    let snapshot = decode(files, &reading, seal, &revision.reading)?;
    Ok(Recalled {
        revision,
        snapshot,
        allocations,
    })
}

/// The record of the revision that is meant, if there is one.
pub(super) async fn find(
    store: &dyn StateStore,
    which: Which,
) -> Result<Option<DesignRevision>, StateError> {
    let number = match which {
        Which::Number(number) => Some(number),
        Which::Latest => {
            let latest = store.get(key::LATEST).await?;
            latest
                .map(|stored| parse(key::LATEST, &stored.value))
                .transpose()?
        }
        Which::Active => active(store, u64::MAX).await?,
        Which::ActiveAt(at) => active(store, at).await?,
    };
    let Some(number) = number else {
        return Ok(None);
    };
    let key = key::revision(number);
    match store.get(&key).await? {
        Some(stored) => record(&key, &stored.value).map(Some),
        None => Ok(None),
    }
}

/// The record of a revision.
pub(super) fn record(key: &str, bytes: &[u8]) -> Result<DesignRevision, StateError> {
    let revision: DesignRevision = parse(key, bytes)?;
    match revision.digest == revision.digested() {
        true => Ok(revision),
        false => Err(damaged(key, "its content is not what it was")),
    }
}

/// The revision that was put in force last, of those up to this time.
async fn active(store: &dyn StateStore, at: u64) -> Result<Option<RevisionNumber>, StateError> {
    let entries = store.read_journal(key::ACTIVATIONS, 0).await?;
    let mut found = None;
    for entry in entries {
        let activation: super::Activation = parse(key::ACTIVATIONS, &entry)?;
        if activation.at <= at {
            found = Some(activation.revision);
        }
    }
    Ok(found)
}

pub(super) fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, StateError> {
    serde_json::from_slice(bytes).map_err(|error| damaged(key, &error.to_string()))
}

pub(super) fn damaged(key: &str, reason: &str) -> StateError {
    StateError::Damaged {
        key: key.into(),
        reason: reason.to_owned(),
    }
}

/// What this digest stands for.
pub(super) async fn content<T: DeserializeOwned>(
    store: &dyn StateStore,
    digest: &str,
) -> Result<T, StateError> {
    parse(&key::content(digest), &bytes(store, digest).await?)
}

async fn bytes(store: &dyn StateStore, digest: &str) -> Result<Vec<u8>, StateError> {
    let key = key::content(digest);
    let stored = store.get(&key).await?;
    let stored = stored.ok_or_else(|| damaged(&key, "it is not there"))?;
    match super::text::digest(&stored.value) == digest {
        true => Ok(stored.value),
        false => Err(damaged(&key, "its content is not what it was")),
    }
}

type Kept = (Manifest, Vec<(SmolStr, Vec<u8>)>);

fn decode(
    kept: Vec<Kept>,
    reading: &Reading,
    seal: Option<&Arc<dyn Seal>>,
    reading_digest: &str,
) -> Result<Snapshot, RevisionError> {
    let mut texts = Vec::new();
    let mut todo = Vec::new();
    for (n, (manifest, pieces)) in kept.into_iter().enumerate() {
        let mut locators = Vec::new();
        let mut text = String::new();
        for (digest, bytes) in pieces {
            let piece: Piece = parse(&key::content(&digest), &bytes)?;
            let lo = text.len() as u32;
            text.push_str(&piece.text);
            locators.extend(piece.locators.iter().cloned());
            todo.push((n, lo, digest, piece));
        }
        let file = match manifest.external {
            true => SourceFile::external(manifest.name.as_str(), locators),
            false => SourceFile::text(manifest.name.as_str(), text),
        };
        texts.push(Arc::new(file));
    }
    let ids: Vec<FileId> = texts.iter().map(|file| file.id()).collect();
    let decoded = parallel::map(todo, |(n, lo, digest, piece)| {
        let mut reader = Reader {
            piece: &piece,
            file: &texts[n],
            texts: &texts,
            lo,
            seal,
            shared: Vec::new(),
        };
        let documents = piece.documents.iter().map(|kept| reader.document(kept));
        documents
            .collect::<Result<Vec<_>, _>>()
            .map_err(|lost| lost.of(&key::content(&digest)))
    });
    let broken = || damaged(&key::content(reading_digest), "it cannot be understood");
    let mut snapshot = Snapshot {
        diagnostics: reading.diagnostics(&ids).ok_or_else(broken)?,
        federation: Arc::new(reading.federation().ok_or_else(broken)?),
        ..Snapshot::default()
    };
    for documents in decoded {
        snapshot.documents.extend(documents?);
    }
    let mut files = SourceMap::default();
    texts.into_iter().for_each(|file| files.insert(file));
    snapshot.files = files;
    Ok(snapshot)
}

/// A piece as it is kept.
#[derive(Deserialize)]
struct Piece {
    text: String,
    locators: Vec<Box<str>>,
    documents: Vec<KeptDocument>,
    files: Vec<(SmolStr, usize)>,
}

#[derive(Deserialize)]
struct KeptDocument {
    kind: String,
    name: SmolStr,
    #[serde(default)]
    source: SourceName,
    span: (Json, Json),
    name_span: (Json, Json),
    metadata: Option<Json>,
    spec: Json,
}

/// Why a piece could not be made a document again.
enum Lost {
    Damaged,
    Sealed(RevisionError),
}

impl Lost {
    fn of(self, key: &str) -> RevisionError {
        match self {
            Lost::Damaged => damaged(key, "it cannot be understood").into(),
            Lost::Sealed(error) => error,
        }
    }
}

struct Reader<'a> {
    piece: &'a Piece,
    file: &'a SourceFile,
    texts: &'a [Arc<SourceFile>],
    lo: u32,
    seal: Option<&'a Arc<dyn Seal>>,
    /// The lists and maps so far; one that is not whole yet is none.
    shared: Vec<Option<Value>>,
}

impl Reader<'_> {
    fn document(&mut self, kept: &KeptDocument) -> Result<Document, Lost> {
        self.shared.clear();
        let id = DocumentId::new(kind(&kept.kind), kept.name.clone());
        let key = SmolStr::new_static("metadata");
        let metadata = kept.metadata.as_ref();
        let metadata = metadata.map(|kept| self.value(&id, kept, &Trail::START.key(&key)));
        Ok(Document {
            source: kept.source.clone(),
            span: self.span(&kept.span.0, &kept.span.1)?,
            name_span: self.span(&kept.name_span.0, &kept.name_span.1)?,
            metadata: metadata.transpose()?,
            spec: self.value(&id, &kept.spec, &Trail::START)?,
            id,
        })
    }

    fn span(&self, lo: &Json, length: &Json) -> Result<Span, Lost> {
        let number = |json: &Json| json.as_u64().and_then(|n| u32::try_from(n).ok());
        let length = number(length).ok_or(Lost::Damaged)?;
        if lo.as_i64() == Some(-1) {
            return Ok(Span::NONE);
        }
        let (file, lo) = match lo.as_array().map(Vec::as_slice) {
            Some([other, lo]) => {
                let other = number(other).ok_or(Lost::Damaged)? as usize;
                let (name, which) = self.piece.files.get(other).ok_or(Lost::Damaged)?;
                let mut of_name = self.texts.iter().filter(|file| file.name() == name);
                let file = of_name.nth(*which).ok_or(Lost::Damaged)?;
                (file.id(), number(lo).ok_or(Lost::Damaged)?)
            }
            _ => {
                let lo = number(lo).ok_or(Lost::Damaged)?;
                (
                    self.file.id(),
                    lo.checked_add(self.lo).ok_or(Lost::Damaged)?,
                )
            }
        };
        let hi = lo.checked_add(length).ok_or(Lost::Damaged)?;
        Ok(Span::new(file, lo, hi))
    }

    /// The text that stands at this place.
    fn written(&self, lo: &Json, length: &Json) -> Result<&str, Lost> {
        let number = |json: &Json| json.as_u64().and_then(|n| usize::try_from(n).ok());
        let (lo, length) = number(lo).zip(number(length)).ok_or(Lost::Damaged)?;
        let hi = lo.checked_add(length).ok_or(Lost::Damaged)?;
        self.piece.text.get(lo..hi).ok_or(Lost::Damaged)
    }

    fn value(&mut self, id: &DocumentId, kept: &Json, trail: &Trail<'_>) -> Result<Value, Lost> {
        let parts = kept.as_array().map(Vec::as_slice).unwrap_or_default();
        let [tag, lo, rest @ ..] = parts else {
            return Err(Lost::Damaged);
        };
        if tag.as_u64() == Some(5) {
            let n = lo.as_u64().and_then(|n| usize::try_from(n).ok());
            let shared = n.and_then(|n| self.shared.get(n)?.clone());
            return shared.ok_or(Lost::Damaged);
        }
        let [length, rest @ ..] = rest else {
            return Err(Lost::Damaged);
        };
        let span = self.span(lo, length)?;
        match (tag.as_u64(), rest) {
            (Some(0), []) => Ok(Value::scalar(self.written(lo, length)?, Form::Plain, span)),
            (Some(1), [form, Json::String(text)]) => {
                Ok(Value::scalar(text.as_str(), self::form(form)?, span))
            }
            (Some(2), [form, Json::String(sealed)]) => {
                let text = self.open(sealed, || place(id, &trail.path()))?;
                Ok(Value::scalar(text, self::form(form)?, span))
            }
            (Some(3), items) => {
                let at = self.begin();
                let items = items.iter().enumerate();
                let items = items.map(|(n, item)| self.value(id, item, &trail.item(n)));
                let items = items.collect::<Result<Vec<_>, _>>()?;
                Ok(self.end(at, Value::list(items, span)))
            }
            (Some(4), entries) if entries.len() % 3 == 0 => {
                let at = self.begin();
                let entries = entries.chunks_exact(3);
                let entries = entries.map(|entry| self.entry(id, entry, trail));
                let entries = entries.collect::<Result<Vec<_>, _>>()?;
                Ok(self.end(at, Value::map(entries, span)))
            }
            _ => Err(Lost::Damaged),
        }
    }

    fn begin(&mut self) -> usize {
        self.shared.push(None);
        self.shared.len() - 1
    }

    fn end(&mut self, at: usize, value: Value) -> Value {
        self.shared[at] = Some(value.clone());
        value
    }

    fn entry(&mut self, id: &DocumentId, kept: &[Json], trail: &Trail<'_>) -> Result<Entry, Lost> {
        let [lo, length, value] = kept else {
            return Err(Lost::Damaged);
        };
        let (key, key_span): (SmolStr, Span) = match lo.as_array().map(Vec::as_slice) {
            Some([lo, length, Json::String(key)]) => (key.into(), self.span(lo, length)?),
            Some([lo, length, Json::Array(sealed)]) => {
                let sealed = sealed.first().and_then(Json::as_str);
                let place = || place(id, &trail.path()) + " (a key)";
                let key = self.open(sealed.ok_or(Lost::Damaged)?, place)?;
                (key.into(), self.span(lo, length)?)
            }
            _ => (self.written(lo, length)?.into(), self.span(lo, length)?),
        };
        let value = self.value(id, value, &trail.key(&key))?;
        Ok(Entry {
            key,
            key_span,
            value,
        })
    }

    fn open(&self, sealed: &str, place: impl Fn() -> String) -> Result<String, Lost> {
        let bytes = from_hex(sealed).ok_or(Lost::Damaged)?;
        let opened = match self.seal {
            Some(seal) => seal.open(&bytes, &place()),
            None => {
                let count = 1;
                let place = place();
                return Err(Lost::Sealed(RevisionError::Unsealed { count, place }));
            }
        };
        let failed = |error| {
            let place = place();
            Lost::Sealed(RevisionError::Seal { place, error })
        };
        Ok(opened.map_err(failed)?.expose().to_owned())
    }
}

fn form(name: &Json) -> Result<Form, Lost> {
    let row = FORMS.iter().find(|(_, word)| name.as_str() == Some(word));
    row.map(|(form, _)| *form).ok_or(Lost::Damaged)
}
