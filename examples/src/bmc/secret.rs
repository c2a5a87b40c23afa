//! Passwords and keys: from a file or the environment, never from a command line, which everybody on the machine can read.

use crate::Failure;
use drydock_core::secret::Secret;
use std::path::Path;

/// What a file holds, but for the line break at its end.
///
/// # Errors
/// When it cannot be read, is no text, or is empty.
pub fn from_file(file: &Path) -> Result<Secret, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::unusable(format!("{shown} cannot be read: {error}")))?;
    let secret = Secret::new(text.trim_end_matches(['\r', '\n']));
    Some(secret)
        .filter(|secret| !secret.expose().is_empty())
        .ok_or_else(|| Failure::unusable(format!("{shown} is empty; write the password to it")))
}

/// What a variable of the environment holds.
///
/// # Errors
/// When there is none, or it is no text.
pub fn from_env(variable: &str) -> Result<Secret, Failure> {
    if variable.is_empty() || variable.contains(['=', '\0']) {
        return Err(Failure::unusable(
            "an environment variable has a name without `=`",
        ));
    }
    match std::env::var(variable) {
        Ok(text) => Ok(Secret::new(text)),
        Err(std::env::VarError::NotPresent) => Err(Failure::unusable(format!(
            "the environment variable {variable} is not set"
        ))),
        Err(_) => Err(Failure::unusable(format!(
            "the environment variable {variable} is not UTF-8"
        ))),
    }
}
