//! Says everything that is wrong with a design, at once, at the line that caused it.
//!
//! `validate PATH... [--format text|json|sarif]`: exit 0 clean, 1 errors, 2 unusable arguments or unreadable path.
//! `validate --explain DDnnnn`: exit 0 and what the code means, 2 when there is no such code.

use clap::{Parser, ValueEnum};
use drydock_core::diagnostic::Code;
use drydock_examples::{Failure, OK, Paths, findings, load, pretty, print, verdict};
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
    /// Says what a code means instead, why it is a problem and how it is mended.
    #[arg(long, value_name = "CODE", exclusive = true)]
    explain: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code hosts and editors: SARIF 2.1.0.
    Sarif,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    if let Some(code) = &arguments.explain {
        return explain(code);
    }
    let design = load(&arguments.site.paths).await?;
    let files = &design.resolved.files;
    match arguments.format {
        Format::Json => print(&pretty(
            &json!({"diagnostics": design.diagnostics.to_json(files)}),
        )),
        Format::Sarif => print(&pretty(&design.diagnostics.to_sarif(files))),
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

fn explain(text: &str) -> Result<u8, Failure> {
    let code = Code::parse(text).filter(|code| !code.title().is_empty());
    let Some(code) = code else {
        let message = format!("there is no code {text}; codes are printed as [DD0501]");
        return Err(Failure::unusable(message));
    };
    let (severity, title) = (code.severity(), code.title());
    let (why, mend) = (code.why(), code.mend());
    print(&format!(
        "{severity}[{code}]: {title}\n\n{why}\n\nTo mend it: {mend}\n"
    ));
    Ok(OK)
}
