//! Which document an identity stands for: of those that one source gives it, the first; it is held against its form
//! ([`super::check`]) once, and the others are reported.

use super::check;
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    model::Kinds,
    names::DocumentId,
    parallel,
    source::Document,
    span::{FileId, SourceMap},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Every document that was given, by identity.
#[derive(Debug, Clone, Default)]
pub(super) struct Fragments(BTreeMap<DocumentId, Vec<Fragment>>);

/// One document of one source.
#[derive(Debug, Clone)]
enum Fragment {
    /// As it was read; nobody has asked for it yet.
    Read(Document),
    /// In its present spelling, and what was wrong with it.
    Checked(Arc<Document>, Diagnostics),
}

impl Fragment {
    fn document(&self) -> &Document {
        match self {
            Fragment::Read(document) => document,
            Fragment::Checked(document, _) => document,
        }
    }
}

impl Fragments {
    /// Adds a document.
    pub(super) fn add(&mut self, document: Document) {
        let of_identity = self.0.entry(document.id.clone()).or_default();
        of_identity.push(Fragment::Read(document));
    }

    /// Takes out what is written in these files; gives the identities that lose something.
    pub(super) fn without_files(&mut self, files: &BTreeSet<FileId>) -> BTreeSet<DocumentId> {
        let lost = |fragment: &Fragment| files.contains(&fragment.document().span.file);
        let mut ids = BTreeSet::new();
        for (id, fragments) in &mut self.0 {
            if fragments.iter().any(lost) {
                fragments.retain(|fragment| !lost(fragment));
                ids.insert(id.clone());
            }
        }
        ids
    }

    /// Takes out the documents of an identity, those of one source or all.
    pub(super) fn remove(&mut self, id: &DocumentId, source: Option<&str>) {
        if let Some(fragments) = self.0.get_mut(id) {
            fragments.retain(|f| source.is_some_and(|source| f.document().source != *source));
        }
    }

    /// The documents that these identities now stand for, with what is wrong with them; nothing for one that is gone.
    pub(super) fn choose(
        &mut self,
        ids: &BTreeSet<DocumentId>,
        files: &SourceMap,
        kinds: &Kinds,
    ) -> Vec<(DocumentId, Option<Arc<Document>>, Diagnostics)> {
        self.check_first(ids, files, kinds);
        let mut chosen = Vec::with_capacity(ids.len());
        for id in ids {
            let mut found = Diagnostics::new();
            let fragments = self.0.get(id).map_or(&[][..], Vec::as_slice);
            let document = match fragments.split_first() {
                Some((Fragment::Checked(first, wrong), others)) => {
                    found.extend(wrong.iter().cloned());
                    found.extend(others.iter().map(|other| twice(other.document(), first)));
                    Some(first.clone())
                }
                _ => None,
            };
            chosen.push((id.clone(), document, found));
        }
        self.0.retain(|_, fragments| !fragments.is_empty());
        chosen
    }

    /// Brings the fragments of each identity into their order and holds the first against its form.
    fn check_first(&mut self, ids: &BTreeSet<DocumentId>, files: &SourceMap, kinds: &Kinds) {
        let mut unchecked = Vec::new();
        for id in ids {
            let Some(fragments) = self.0.get_mut(id) else {
                continue;
            };
            if fragments.len() > 1 {
                let order = |fragment: &Fragment| {
                    let (file, lo, hi) = files.order(fragment.document().span);
                    (file.to_owned(), lo, hi)
                };
                fragments.sort_by_cached_key(order);
            }
            if matches!(fragments.first(), Some(Fragment::Read(_))) {
                unchecked.push(fragments.remove(0));
            }
        }
        let checked = parallel::map(unchecked, |fragment| {
            let mut found = Diagnostics::new();
            let checked = check::check(fragment.document(), kinds, &mut found);
            (Arc::new(checked), found)
        });
        for (document, found) in checked {
            let fragments = self.0.entry(document.id.clone()).or_default();
            fragments.insert(0, Fragment::Checked(document, found));
        }
    }
}

/// One source gave two documents of one identity.
fn twice(other: &Document, first: &Document) -> Diagnostic {
    let message = format!(
        "there is another {} {}",
        other.id.kind,
        quote(&other.id.name)
    );
    Diagnostic::new(Code::DUPLICATE_DOCUMENT, message)
        .about(&other.id)
        .at(other.name_span, "again here")
        .also(first.name_span, "first here")
        .help("remove one of them, or give it another name")
}
