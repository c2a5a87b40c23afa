//! Secrets: the type that holds one, the name of one that the host keeps, the one table of the positions where a design
//! may carry one, and where hosts keep theirs.
//!
//! Architecture invariant 9: no secret byte appears in a log, event, plan, journal, diagnostic, error, panic, digest or
//! `Debug` output. Everything that prints text a user wrote goes through [`mask`] or [`mask_text`].

mod environment;
mod files;
mod first_of;
mod mask;
mod seal;
mod vault;

pub use environment::EnvironmentSecrets;
pub use files::FileSecrets;
pub use first_of::FirstOf;
pub(crate) use mask::mask_with;
pub use mask::{mask, mask_text, mask_urls};
pub use seal::{Seal, SealError};
pub use vault::Vault;

use async_trait::async_trait;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;
use std::fmt;

/// Keys whose value is a secret wherever they stand. Documents, free maps and text that does not parse are all judged
/// by this one table.
const SECRET_KEYS: &[&str] = &[
    "credential",
    "k_g",
    "libvirt_uri",
    "api_key",
    "apikey",
    "password",
    "passwd",
    "token",
    "private_key",
];

/// What is printed in a secret's place.
pub const MASK: &str = "(secret)";

/// Whether the value of a key of this name is a secret.
pub fn is_secret_key(key: &str) -> bool {
    SECRET_KEYS
        .iter()
        .any(|secret| key.eq_ignore_ascii_case(secret))
}

/// A secret's bytes. It prints as `(secret)`, compares in time that depends on the length alone, and is overwritten
/// when dropped as far as safe code can.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes the text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_bytes())
    }

    /// The text, for the one call that needs it.
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .iter()
                .zip(&other.0)
                .fold(0, |all, (a, b)| all | (a ^ b))
                == 0
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// The name of a secret that the host keeps: `{secret: NAME}` in a design.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct SecretRef {
    /// The name that the host's [`SecretSource`] knows.
    pub secret: SmolStr,
}

impl SecretRef {
    /// The secret of this name.
    pub fn new(name: impl Into<SmolStr>) -> Self {
        Self {
            secret: name.into(),
        }
    }
}

// A name may be a path in a vault, written as a URL.
impl fmt::Debug for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reference = f.debug_struct("SecretRef");
        reference.field("secret", &mask_urls(&self.secret)).finish()
    }
}
impl Serialize for SecretRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("secret", mask_urls(&self.secret))])
    }
}

/// What a design says at a secret position.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretValue {
    /// The secret itself.
    Inline(Secret),
    /// The name under which the host keeps it.
    Named(SecretRef),
}

impl Serialize for SecretValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            SecretValue::Inline(_) => serializer.serialize_str(MASK),
            SecretValue::Named(name) => name.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Inline(String),
            Named(SecretRef),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Inline(text) => SecretValue::Inline(Secret::new(text)),
            Written::Named(name) => SecretValue::Named(name),
        })
    }
}

/// Why a secret could not be had: its name and what to do. Never says anything of the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("secret `{name}`: {reason}")]
pub struct SecretError {
    name: String,
    reason: String,
    is_absent: bool,
}

impl SecretError {
    /// The secret cannot be had, for this reason; it says what to do.
    pub fn new(name: &SecretRef, reason: impl Into<String>) -> Self {
        Self {
            name: mask_urls(&name.secret).into_owned(),
            reason: reason.into(),
            is_absent: false,
        }
    }

    /// There is no such secret; the reason says where it is looked for.
    pub fn absent(name: &SecretRef, reason: impl Into<String>) -> Self {
        Self {
            is_absent: true,
            ..Self::new(name, reason)
        }
    }

    /// What went wrong and what to do.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether the source answered that it has no such secret, rather than failing.
    pub fn is_absent(&self) -> bool {
        self.is_absent
    }
}

/// The secret that was found at this place, if it can be one. What cannot is overwritten.
fn found(
    name: &SecretRef,
    bytes: Vec<u8>,
    place: impl Fn() -> String,
) -> Result<Secret, SecretError> {
    match String::from_utf8(bytes) {
        Ok(text) if text.is_empty() => {
            let reason = format!("{} is empty; write the secret to it", place());
            Err(SecretError::new(name, reason))
        }
        Ok(text) => Ok(Secret::new(text)),
        Err(error) => {
            error.into_bytes().fill(0);
            let reason = format!("{} is not UTF-8; write it as text, such as base64", place());
            Err(SecretError::new(name, reason))
        }
    }
}

/// Where the host keeps its secrets. Asked at call time, never earlier, so that a rotated secret is seen.
#[async_trait]
pub trait SecretSource: fmt::Debug + Send + Sync + 'static {
    /// The secret of this name.
    ///
    /// # Errors
    /// When there is none, or the place where it is kept does not answer.
    async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing_of_itself() {
        let secret = SecretValue::Inline(Secret::new("hunter2"));
        assert_eq!(format!("{secret:?}"), "Inline((secret))");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"(secret)\"");
    }
}
