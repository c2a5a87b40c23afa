//! Who claims which key, for all index rules together: one sorted table of key digests and the documents that claim them,
//! 16 bytes a claim. Only keys with two claims or more are looked at in full.

use super::{Claim, IndexRule, Report, Rule, Subject};
use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    names::{DocumentId, Kind},
    parallel,
    resolve::ResolvedDesign,
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash, Hasher},
};

/// The number that stands for a document in the table.
type Slot = u32;

/// What is claimed.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Digest of rule and key, and who claims it, as often as it does; sorted.
    claims: Vec<(u64, Slot)>,
    slots: HashMap<DocumentId, Slot>,
    /// By their slots.
    ids: Vec<DocumentId>,
    /// What was found, by digest.
    found: BTreeMap<u64, Vec<Diagnostic>>,
}

impl Index {
    pub(super) fn found(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.values().flatten()
    }

    /// Looks again at all keys that these documents claimed or claim now.
    pub(super) fn update(
        &mut self,
        rules: &[Rule],
        design: &ResolvedDesign,
        changed: &BTreeSet<DocumentId>,
    ) {
        let rules: Vec<(u64, &dyn IndexRule)> = (0..)
            .zip(rules)
            .filter_map(|(n, rule)| match rule {
                Rule::Index(rule) => Some((n, rule.as_ref())),
                _ => None,
            })
            .collect();
        let changed: Vec<(Slot, &DocumentId)> =
            changed.iter().map(|id| (self.slot(id), id)).collect();
        let mut dirty: BTreeSet<u64> = BTreeSet::new();
        let mut is_changed = vec![false; self.ids.len()];
        for (slot, _) in &changed {
            is_changed[*slot as usize] = true;
        }
        self.claims.retain(|(digest, slot)| {
            let stays = !is_changed[*slot as usize];
            if !stays {
                dirty.insert(*digest);
            }
            stays
        });
        let claims = parallel::map(changed, |(slot, id)| {
            let digests = digests(&rules, id, design);
            digests.map(|digest| (digest, slot)).collect::<Vec<_>>()
        });
        if self.claims.is_empty() {
            self.claims = claims.into_iter().flatten().collect();
            self.claims.sort_unstable();
            let pairs = self.claims.windows(2);
            dirty.extend(
                pairs
                    .filter(|pair| pair[0].0 == pair[1].0)
                    .map(|pair| pair[0].0),
            );
        } else {
            for claim in claims.into_iter().flatten() {
                dirty.insert(claim.0);
                let place = self.claims.partition_point(|other| *other < claim);
                self.claims.insert(place, claim);
            }
        }
        for (digest, found) in self.clashes(dirty, &rules, design) {
            match found.is_empty() {
                true => drop(self.found.remove(&digest)),
                false => drop(self.found.insert(digest, found.into_iter().collect())),
            }
        }
    }

    fn slot(&mut self, id: &DocumentId) -> Slot {
        if let Some(slot) = self.slots.get(id) {
            return *slot;
        }
        let slot = self.ids.len() as Slot;
        self.slots.insert(id.clone(), slot);
        self.ids.push(id.clone());
        slot
    }

    /// What the claims of each digest amount to. Different keys may share one. Whoever claims several is asked once.
    fn clashes(
        &self,
        digests: BTreeSet<u64>,
        rules: &[(u64, &dyn IndexRule)],
        design: &ResolvedDesign,
    ) -> BTreeMap<u64, Diagnostics> {
        let mut owners: BTreeSet<&DocumentId> = BTreeSet::new();
        for digest in &digests {
            let first = self.claims.partition_point(|(other, _)| other < digest);
            let claims = self.claims[first..].iter();
            let claims = claims.take_while(|(other, _)| other == digest);
            let slots: Vec<Slot> = claims.map(|(_, slot)| *slot).collect();
            if slots.len() > 1 {
                owners.extend(slots.iter().map(|slot| &self.ids[*slot as usize]));
            }
        }
        let mut claimed: BTreeMap<(u64, u64, SmolStr), Vec<Claim>> = BTreeMap::new();
        for subject in owners.iter().flat_map(|id| subjects(id, design)) {
            for (number, rule) in rules {
                for claim in rule.claims(subject, design) {
                    let digest = digest_of(*number, &claim.key);
                    if digests.contains(&digest) {
                        let key = (digest, *number, claim.key.clone());
                        claimed.entry(key).or_default().push(claim);
                    }
                }
            }
        }
        let mut found: BTreeMap<u64, Diagnostics> = BTreeMap::new();
        found.extend(digests.into_iter().map(|d| (d, Diagnostics::new())));
        for ((digest, number, key), mut claims) in claimed {
            let rule = rules.iter().find(|(other, _)| *other == number);
            let Some((_, rule)) = rule.filter(|_| claims.len() > 1) else {
                continue;
            };
            claims.sort_by(|a, b| (&a.subject, &a.field).cmp(&(&b.subject, &b.field)));
            let of_digest = found.entry(digest).or_default();
            rule.check(&key, &claims, &mut Report::new(of_digest));
        }
        found
    }
}

/// What a document is to index rules: itself and, if it is a node, the resolved node.
fn subjects<'a>(
    id: &DocumentId,
    design: &'a ResolvedDesign,
) -> impl Iterator<Item = Subject<'a>> + use<'a> {
    let document = design.documents.get(id);
    let node = match id.kind {
        Kind::BaremetalNode => design.nodes.get(id.name.as_str()),
        _ => None,
    };
    let document = document.map(|document| Subject::Document(document));
    document
        .into_iter()
        .chain(node.map(|node| Subject::Node(node)))
}

fn digests(
    rules: &[(u64, &dyn IndexRule)],
    id: &DocumentId,
    design: &ResolvedDesign,
) -> impl Iterator<Item = u64> + use<> {
    let (mut digests, mut keys) = (Vec::new(), Vec::new());
    for subject in subjects(id, design) {
        for (number, rule) in rules {
            rule.keys(subject, design, &mut keys);
            digests.extend(keys.drain(..).map(|key| digest_of(*number, &key)));
        }
    }
    digests.into_iter()
}

fn digest_of(rule: u64, key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    rule.hash(&mut hasher);
    key.hash(&mut hasher);
    hasher.finish()
}
