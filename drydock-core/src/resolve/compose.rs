//! Fragments of one document that several sources give, put together. It comes before inheritance, and removals and null
//! are values like others here.
//!
//! Fragments are composed after they were checked: old keys are renamed, keyed lists are maps and every scalar has the
//! type of its field, so that equal means equal after decoding. What happens where sources contend for a field is told as
//! a [`Contest`]; resolving turns it into a diagnostic, explaining into losing candidates.
//!
//! Recursion is bounded by the depth that the reader allows.

mod alike;
mod contest;
mod report;

use crate::{
    diagnostic::Diagnostics,
    field::FieldPath,
    model::{
        self,
        shape::{FreeShape, Shape},
    },
    names::{DocumentId, SourceName},
    source::{Document, Entry, Federation, Value},
    span::Span,
};
use alike::{Form, alike, form};
use contest::Candidate;
pub(super) use contest::{Contest, Part, Says, Why};
pub(super) use report::flow;
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Keys of metadata that describe a document's meaning; what the others say is about a fragment alone.
const CONTENDED: [&str; 3] = ["labels", "annotations", "region"];

/// The document that the checked fragments of one identity come to, of which each source gives one and there is at least
/// one; and the fragments by the rank of their sources, where there are several.
pub(super) fn document(
    mut given: Vec<Arc<Document>>,
    federation: &Federation,
    found: &mut Diagnostics,
) -> (Arc<Document>, Option<Vec<Arc<Document>>>) {
    given.sort_by(|a, b| federation.rank(&a.source).cmp(&federation.rank(&b.source)));
    let document = match given.as_slice() {
        [only] if !is_owned_by_others(only, federation) => only.clone(),
        _ => Arc::new(compose(&given, federation, found)),
    };
    (document, (given.len() > 1).then_some(given))
}

fn is_owned_by_others(document: &Document, federation: &Federation) -> bool {
    let (kind, root) = (&document.id.kind, FieldPath::root());
    let mut owners = federation.owned_by_others(kind, &root, &document.source);
    owners.next().is_some()
}

/// The document that these checked fragments of one identity, one a source and at least one, come to.
///
/// Where sources conflict, that is reported, and what the owner says counts, else what the source says that ranks first,
/// so that the rest can be judged.
pub(crate) fn compose(
    fragments: &[Arc<Document>],
    federation: &Federation,
    found: &mut Diagnostics,
) -> Document {
    let mut contests = Vec::new();
    let composed = walk(fragments, federation, &mut |contest| {
        contests.extend(report::diagnostic(&fragments[0].id, &contest));
    });
    found.extend(contests);
    composed
}

/// The same, hearing of every field that sources contend for.
pub(super) fn walk(
    fragments: &[Arc<Document>],
    federation: &Federation,
    hear: &mut dyn FnMut(Contest<'_>),
) -> Document {
    let mut ranked: Vec<&Document> = fragments.iter().map(Arc::as_ref).collect();
    ranked.sort_by_key(|document| federation.rank(&document.source));
    let first = ranked[0];
    let mut composing = Composing {
        id: &first.id,
        inherits: first.inherits(),
        federation,
        part: Part::Spec,
        path: FieldPath::root(),
        hear,
    };
    let candidate = |document: &&'_ Document| Candidate {
        source: document.source.clone(),
        says: Says::Value(document.spec.clone()),
        span: document.name_span,
        entry: None,
    };
    let shape = model::shape_of(&first.id.kind).map_or(Shape::Any, Shape::Record);
    let specs = ranked.iter().map(candidate).collect();
    let (specs, owned) = composing.owners_only(specs);
    let specs = composing.without_trespassers(specs, shape);
    // What nobody may say, nobody says.
    let spec = match specs.is_empty() {
        true => Value::map(Vec::new(), first.spec.span),
        false => composing.value(specs, shape),
    };
    // Nobody inherits metadata, so nothing in it removes.
    (composing.part, composing.inherits) = (Part::Metadata, false);
    let ranked = match owned {
        // Who owns whole documents owns their metadata.
        Some(owner) => ranked.into_iter().filter(|d| d.source == owner).collect(),
        None => ranked,
    };
    let metadata = composing.metadata(&ranked);
    Document {
        metadata,
        spec,
        ..first.clone()
    }
}

struct Composing<'a, 'h> {
    id: &'a DocumentId,
    inherits: bool,
    federation: &'a Federation,
    part: Part,
    path: FieldPath,
    hear: &'h mut dyn FnMut(Contest<'_>),
}

impl Composing<'_, '_> {
    /// Those who may write here; and the owner, if exactly this field has one.
    fn owners_only(&mut self, candidates: Vec<Candidate>) -> (Vec<Candidate>, Option<SourceName>) {
        let (id, federation) = (self.id, self.federation);
        let owner = federation.owner_at(&id.kind, &self.path);
        let Some(owner) = owner.filter(|_| self.part == Part::Spec) else {
            return (candidates, None);
        };
        let is_owner = |candidate: &Candidate| candidate.source == owner.source;
        let (kept, lost): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_owner);
        if !lost.is_empty() {
            self.tell(kept.clone(), lost, Why::Owned(owner));
        }
        (kept, Some(owner.source.clone()))
    }

    fn tell(&mut self, kept: Vec<Candidate>, lost: Vec<Candidate>, why: Why<'_>) {
        (self.hear)(Contest {
            part: self.part,
            path: self.path.clone(),
            kept,
            lost,
            why,
        });
    }

    /// Leaves out those who would remove, clear or replace whole what others own below this field.
    fn without_trespassers(&mut self, candidates: Vec<Candidate>, shape: Shape) -> Vec<Candidate> {
        let (id, federation, path) = (self.id, self.federation, self.path.clone());
        if federation.owners().is_empty() || self.part == Part::Metadata {
            return candidates;
        }
        let mut kept = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let takes_all = match &candidate.says {
                Says::Removed => true,
                Says::Value(value) => match form(value, shape, self.inherits) {
                    Form::Entries { clears } => clears,
                    Form::Unset | Form::Leaf => true,
                },
            };
            let owner = federation
                .owned_by_others(&id.kind, &path, &candidate.source)
                .next();
            match owner.filter(|_| takes_all) {
                Some(owner) => self.tell(Vec::new(), vec![candidate], Why::Owned(owner)),
                None => kept.push(candidate),
            }
        }
        kept
    }

    /// What these values, at least one and all of them allowed, come to.
    fn value(&mut self, candidates: Vec<Candidate>, shape: Shape) -> Value {
        let (kept, clears) = self.agreeing(candidates, shape);
        let values: Vec<(&SourceName, &Value)> = kept
            .iter()
            .filter_map(|candidate| match &candidate.says {
                Says::Value(value) => Some((&candidate.source, value)),
                Says::Removed => None,
            })
            .collect();
        let Some(&(_, first)) = values.first() else {
            return Value::map(Vec::new(), Span::NONE);
        };
        // What only clears has no entries.
        let maps: Vec<(&SourceName, &Value)> = values
            .into_iter()
            .filter(|(_, value)| value.as_map().is_some())
            .collect();
        match (clears, maps.as_slice()) {
            (None, _) | (_, []) => first.clone(),
            (_, [(source, only)]) if !self.owned_by_others(source) => (*only).clone(),
            (Some(clears), [(_, first), ..]) => {
                let entries = maps
                    .iter()
                    .filter_map(|(source, value)| Some((*source, value.as_map()?)));
                let entries: Vec<_> = entries.collect();
                Value::map(self.entries(&entries, shape, clears), first.span)
            }
        }
    }

    /// Whether others than the source own something at this field or below it.
    fn owned_by_others(&self, source: &SourceName) -> bool {
        let (federation, kind) = (self.federation, &self.id.kind);
        let mut owners = federation.owned_by_others(kind, &self.path, source);
        self.part == Part::Spec && owners.next().is_some()
    }

    /// The candidate of the highest rank and all that say as much; maps say as much as each other, for they are
    /// composed. For a map also whether it clears.
    fn agreeing(
        &mut self,
        candidates: Vec<Candidate>,
        shape: Shape,
    ) -> (Vec<Candidate>, Option<bool>) {
        let inherits = self.inherits;
        let (same, clears): (Vec<bool>, Option<bool>) = {
            let of = |candidate: &Candidate| match &candidate.says {
                Says::Removed => (None, None),
                Says::Value(value) => match form(value, shape, inherits) {
                    Form::Entries { clears } => (None, Some(clears)),
                    Form::Unset => (None, None),
                    Form::Leaf => (Some(value.clone()), None),
                },
            };
            let first = candidates.first().map(of).unwrap_or_default();
            let same = |candidate: &Candidate| match (&first, of(candidate)) {
                ((Some(a), None), (Some(b), None)) => alike(a, &b, shape),
                ((None, a), (None, b)) => *a == b,
                _ => false,
            };
            (candidates.iter().map(same).collect(), first.1)
        };
        let (mut kept, mut lost) = (Vec::new(), Vec::new());
        for (candidate, same) in candidates.into_iter().zip(same) {
            if same { &mut kept } else { &mut lost }.push(candidate);
        }
        if !lost.is_empty() {
            let precedes = |first: &Candidate| self.federation.precedes(&first.source);
            let why = match kept.first().is_some_and(precedes) {
                true => Why::Outweighed,
                false => Why::Disagree,
            };
            self.tell(kept.clone(), lost, why);
        }
        (kept, clears)
    }

    /// Entry by entry, in the order of the highest rank that has any, the others after them by key.
    fn entries(
        &mut self,
        maps: &[(&SourceName, &[Entry])],
        shape: Shape,
        clears: bool,
    ) -> Vec<Entry> {
        let removals = self.inherits && !matches!(shape, Shape::Any);
        let target = |entry: &Entry| -> SmolStr {
            match entry.key.strip_prefix('!').filter(|_| removals) {
                Some(target) => target.into(),
                None => entry.key.clone(),
            }
        };
        let is_mark = |entry: &&Entry| clears && entry.key == "!";
        let (mut order, mut listed) = (Vec::<SmolStr>::new(), BTreeSet::new());
        let lead = maps.iter().find(|(_, entries)| !entries.is_empty());
        for entry in lead.iter().flat_map(|(_, entries)| entries.iter()) {
            let key = target(entry);
            if !is_mark(&entry) && listed.insert(key.clone()) {
                order.push(key);
            }
        }
        let all = maps.iter().flat_map(|(_, entries)| entries.iter());
        let others = all.clone().filter(|entry| !is_mark(entry)).map(target);
        let others: BTreeSet<SmolStr> = others.filter(|key| !listed.contains(key)).collect();
        order.extend(others);

        let indexed: Vec<(&SourceName, BTreeMap<&str, &Entry>)> = maps
            .iter()
            .map(|(source, entries)| {
                (
                    *source,
                    entries.iter().map(|e| (e.key.as_str(), e)).collect(),
                )
            })
            .collect();
        let mut composed: Vec<Entry> = all.filter(is_mark).take(1).cloned().collect();
        for key in order {
            let removal = format!("!{key}");
            let mut candidates = Vec::with_capacity(indexed.len());
            let mut void = None;
            for (source, entries) in &indexed {
                let said = entries.get(key.as_str()).copied();
                let removes = entries.get(removal.as_str()).copied().filter(|_| removals);
                match (said, removes) {
                    (Some(said), removes) => {
                        // What a source says itself it does not remove; resolving warns of that.
                        void = void.or(removes);
                        candidates.push(Candidate::said(source, said, shape, self.inherits));
                    }
                    (None, Some(removes)) => candidates.push(Candidate::removal(source, removes)),
                    (None, None) => {}
                }
            }
            self.path.push(key);
            let entry = self.entry(candidates, shape);
            self.path.pop();
            composed.extend(void.filter(|_| entry.is_some()).cloned());
            composed.extend(entry);
        }
        composed
    }

    fn entry(&mut self, candidates: Vec<Candidate>, outer: Shape) -> Option<Entry> {
        let inner = match self.path.keys() {
            [key] if self.part == Part::Metadata => match key.as_str() {
                "labels" | "annotations" => Shape::Free(FreeShape { lists: true }),
                _ => Shape::Secret,
            },
            keys => inner_shape(outer, keys.last()?),
        };
        let (candidates, _) = self.owners_only(candidates);
        let candidates = self.without_trespassers(candidates, inner);
        let first = candidates.first()?;
        let mut entry = first.entry.clone()?;
        let removed = matches!(first.says, Says::Removed);
        let value = self.value(candidates, inner);
        if !removed {
            entry.value = value;
        }
        Some(entry)
    }

    fn metadata(&mut self, ranked: &[&Document]) -> Option<Value> {
        let given = ranked.iter().filter_map(|document| {
            let metadata = document.metadata.as_ref()?;
            Some((&document.source, metadata, metadata.as_map()?))
        });
        let given: Vec<_> = given.collect();
        let Some((_, first, own)) = given.first() else {
            return ranked.iter().find_map(|document| document.metadata.clone());
        };
        let contended = |entry: &&Entry| CONTENDED.contains(&entry.key.as_str());
        let parts: Vec<(&SourceName, Vec<Entry>)> = given
            .iter()
            .map(|(source, _, entries)| {
                (*source, entries.iter().filter(contended).cloned().collect())
            })
            .collect();
        let maps: Vec<(&SourceName, &[Entry])> = parts
            .iter()
            .map(|(source, entries)| (*source, entries.as_slice()))
            .collect();
        let composed = self.entries(&maps, Shape::Any, false);
        let mut entries: Vec<Entry> = own.iter().filter(|e| !contended(e)).cloned().collect();
        entries.extend(composed);
        Some(Value::map(entries, first.span))
    }
}

/// The form of an entry's value.
pub(super) fn inner_shape(outer: Shape, key: &str) -> Shape {
    match outer {
        Shape::Record(record) | Shape::WordOrRecord(_, record) => {
            record.shape_of(key).unwrap_or(Shape::Any)
        }
        Shape::Keyed(record) => Shape::Record(record),
        // Its values are leaves.
        Shape::Free(_) => Shape::Secret,
        _ => Shape::Any,
    }
}
