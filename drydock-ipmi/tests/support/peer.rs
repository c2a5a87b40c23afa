//! Where foreign programs are, and what is said where they are not.

use std::{
    env,
    io::{self, Write},
    path::PathBuf,
};

/// The program, or none where it is not installed.
///
/// # Panics
/// If it is not installed and `DRYDOCK_REQUIRE_PEERS=1`.
pub(crate) fn find(program: &str, package: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    // Debian keeps freeipmi's programs where the PATH of people does not lead.
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = folders
        .map(|folder| folder.join(program))
        .find(|file| file.is_file());
    if found.is_none() {
        missing(&format!("{program} is missing: install {package}"));
    }
    found
}

/// Says that something is not tested for want of a peer.
///
/// # Panics
/// If `DRYDOCK_REQUIRE_PEERS=1`.
pub(crate) fn missing(what: &str) {
    assert!(
        env::var_os("DRYDOCK_REQUIRE_PEERS").is_none_or(|value| value != "1"),
        "{what}"
    );
    // Past the harness, which keeps what a passing test prints to itself.
    let _ = writeln!(io::stderr(), "SKIPPED, NOT TESTED: {what}");
}

/// A number from the environment, for runs that are longer in continuous integration.
pub(crate) fn number(variable: &str, default: usize) -> usize {
    match env::var(variable) {
        Ok(value) => value.parse().expect("a number"),
        Err(_) => default,
    }
}
