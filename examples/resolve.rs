//! Shows nodes after inheritance, and where each value came from.
//!
//! `resolve PATH... [--node NAME] [--explain NODE FIELD] [--format yaml|json] [--annotate] [--allocations FILE]`

use clap::{Parser, ValueEnum};
use drydock_core::{field::FieldPath, resolve::Explanation};
use drydock_examples::{
    Failure, OK, Paths, annotate, findings, load_with, pretty, print, resolved_json, say,
    store_allocations, verdict,
};
use std::{path::PathBuf, process::ExitCode};

/// Shows nodes after inheritance.
#[derive(Debug, Parser)]
#[command(name = "resolve")]
struct Arguments {
    #[command(flatten)]
    site: Paths,
    /// Only this node.
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// Where the values of a node's field came from, such as `compute01 interfaces.bond0.networks`.
    #[arg(long, num_args = 2, value_names = ["NODE", "FIELD"])]
    explain: Option<Vec<String>>,
    /// How to show it.
    #[arg(long, value_enum, default_value = "yaml")]
    format: Shown,
    /// Says beside each value where it came from.
    #[arg(long)]
    annotate: bool,
    /// A file that keeps the addresses given to `address: auto`; written when it changes.
    #[arg(long, value_name = "FILE")]
    allocations: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shown {
    Yaml,
    Json,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let allocations = arguments.allocations.as_deref();
    let design = load_with(&arguments.site.paths, allocations).await?;
    if let Some(file) = allocations {
        store_allocations(&design, file)?;
    }
    if let Some([node, field]) = arguments.explain.as_deref() {
        let field: FieldPath = field.parse().map_err(Failure::unusable)?;
        let explanation =
            Explanation::of(&design.resolved, node, &field).map_err(Failure::unusable)?;
        print(&explanation.to_string());
        return Ok(OK);
    }
    let asked = arguments.node.as_deref();
    if let Some(name) = asked.filter(|name| !design.resolved.nodes.contains_key(*name)) {
        say(&findings(&design));
        return Err(Failure::unusable(format!("there is no node `{name}`")));
    }
    let chosen = |name: &str| asked.is_none_or(|asked| asked == name);
    match arguments.format {
        Shown::Json => print(&pretty(&resolved_json::resolved(&design, |node| {
            chosen(&node.name)
        }))),
        Shown::Yaml => {
            let nodes = design
                .resolved
                .nodes
                .values()
                .filter(|node| chosen(&node.name));
            nodes.for_each(|node| {
                print(&annotate::document(
                    &design.resolved,
                    node,
                    arguments.annotate,
                ))
            });
            say(&findings(&design));
        }
    }
    Ok(verdict(&design))
}
