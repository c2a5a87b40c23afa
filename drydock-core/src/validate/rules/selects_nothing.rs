//! DD4004: the filter of a boot action and the selectors of `depends_on` choose a node.

use crate::{
    diagnostic::{Code, Ordered, nearest_among, quote},
    field::FieldPath,
    model::{NodeFilter, Selector},
    names::Kind,
    resolve::{Chooser, ResolvedDesign, ResolvedNode, known},
    source::{Document, Value},
    validate::{DesignRule, Report},
};
use std::collections::HashMap;

#[derive(Debug)]
pub(super) struct SelectsNothing;

impl DesignRule for SelectsNothing {
    fn codes(&self) -> &'static [Code] {
        &[Code::SELECTS_NOTHING]
    }

    fn check(&self, design: &ResolvedDesign, report: &mut Report<'_>) {
        // Of what was not understood nobody knows what would have chosen it.
        let metadata = FieldPath::of(["metadata"]);
        let doubted = |node: &ResolvedNode| design.in_doubt(&node.chain, &metadata);
        let in_doubt =
            || !design.is_all_understood() && design.nodes.values().any(|node| doubted(node));
        if design.nodes.is_empty() || design.may_be_unread() || in_doubt() {
            return;
        }
        for (name, action) in &design.boot_actions {
            let filter = &action.node_filter;
            let document = design.document(Kind::BootAction, name);
            let Some(document) = document.filter(|_| !chooses(filter, design)) else {
                continue;
            };
            let field = FieldPath::of(["node_filter"]);
            if !design.in_doubt(std::slice::from_ref(&document.id), &field) {
                let message = "this filter chooses no node".to_owned();
                report
                    .document(Code::SELECTS_NOTHING, document, field, message)
                    .help(help(filter, design));
            }
        }
        let (chooser, mut chosen) = (Chooser::new(design), HashMap::<&str, bool>::new());
        for document in design.documents.values().filter(|d| d.inherits()) {
            for text in depends_on(document) {
                if chosen.get(text) == Some(&true) {
                    continue;
                }
                let Ok(selector) = text.parse::<Selector>() else {
                    continue;
                };
                let any = || chooser.chosen(&selector).next().is_some();
                if !*chosen.entry(text).or_insert_with(any) {
                    let field = FieldPath::of(["depends_on", text]);
                    let message = format!("{} chooses no node", quote(text));
                    report
                        .document(Code::SELECTS_NOTHING, document, field, message)
                        .help(slip(&selector).unwrap_or_else(|| GENERAL.to_owned()));
                }
            }
        }
    }
}

const GENERAL: &str = "correct it, or remove it";

fn chooses(filter: &NodeFilter, design: &ResolvedDesign) -> bool {
    let mut nodes = design.nodes.values();
    nodes.any(|node| filter.matches(node, design))
}

/// The selectors that a document itself depends on; what begins with `!` removes one.
fn depends_on(document: &Document) -> impl Iterator<Item = &str> {
    let value = document.spec.field("depends_on").and_then(Value::as_list);
    let texts = value.unwrap_or_default().iter().filter_map(Value::as_text);
    texts.filter(|text| !text.starts_with('!'))
}

fn help(filter: &NodeFilter, design: &ResolvedDesign) -> String {
    if filter.says_nothing() {
        return "it says nothing; leave node_filter out to choose every node".to_owned();
    }
    match filter {
        NodeFilter::Selector(selector) => slip(selector),
        NodeFilter::Sets(sets) => sets.filter_set.iter().find_map(|set| {
            let mut of_nodes = set.node_names.iter().map(|name| name.as_str());
            let mut of_racks = set.rack_names.iter().map(|name| name.as_str());
            let node = of_nodes.find_map(|name| absent("node", name, &design.nodes));
            node.or_else(|| of_racks.find_map(|name| absent("rack", name, &design.racks)))
        }),
        NodeFilter::All => None,
    }
    .unwrap_or_else(|| "correct it, or remove the boot action".to_owned())
}

/// A field that no node can have.
fn slip(selector: &Selector) -> Option<String> {
    selector.fields().find_map(|field| {
        let instead = known(&Kind::BaremetalNode, field).err()?;
        Some(format!("no node has a field `{field}`: {instead}"))
    })
}

fn absent(what: &str, name: &str, known: &impl Ordered) -> Option<String> {
    if known.at_or_after(name) == Some(name) {
        return None;
    }
    let nothing = format!("there is no {what} {}", quote(name));
    Some(match nearest_among(name, known, |_| true) {
        Some(meant) => format!("{nothing}; did you mean `{meant}`?"),
        None => nothing,
    })
}
