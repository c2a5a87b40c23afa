//! Several sources of secrets as one.

use super::{Secret, SecretError, SecretRef, SecretSource};
use async_trait::async_trait;
use std::sync::Arc;

/// Asks sources in their order until one has the secret.
///
/// Only a source that has no such secret is passed over. One that fails ends the search with its error: a vault that does
/// not answer must not make an old password from a lesser place the right one.
///
/// ```
/// # use drydock_core::secret::{EnvironmentSecrets, FileSecrets, FirstOf};
/// let secrets = FirstOf::new()
///     .then(FileSecrets::new("/run/credentials/drydock.service"))
///     .then(EnvironmentSecrets::new("DRYDOCK_SECRET_"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct FirstOf(Vec<Arc<dyn SecretSource>>);

impl FirstOf {
    /// No source yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks this one after those before it.
    #[must_use]
    pub fn then(mut self, source: impl SecretSource) -> Self {
        self.0.push(Arc::new(source));
        self
    }
}

#[async_trait]
impl SecretSource for FirstOf {
    async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError> {
        let mut reasons = Vec::with_capacity(self.0.len());
        for source in &self.0 {
            match source.secret(name).await {
                Err(error) if error.is_absent() => reasons.push(error.reason().to_owned()),
                ended => return ended,
            }
        }
        Err(match reasons.is_empty() {
            true => SecretError::absent(name, "no source of secrets was given; give one"),
            false => SecretError::absent(name, reasons.join(", or ")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::EnvironmentSecrets, *};

    #[tokio::test]
    async fn what_one_does_not_have_the_next_is_asked_for() {
        let (first, second) = (
            EnvironmentSecrets::new("A_"),
            EnvironmentSecrets::new("CARGO_"),
        );
        let secrets = FirstOf::new().then(first.clone()).then(second);
        let secret = secrets.secret(&SecretRef::new("pkg_name")).await.unwrap();
        assert_eq!(secret.expose(), "drydock-core");
        let error = secrets.secret(&SecretRef::new("x")).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "secret `x`: set the environment variable A_X, or set the environment variable CARGO_X"
        );
        assert!(error.is_absent() && FirstOf::new().secret(&SecretRef::new("x")).await.is_err());
    }

    #[tokio::test]
    async fn one_that_fails_ends_the_search() {
        let broken = EnvironmentSecrets::new("A=");
        let secrets = FirstOf::new()
            .then(broken)
            .then(EnvironmentSecrets::new("CARGO_"));
        let error = secrets
            .secret(&SecretRef::new("pkg_name"))
            .await
            .unwrap_err();
        assert!(!error.is_absent());
    }
}
