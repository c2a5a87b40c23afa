//! Writes the JSON Schemas of the kinds, one file each and one for all, so that editors know the design language.
//!
//! `schemas --out FOLDER`: exit 0 written, 2 unusable arguments or a folder that cannot be written.

use clap::Parser;
use drydock_core::{model, names::Kind};
use drydock_examples::{Failure, OK, pretty, print};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Writes the JSON Schemas of the kinds, one file each, and drydock.schema.json for all of them.
#[derive(Debug, Parser)]
#[command(name = "schemas")]
struct Arguments {
    /// The folder to write them to.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    std::fs::create_dir_all(&arguments.out).map_err(Failure::unusable)?;
    write(&arguments.out, "drydock", &model::combined_schema())?;
    for kind in &Kind::ALL {
        if let Some(schema) = model::schema(kind) {
            write(&arguments.out, kind.as_str(), &schema)?;
        }
    }
    Ok(OK)
}

fn write(folder: &Path, name: &str, schema: &serde_json::Value) -> Result<(), Failure> {
    let path = folder.join(format!("{name}.schema.json"));
    let wrong = |error| Failure::unusable(format!("{} cannot be written: {error}", path.display()));
    std::fs::write(&path, pretty(schema)).map_err(wrong)?;
    print(&format!("{}\n", path.display()));
    Ok(())
}
