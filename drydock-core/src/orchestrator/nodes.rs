//! `[io]` What is kept of nodes: told by whoever observed them, asked for by whoever wants to know without a driver.

use super::Orchestrator;
use crate::{
    execute::wall_clock,
    names::NodeName,
    plan::Observations,
    secret::Secret,
    state::{Batch, CredentialHash, NodeRecord, Seen, StateError, WeakCredential},
};
use std::collections::BTreeMap;

/// Why a boot credential could not be kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// It could be guessed.
    #[error(transparent)]
    Weak(#[from] WeakCredential),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StateError),
}

impl Orchestrator {
    /// What is kept of a node: what was seen of it last, the last step that was begun on it, and by what it is recognised
    /// when it boots. Empty for one that nothing was ever kept of.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn node(&self, node: &NodeName) -> Result<NodeRecord, StateError> {
        NodeRecord::of(&*self.store, node).await
    }

    /// What is kept of every node, also of those that left the design.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn nodes(&self) -> Result<BTreeMap<NodeName, NodeRecord>, StateError> {
        NodeRecord::all(&*self.store).await
    }

    /// Keeps what was just seen of servers, in one commit; of those that could not be observed the last sight stays. A run
    /// keeps what it sees itself.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_seen(&self, seen: &Observations) -> Result<(), StateError> {
        let (mut batch, at) = (Batch::new(), wall_clock());
        for (node, server) in &seen.servers {
            if let Ok(server) = server {
                let server = server.clone();
                batch = batch.seen(node, &Seen { at, server })?;
            }
        }
        if batch == Batch::new() {
            return Ok(());
        }
        self.store.commit(batch).await.map(drop)
    }

    /// Recognises a node by this credential from now on, and by none that it had before; without one by nothing. Only a
    /// hash of it is kept. The host makes it, of 128 bits of chance or more, and gives it to the machine.
    ///
    /// # Errors
    /// When it is too short, or the store fails.
    pub async fn set_credential(
        &self,
        node: &NodeName,
        credential: Option<&Secret>,
    ) -> Result<(), CredentialError> {
        let hash = credential.map(|credential| CredentialHash::of(node, credential));
        let batch = Batch::new().credential(node, hash.transpose()?.as_ref())?;
        self.store.commit(batch).await?;
        Ok(())
    }

    /// Whether this is the credential of this node. How long that takes tells nothing of it.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn recognises(
        &self,
        node: &NodeName,
        credential: &Secret,
    ) -> Result<bool, StateError> {
        let kept = self.node(node).await?.credential;
        Ok(kept.is_some_and(|hash| hash.is(node, credential)))
    }
}
