//! The resolver's work on nodes: which are to be worked out again, what they inherit, and what follows.

use super::{
    address::{self, Claimant},
    chain::{self, Chain},
    decode::decode,
    fold,
    incremental::{Resolver, set},
    named, node,
    resolved::{ResolvedDesign, ResolvedNode},
    touched::Touched,
};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    model::HostProfile,
    names::{DocumentId, Kind, NodeName},
    parallel,
    source::{Document, Value},
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet, hash_map::Entry},
    sync::Arc,
};

/// What a node is made of.
struct Work {
    document: Arc<Document>,
    chain: Chain,
    inherited: Option<Value>,
}

/// A node before its addresses are given.
struct Decoded {
    document: Arc<Document>,
    chain: Chain,
    value: Value,
    spec: Option<HostProfile>,
    found: Vec<Diagnostic>,
}

impl Resolver {
    /// Works out again the nodes that anything they consist of or name has changed in.
    pub(super) fn nodes(&mut self, affected: &BTreeSet<DocumentId>, touched: &mut Touched) {
        let work = self.work(affected, touched);
        let design = self.design.clone();
        let decoded = parallel::map(work, |work| decode_node(work, &design));
        drop(design);
        let decoded = self.allocate(decoded);
        let design = self.design.clone();
        let nodes = parallel::map(decoded, |decoded| derive(decoded, &design));
        drop(design);
        let design = Arc::make_mut(&mut self.design);
        for (id, node, found) in nodes {
            set(&mut self.derived, &id, found);
            let name = NodeName::new(id.name);
            match node {
                Some(node) => drop(design.nodes.insert(name.clone(), Arc::new(node))),
                None => drop(design.nodes.remove(&name)),
            }
            touched.nodes.insert(name);
        }
    }

    /// What the nodes are made of that are to be worked out again; those that are gone go.
    fn work(&mut self, affected: &BTreeSet<DocumentId>, touched: &mut Touched) -> Vec<Work> {
        let design = Arc::make_mut(&mut self.design);
        // Whoever is told of names that are near is told of new ones, too.
        let told = |id: &DocumentId| {
            touched.names && (self.chains.contains_key(id) || self.derived.contains_key(id))
        };
        let names_affected = |document: &Document| {
            !affected.is_empty() && chain::parent_ids(document).any(|id| affected.contains(&id))
        };
        let few = touched.few || touched.all || !affected.is_empty();
        let mut ids: BTreeSet<DocumentId> = touched.of_kind(&Kind::BaremetalNode);
        if few {
            let nodes = design.documents.iter();
            let nodes = nodes.filter(|(id, _)| id.kind == Kind::BaremetalNode);
            let dirty = nodes.filter(|(id, document)| {
                let node = design.nodes.get(&*id.name);
                let names_changed = || node.is_none_or(|node| touched.is_named_by(node));
                touched.all || told(id) || names_affected(document) || names_changed()
            });
            ids.extend(dirty.map(|(id, _)| id.clone()));
        }
        let mut prune = !affected.is_empty();
        let mut renewed: HashSet<Box<[SmolStr]>> = HashSet::new();
        let mut work = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(before) = touched.before(&id) {
                let parents = parent_names(before);
                if let Some((_, users)) = self.parents.get_mut(&parents) {
                    *users -= 1;
                    prune |= *users == 0;
                }
            }
            let Some(document) = design.documents.get(&id).cloned() else {
                self.chains.remove(&id);
                self.derived.remove(&id);
                design.set_orphan(&id, false);
                let name = NodeName::new(id.name);
                self.automatic.remove(&name);
                design.nodes.remove(&name);
                touched.gone_nodes.insert(name);
                continue;
            };
            let mut found = Diagnostics::new();
            chain::check_parents(&document, &design.documents, &mut found);
            design.set_orphan(&id, !found.is_empty());
            set(&mut self.chains, &id, found.into_iter().collect());
            let parents = parent_names(&document);
            let inherited = || chain::inherited(&document, &design.documents).into();
            let renew = names_affected(&document) && renewed.insert(parents.clone());
            let shared = match self.parents.entry(parents) {
                Entry::Vacant(entry) => entry.insert((inherited(), 0)),
                Entry::Occupied(entry) => {
                    let shared = entry.into_mut();
                    if renew {
                        shared.0 = inherited();
                    }
                    shared
                }
            };
            if touched.is_changed(&id) {
                shared.1 += 1;
            }
            let chain = Chain {
                inherited: shared.0.clone(),
                own: id,
            };
            work.push(Work {
                document,
                chain,
                inherited: None,
            });
        }
        if prune {
            self.parents.retain(|_, (_, users)| *users > 0);
            let profiles = design.profiles.values();
            let profiles: Vec<Vec<DocumentId>> = profiles
                .map(|profile| profile.chain.iter().cloned().collect())
                .collect();
            let combinations = self.parents.values().map(|(chain, _)| &**chain);
            let used = profiles.iter().map(Vec::as_slice).chain(combinations);
            self.folds.keep_only(used);
        }
        for work in &mut work {
            let chain = work.chain.inherited();
            work.inherited = self.folds.value(chain, &design.documents, design);
        }
        work
    }

    /// Gives the addresses that are to be given; a node whose address is another now joins those that are worked out.
    fn allocate(&mut self, mut decoded: Vec<Decoded>) -> Vec<Decoded> {
        for node in &decoded {
            let name = NodeName::new(node.document.id.name.clone());
            match node.spec.as_ref().is_some_and(address::is_automatic) {
                true => self.automatic.insert(name),
                false => self.automatic.remove(&name),
            };
        }
        self.allocating.clear();
        if self.automatic.is_empty() && self.allocations.0.is_empty() {
            return decoded;
        }
        let mut claimants: BTreeMap<&str, Claimant<'_>> = BTreeMap::new();
        let design = &self.design;
        for (name, node) in &design.nodes {
            claimants.insert(name, Claimant::new(&node.chain.own, &node.value));
        }
        for node in decoded.iter().filter(|node| node.spec.is_some()) {
            let id = &node.document.id;
            claimants.insert(&id.name, Claimant::new(id, &node.value));
        }
        let claimants: Vec<Claimant<'_>> = claimants.into_values().collect();
        let mut found = Diagnostics::new();
        address::allocate(
            &claimants,
            &design.networks,
            &mut self.allocations,
            &mut found,
        );
        drop(claimants);
        let worked_out: BTreeSet<SmolStr> = decoded
            .iter()
            .map(|node| node.document.id.name.clone())
            .collect();
        for name in &self.automatic {
            let Some(node) = design.nodes.get(name) else {
                continue;
            };
            let given = &self.allocations;
            if worked_out.contains(name.as_str())
                || address::is_as_given(node, &design.networks, given)
            {
                continue;
            }
            if let Some(document) = design.documents.get(&node.chain.own).cloned() {
                let chain = node.chain.clone();
                let inherited = chain.inherited();
                let inherited = self.folds.value(inherited, &design.documents, design);
                let work = Work {
                    document,
                    chain,
                    inherited,
                };
                decoded.push(decode_node(work, design));
            }
        }
        for node in &mut decoded {
            if let Some(spec) = &mut node.spec {
                let name = node.document.id.name.as_str();
                address::give(spec, name, &design.networks, &self.allocations);
            }
        }
        self.allocating = found.into_iter().collect();
        decoded
    }
}

fn decode_node(work: Work, design: &ResolvedDesign) -> Decoded {
    let Work {
        document,
        chain,
        inherited,
    } = work;
    let (value, removals) = fold::step(inherited.as_ref(), &document, &chain, design);
    let vain = removals.into_iter().filter_map(|(_, _, vain)| vain);
    let mut found: Vec<Diagnostic> = vain.collect();
    let spec = match decode(&value) {
        Ok(spec) => Some(spec),
        Err(error) => {
            found.push(named::undecoded(&document.id, error));
            None
        }
    };
    Decoded {
        document,
        chain,
        value,
        spec,
        found,
    }
}

fn derive(
    decoded: Decoded,
    design: &ResolvedDesign,
) -> (DocumentId, Option<ResolvedNode>, Vec<Diagnostic>) {
    let Decoded {
        document,
        chain,
        value,
        spec,
        found,
    } = decoded;
    let mut all = Diagnostics::new();
    all.extend(found);
    let node = spec.map(|spec| node::node(&document, chain, value, spec, design, &mut all));
    (document.id.clone(), node, all.into_iter().collect())
}

fn parent_names(document: &Document) -> Box<[SmolStr]> {
    let parents = chain::parents(document).iter();
    parents
        .filter_map(|parent| parent.as_text().map(SmolStr::new))
        .collect()
}
