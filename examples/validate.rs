//! Says everything that is wrong with a design, at once, at the line that caused it.
//!
//! `validate PATH... [--format text|json]`: exit 0 clean, 1 errors, 2 unusable arguments or unreadable path.

use clap::Parser;
use drydock_examples::{Failure, Format, Paths, findings, load, pretty, print, verdict};
use serde_json::json;
use std::process::ExitCode;

/// Says everything that is wrong with a design.
#[derive(Debug, Parser)]
#[command(name = "validate")]
struct Arguments {
    #[command(flatten)]
    site: Paths,
    /// How to say it.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let design = load(&arguments.site.paths).await?;
    match arguments.format {
        Format::Json => print(&pretty(
            &json!({"diagnostics": design.diagnostics.to_json(&design.resolved.files)}),
        )),
        Format::Text => {
            let (documents, nodes) = (design.resolved.documents.len(), design.resolved.nodes.len());
            print(&findings(&design));
            if design.diagnostics.is_empty() {
                print(&format!(
                    "{documents} documents, {nodes} nodes: nothing is wrong\n"
                ));
            }
        }
    }
    Ok(verdict(&design))
}
