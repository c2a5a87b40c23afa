//! The resolver's work on nodes: which are to be worked out again, what they inherit, and what follows.

use super::{
    address::{self, Claimant},
    chain::{self, Chain},
    decode::decode,
    fold,
    incremental::{Resolver, set},
    named, node,
    parts::Parts,
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
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, hash_map::Entry},
    sync::Arc,
};

/// What a node is made of.
struct Work {
    document: Arc<Document>,
    chain: Chain,
    inherited: Option<Value>,
    /// What it may share with the other nodes of its parents.
    parts: Option<Arc<Parts>>,
}

/// A node before its addresses are given.
struct Decoded {
    document: Arc<Document>,
    chain: Chain,
    value: Value,
    spec: HostProfile,
    found: Vec<Diagnostic>,
}

/// What became of a node.
enum Outcome {
    /// It is resolved; or it cannot be, and what was found says why.
    Done(DocumentId, Option<Arc<ResolvedNode>>, Vec<Diagnostic>),
    /// It waits for an address.
    Waits(Box<Decoded>),
}

impl Resolver {
    /// Works out again the nodes that anything they consist of or name has changed in.
    pub(super) fn nodes(&mut self, affected: &BTreeSet<DocumentId>, touched: &mut Touched) {
        let work = self.work(affected, touched);
        let design = self.design.clone();
        // Most have no address to wait for, and are done at once: what they were decoded to is not kept for all of them.
        let outcomes = parallel::map(work, |work| match decode_node(work, &design) {
            Ok(decoded) if address::is_automatic(&decoded.spec) => Outcome::Waits(decoded.into()),
            Ok(decoded) => derive(decoded, &design),
            Err((id, found)) => Outcome::Done(id, None, found),
        });
        drop(design);
        let mut waiting = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Waits(decoded) => waiting.push(*decoded),
                Outcome::Done(id, node, found) => {
                    self.automatic.remove(id.name.as_str());
                    self.put(id, node, found, touched);
                }
            }
        }
        let waiting = self.allocate(waiting);
        let design = self.design.clone();
        let outcomes = parallel::map(waiting, |decoded| derive(decoded, &design));
        drop(design);
        for outcome in outcomes {
            if let Outcome::Done(id, node, found) = outcome {
                self.put(id, node, found, touched);
            }
        }
    }

    fn put(
        &mut self,
        id: DocumentId,
        node: Option<Arc<ResolvedNode>>,
        found: Vec<Diagnostic>,
        touched: &mut Touched,
    ) {
        set(&mut self.derived, &id, found);
        let design = Arc::make_mut(&mut self.design);
        let name = NodeName::new(id.name);
        match node {
            Some(node) => drop(design.nodes.insert(name.clone(), node)),
            None => drop(design.nodes.remove(&name)),
        }
        touched.nodes.insert(name);
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
            let parents = parent_names(&document);
            let inherited = || chain::inherited(&document, &design.documents).map(Arc::from);
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
            let mut found = Diagnostics::new();
            let too_long = shared.0.is_none();
            chain::check_parents(&document, &design.documents, too_long, &mut found);
            design.set_orphan(&id, !found.is_empty());
            set(&mut self.chains, &id, found.into_iter().collect());
            let chain = Chain {
                inherited: shared.0.clone().unwrap_or_default(),
                own: id,
            };
            work.push(Work {
                document,
                chain,
                inherited: None,
                parts: None,
            });
        }
        if prune {
            self.parents.retain(|_, (_, users)| *users > 0);
            let profiles = design.profiles.values();
            let profiles: Vec<Vec<DocumentId>> = profiles
                .map(|profile| profile.chain.iter().cloned().collect())
                .collect();
            let combinations = self.parents.values();
            let combinations = combinations.filter_map(|(chain, _)| chain.as_deref());
            let used = profiles.iter().map(Vec::as_slice).chain(combinations);
            self.folds.keep_only(used);
        }
        for work in &mut work {
            let chain = work.chain.inherited();
            work.inherited = self.folds.value(chain, &design.documents, design);
        }
        share_parts(&mut work);
        work
    }

    /// Gives the addresses that nodes wait for; a node that was not worked out and whose address is another now joins
    /// them.
    fn allocate(&mut self, mut waiting: Vec<Decoded>) -> Vec<Decoded> {
        let names = waiting
            .iter()
            .map(|node| NodeName::new(node.document.id.name.clone()));
        self.automatic.extend(names);
        self.allocating.clear();
        if self.automatic.is_empty() && self.allocations.0.is_empty() {
            return waiting;
        }
        let design = &self.design;
        let mut claimants: BTreeMap<&str, Claimant<'_>> = BTreeMap::new();
        for (name, node) in &design.nodes {
            claimants.insert(name, Claimant::new(&node.chain.own, &node.value));
        }
        for node in &waiting {
            let id = &node.document.id;
            claimants.insert(&id.name, Claimant::new(id, &node.value));
        }
        let claimants: Vec<Claimant<'_>> = claimants.into_values().collect();
        let (given, mut found) = (&mut self.allocations, Diagnostics::new());
        address::allocate(&claimants, &design.networks, given, &mut found);
        self.allocating = found.into_iter().collect();
        let ids = waiting.iter().map(|node| node.document.id.name.clone());
        let worked_out: BTreeSet<SmolStr> = ids.collect();
        for name in &self.automatic {
            let node = design.nodes.get(name);
            let Some(node) = node.filter(|_| !worked_out.contains(name.as_str())) else {
                continue;
            };
            let document = design.documents.get(&node.chain.own);
            let same = address::is_as_given(node, &design.networks, &self.allocations);
            if let Some(document) = document.filter(|_| !same).cloned() {
                let chain = node.chain.clone();
                let inherited = chain.inherited();
                let inherited = self.folds.value(inherited, &design.documents, design);
                let work = Work {
                    document,
                    chain,
                    inherited,
                    parts: None,
                };
                waiting.extend(decode_node(work, design));
            }
        }
        for node in &mut waiting {
            let name = node.document.id.name.as_str();
            address::give(&mut node.spec, name, &design.networks, &self.allocations);
        }
        waiting
    }
}

/// Decodes what several nodes inherit once for all of them.
fn share_parts(work: &mut [Work]) {
    // Nodes of the same parents hold the same list of them.
    let mut heirs: HashMap<*const DocumentId, Vec<&mut Work>> = HashMap::new();
    for work in work {
        let parents = work.chain.inherited().as_ptr();
        heirs.entry(parents).or_default().push(work);
    }
    for heirs in heirs.into_values().filter(|heirs| heirs.len() > 1) {
        let inherited = heirs.first().and_then(|work| work.inherited.as_ref());
        let parts = inherited.and_then(Parts::of).map(Arc::new);
        heirs
            .into_iter()
            .for_each(|work| work.parts.clone_from(&parts));
    }
}

/// What the node's value is, decoded; or what was found in one that cannot be.
fn decode_node(
    work: Work,
    design: &ResolvedDesign,
) -> Result<Decoded, (DocumentId, Vec<Diagnostic>)> {
    let Work {
        document,
        chain,
        inherited,
        parts,
    } = work;
    let (value, removals) = fold::step(inherited.as_ref(), &document, &chain, design);
    let vain = removals.into_iter().filter_map(|(_, _, vain)| vain);
    let mut found: Vec<Diagnostic> = vain.collect();
    let spec = match parts {
        Some(parts) => parts.decode(&value),
        None => decode(&value),
    };
    match spec {
        Ok(spec) => Ok(Decoded {
            document,
            chain,
            value,
            spec,
            found,
        }),
        Err(error) => {
            found.push(named::undecoded(&document.id, error));
            Err((document.id.clone(), found))
        }
    }
}

fn derive(decoded: Decoded, design: &ResolvedDesign) -> Outcome {
    let Decoded {
        document,
        chain,
        value,
        spec,
        found,
    } = decoded;
    let mut all = Diagnostics::new();
    all.extend(found);
    let node = node::node(&document, chain, value, spec, design, &mut all);
    let found = all.into_iter().collect();
    Outcome::Done(document.id.clone(), Some(Arc::new(node)), found)
}

fn parent_names(document: &Document) -> Box<[SmolStr]> {
    let parents = chain::parents(document).iter();
    parents
        .filter_map(|parent| parent.as_text().map(SmolStr::new))
        .collect()
}
