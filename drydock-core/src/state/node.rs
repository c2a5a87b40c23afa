//! What a store keeps of a node, for who asks later: what was seen of it, what was last done to it, and by what it is
//! recognised when it boots. Nothing is decided by it; before anything is done a machine is looked at again.
//!
//! Each part has a key of its own, `node/NAME/PART`, for each is written by somebody else.

use super::{Batch, StateError, StateStore, Stored};
use crate::{
    driver::ServerObservation,
    names::{NodeName, PlanId, RunId, StepId},
    secret::Secret,
};
use hmac_sha256::HMAC;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use smol_str::{SmolStr, format_smolstr};
use std::{collections::BTreeMap, fmt};

const PREFIX: &str = "node/";
const SEEN: &str = "seen";
const OPERATION: &str = "operation";
const CREDENTIAL: &str = "credential";

/// What is kept of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodeRecord {
    /// What was seen of it last.
    pub seen: Option<Seen>,
    /// The last step that was begun on it and may have changed it; steps at its switch ports are none.
    pub operation: Option<Operation>,
    /// By what it is recognised when it boots.
    pub credential: Option<CredentialHash>,
}

/// What a driver saw of a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seen {
    /// When the answer came, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// What.
    pub server: ServerObservation,
}

/// A step that was begun on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Operation {
    /// The key that its calls are made under, which drivers leave at the machine where the world allows it.
    pub key: SmolStr,
    /// Its run.
    pub run: RunId,
    /// The run's plan.
    pub plan: PlanId,
    /// Which step of the plan it is.
    pub step: StepId,
    /// What it does, in the words of the plan.
    pub action: SmolStr,
}

/// What is kept of a credential: who reads it cannot tell the credential, which has 128 bits of chance or more.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CredentialHash(SmolStr);

/// A credential that could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a boot credential has at least {} characters, drawn by chance; this one has fewer",
    CredentialHash::LEAST
)]
pub struct WeakCredential;

impl fmt::Debug for CredentialHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialHash(..)")
    }
}

impl CredentialHash {
    /// The fewest characters of a credential: 128 bits as hexadecimal digits.
    pub const LEAST: usize = 32;

    /// Of the credential that this node, and no other, is to show.
    ///
    /// # Errors
    /// When it is so short that it could be guessed.
    pub fn of(node: &NodeName, credential: &Secret) -> Result<Self, WeakCredential> {
        match credential.expose().len() {
            0..Self::LEAST => Err(WeakCredential),
            _ => Ok(Self::digest(node, credential)),
        }
    }

    /// Whether this is the credential; how long that takes tells nothing of it.
    pub fn is(&self, node: &NodeName, credential: &Secret) -> bool {
        let shown = Self::digest(node, credential);
        let (kept, shown) = (self.0.as_bytes(), shown.0.as_bytes());
        let pairs = kept.iter().zip(shown);
        kept.len() == shown.len() && pairs.fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }

    /// HMAC-SHA-256 under the node's name: what one node was given is of no use to another.
    fn digest(node: &NodeName, credential: &Secret) -> Self {
        let digest = HMAC::mac(credential.expose(), node.as_bytes());
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn key(node: &NodeName, part: &str) -> SmolStr {
    format_smolstr!("{PREFIX}{node}/{part}")
}

impl Batch {
    /// Keeps what was seen of a node.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn seen(self, node: &NodeName, seen: &Seen) -> Result<Self, StateError> {
        self.part(key(node, SEEN), seen)
    }

    /// Keeps which step was begun on a node.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn operation(self, node: &NodeName, operation: &Operation) -> Result<Self, StateError> {
        self.part(key(node, OPERATION), operation)
    }

    /// Keeps by what a node is recognised; without it, that it is by nothing.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn credential(
        self,
        node: &NodeName,
        hash: Option<&CredentialHash>,
    ) -> Result<Self, StateError> {
        let key = key(node, CREDENTIAL);
        match hash {
            Some(hash) => self.part(key, hash),
            None => Ok(self.delete(key)),
        }
    }

    fn part(self, key: SmolStr, part: &impl Serialize) -> Result<Self, StateError> {
        match serde_json::to_vec(part) {
            Ok(part) => Ok(self.put(key, part)),
            Err(error) => Err(damaged(key, &error)),
        }
    }
}

impl NodeRecord {
    /// What this store keeps of a node; empty for one of which it keeps nothing.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn of(store: &dyn StateStore, node: &NodeName) -> Result<Self, StateError> {
        Ok(Self {
            seen: get(store, key(node, SEEN)).await?,
            operation: get(store, key(node, OPERATION)).await?,
            credential: get(store, key(node, CREDENTIAL)).await?,
        })
    }

    /// What this store keeps of every node of which it keeps anything.
    ///
    /// # Errors
    /// When the store fails or is damaged.
    pub async fn all(store: &dyn StateStore) -> Result<BTreeMap<NodeName, Self>, StateError> {
        let mut all: BTreeMap<NodeName, Self> = BTreeMap::new();
        for stored in store.scan(PREFIX).await? {
            let name = stored.key.strip_prefix(PREFIX);
            let Some((node, part)) = name.and_then(|name| name.rsplit_once('/')) else {
                continue;
            };
            let (node, part) = (NodeName::from(node), SmolStr::from(part));
            let record = all.entry(node).or_default();
            match part.as_str() {
                SEEN => record.seen = Some(parse(&stored)?),
                OPERATION => record.operation = Some(parse(&stored)?),
                CREDENTIAL => record.credential = Some(parse(&stored)?),
                // Of a later version.
                _ => {}
            }
        }
        Ok(all)
    }
}

async fn get<T: DeserializeOwned>(
    store: &dyn StateStore,
    key: SmolStr,
) -> Result<Option<T>, StateError> {
    store.get(&key).await?.as_ref().map(parse).transpose()
}

fn parse<T: DeserializeOwned>(stored: &Stored) -> Result<T, StateError> {
    let part = serde_json::from_slice(&stored.value);
    part.map_err(|error| damaged(stored.key.clone(), &error))
}

fn damaged(key: SmolStr, error: &serde_json::Error) -> StateError {
    StateError::Damaged {
        key,
        reason: error.to_string(),
    }
}
