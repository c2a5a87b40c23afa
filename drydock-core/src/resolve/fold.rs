//! Folds of chains. What a beginning of a chain amounts to is worked out once, kept, and shared by all chains that begin
//! so; so a node with one parent costs its own document.

use super::{
    chain::Documents,
    merge::{self, Watch},
    merge_policy::SpecPolicy,
    resolved::ResolvedDesign,
    vain_removal,
};
use crate::{
    diagnostic::{Code, Diagnostic, quote},
    field::FieldPath,
    names::DocumentId,
    source::{Document, Value},
    span::Span,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// What came of one removal of a document in one chain: nothing where it removed something, else the finding.
pub(super) type Removal = (DocumentId, FieldPath, Option<Diagnostic>);

/// The beginnings of chains that are known.
#[derive(Debug, Clone, Default)]
pub(super) struct Folds {
    prefixes: HashMap<Arc<[DocumentId]>, Prefix>,
}

/// What the documents of a prefix amount to, and what came of the removals of its last document.
#[derive(Debug, Clone)]
struct Prefix {
    value: Value,
    removals: Vec<Removal>,
}

impl Folds {
    /// Forgets what depends on these documents.
    pub(super) fn forget(&mut self, changed: &BTreeSet<DocumentId>) {
        self.prefixes
            .retain(|prefix, _| !prefix.iter().any(|id| changed.contains(id)));
    }

    /// Forgets what is the beginning of none of these chains.
    pub(super) fn keep_only<'c>(&mut self, chains: impl Iterator<Item = &'c [DocumentId]>) {
        let mut used: HashSet<&[DocumentId]> = HashSet::new();
        for chain in chains {
            let mut length = chain.len();
            // What begins a chain that was seen already was seen as well.
            while length > 0 && used.insert(&chain[..length]) {
                length -= 1;
            }
        }
        self.prefixes.retain(|prefix, _| used.contains(&**prefix));
    }

    /// What these documents, profiles and nodes, amount to; nothing for none.
    pub(super) fn value(
        &mut self,
        chain: &[DocumentId],
        documents: &Documents,
        design: &ResolvedDesign,
    ) -> Option<Value> {
        self.value_by(SpecPolicy::PROFILES, chain, documents, design)
    }

    /// What these documents amount to by a policy; nothing for none.
    pub(super) fn value_by(
        &mut self,
        spec: SpecPolicy<'_>,
        chain: &[DocumentId],
        documents: &Documents,
        design: &ResolvedDesign,
    ) -> Option<Value> {
        let known = (1..=chain.len())
            .rev()
            .find(|&length| self.prefixes.contains_key(&chain[..length]));
        let known = known.unwrap_or(0);
        let mut value = self.prefixes.get(&chain[..known]).map(|p| p.value.clone());
        for length in known + 1..=chain.len() {
            let prefix = &chain[..length];
            let Some(document) = documents.get(&chain[length - 1]) else {
                continue;
            };
            let (merged, removals) = step_by(spec, value.as_ref(), document, prefix, design);
            value = Some(merged.clone());
            let merged = Prefix {
                value: merged,
                removals,
            };
            self.prefixes.insert(prefix.into(), merged);
        }
        value
    }

    /// Removals that remove nothing in any chain. One that removes something from some chain is not among them: a
    /// profile that is to be combined with others may remove what only those bring.
    pub(super) fn vain_removals(&self) -> impl Iterator<Item = Diagnostic> + use<> {
        let mut removals: BTreeMap<(&DocumentId, &FieldPath), Option<&Diagnostic>> =
            BTreeMap::new();
        for (id, field, vain) in self.prefixes.values().flat_map(|prefix| &prefix.removals) {
            let known = removals.entry((id, field)).or_insert(vain.as_ref());
            if vain.is_none() {
                *known = None;
            }
        }
        let vain: Vec<Diagnostic> = removals.into_values().flatten().cloned().collect();
        vain.into_iter()
    }
}

/// A profile or node over what the chain before it amounts to, and what came of its removals.
pub(super) fn step<'c>(
    base: Option<&Value>,
    document: &Document,
    chain: impl IntoIterator<Item = &'c DocumentId> + Copy,
    design: &ResolvedDesign,
) -> (Value, Vec<Removal>) {
    step_by(SpecPolicy::PROFILES, base, document, chain, design)
}

fn step_by<'c>(
    spec: SpecPolicy<'_>,
    base: Option<&Value>,
    document: &Document,
    chain: impl IntoIterator<Item = &'c DocumentId> + Copy,
    design: &ResolvedDesign,
) -> (Value, Vec<Removal>) {
    let mut watch = WatchRemovals {
        id: &document.id,
        meant: |removal: &FieldPath| vain_removal::meant(base, &document.spec, spec, removal),
        chain,
        design,
        path: FieldPath::root(),
        removals: BTreeMap::new(),
    };
    let value = merge::merge_spec(base, &document.spec, spec, &mut watch);
    let removals = watch.removals.into_iter();
    let removals = removals.map(|(field, vain)| (document.id.clone(), field, vain));
    (value, removals.collect())
}

/// Hears of every removal whether it removes something (DD0505).
struct WatchRemovals<'a, C, M> {
    id: &'a DocumentId,
    meant: M,
    chain: C,
    design: &'a ResolvedDesign,
    path: FieldPath,
    removals: BTreeMap<FieldPath, Option<Diagnostic>>,
}

impl<'a, 'c, C, M> Watch for WatchRemovals<'a, C, M>
where
    C: IntoIterator<Item = &'c DocumentId> + Copy,
    M: Fn(&FieldPath) -> Option<&'a str>,
{
    const HEARS_ALL: bool = false;

    fn enter(&mut self, key: SmolStr) {
        self.path.push(key);
    }
    fn leave(&mut self) {
        self.path.pop();
    }
    fn set(&mut self, _value: &Value) {}
    fn removed(&mut self, _by: Span) {
        self.removals.insert(self.path.clone(), None);
    }
    fn nothing_to_remove(&mut self, what: &str, by: Span) {
        if self.design.in_doubt(self.chain, &self.path) {
            return self.removed(by);
        }
        let message = if what == "what is inherited" {
            "there is nothing inherited here to clear".to_owned()
        } else {
            format!("there is no {} here to remove", quote(what))
        };
        let diagnostic = Diagnostic::new(Code::REMOVES_NOTHING, message)
            .about(self.id)
            .field(self.path.clone());
        // As many as anybody would read: what comes after them may cost no more than finding it.
        let few = self.removals.len() < 100;
        let meant = Some(&self.path).filter(|_| few).and_then(&self.meant);
        let help = match meant {
            Some(meant) => format!("did you mean {}?", quote(meant)),
            None => "leave the removal out, or correct its name; what this document itself adds is not removed"
                .to_owned(),
        };
        self.removals
            .entry(self.path.clone())
            .or_insert_with(|| Some(diagnostic.at(by, "").help(help)));
    }
}
