//! A file as it is kept: the digests of its pieces, each with the length of its text.
//!
//! A text is cut where documents begin, so that an edit makes one new piece, wherever it moves the others.

use super::{
    piece::{self, Piece},
    text::Sealing,
};
use crate::{
    parallel,
    source::{Document, Snapshot},
    span::{FileId, SourceFile, SourceMap},
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{collections::BTreeMap, sync::Arc};

/// What a file consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Its name.
    pub(super) name: SmolStr,
    /// Whether it is a system without text, such as an inventory.
    pub(super) external: bool,
    /// The digest of each piece.
    pub(super) pieces: Vec<SmolStr>,
}

/// The manifests and pieces of a snapshot, by their digests.
pub(super) struct Encoded {
    /// The digests of the files, in the order of their names.
    pub(super) files: Vec<SmolStr>,
    /// Everything that a digest stands for.
    pub(super) content: BTreeMap<SmolStr, Vec<u8>>,
}

/// Encodes every file. The texts are those of `files`, in which every secret is known that the design's kinds tell.
pub(super) fn encode(snapshot: &Snapshot, files: &SourceMap, sealing: &Sealing) -> Encoded {
    let mut of_file: BTreeMap<FileId, Vec<&Document>> = BTreeMap::new();
    for document in &snapshot.documents {
        of_file
            .entry(document.span.file)
            .or_default()
            .push(document);
    }
    let (mut pieces, mut cut) = (Vec::new(), Vec::new());
    let homeless = Arc::new(SourceFile::external("", Vec::new()));
    let nowhere = of_file
        .remove(&FileId::NONE)
        .map(|documents| (&homeless, documents));
    let placed = in_order(files).into_iter();
    let placed = placed.map(|file| (file, of_file.remove(&file.id()).unwrap_or_default()));
    for (file, documents) in placed.chain(nowhere) {
        let before = pieces.len();
        pieces.extend(cut_up(files, file, documents));
        cut.push((file, pieces.len() - before));
    }
    let mut encoded =
        parallel::map(pieces, |piece| piece::named(piece.encode(sealing))).into_iter();
    let mut content = BTreeMap::new();
    let mut digests = Vec::with_capacity(cut.len());
    for (file, count) in cut {
        let mut manifest = Manifest {
            name: file.name().into(),
            external: file.is_external(),
            pieces: Vec::with_capacity(count),
        };
        for (digest, bytes) in encoded.by_ref().take(count) {
            manifest.pieces.push(digest.clone());
            content.insert(digest, bytes);
        }
        let (digest, bytes) = piece::named(json(&manifest));
        content.insert(digest.clone(), bytes);
        digests.push(digest);
    }
    Encoded {
        files: digests,
        content,
    }
}

/// The files in an order that does not depend on who was read first, even where two sources have files of one name.
pub(super) fn in_order(files: &SourceMap) -> Vec<&Arc<SourceFile>> {
    let mut files = files.files();
    files.sort_by(|a, b| (a.name(), a.masked()).cmp(&(b.name(), b.masked())));
    files
}

/// The pieces of a file: from each document to the next one, the first from the beginning, the last to the end.
fn cut_up<'a>(
    files: &'a SourceMap,
    file: &'a SourceFile,
    mut documents: Vec<&'a Document>,
) -> Vec<Piece<'a>> {
    let end = file.size() as u32;
    // What stands at one place is told apart by who it is, so that the order in which sources gave it is no matter.
    documents.sort_by(|a, b| (a.span.lo, &a.id, &a.source).cmp(&(b.span.lo, &b.id, &b.source)));
    // A place of an external source is a number, not a byte; such a file is one piece.
    let begins = |document: &Document| match file.is_external() {
        true => 0,
        false => document.span.lo.min(end),
    };
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for document in documents {
        let lo = begins(document);
        match pieces.last_mut() {
            Some(last)
                if last
                    .documents
                    .last()
                    .is_some_and(|before| begins(before) == lo) =>
            {
                last.documents.push(document);
            }
            last => {
                let first = last.is_none();
                if let Some(before) = last {
                    before.hi = lo;
                }
                pieces.push(Piece {
                    files,
                    file,
                    lo: if first { 0 } else { lo },
                    hi: end,
                    documents: vec![document],
                });
            }
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece {
            files,
            file,
            lo: 0,
            hi: end,
            documents: Vec::new(),
        });
    }
    pieces
}

/// JSON of what cannot fail to be written as such.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
