//! Composes a design from a table, an inventory's answer and folders of YAML, and says where each value came from.
//!
//! `federated_sources [FORMATION] [--profiles DIR] [--explain NODE FIELD] [--format text|json] [--stale]`: exit 0
//! clean, 1 errors, 2 unusable arguments or a source that cannot be read.

use clap::Parser;
use drydock_core::{
    Design, DirectorySource, Drivers, FederatedSource, Orchestrator,
    field::FieldPath,
    names::Kind,
    resolve::Explanation,
    source::{FederationError, WhenUnavailable},
};
use drydock_examples::{
    Failure, Format, annotate, findings, inventories::Inventory, pretty, print, resolved_json,
    verdict,
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Composes a design from several sources.
#[derive(Debug, Parser)]
#[command(name = "federated_sources")]
struct Arguments {
    /// A folder with `*.yaml`, inventory.csv and dcim.json.
    #[arg(value_name = "FORMATION", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/federation/quayside"))]
    formation: PathBuf,
    /// A folder of profiles, which formations share.
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/federation/profiles"))]
    profiles: PathBuf,
    /// Where the values of a node's field came from, such as `compute-1 addressing`.
    #[arg(long, num_args = 2, value_names = ["NODE", "FIELD"])]
    explain: Option<Vec<String>>,
    /// Loads twice, and the inventory answers the first time alone.
    #[arg(long)]
    stale: bool,
    /// How to show what was composed.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

fn main() -> ExitCode {
    drydock_examples::main(run(Arguments::parse()))
}

/// Whoever knows best is the owner: nobody else writes addresses and racks, or serials.
fn sources(
    profiles: &Path,
    formation: &Path,
    stale: bool,
) -> Result<FederatedSource, FederationError> {
    let table = Inventory::table("inventory", formation.join("inventory.csv"));
    let devices = Inventory::devices("dcim", formation.join("dcim.json"));
    let devices = if stale { devices.until(1) } else { devices };
    FederatedSource::new("design")
        .source(DirectorySource::new("profiles", [profiles]))?
        .source(DirectorySource::new("formation", [formation]))?
        .source(table)?
        // Machines seldom change: while it is away, what it said last is good enough.
        .member(devices, WhenUnavailable::UseLastGood)?
        .owner("inventory", Kind::BaremetalNode, "addressing")?
        .owner("inventory", Kind::BaremetalNode, "metadata.rack")?
        .owner("dcim", Kind::BaremetalNode, "serial")
}

async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let (profiles, formation) = (&arguments.profiles, &arguments.formation);
    let all = sources(profiles, formation, arguments.stale).map_err(Failure::unusable)?;
    let orchestrator = Orchestrator::new(Drivers::new()).source(all);
    if arguments.stale {
        orchestrator.load().await.map_err(Failure::unusable)?;
    }
    let design = orchestrator.load().await.map_err(Failure::unusable)?;
    if arguments.format == Format::Json {
        print(&pretty(&resolved_json::resolved(&design, |_| true)));
        return Ok(verdict(&design));
    }
    match arguments.explain.as_deref() {
        Some([node, field]) => print(&explained(&design, node, field)?),
        _ => {
            for node in design.resolved.nodes.values() {
                print(&annotate::document(&design.resolved, node, true));
            }
            if let Some(first) = design.resolved.nodes.keys().next() {
                print(&format!("---\n{}", explained(&design, first, "")?));
            }
        }
    }
    print(&findings(&design));
    Ok(verdict(&design))
}

fn explained(design: &Design, node: &str, field: &str) -> Result<String, Failure> {
    let field: FieldPath = field.parse().map_err(Failure::unusable)?;
    let explanation = Explanation::of(&design.resolved, node, &field);
    Ok(explanation.map_err(Failure::unusable)?.to_string())
}
