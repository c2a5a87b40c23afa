//! A design that is kept: resolved, judged, and brought up to date with exactly what a change touches.

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
    model::Kinds,
    names::{DocumentId, NodeName, RevisionNumber},
    resolve::{Allocations, Changes, ResolvedDesign, Resolver},
    source::Snapshot,
    validate::{Judgement, RuleSet},
};
use std::{collections::BTreeSet, sync::Arc};

/// A design as it was loaded: what could be resolved, and everything that is wrong with it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Design {
    /// What could be resolved.
    pub resolved: Arc<ResolvedDesign>,
    /// Everything that is wrong, each cause once. Errors keep it from being applied.
    pub diagnostics: Diagnostics,
    /// The addresses given to `auto`, to be kept by the host and given to the next load.
    pub allocations: Allocations,
    /// As which revision it is kept in the orchestrator's store, where it is.
    pub revision: Option<RevisionNumber>,
}

impl Design {
    /// Resolves and validates what was loaded.
    pub fn of(snapshot: &Snapshot, rules: &RuleSet, allocations: &Allocations) -> Self {
        Self::new(snapshot.clone(), rules, allocations)
    }

    /// Resolves and validates what was loaded. What nobody else holds of it is freed on the way, which takes a fifth
    /// less memory than [`Design::of`].
    pub fn new(
        snapshot: impl Into<Arc<Snapshot>>,
        rules: &RuleSet,
        allocations: &Allocations,
    ) -> Self {
        Self::with_kinds(snapshot, rules, allocations, &Kinds::new())
    }

    /// The same with kinds that the host has registered.
    pub fn with_kinds(
        snapshot: impl Into<Arc<Snapshot>>,
        rules: &RuleSet,
        allocations: &Allocations,
        kinds: &Kinds,
    ) -> Self {
        let mut kept = Kept::new(allocations);
        kept.resolver.kinds = kinds.clone();
        kept.update(rules, Changes::all(snapshot));
        let mut found = kept.resolver.found();
        found.extend(kept.judgement.found());
        Self {
            diagnostics: found.sorted(&kept.resolver.design.files),
            resolved: kept.resolver.design,
            allocations: kept.resolver.allocations,
            revision: None,
        }
    }
}

/// A design that is kept up to date.
///
/// After any sequence of updates it is what loading everything anew would give: values, places and findings. An update
/// costs what depends on the change: editing one node resolves that node, editing a profile those that inherit from it.
///
/// ```
/// use drydock_core::{Site, resolve::Changes, source::yaml, validate::RuleSet};
///
/// let mut site = Site::new(RuleSet::standard());
/// let rack = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: r1}\nspec: {}\n";
/// let update = site.update(Changes::new().file(yaml::read("racks.yaml", rack.as_bytes())));
/// assert_eq!(update.added.len(), 1);
/// assert!(site.design().diagnostics.is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct Site {
    rules: Arc<RuleSet>,
    kept: Kept,
    diagnostics: Diagnostics,
}

/// What is kept from one update to the next.
#[derive(Debug, Clone)]
struct Kept {
    resolver: Resolver,
    judgement: Judgement,
}

/// What an update has changed, and what it cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Update {
    /// Documents that were not there before.
    pub added: BTreeSet<DocumentId>,
    /// Documents that say something else now, or say it elsewhere.
    pub changed: BTreeSet<DocumentId>,
    /// Documents that are not there any more.
    pub removed: BTreeSet<DocumentId>,
    /// Nodes that were resolved again: their own documents have changed, or something that they depend on.
    pub resolved: BTreeSet<NodeName>,
    /// How many nodes rules have looked at.
    pub judged: usize,
    /// What is wrong now and was not before.
    pub appeared: Vec<Diagnostic>,
    /// What was wrong before and is not now.
    pub vanished: Vec<Diagnostic>,
}

impl Site {
    /// An empty site under these rules.
    pub fn new(rules: impl Into<Arc<RuleSet>>) -> Self {
        Self {
            rules: rules.into(),
            kept: Kept::new(&Allocations::default()),
            diagnostics: Diagnostics::new(),
        }
    }

    /// Says which `auto` addresses were given before.
    #[must_use]
    pub fn allocations(mut self, allocations: Allocations) -> Self {
        self.kept.resolver.allocations = allocations;
        self
    }

    /// Says which kinds the host has registered; to be said before the first update.
    #[must_use]
    pub fn kinds(mut self, kinds: Kinds) -> Self {
        self.kept.resolver.kinds = kinds;
        self
    }

    /// Takes in changes, all of them together.
    pub fn update(&mut self, changes: Changes) -> Update {
        let mut update = self.kept.update(&self.rules, changes);
        let mut found = self.kept.resolver.found();
        found.extend(self.kept.judgement.found());
        let found = found.sorted(&self.kept.resolver.design.files);
        let before = std::mem::replace(&mut self.diagnostics, found);
        update.appeared = without(&self.diagnostics, &before);
        update.vanished = without(&before, &self.diagnostics);
        update
    }

    /// The design as it is now. Cheap: what is resolved is shared. As long as it is held, the next update copies the
    /// tables of names, not what they name.
    pub fn design(&self) -> Design {
        Design {
            resolved: self.kept.resolver.design.clone(),
            diagnostics: self.diagnostics.clone(),
            allocations: self.kept.resolver.allocations.clone(),
            revision: None,
        }
    }
}

impl Kept {
    fn new(allocations: &Allocations) -> Self {
        Self {
            resolver: Resolver::new(allocations.clone()),
            judgement: Judgement::default(),
        }
    }

    fn update(&mut self, rules: &RuleSet, changes: Changes) -> Update {
        let known: BTreeSet<DocumentId> = match changes.is_anew() {
            true => self.resolver.design.documents.keys().cloned().collect(),
            false => BTreeSet::new(),
        };
        if changes.is_anew() {
            self.judgement = Judgement::default();
        }
        let touched = self.resolver.update(changes);
        let design = &self.resolver.design;
        let mut update = Update {
            judged: self.judgement.update(rules.rules(), design, &touched),
            ..Update::default()
        };
        for (id, (before, after)) in touched.documents() {
            let before = before.is_some() || known.contains(id);
            match (before, after.is_some()) {
                (false, _) => update.added.insert(id.clone()),
                (true, true) => update.changed.insert(id.clone()),
                (true, false) => update.removed.insert(id.clone()),
            };
        }
        let gone = known.into_iter();
        let gone = gone.filter(|id| !design.documents.contains_key(id));
        update.removed.extend(gone);
        update.resolved = touched.nodes;
        update
    }
}

/// What is among the first findings and not among the second. One that only stands elsewhere now is the same.
fn without(found: &Diagnostics, other: &Diagnostics) -> Vec<Diagnostic> {
    let meaning = |d: &Diagnostic| {
        (
            d.code,
            d.subject.clone(),
            d.field.clone(),
            d.message.clone(),
        )
    };
    let known: BTreeSet<_> = other.iter().map(meaning).collect();
    let new = found.iter().filter(|d| !known.contains(&meaning(d)));
    new.cloned().collect()
}
