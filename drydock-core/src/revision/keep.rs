//! Taking a design in: a revision of its own where anything in it has changed, nothing where nothing has.

use super::{
    Activation, DesignRevision, RevisionError, RevisionNumber, Which,
    files::{self, json},
    found::Reading,
    key, piece, recall,
    text::Sealing,
};
use crate::{
    model::Kinds,
    resolve::{Allocations, all_sealed},
    secret::Seal,
    site::Design,
    source::Snapshot,
    state::{Batch, StateError, StateRevision, StateStore},
};
use smol_str::SmolStr;
use std::{collections::BTreeSet, sync::Arc};

/// How many bytes of a large design are written at once.
const AT_ONCE: usize = 16 << 20;

/// What became of a design that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// The revision that it is.
    pub revision: DesignRevision,
    /// Whether it was not there before.
    pub is_new: bool,
    /// How many bytes were written for it.
    pub bytes: usize,
}

/// Keeps a design as a revision, unless it is what the latest revision is. Secrets are sealed; nothing is written where
/// one cannot be. What was read goes in, beside what it came to: errors make the revision a draft.
///
/// # Errors
/// When a secret cannot be sealed, or the store fails.
pub async fn keep(
    store: &dyn StateStore,
    snapshot: &Snapshot,
    design: &Design,
    kinds: &Kinds,
    seal: Option<&Arc<dyn Seal>>,
    at: u64,
) -> Result<Kept, RevisionError> {
    let sealing = Sealing::new(seal.cloned());
    let sealed = Snapshot {
        documents: all_sealed(&snapshot.documents, kinds),
        diagnostics: snapshot.diagnostics.clone(),
        federation: snapshot.federation.clone(),
        files: design.resolved.files.clone(),
    };
    let files = &sealed.files;
    let mut encoded = files::encode(&sealed, files, &sealing);
    sealing.finish()?;
    let (reading, bytes) = piece::named(json(&Reading::of(&sealed, files)));
    encoded.content.insert(reading.clone(), bytes);
    let (allocations, bytes) = piece::named(json(&design.allocations));
    encoded.content.insert(allocations.clone(), bytes);
    let mut revision = DesignRevision {
        number: RevisionNumber(0),
        at,
        digest: SmolStr::default(),
        documents: snapshot.documents.len(),
        errors: design.diagnostics.errors(),
        allocations,
        files: encoded.files,
        reading,
    };
    revision.digest = revision.digested();
    loop {
        let latest = store.get(key::LATEST).await?;
        let before = latest
            .as_ref()
            .map_or(StateRevision(0), |latest| latest.revision);
        let known = recall::find(store, Which::Latest).await?;
        if let Some(known) = known
            .as_ref()
            .filter(|known| known.digest == revision.digest)
        {
            return Ok(Kept {
                revision: known.clone(),
                is_new: false,
                bytes: 0,
            });
        }
        let there = contents(store, known.as_ref()).await?;
        revision.number = RevisionNumber(known.map_or(0, |known| known.number.0) + 1);
        let new = encoded.content.iter();
        let new = new.filter(|(digest, _)| !there.contains(digest.as_str()));
        // What a revision names is there before the revision is. Content that nothing names yet is no harm.
        let (mut batch, mut size, mut bytes) = (Batch::new(), 0, 0);
        for (digest, content) in new {
            batch = batch.put(key::content(digest), content.clone());
            (size, bytes) = (size + content.len(), bytes + content.len());
            if size >= AT_ONCE {
                store.commit(std::mem::take(&mut batch)).await?;
                size = 0;
            }
        }
        let batch = batch
            .expect(key::LATEST, before)
            .put(key::LATEST, json(&revision.number))
            .put(key::revision(revision.number), json(&revision));
        match store.commit(batch).await {
            Ok(_) => {
                return Ok(Kept {
                    revision,
                    is_new: true,
                    bytes,
                });
            }
            // Somebody else has taken a design in meanwhile.
            Err(StateError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The digests that a revision names, those that its files name among them.
async fn contents(
    store: &dyn StateStore,
    revision: Option<&DesignRevision>,
) -> Result<BTreeSet<String>, StateError> {
    let mut all = BTreeSet::new();
    for digest in revision.into_iter().flat_map(|revision| &revision.files) {
        let manifest: files::Manifest = recall::content(store, digest).await?;
        all.extend(manifest.pieces.iter().map(ToString::to_string));
        all.insert(digest.to_string());
    }
    all.extend(revision.map(|revision| revision.reading.to_string()));
    all.extend(revision.map(|revision| revision.allocations.to_string()));
    Ok(all)
}

/// Every revision, the first one first.
///
/// # Errors
/// When the store fails or is damaged.
pub async fn revisions(store: &dyn StateStore) -> Result<Vec<DesignRevision>, StateError> {
    let stored = store.scan(key::REVISIONS).await?;
    let parsed = stored
        .iter()
        .map(|one| recall::record(&one.key, &one.value));
    parsed.collect()
}

/// Puts a revision in force, unless it is.
///
/// # Errors
/// When there is no such revision, it is a draft, or the store fails.
pub async fn activate(
    store: &dyn StateStore,
    number: RevisionNumber,
    at: u64,
) -> Result<DesignRevision, RevisionError> {
    let which = Which::Number(number);
    let revision = recall::find(store, which).await?;
    let revision = revision.ok_or(RevisionError::Absent(which))?;
    if revision.is_draft() {
        let errors = revision.errors;
        return Err(RevisionError::Draft { number, errors });
    }
    let active = recall::find(store, Which::Active).await?;
    if active.is_none_or(|active| active.number != number) {
        let activation = Activation {
            revision: number,
            at,
        };
        let batch = Batch::new().append(key::ACTIVATIONS, json(&activation));
        store.commit(batch).await?;
    }
    Ok(revision)
}

/// Every time that a revision was put in force, the first one first.
///
/// # Errors
/// When the store fails or is damaged.
pub async fn activations(store: &dyn StateStore) -> Result<Vec<Activation>, StateError> {
    let entries = store.read_journal(key::ACTIVATIONS, 0).await?;
    let parsed = entries
        .iter()
        .map(|entry| recall::parse(key::ACTIVATIONS, entry));
    parsed.collect()
}

/// The addresses given to `auto` in the latest revision, if there is one.
///
/// # Errors
/// When the store fails or is damaged.
pub async fn allocations(store: &dyn StateStore) -> Result<Option<Allocations>, StateError> {
    let Some(latest) = recall::find(store, Which::Latest).await? else {
        return Ok(None);
    };
    let given = recall::content(store, &latest.allocations).await?;
    Ok(Some(given))
}
