//! Which document an identity stands for: of those that one source gives it, the first; it is held against its form
//! ([`super::check`]) once, and the others are reported. What several sources give is composed ([`super::compose`]).

use super::{check, compose};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    model::Kinds,
    names::DocumentId,
    parallel,
    source::{Document, Federation},
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
    Read(Box<Document>),
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
        of_identity.push(Fragment::Read(document.into()));
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

    /// What these identities now stand for.
    pub(super) fn choose(
        &mut self,
        ids: &BTreeSet<DocumentId>,
        files: &SourceMap,
        kinds: &Kinds,
        federation: &Federation,
    ) -> Vec<Chosen> {
        self.check_first(ids, files, kinds);
        let mut chosen = Vec::with_capacity(ids.len());
        for id in ids {
            let mut found = Diagnostics::new();
            let mut given = Vec::new();
            for fragment in self.0.get(id).into_iter().flatten() {
                match (fragment, given.last()) {
                    (Fragment::Checked(document, wrong), last) if is_first(document, last) => {
                        found.extend(wrong.iter().cloned());
                        given.push(document.clone());
                    }
                    (other, Some(first)) => found.push(twice(other.document(), first)),
                    (_, None) => {}
                }
            }
            let (document, fragments) = match given.is_empty() {
                true => (None, None),
                false => {
                    let (document, given) = compose::document(given, federation, &mut found);
                    (Some(document), given)
                }
            };
            chosen.push(Chosen {
                id: id.clone(),
                document,
                fragments,
                found,
            });
        }
        self.0.retain(|_, fragments| !fragments.is_empty());
        chosen
    }

    /// Brings the fragments of each identity into their order and holds the first of each source against its form.
    fn check_first(&mut self, ids: &BTreeSet<DocumentId>, files: &SourceMap, kinds: &Kinds) {
        let mut unchecked = Vec::new();
        for id in ids {
            let Some(fragments) = self.0.get_mut(id) else {
                continue;
            };
            if fragments.len() > 1 {
                let order = |fragment: &Fragment| {
                    let document = fragment.document();
                    let (file, lo, hi) = files.order(document.span);
                    (document.source.clone(), file.to_owned(), lo, hi)
                };
                fragments.sort_by_cached_key(order);
            }
            let mut at = 0;
            let mut source = None;
            while let Some(fragment) = fragments.get(at) {
                let of_source = Some(fragment.document().source.clone());
                let first = source != of_source;
                source = of_source;
                match fragment {
                    Fragment::Read(_) if first => {
                        if let Fragment::Read(document) = fragments.remove(at) {
                            unchecked.push((at, document));
                        }
                    }
                    _ => at += 1,
                }
            }
        }
        let checked = parallel::map(unchecked, |(at, document): (usize, Box<Document>)| {
            let mut found = Diagnostics::new();
            let checked = check::check(*document, kinds, &mut found);
            (at, Arc::new(checked), found)
        });
        // The last first: each goes back to where it was when those before it were gone.
        for (at, document, found) in checked.into_iter().rev() {
            let fragments = self.0.entry(document.id.clone()).or_default();
            fragments.insert(at, Fragment::Checked(document, found));
        }
    }
}

/// What an identity stands for.
pub(super) struct Chosen {
    pub(super) id: DocumentId,
    /// The document; nothing where the identity is gone.
    pub(super) document: Option<Arc<Document>>,
    /// What it was composed of, where that is more than itself.
    pub(super) fragments: Option<Vec<Arc<Document>>>,
    /// What is wrong with it.
    pub(super) found: Diagnostics,
}

/// Whether a document is the first that its source gives of an identity.
fn is_first(document: &Arc<Document>, before: Option<&Arc<Document>>) -> bool {
    before.is_none_or(|before| before.source != document.source)
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
