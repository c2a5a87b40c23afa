//! What several tests need.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr
)]

use std::path::PathBuf;

/// The text of a design that others wrote, kept beside the project; says loudly when it is not there.
pub(crate) fn foreign_site(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/sites")
        .join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => {
            let required = std::env::var_os("DRYDOCK_REQUIRE_PEERS").is_some_and(|v| v == "1");
            assert!(!required, "{} is required: {error}", path.display());
            eprintln!("SKIPPED: {} is not there ({error})", path.display());
            None
        }
    }
}

/// The files of the bundled site, each with its path below `examples/site` and its text, ordered by path.
pub(crate) fn bundled_site() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/site");
    let mut files = Vec::new();
    for folder in ["formation", "profiles"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// Files as the fixture takes them.
pub(crate) fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}
