//! Configuration items, after inheritance where their kind was registered as one that inherits, and held against the
//! schema of their kind.

use super::{
    chain::{Chain, Lineage},
    conform,
    fold::Folds,
    incremental::{Found, set},
    merge_policy::SpecPolicy,
    resolved::ResolvedDesign,
    touched::Touched,
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    model::{Kinds, config_item::RegisteredKind},
    names::{DocumentId, Kind},
    source::{Document, Value},
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// One configuration item.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ResolvedItem {
    /// The documents it consists of, itself last; itself alone where its kind does not inherit.
    pub chain: Chain,
    /// Its spec after inheritance, with the place of every value. What was written without quotes is what YAML's core
    /// schema takes it for.
    pub value: Value,
}

/// What was found about configuration items.
#[derive(Debug, Clone, Default)]
pub(super) struct Items {
    /// In each document by itself, or in what it comes to.
    of_items: Found,
    /// In how the documents of a kind inherit.
    of_kinds: BTreeMap<SmolStr, Vec<Diagnostic>>,
}

impl Items {
    /// Everything that was found.
    pub(super) fn found(&self) -> impl Iterator<Item = Diagnostic> + '_ {
        let of_items = self.of_items.values().flatten();
        let all = of_items.chain(self.of_kinds.values().flatten());
        all.cloned()
    }

    /// Works out again what has changed: an item, or all of a kind that inherits.
    pub(super) fn update(&mut self, design: &mut ResolvedDesign, kinds: &Kinds, touched: &Touched) {
        design.kinds = kinds.clone();
        let inherits = |kind: &Kind| {
            let registered = kinds.find(kind);
            registered.is_some_and(|registered| registered.parents.is_some())
        };
        let items = touched.documents();
        let items = items.filter(|(id, _)| matches!(id.kind, Kind::Other(_)));
        for (id, (_, document)) in items.filter(|(id, _)| !inherits(&id.kind)) {
            let (mut item, mut found) = (None, Vec::new());
            if let Some(document) = document {
                let chain = Chain {
                    inherited: Arc::new([]),
                    own: id.clone(),
                };
                if let Some(kind) = kinds.find(&id.kind) {
                    found = conform::violations(id, &document.spec, kind, false);
                }
                let value = document.spec.clone();
                item = Some(ResolvedItem { chain, value });
            }
            put(design, id, item);
            set(&mut self.of_items, id, found);
        }
        for kind in kinds.iter() {
            if let Some(parents) = &kind.parents
                && (touched.all || touched.is_any_changed(&kind.kind))
            {
                self.inherit(design, kind, parents);
            }
        }
    }

    /// Resolves every item of a kind that inherits.
    fn inherit(&mut self, design: &mut ResolvedDesign, kind: &RegisteredKind, parents: &str) {
        let lineage = Lineage {
            field: parents,
            kind: &kind.kind,
            called: (kind.kind.as_str(), kind.kind.as_str()),
        };
        let of_kind = |id: &DocumentId| id.kind == kind.kind;
        self.of_items.retain(|id, _| !of_kind(id));
        design.items.retain(|id, _| !of_kind(id));
        let documents = design.documents.iter();
        let documents: Vec<Arc<Document>> = documents
            .filter(|(id, _)| of_kind(id))
            .map(|(_, document)| document.clone())
            .collect();
        let mut found = Diagnostics::new();
        lineage.cycles(&design.documents, &mut found);
        let mut chains = Vec::with_capacity(documents.len());
        for document in &documents {
            let (before, chain) = (found.len(), lineage.inherited(document, &design.documents));
            let too_long = chain.is_none();
            lineage.check_parents(document, &design.documents, too_long, &mut found);
            design.set_orphan(&document.id, found.len() > before);
            chains.push(chain.unwrap_or_default());
        }
        let named: BTreeSet<DocumentId> = documents
            .iter()
            .flat_map(|document| lineage.parent_ids(document))
            .collect();
        let mut folds = Folds::default();
        for (document, mut chain) in documents.iter().zip(chains) {
            let id = &document.id;
            let inherited: Arc<[DocumentId]> = chain.as_slice().into();
            chain.push(id.clone());
            let policy = SpecPolicy::Item(&kind.policy, parents);
            let value = folds.value_by(policy, &chain, &design.documents, design);
            let value = value.unwrap_or_else(|| document.spec.clone());
            let violations = conform::violations(id, &value, kind, named.contains(id));
            set(&mut self.of_items, id, violations);
            let own = id.clone();
            let chain = Chain { inherited, own };
            put(design, id, Some(ResolvedItem { chain, value }));
        }
        found.extend(folds.vain_removals());
        let name = SmolStr::new(kind.kind.as_str());
        match found.is_empty() {
            true => drop(self.of_kinds.remove(&name)),
            false => drop(self.of_kinds.insert(name, found.into_iter().collect())),
        }
    }
}

fn put(design: &mut ResolvedDesign, id: &DocumentId, item: Option<ResolvedItem>) {
    match item {
        Some(item) => drop(design.items.insert(id.clone(), Arc::new(item))),
        None => drop(design.items.remove(id)),
    }
}
