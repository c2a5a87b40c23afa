//! Rules of one's own beside the standard ones: what a host demands of its designs, in its own range of codes.

use drydock_core::{
    DirectorySource, Drivers, Orchestrator,
    diagnostic::Code,
    field::FieldPath,
    names::Kind,
    resolve::{ResolvedDesign, ResolvedNode},
    source::{Document, Value},
    validate::{DocumentRule, NodeRule, Report, Rule, RuleSet},
};
use drydock_examples::{Failure, demo, findings, print, verdict};
use std::process::ExitCode;

const CONTACT: Code = code(9001);
const EXAMPLE_KEY: Code = code(9002);

/// A code from 9000 to 9999; any other number does not compile.
const fn code(number: u16) -> Code {
    match Code::host(number) {
        Some(code) => code,
        None => unreachable!(),
    }
}

/// DD9001: somebody can be called about every node. A rule about nodes after inheritance: it names the field, and the
/// line is found, here in the profile that all nodes share, so twelve nodes are one finding.
#[derive(Debug)]
struct Contact;

impl NodeRule for Contact {
    fn codes(&self) -> &'static [Code] {
        &[CONTACT]
    }

    fn check(&self, node: &ResolvedNode, design: &ResolvedDesign, report: &mut Report<'_>) {
        let owner = &node.spec.metadata.owner_data;
        let field = FieldPath::of(["metadata", "owner_data", "contact"]);
        // What was not understood is reported already.
        if owner.find("contact").is_none() && !design.in_doubt(&node.chain, &field) {
            let message = format!("nobody is named to call about {}", node.name);
            report
                .node(CONTACT, node, design, field, message)
                .help("write metadata.owner_data.contact, in the node or a profile of it");
        }
    }
}

/// DD9002: no key of an example gets into a real site. A rule about documents as they are written.
#[derive(Debug)]
struct ExampleKey;

impl DocumentRule for ExampleKey {
    fn codes(&self) -> &'static [Code] {
        &[EXAMPLE_KEY]
    }

    fn check(&self, document: &Document, _: &ResolvedDesign, report: &mut Report<'_>) {
        if document.id.kind != Kind::Region {
            return;
        }
        let keys = document.spec.field("authorized_keys");
        for key in keys.and_then(Value::as_list).unwrap_or_default() {
            if let Some(text) = key.as_text().filter(|text| text.contains("EXAMPLE")) {
                let field = FieldPath::of(["authorized_keys", text]);
                let message = "this authorized key is the one of the examples".to_owned();
                report
                    .document(EXAMPLE_KEY, document, field, message)
                    .help("put your own public key here");
            }
        }
    }
}

fn main() -> ExitCode {
    drydock_examples::main(run())
}

async fn run() -> Result<u8, Failure> {
    let rules = RuleSet::standard()
        .with(Rule::Node(Box::new(Contact)))
        .with(Rule::Document(Box::new(ExampleKey)));
    let design = Orchestrator::new(Drivers::new())
        .source(DirectorySource::new("site", demo::bundled()))
        .rules(rules)
        .load()
        .await
        .map_err(Failure::unusable)?;
    print(&findings(&design));
    Ok(verdict(&design))
}
