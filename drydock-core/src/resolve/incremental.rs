//! The resolver: it keeps a design and everything it was made from, takes in changes, and works out again exactly what
//! depends on them. Resolving a whole design is taking in a change of everything.
//!
//! What depends on what: a document on what sources say of it; a chain on the profiles in it; a node on its chain and on
//! the hardware profile, links and networks that it names. The result is that of resolving everything anew.

use super::{
    Changes,
    address::Allocations,
    chain::{self, Chain},
    check,
    decode::decode,
    fold::Folds,
    fragments::{Chosen, Fragments},
    item::Items,
    named, node,
    refused::Refusals,
    resolved::{ResolvedDesign, ResolvedProfile},
    touched::Touched,
    unread::Unread,
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    model::{HostProfile, Kinds},
    names::{DocumentId, Kind, NodeName, ProfileName},
    source::Value,
    span::FileId,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Findings by the document that they are about.
pub(super) type Found = BTreeMap<DocumentId, Vec<Diagnostic>>;

/// A design that is kept resolved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resolver {
    pub(crate) design: Arc<ResolvedDesign>,
    pub(crate) allocations: Allocations,
    /// The kinds that the host has registered; not to be changed once documents were taken in.
    pub(crate) kinds: Kinds,
    items: Items,
    fragments: Fragments,
    pub(super) folds: Folds,
    /// By the names of parents: what their nodes inherit.
    pub(super) parents: HashMap<Box<[SmolStr]>, Heirs>,
    /// Nodes that have an address which is to be given.
    pub(super) automatic: BTreeSet<NodeName>,
    /// What was found while reading, by the file.
    reading: BTreeMap<FileId, Vec<Diagnostic>>,
    /// What was found in documents, in their chains, and in what follows from them.
    documents: Found,
    pub(super) chains: Found,
    cycles: Vec<Diagnostic>,
    pub(super) derived: Found,
    pub(super) allocating: Vec<Diagnostic>,
    unused: Vec<Diagnostic>,
}

/// What the nodes of the same parents inherit, nothing if it is too much, and how many such nodes there are.
pub(super) type Heirs = (Option<Arc<[DocumentId]>>, usize);

impl Resolver {
    /// A resolver of nothing, which knows these allocations.
    pub(crate) fn new(allocations: Allocations) -> Self {
        Self {
            allocations,
            ..Self::default()
        }
    }

    /// Takes in changes; says what they touched.
    pub(crate) fn update(&mut self, changes: Changes) -> Touched {
        if changes.anew {
            let kinds = std::mem::take(&mut self.kinds);
            *self = Self::new(std::mem::take(&mut self.allocations));
            self.kinds = kinds;
            Arc::make_mut(&mut self.design).federation = changes.federation.clone();
        }
        let mut touched = Touched::new(changes.anew);
        let was_unread = self.design.unread.clone();
        let candidates = self.take_in(changes);
        self.choose(candidates, &mut touched);
        let design = Arc::make_mut(&mut self.design);
        design.unread = Unread::of(self.reading.values().flatten(), &design.files);
        touched.all |= design.unread != was_unread;
        named::update(design, &mut self.derived, &mut touched);
        self.items.update(design, &self.kinds, &touched);
        let affected = self.profiles(&touched);
        self.nodes(&affected, &mut touched);
        self.check_unused(&touched);
        touched
    }

    /// Everything that was found, in no particular order.
    pub(crate) fn found(&self) -> Diagnostics {
        let of_documents = [&self.documents, &self.chains, &self.derived];
        let of_documents = of_documents
            .into_iter()
            .flat_map(|found| found.values().flatten());
        let lists = [&self.cycles, &self.allocating, &self.unused];
        let all = self.reading.values().flatten().chain(of_documents);
        let all = all.chain(lists.into_iter().flatten()).cloned();
        let mut found = Diagnostics::new();
        found.extend(all.chain(self.folds.vain_removals()));
        found.extend(self.items.found());
        found
    }

    /// Changes texts and documents; gives the identities whose document may be another now.
    fn take_in(&mut self, changes: Changes) -> BTreeSet<DocumentId> {
        let design = Arc::make_mut(&mut self.design);
        let gone = |name: &str| changes.gone_files.iter().any(|gone| gone == name);
        let files = design.files.files().into_iter();
        let files: BTreeSet<FileId> = files
            .filter(|file| gone(file.name()))
            .map(|file| file.id())
            .collect();
        let mut candidates = BTreeSet::new();
        if !files.is_empty() {
            candidates.append(&mut self.fragments.without_files(&files));
            for file in &files {
                design.files.remove(*file);
                // What a finding was about may be in another file.
                let lost = self.reading.remove(file).into_iter().flatten();
                candidates.extend(lost.filter_map(|diagnostic| diagnostic.subject));
            }
        }
        for (id, source) in changes.removed {
            self.fragments.remove(&id, source.as_deref());
            for found in self.reading.values_mut() {
                found.retain(|diagnostic| diagnostic.subject.as_ref() != Some(&id));
            }
            candidates.insert(id);
        }
        changes
            .files
            .into_iter()
            .for_each(|file| design.files.insert(file));
        let mut secrets = Vec::new();
        for document in changes.documents {
            candidates.insert(document.id.clone());
            let document = check::sealed(document, &self.kinds, &mut secrets);
            self.fragments.add(document);
        }
        design.files.mark_secrets(secrets);
        check::hide_unread(&changes.diagnostics, &self.kinds, &mut design.files);
        for diagnostic in changes.diagnostics {
            candidates.extend(diagnostic.subject.clone());
            let of_file = self.reading.entry(diagnostic.span().file).or_default();
            of_file.push(diagnostic);
        }
        self.reading.retain(|_, found| !found.is_empty());
        candidates
    }

    /// Chooses the documents of these identities anew.
    fn choose(&mut self, candidates: BTreeSet<DocumentId>, touched: &mut Touched) {
        let design = Arc::make_mut(&mut self.design);
        let refusals = Refusals::of(&candidates, self.reading.values().flatten());
        let (files, federation) = (&design.files, design.federation.clone());
        let chosen = self
            .fragments
            .choose(&candidates, files, &self.kinds, &federation);
        for chosen in chosen {
            let Chosen {
                id,
                document,
                fragments,
                found,
            } = chosen;
            match fragments {
                Some(fragments) => drop(design.fragments.insert(id.clone(), fragments)),
                None => drop(design.fragments.remove(&id)),
            }
            let refused = refusals.with(&id, &found);
            let same_refusals = design.set_refused(&id, refused);
            set(&mut self.documents, &id, found.into_iter().collect());
            let before = match &document {
                Some(document) => design.documents.insert(id.clone(), document.clone()),
                None => design.documents.remove(&id),
            };
            if same_refusals && before == document {
                continue;
            }
            for (document, more) in [(&before, false), (&document, true)] {
                if let Some(document) = document {
                    design.count_uses(document, more);
                }
            }
            touched.document(id, before, document);
        }
    }

    /// Works out again the profiles that something of their chain has changed in. Gives those that are others now.
    fn profiles(&mut self, touched: &Touched) -> BTreeSet<DocumentId> {
        let changed = touched.of_kind(&Kind::HostProfile);
        if changed.is_empty() && !touched.all {
            return changed;
        }
        let design = Arc::make_mut(&mut self.design);
        let is_profile = |id: &&DocumentId| id.kind == Kind::HostProfile;
        let ids: Vec<DocumentId> = design
            .documents
            .keys()
            .filter(is_profile)
            .cloned()
            .collect();
        let mut affected = changed.clone();
        let mut chains: BTreeMap<DocumentId, Arc<[DocumentId]>> = BTreeMap::new();
        for id in ids {
            let document = design.documents[&id].clone();
            let inherited = chain::inherited(&document, &design.documents);
            let mut found = Diagnostics::new();
            let too_long = inherited.is_none();
            chain::check_parents(&document, &design.documents, too_long, &mut found);
            let mut inherited = inherited.unwrap_or_default();
            design.set_orphan(&id, !found.is_empty());
            set(&mut self.chains, &id, found.into_iter().collect());
            let before = design.profiles.get(&*id.name).map(|profile| &profile.chain);
            let same = before.is_some_and(|before| *before.inherited == *inherited);
            if touched.all || !same || inherited.iter().any(|id| changed.contains(id)) {
                affected.insert(id.clone());
            }
            inherited.push(id.clone());
            chains.insert(id, inherited.into());
        }
        let mut cycles = Diagnostics::new();
        chain::cycles(&design.documents, &mut cycles);
        self.cycles = cycles.into_iter().collect();
        self.folds.forget(&affected);
        for id in &affected {
            let name = ProfileName::new(id.name.clone());
            let Some(all) = chains.get(id) else {
                self.chains.remove(id);
                design.set_orphan(id, false);
                design.profiles.remove(&name);
                continue;
            };
            let value = self.folds.value(all, &design.documents, design);
            let inherited = all[..all.len() - 1].into();
            let own = id.clone();
            let chain = Chain { inherited, own };
            let value = value.unwrap_or_else(|| Value::map(Vec::new(), crate::span::Span::NONE));
            let metadata = design.documents.get(id).and_then(|d| d.metadata.clone());
            let profile = ResolvedProfile {
                chain,
                value,
                metadata,
            };
            design.profiles.insert(name, Arc::new(profile));
        }
        affected
    }

    /// Profiles that nobody inherits from refer to hardware as nodes do; of the others their heirs are asked.
    fn check_unused(&mut self, touched: &Touched) {
        if !touched.few && !touched.all && !touched.inherits_otherwise() {
            return;
        }
        let mut found = Diagnostics::new();
        for (name, profile) in &self.design.profiles {
            let id = DocumentId::new(Kind::HostProfile, name.as_str());
            let document = self.design.documents.get(&id);
            let Some(document) = document.filter(|_| !self.design.is_used(&id)) else {
                continue;
            };
            match decode::<HostProfile>(&profile.value) {
                Ok(spec) => node::check_profile(document, profile, &spec, &self.design, &mut found),
                Err(error) => found.push(named::undecoded(&id, error)),
            }
        }
        self.unused = found.into_iter().collect();
    }
}

/// Keeps what was found about a document; nothing takes no room.
pub(super) fn set(all: &mut Found, id: &DocumentId, found: Vec<Diagnostic>) {
    match found.is_empty() {
        true => drop(all.remove(id)),
        false => drop(all.insert(id.clone(), found)),
    }
}
