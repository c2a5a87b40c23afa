//! Which source wrote what, and what sources said that did not count.

use super::{LosingCandidate, WhyLost, inherited_by};
use crate::{
    field::FieldPath,
    names::{DocumentId, SourceName},
    resolve::{
        compose::{self, Part, Says, Why},
        resolved::ResolvedDesign,
    },
    secret::{MASK, is_secret_key},
    source::{Document, Value, ValueData},
    span::Span,
};

/// Tells sources apart, where a design has several.
#[derive(Clone, Copy)]
pub(super) struct Origins<'d>(pub(super) &'d ResolvedDesign);

impl Origins<'_> {
    /// Who wrote what stands at this place of the document; none where the design has one source.
    pub(super) fn source(
        self,
        id: &DocumentId,
        span: Span,
        path: &FieldPath,
    ) -> Option<SourceName> {
        if self.0.federation.sources().len() < 2 {
            return None;
        }
        let Some(fragments) = self.0.fragments.get(id) else {
            return self.0.documents.get(id).map(|d| d.source.clone());
        };
        let keys = || path.keys().iter().map(|key| key.as_str());
        let there = |d: &&std::sync::Arc<Document>| {
            d.spec.at(keys()).is_some_and(|value| value.span == span)
        };
        let anywhere = |d: &&std::sync::Arc<Document>| holds(&d.spec, span);
        let all = || fragments.iter();
        let found = all().find(there).or_else(|| all().find(anywhere));
        found.map(|document| document.source.clone())
    }

    /// What sources said of the documents of this chain that did not count.
    pub(super) fn losing(self, chain: &[DocumentId]) -> Vec<LosingCandidate> {
        let mut losing = Vec::new();
        for (n, id) in chain.iter().enumerate() {
            let Some(fragments) = self.0.fragments.get(id) else {
                continue;
            };
            let itself = n + 1 == chain.len();
            compose::walk(fragments, &self.0.federation, &mut |contest| {
                if contest.part == Part::Metadata || (!itself && self.is_own(id, &contest.path)) {
                    return;
                }
                let why = match contest.why {
                    Why::Outweighed => WhyLost::Outweighed,
                    Why::Disagree => WhyLost::Conflict,
                    Why::Owned(_) => WhyLost::NotOwner,
                };
                for candidate in &contest.lost {
                    let one = |field: FieldPath, span, value| LosingCandidate {
                        field,
                        document: id.clone(),
                        source: candidate.source.clone(),
                        span,
                        value,
                        why,
                    };
                    match &candidate.says {
                        Says::Removed => {
                            losing.push(one(contest.path.clone(), candidate.span, None));
                        }
                        Says::Value(value) => {
                            let parts = parts(contest.path.clone(), value);
                            losing.extend(
                                parts
                                    .into_iter()
                                    .map(|(field, span, shown)| one(field, span, shown)),
                            );
                        }
                    }
                }
            });
        }
        losing
    }

    /// Whether the field holds for its document alone.
    fn is_own(self, id: &DocumentId, path: &FieldPath) -> bool {
        let spec = inherited_by(self.0, &id.kind);
        let field = path.keys().first();
        spec.zip(field)
            .is_some_and(|(spec, field)| spec.is_own(field))
    }
}

/// Whether a value, or the key of an entry, stands at this place.
fn holds(value: &Value, span: Span) -> bool {
    let mut found = false;
    value.walk(&mut |inner| {
        let keys = inner.as_map().unwrap_or_default();
        found |= inner.span == span || keys.iter().any(|entry| entry.key_span == span);
    });
    found
}

/// Field, place and value.
type Losing = (FieldPath, Span, Option<smol_str::SmolStr>);

/// A map as its leaves; else the value as it is, for a list is one leaf of composition.
fn parts(path: FieldPath, value: &Value) -> Vec<Losing> {
    match &value.data {
        ValueData::Map(entries) => {
            let inner =
                |entry: &crate::source::Entry| parts(path.join(entry.key.clone()), &entry.value);
            entries.iter().flat_map(inner).collect()
        }
        ValueData::List(_) => vec![(path, value.span, Some(compose::flow(value).into()))],
        ValueData::Scalar(scalar) => {
            let secret = path.keys().last().is_some_and(|key| is_secret_key(key));
            let shown = match secret {
                true => MASK.into(),
                false => scalar.shown(),
            };
            vec![(path, value.span, Some(shown))]
        }
    }
}
