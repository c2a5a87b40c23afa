//! `[io]` Designs in the store: taken in, put in force, and had again as of any time.

use super::Orchestrator;
use crate::{
    execute::wall_clock,
    resolve::Allocations,
    revision::{self, Activation, DesignRevision, Differing, RevisionError, RevisionNumber, Which},
    secret::Seal,
    site::Design,
    source::SourceError,
};
use std::sync::Arc;

/// What became of a design that was taken in.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Ingested {
    /// The revision that it is.
    pub revision: DesignRevision,
    /// Whether it was not there before.
    pub is_new: bool,
    /// How many bytes were written for it.
    pub bytes: usize,
    /// The design, as [`Orchestrator::load`] would give it.
    pub design: Design,
}

/// Why a design could not be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// A source cannot be read at all.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// It cannot be kept.
    #[error(transparent)]
    Revision(#[from] RevisionError),
}

impl Orchestrator {
    /// Loads every source, resolves and validates, and keeps what was read as a revision of the design, unless it is what
    /// the latest one is. One with errors is kept as a draft.
    ///
    /// Addresses that a kept design gave to `auto` stay given.
    ///
    /// # Errors
    /// When a source cannot be read at all, a secret that stands in the design cannot be sealed, or the store fails.
    pub async fn ingest(&self) -> Result<Ingested, IngestError> {
        let snapshot = self.read().await?;
        let seal = self.seal_of_store();
        let allocations = self.allocated().await?;
        let (rules, kinds) = (&self.rules, &self.kinds);
        let mut design = Design::with_kinds(snapshot.clone(), rules, &allocations, kinds);
        let (store, seal) = (&*self.store, seal.as_ref());
        let kept = revision::keep(store, &snapshot, &design, kinds, seal, wall_clock()).await?;
        design.revision = Some(kept.revision.number);
        Ok(Ingested {
            revision: kept.revision,
            is_new: kept.is_new,
            bytes: kept.bytes,
            design,
        })
    }

    /// The design that was kept as this revision, resolved and validated by the rules and kinds of today. It needs none of
    /// the sources that it came from.
    ///
    /// # Errors
    /// When there is no such revision, a secret in it cannot be opened, or the store fails or is damaged.
    pub async fn design(&self, which: Which) -> Result<(DesignRevision, Design), RevisionError> {
        let seal = self.seal_of_store();
        let recalled = revision::recall(&*self.store, which, seal.as_ref()).await?;
        let (snapshot, allocations) = (recalled.snapshot, recalled.allocations);
        let mut design = Design::with_kinds(snapshot, &self.rules, &allocations, &self.kinds);
        design.revision = Some(recalled.revision.number);
        Ok((recalled.revision, design))
    }

    /// Puts a revision in force; nothing happens to the world by it.
    ///
    /// # Errors
    /// When there is no such revision, it is a draft, or the store fails.
    pub async fn activate(&self, number: RevisionNumber) -> Result<DesignRevision, RevisionError> {
        revision::activate(&*self.store, number, wall_clock()).await
    }

    /// Every revision that was taken in, the first one first.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn revisions(&self) -> Result<Vec<DesignRevision>, RevisionError> {
        Ok(revision::revisions(&*self.store).await?)
    }

    /// Every time that a revision was put in force, the first one first.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn activations(&self) -> Result<Vec<Activation>, RevisionError> {
        Ok(revision::activations(&*self.store).await?)
    }

    /// The documents in which two revisions differ.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn differing(
        &self,
        before: &DesignRevision,
        after: &DesignRevision,
    ) -> Result<Differing, RevisionError> {
        Ok(revision::differing(&*self.store, before, after).await?)
    }

    /// The addresses given to `auto`: what the host said, and what the latest revision gave.
    async fn allocated(&self) -> Result<Allocations, RevisionError> {
        let mut all = self.allocations.clone();
        if let Some(kept) = revision::allocations(&*self.store).await? {
            for (node, given) in kept.0 {
                all.0.entry(node).or_default().extend(given);
            }
        }
        Ok(all)
    }

    /// The host's seal; of a store that ends with the process, one that ends with it as well.
    fn seal_of_store(&self) -> Option<Arc<dyn Seal>> {
        match self.store.is_durable() {
            true => self.seal.clone(),
            false => Some(self.seal.clone().unwrap_or_else(|| self.vault.clone())),
        }
    }
}
