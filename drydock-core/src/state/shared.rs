//! A store behind an `Arc` is a store: for hosts that decide which one when they are started.

use super::{Batch, Lease, StateChange, StateError, StateRevision, StateStore, Stored};
use async_trait::async_trait;
use smol_str::SmolStr;
use std::{sync::Arc, time::Duration};

#[async_trait]
impl<S: StateStore + ?Sized> StateStore for Arc<S> {
    fn is_durable(&self) -> bool {
        (**self).is_durable()
    }

    async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError> {
        (**self).commit(batch).await
    }

    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        (**self).get(key).await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        (**self).scan(prefix).await
    }

    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        (**self).read_journal(journal, skip).await
    }

    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        (**self).acquire(name, owner, ttl).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        (**self).renew(lease, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        (**self).release(lease).await
    }

    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        (**self).journals(prefix).await
    }

    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        (**self).changes(after).await
    }

    async fn changed(
        &self,
        after: StateRevision,
        at_most: Duration,
    ) -> Result<StateRevision, StateError> {
        (**self).changed(after, at_most).await
    }
}
