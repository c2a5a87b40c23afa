//! Shows nodes after inheritance, and where each value came from.
//!
//! `resolve PATH... [--node NAME | --select SELECTOR] [--fields FIELD,FIELD] [--explain DOCUMENT FIELD]
//! [--format yaml|json|text] [--annotate] [--allocations FILE]`

use clap::{Parser, ValueEnum};
use drydock_core::{
    Design, Selector,
    field::FieldPath,
    names::Kind,
    resolve::{Explanation, Query, ResolvedNode, Row},
};
use drydock_examples::{
    Failure, OK, Paths, annotate, findings, load_with, pretty, print, resolved_json, say,
    store_allocations, tables, verdict,
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
    /// Only the nodes that this selector chooses, such as `role=compute,spec.platform.image=noble`.
    #[arg(long, value_name = "SELECTOR", conflicts_with = "node")]
    select: Option<Selector>,
    /// Only these fields, such as `platform.image,metadata.rack`, as a table or JSON.
    #[arg(
        long,
        value_name = "FIELDS",
        value_delimiter = ',',
        conflicts_with = "annotate"
    )]
    fields: Option<Vec<FieldPath>>,
    /// Where the values of a field came from, such as `compute01 interfaces.bond0.networks`; of another document than a
    /// node, `HostProfile/base platform` or `acme/v1/License/compiler pools`.
    #[arg(long, num_args = 2, value_names = ["DOCUMENT", "FIELD"])]
    explain: Option<Vec<String>>,
    /// How to show it: yaml, or text for fields, when nothing is said.
    #[arg(long, value_enum)]
    format: Option<Shown>,
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
    Text,
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
    if let Some([document, field]) = arguments.explain.as_deref() {
        let field: FieldPath = field.parse().map_err(Failure::unusable)?;
        print(&explained(&design, document, &field)?.to_string());
        return Ok(OK);
    }
    let asked = arguments.node.as_deref();
    if let Some(name) = asked.filter(|name| !design.resolved.nodes.contains_key(*name)) {
        say(&findings(&design));
        return Err(Failure::unusable(format!("there is no node `{name}`")));
    }
    let selector = arguments.select.unwrap_or_default();
    // A slip in a field would else choose nothing and say nothing.
    let fields = arguments.fields.clone().unwrap_or_default();
    let query = Query::new(Kind::BaremetalNode, selector.clone(), fields);
    let query = query.map_err(Failure::unusable)?;
    let chosen = |node: &ResolvedNode| {
        asked.is_none_or(|asked| node.name == *asked) && selector.matches(node)
    };
    match (arguments.format, &arguments.fields) {
        (Some(Shown::Yaml), Some(_)) => {
            return Err(Failure::unusable("fields are shown as text or json"));
        }
        (None | Some(Shown::Text), Some(_)) | (Some(Shown::Text), None) => {
            print(&tables::rows(&rows(&design, &query, chosen)));
            say(&findings(&design));
        }
        (Some(Shown::Json), Some(_)) => print(&pretty(&rows(&design, &query, chosen))),
        (Some(Shown::Json), None) => print(&pretty(&resolved_json::resolved(&design, chosen))),
        (None | Some(Shown::Yaml), None) => {
            let nodes = design.resolved.nodes.values().filter(|node| chosen(node));
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

/// Explains a field of a node by its name, or of any document by its kind and name.
fn explained(design: &Design, document: &str, field: &FieldPath) -> Result<Explanation, Failure> {
    let design = &design.resolved;
    let mut ids = design.documents.keys();
    let explanation = match ids.find(|id| format!("{}/{}", id.kind, id.name) == document) {
        Some(id) => Explanation::of_document(design, id, field),
        None if document.contains('/') && !design.nodes.contains_key(document) => {
            let error =
                format!("there is no document `{document}`; write it like HostProfile/base");
            return Err(Failure::unusable(error));
        }
        None => Explanation::of(design, document, field),
    };
    explanation.map_err(Failure::unusable)
}

/// What the query finds of the chosen nodes.
fn rows(design: &Design, query: &Query, chosen: impl Fn(&ResolvedNode) -> bool) -> Vec<Row> {
    let mut rows = design.resolved.query(query);
    let node = |row: &Row| design.resolved.nodes.get(row.id.name.as_str());
    rows.retain(|row| node(row).is_some_and(|node| chosen(node)));
    rows
}
