//! `[io]` Secrets from the environment of the process.
//!
//! Reads the one variable that it is asked for, when it is asked, and never lists the environment.

use super::{Secret, SecretError, SecretRef, SecretSource, found};
use async_trait::async_trait;
use smol_str::SmolStr;
use std::env;

/// Secrets in environment variables of one prefix.
///
/// The secret `bmc/rack-1` under the prefix `DRYDOCK_SECRET_` is the variable `DRYDOCK_SECRET_BMC_RACK_1`: ASCII letters
/// in upper case, digits as they are, every other character `_`. The value is taken whole, white space included. Names
/// that differ only in such characters share a variable.
///
/// The variables of a process are visible to whoever may look into it, and are inherited by its children: prefer
/// [`FileSecrets`](super::FileSecrets) where there is a choice.
///
/// ```
/// # use drydock_core::secret::{EnvironmentSecrets, SecretRef};
/// let secrets = EnvironmentSecrets::new("DRYDOCK_SECRET_");
/// assert_eq!(secrets.variable(&SecretRef::new("bmc/rack-1")), "DRYDOCK_SECRET_BMC_RACK_1");
/// ```
#[derive(Debug, Clone)]
pub struct EnvironmentSecrets {
    prefix: SmolStr,
}

impl EnvironmentSecrets {
    /// Secrets in the variables whose names begin with this prefix. There is none by default: a host says which part of
    /// its environment is meant.
    pub fn new(prefix: impl Into<SmolStr>) -> Self {
        Self {
            prefix: prefix.into(),
        }
    }

    /// The variable that holds the secret of this name.
    pub fn variable(&self, name: &SecretRef) -> String {
        let spelled = name.secret.chars().map(|c| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
            _ => '_',
        });
        self.prefix.chars().chain(spelled).collect()
    }
}

#[async_trait]
impl SecretSource for EnvironmentSecrets {
    async fn secret(&self, name: &SecretRef) -> Result<Secret, SecretError> {
        let variable = self.variable(name);
        // A name with one of these is no variable for any operating system, and asking for it is not portable.
        if variable.contains(['=', '\0']) {
            let reason =
                "the prefix of the environment's secrets must not hold `=` or NUL; mend it";
            return Err(SecretError::new(name, reason));
        }
        match env::var_os(&variable) {
            Some(value) => found(name, value.into_encoded_bytes(), || {
                format!("the environment variable {variable}")
            }),
            None => {
                let reason = format!("set the environment variable {variable}");
                Err(SecretError::absent(name, reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Setting a variable is `unsafe`, so these ask for what cargo has set.
    #[tokio::test]
    async fn a_variable_is_found_by_its_mapped_name() {
        let secrets = EnvironmentSecrets::new("CARGO_");
        for name in ["pkg-name", "PKG_NAME", "pkg.name"] {
            let secret = secrets.secret(&SecretRef::new(name)).await.unwrap();
            assert_eq!(secret.expose(), "drydock-core");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_told_by_its_variable() {
        let secrets = EnvironmentSecrets::new("DRYDOCK_SECRET_");
        let error = secrets
            .secret(&SecretRef::new("bmc ä=1"))
            .await
            .unwrap_err();
        assert!(error.is_absent());
        assert_eq!(
            error.to_string(),
            "secret `bmc ä=1`: set the environment variable DRYDOCK_SECRET_BMC___1"
        );
        let secrets = EnvironmentSecrets::new("A=B");
        let error = secrets.secret(&SecretRef::new("x")).await.unwrap_err();
        assert!(!error.is_absent());
    }
}
