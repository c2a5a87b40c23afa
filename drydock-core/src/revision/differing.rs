//! What two revisions do not have in common, found by their digests: what is the same is not looked at.

use super::{DesignRevision, files::Manifest, found::kind, recall};
use crate::{
    names::DocumentId,
    state::{StateError, StateStore},
};
use serde::Deserialize;
use serde_json::Value as Json;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The documents in which two revisions differ. A document that only stands elsewhere is the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Differing {
    /// Those of the second alone.
    pub added: BTreeSet<DocumentId>,
    /// Those that say something else in the second.
    pub changed: BTreeSet<DocumentId>,
    /// Those of the first alone.
    pub removed: BTreeSet<DocumentId>,
}

/// What each document says, by who it is and which source gave it.
type Documents = BTreeMap<(DocumentId, SmolStr), Vec<[Json; 2]>>;

/// What is different in `after`.
///
/// # Errors
/// When the store fails or is damaged.
pub async fn differing(
    store: &dyn StateStore,
    before: &DesignRevision,
    after: &DesignRevision,
) -> Result<Differing, StateError> {
    let (old, new) = (
        pieces(store, before, after).await?,
        pieces(store, after, before).await?,
    );
    let same: BTreeSet<&SmolStr> = old.intersection(&new).collect();
    let old = documents(store, old.iter().filter(|one| !same.contains(one))).await?;
    let new = documents(store, new.iter().filter(|one| !same.contains(one))).await?;
    let ids = |of: &Documents| of.keys().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>();
    let (olds, news) = (ids(&old), ids(&new));
    let both = olds.intersection(&news);
    let of = |of: &Documents, id: &DocumentId| {
        let fragments = of.iter().filter(|((one, _), _)| one == id);
        fragments
            .map(|((_, source), bytes)| (source.clone(), bytes.clone()))
            .collect::<Vec<_>>()
    };
    Ok(Differing {
        added: news.difference(&olds).cloned().collect(),
        removed: olds.difference(&news).cloned().collect(),
        changed: both
            .filter(|id| of(&old, id) != of(&new, id))
            .cloned()
            .collect(),
    })
}

/// The digests of the pieces in files that the other revision does not have.
async fn pieces(
    store: &dyn StateStore,
    of: &DesignRevision,
    other: &DesignRevision,
) -> Result<BTreeSet<SmolStr>, StateError> {
    let mut all = BTreeSet::new();
    for digest in of
        .files
        .iter()
        .filter(|digest| !other.files.contains(digest))
    {
        let manifest: Manifest = recall::content(store, digest).await?;
        all.extend(manifest.pieces);
    }
    Ok(all)
}

#[derive(Deserialize)]
struct Piece {
    text: String,
    documents: Vec<Kept>,
}

#[derive(Deserialize)]
struct Kept {
    kind: String,
    name: SmolStr,
    #[serde(default)]
    source: SmolStr,
    #[serde(default)]
    metadata: Json,
    spec: Json,
}

async fn documents(
    store: &dyn StateStore,
    digests: impl Iterator<Item = &SmolStr>,
) -> Result<Documents, StateError> {
    let mut all = Documents::new();
    for digest in digests {
        let piece: Piece = recall::content(store, digest).await?;
        for kept in piece.documents {
            let id = DocumentId::new(kind(&kept.kind), kept.name);
            let mut shared = Vec::new();
            let mut says = |value| meaning(value, &piece.text, &mut shared);
            let says = [says(&kept.metadata), says(&kept.spec)];
            all.entry((id, kept.source)).or_default().push(says);
        }
    }
    Ok(all)
}

/// What a kept value says, without where it stands. A sealed secret says what it was sealed to.
fn meaning(value: &Json, text: &str, shared: &mut Vec<Json>) -> Json {
    let written = |lo: &Json, length: &Json| {
        let lo = lo.as_u64().unwrap_or_default() as usize;
        let hi = lo.saturating_add(length.as_u64().unwrap_or_default() as usize);
        Json::from(text.get(lo..hi).unwrap_or_default())
    };
    let Some([tag, lo, rest @ ..]) = value.as_array().map(Vec::as_slice) else {
        return Json::Null;
    };
    match (tag.as_u64(), rest) {
        (Some(0), [length, ..]) => Json::from(vec![Json::from("plain"), written(lo, length)]),
        (Some(1 | 2), [_, says @ ..]) => Json::from(says.to_vec()),
        (Some(5), _) => {
            let n = lo.as_u64().unwrap_or(u64::MAX) as usize;
            shared.get(n).cloned().unwrap_or_default()
        }
        (Some(3), [_, items @ ..]) => {
            let at = shared.len();
            shared.push(Json::Null);
            let items = items.iter().map(|item| meaning(item, text, shared));
            let says = Json::from(items.collect::<Vec<_>>());
            shared[at] = says.clone();
            says
        }
        (Some(4), [_, entries @ ..]) => {
            let at = shared.len();
            shared.push(Json::Null);
            let entries = entries.chunks_exact(3).map(|entry| {
                let key = match entry[0].as_array() {
                    Some(other) => other.last().cloned().unwrap_or_default(),
                    None => written(&entry[0], &entry[1]),
                };
                Json::from(vec![key, meaning(&entry[2], text, shared)])
            });
            // In a map, the order of keys says nothing.
            let mut entries: Vec<Json> = entries.collect();
            entries.sort_by_cached_key(Json::to_string);
            let says = Json::from(vec![Json::from("map"), Json::from(entries)]);
            shared[at] = says.clone();
            says
        }
        _ => Json::Null,
    }
}
