//! What a node has as its parents have it is decoded once for all of their nodes, and shared by them: most nodes leave most
//! of their profile as it is.

use super::decode::{DecodeError, decode};
use crate::{
    model::HostProfile,
    source::{Entry, Value},
};
use std::sync::Arc;

/// What parents give, as it is written and decoded.
#[derive(Debug)]
pub(super) struct Parts {
    value: Value,
    spec: HostProfile,
}

/// A part of a spec: its key, and how it is handed on.
type Part = (&'static str, fn(&HostProfile, &mut HostProfile));

/// The large ones.
const PARTS: [Part; 4] = [
    ("oob", |from, to| to.oob = Arc::clone(&from.oob)),
    ("storage", |from, to| to.storage = Arc::clone(&from.storage)),
    ("platform", |from, to| {
        to.platform = Arc::clone(&from.platform);
    }),
    ("interfaces", |from, to| {
        to.interfaces = Arc::clone(&from.interfaces);
    }),
];

impl Parts {
    /// What there is to share of what parents give; nothing where that alone is no spec.
    pub(super) fn of(inherited: &Value) -> Option<Self> {
        let spec = decode(inherited).ok()?;
        Some(Self {
            value: inherited.clone(),
            spec,
        })
    }

    /// The value of one of their nodes, decoded.
    pub(super) fn decode(&self, value: &Value) -> Result<HostProfile, DecodeError> {
        let entries = value.as_map().unwrap_or_default();
        let is_shared = |entry: &Entry| {
            let inherited = self.value.field(&entry.key);
            inherited.is_some_and(|inherited| inherited.is_the_same(&entry.value))
        };
        let part_of = |entry: &Entry| {
            let part = PARTS.iter().find(|(key, _)| entry.key == *key);
            part.filter(|_| is_shared(entry))
        };
        let own = entries.iter().filter(|entry| part_of(entry).is_none());
        let own: Arc<[Entry]> = own.cloned().collect();
        let mut spec: HostProfile = decode(&Value::map(own, value.span))?;
        for (_, hand_on) in entries.iter().filter_map(part_of) {
            hand_on(&self.spec, &mut spec);
        }
        Ok(spec)
    }
}
