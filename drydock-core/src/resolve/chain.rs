//! The chain of a document: every document it inherits from, depth first, parents from left to right, each at its first
//! place, itself last. `D: [B, C]`, `B: A`, `C: A` gives A, B, C, D.

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, did_you_mean, quote},
    field::FieldPath,
    names::{DocumentId, Kind},
    source::{Document, Value},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The documents by identity.
pub(crate) type Documents = BTreeMap<DocumentId, Arc<Document>>;

/// What a document names as its parents, as written.
pub(crate) fn parents(document: &Document) -> &[Value] {
    document
        .spec
        .field("host_profile")
        .and_then(Value::as_list)
        .unwrap_or_default()
}

pub(crate) fn parent_ids(document: &Document) -> impl Iterator<Item = DocumentId> + '_ {
    parents(document)
        .iter()
        .filter_map(|p| Some(DocumentId::new(Kind::HostProfile, p.as_text()?)))
}

/// The chain of a document. Unknown parents and those that lead back are left out; [`check_parents`] reports them.
pub(crate) fn chain(document: &Document, documents: &Documents) -> Vec<DocumentId> {
    let (mut chain, mut entered) = (Vec::new(), BTreeSet::from([document.id.clone()]));
    append_parents(document, documents, &mut chain, &mut entered);
    chain.push(document.id.clone());
    chain
}

/// Depth first with a stack of its own, for a chain may be as long as a design has profiles.
fn append_parents(
    document: &Document,
    documents: &Documents,
    chain: &mut Vec<DocumentId>,
    entered: &mut BTreeSet<DocumentId>,
) {
    enum Visit {
        Enter(DocumentId),
        Leave(DocumentId),
    }
    let entering = |document: &Document| {
        let mut visits: Vec<Visit> = parent_ids(document).map(Visit::Enter).collect();
        visits.reverse();
        visits
    };
    let mut stack = entering(document);
    while let Some(visit) = stack.pop() {
        match visit {
            Visit::Leave(id) => chain.push(id),
            Visit::Enter(id) => {
                if let Some(parent) = documents.get(&id)
                    && entered.insert(id.clone())
                {
                    stack.push(Visit::Leave(id));
                    stack.extend(entering(parent));
                }
            }
        }
    }
}

/// Reports parents that do not exist and profiles that inherit from themselves.
pub(crate) fn check_parents(documents: &Documents, diagnostics: &mut Diagnostics) {
    let profiles = || {
        documents
            .keys()
            .filter(|id| id.kind == Kind::HostProfile)
            .map(|id| id.name.as_str())
    };
    for document in documents.values().filter(|document| document.inherits()) {
        for parent in parents(document) {
            let name = parent.as_text().unwrap_or_default();
            if documents.contains_key(&DocumentId::new(Kind::HostProfile, name)) {
                continue;
            }
            let diagnostic = Diagnostic::new(
                Code::UNKNOWN_PARENT,
                format!("there is no host profile {}", quote(name)),
            )
            .about(&document.id)
            .field(FieldPath::of(["host_profile"]))
            .at(parent.span, "");
            diagnostics.push(match did_you_mean(name, profiles()) {
                Some(meant) => diagnostic
                    .help(format!("did you mean `{meant}`?"))
                    .edit(parent.span, meant),
                None => {
                    diagnostic.help("write a HostProfile of this name, or name one that exists")
                }
            });
        }
    }
    cycles(documents, diagnostics);
}

/// One diagnostic for each set of profiles that inherit from each other, naming every member.
fn cycles(documents: &Documents, diagnostics: &mut Diagnostics) {
    let ids: Vec<&DocumentId> = documents
        .keys()
        .filter(|id| id.kind == Kind::HostProfile)
        .collect();
    let mut graph = petgraph::graph::DiGraph::<&DocumentId, ()>::new();
    let nodes: BTreeMap<&DocumentId, _> = ids.iter().map(|id| (*id, graph.add_node(*id))).collect();
    for (id, &from) in &nodes {
        for parent in parent_ids(&documents[*id]) {
            if let Some(&to) = nodes.get(&parent) {
                graph.add_edge(from, to, ());
            }
        }
    }
    // Not Tarjan's, which recurses: a chain may be as long as a design has profiles.
    for group in petgraph::algo::kosaraju_scc(&graph) {
        let is_cycle = group.len() > 1 || group.iter().any(|&n| graph.contains_edge(n, n));
        if !is_cycle {
            continue;
        }
        let mut members: Vec<&DocumentId> = group.iter().map(|&n| graph[n]).collect();
        members.sort();
        let names: Vec<String> = members.iter().map(|id| quote(&id.name)).collect();
        let message = match names.as_slice() {
            [one] => format!("host profile {one} inherits from itself"),
            all => format!("host profiles {} inherit from each other", all.join(", ")),
        };
        let mut diagnostic = Diagnostic::new(Code::PROFILE_CYCLE, message)
            .about(members[0])
            .field(FieldPath::of(["host_profile"]))
            .help("a profile cannot be its own ancestor: remove one of these parents");
        let in_group = |p: &&Value| members.iter().any(|m| p.as_text() == Some(m.name.as_str()));
        for (n, member) in members.iter().enumerate() {
            for parent in parents(&documents[*member]).iter().filter(in_group) {
                let text = format!(
                    "{} inherits from {}",
                    member.name,
                    parent.as_text().unwrap_or_default()
                );
                diagnostic = if n == 0 {
                    diagnostic.at(parent.span, text)
                } else {
                    diagnostic.also(parent.span, text)
                };
            }
        }
        diagnostics.push(diagnostic);
    }
}
