//! The examples as programs: people script them, so their command lines, exit codes and output are kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bmc;
mod canary;
#[cfg(all(unix, feature = "postgres"))]
#[path = "../../../drydock-store/tests/cluster/mod.rs"]
mod cluster;
#[cfg(unix)]
mod ctrl_c;
mod custom_driver;
mod custom_rule;
mod custom_store;
mod deploy;
mod federated;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod lab;
mod plan;
mod profile;
mod programs;
mod rehearse;
mod resolve;
#[cfg(unix)]
mod resume_after_crash;
#[cfg(unix)]
mod sound;
#[cfg(unix)]
mod state;
mod storage_pass;
#[cfg(all(unix, feature = "postgres"))]
mod together;
mod validate;

use std::{path::PathBuf, process::Command};

/// The bundled site.
pub(crate) fn site() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/site").to_owned()
}

/// What an example printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// What it printed as one JSON value.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}", self.out))
    }

    /// What it printed as one JSON value a line.
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Runs an example as it is now.
pub(crate) fn run<A: AsRef<str>>(example: &str, arguments: &[A]) -> Ran {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let output = Command::new(programs::program(example))
        .args(&arguments)
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An empty folder of its own for a test, removed at its end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("drydock-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file and gives its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
