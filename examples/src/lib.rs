//! What the examples share: arguments, loading a design, and writing to a terminal or a pipe.
//!
//! Exit codes are the same everywhere: 0 all is well, 1 the design has errors or something failed, 2 the arguments
//! cannot be used or a path cannot be read, 3 a plan that destroys something is not approved.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

pub mod annotate;
pub mod bmc;
pub mod ctrl_c;
pub mod demo;
pub mod inventories;
pub mod loopback;
pub mod progress;
pub mod rehearsal;
pub mod resolved_json;
pub mod state;
pub mod tables;
pub mod together;
pub mod world;

use clap::{Args, ValueEnum};
use drydock_core::{
    Design, DirectorySource, Drivers, Orchestrator,
    diagnostic::{Color, render_all},
    resolve::Allocations,
};
use std::{
    future::Future,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// All is well.
pub const OK: u8 = 0;
/// The design has errors, or something failed.
pub const FAILED: u8 = 1;
/// The arguments cannot be used, or a path cannot be read.
pub const UNUSABLE: u8 = 2;
/// A plan that destroys something is not approved.
pub const NOT_APPROVED: u8 = 3;

/// Why an example ends early: its exit code, and what to say.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Ends with this code, saying this.
    pub fn new(code: u8, message: impl ToString) -> Self {
        Self {
            code,
            message: message.to_string(),
        }
    }

    /// The arguments cannot be used, or a path cannot be read.
    pub fn unusable(message: impl ToString) -> Self {
        Self::new(UNUSABLE, message)
    }
}

/// Runs an example to its end and turns what it gives into the exit code.
pub fn main(example: impl Future<Output = Result<u8, Failure>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(example),
        Err(error) => Err(Failure::unusable(error)),
    };
    match result {
        Ok(code) => code.into(),
        Err(failure) => {
            say(&format!("error: {}\n", failure.message));
            failure.code.into()
        }
    }
}

/// Writes to standard output. A reader that has gone away ends the example quietly.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if out
        .write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .is_err()
    {
        std::process::exit(i32::from(OK));
    }
}

/// Writes to standard error, for people.
pub fn say(text: &str) {
    // Where nobody reads it, there is nobody to tell.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Text for people, or JSON for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The design that an example works on.
#[derive(Debug, Clone, Args)]
pub struct Paths {
    /// Files and folders of YAML documents; all of them together are one design.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
}

/// Loads the design of these files and folders.
///
/// # Errors
/// When a path cannot be read.
pub async fn load(paths: &[PathBuf]) -> Result<Design, Failure> {
    load_with(paths, None).await
}

/// The same, given the file that keeps the addresses of `address: auto`; one that is not there yet is empty.
///
/// # Errors
/// When a path or the file cannot be read.
pub async fn load_with(paths: &[PathBuf], allocations: Option<&Path>) -> Result<Design, Failure> {
    let source = DirectorySource::new("site", paths.to_vec());
    let orchestrator = Orchestrator::new(Drivers::new()).source(source);
    let known = match allocations.map(std::fs::read) {
        None => Allocations::default(),
        Some(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => Allocations::default(),
        Some(Ok(bytes)) => serde_json::from_slice(&bytes).map_err(|error| {
            Failure::unusable(format!("the file of allocations is damaged: {error}"))
        })?,
        Some(Err(error)) => {
            return Err(Failure::unusable(format!(
                "the file of allocations cannot be read: {error}"
            )));
        }
    };
    orchestrator
        .allocations(known)
        .load()
        .await
        .map_err(Failure::unusable)
}

/// Writes the file that keeps the addresses of `address: auto`, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn store_allocations(design: &Design, file: &Path) -> Result<(), Failure> {
    let wrong = |error| {
        Failure::unusable(format!(
            "the file of allocations cannot be written: {error}"
        ))
    };
    let unfinished = file.with_extension("new");
    std::fs::write(&unfinished, pretty(&design.allocations)).map_err(wrong)?;
    std::fs::rename(&unfinished, file).map_err(wrong)
}

/// Colours where standard output is a terminal and `NO_COLOR` does not forbid them.
pub fn color() -> Color {
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stdout().is_terminal() && !forbidden {
        Color::Always
    } else {
        Color::Never
    }
}

/// Every finding of a design over its source text.
pub fn findings(design: &Design) -> String {
    render_all(&design.diagnostics, &design.resolved.files, color())
}

/// 1 when the design has errors, else 0.
pub fn verdict(design: &Design) -> u8 {
    if design.diagnostics.errors() > 0 {
        FAILED
    } else {
        OK
    }
}

/// JSON with line breaks, and one at the end.
pub fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
