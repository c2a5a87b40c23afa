//! The chain of a document: every document it inherits from, depth first, parents from left to right, each at its first
//! place, itself last. `D: [B, C]`, `B: A`, `C: A` gives A, B, C, D.

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, Ordered, nearest_among, quote},
    field::FieldPath,
    names::{DocumentId, Kind},
    source::{Document, Value},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Once,
    slice,
    sync::Arc,
};

/// The documents by identity.
pub(crate) type Documents = BTreeMap<DocumentId, Arc<Document>>;

/// How many documents a chain may have. Each profile on it has a value of its own, so without a bound the work would
/// grow with the square of a design's size.
pub(crate) const LONGEST: usize = 512;

/// The documents that one consists of, in the order in which they are folded, itself last. What comes before itself is
/// shared by all that have the same parents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub(super) inherited: Arc<[DocumentId]>,
    pub(super) own: DocumentId,
}

impl Chain {
    /// The documents in their order.
    pub fn iter(&self) -> std::iter::Chain<slice::Iter<'_, DocumentId>, Once<&DocumentId>> {
        self.inherited.iter().chain(std::iter::once(&self.own))
    }

    /// Those that it inherits from.
    pub fn inherited(&self) -> &[DocumentId] {
        &self.inherited
    }

    /// How many there are, itself included.
    #[allow(clippy::len_without_is_empty)] // It never is.
    pub fn len(&self) -> usize {
        self.inherited.len() + 1
    }
}

impl<'a> IntoIterator for &'a Chain {
    type Item = &'a DocumentId;
    type IntoIter = std::iter::Chain<slice::Iter<'a, DocumentId>, Once<&'a DocumentId>>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// How the documents of a kind inherit: which field names their parents, and of which kind those are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lineage<'k> {
    /// The field of the spec that names the parents; checking has made a list of it.
    pub(crate) field: &'k str,
    /// The kind of the parents.
    pub(crate) kind: &'k Kind,
    /// What one of them is called, and several.
    pub(crate) called: (&'k str, &'k str),
}

/// Host profiles, which nodes and host profiles inherit from.
static PROFILES: Lineage<'static> = Lineage {
    field: "host_profile",
    kind: &Kind::HostProfile,
    called: ("host profile", "host profiles"),
};

/// What a document names as its host profiles, as written.
pub(crate) fn parents(document: &Document) -> &[Value] {
    PROFILES.parents(document)
}

pub(crate) fn parent_ids(document: &Document) -> impl Iterator<Item = DocumentId> + '_ {
    PROFILES.parent_ids(document)
}

/// What a node or host profile inherits from, see [`Lineage::inherited`].
pub(crate) fn inherited(document: &Document, documents: &Documents) -> Option<Vec<DocumentId>> {
    PROFILES.inherited(document, documents)
}

/// Reports what is wrong with a document's host profiles, see [`Lineage::check_parents`].
pub(crate) fn check_parents(
    document: &Document,
    documents: &Documents,
    too_long: bool,
    found: &mut Diagnostics,
) {
    PROFILES.check_parents(document, documents, too_long, found);
}

/// Reports host profiles that inherit from each other, see [`Lineage::cycles`].
pub(crate) fn cycles(documents: &Documents, diagnostics: &mut Diagnostics) {
    PROFILES.cycles(documents, diagnostics);
}

/// The names of the documents of a kind.
struct Names<'d> {
    kind: &'d Kind,
    documents: &'d Documents,
}

impl Ordered for Names<'_> {
    fn at_or_after(&self, text: &str) -> Option<&str> {
        let first = DocumentId::new(self.kind.clone(), text);
        let (id, _) = self.documents.range(first..).next()?;
        (id.kind == *self.kind).then_some(id.name.as_str())
    }
}

impl Lineage<'_> {
    /// What a document names as its parents, as written.
    pub(crate) fn parents<'d>(&self, document: &'d Document) -> &'d [Value] {
        let parents = document.spec.field(self.field);
        parents.and_then(Value::as_list).unwrap_or_default()
    }

    /// The same as identities.
    pub(crate) fn parent_ids(&self, document: &Document) -> impl Iterator<Item = DocumentId> {
        let parents = self.parents(document).iter();
        parents.filter_map(|p| Some(DocumentId::new(self.kind.clone(), p.as_text()?)))
    }

    /// The names of the documents that may be named as parents.
    fn names<'d>(&self, documents: &'d Documents) -> impl Iterator<Item = &'d DocumentId> {
        documents.keys().filter(|id| id.kind == *self.kind)
    }

    /// What a document inherits from, in the order of its chain; nothing where that is too much. Unknown parents and
    /// those that lead back are left out. [`check_parents`] and [`cycles`] report them.
    pub(crate) fn inherited(
        &self,
        document: &Document,
        documents: &Documents,
    ) -> Option<Vec<DocumentId>> {
        enum Visit {
            Enter(DocumentId),
            Leave(DocumentId),
        }
        // Depth first with a stack of its own, for a chain may be as long as a design has profiles.
        let entering = |document: &Document| {
            let mut visits: Vec<Visit> = self.parent_ids(document).map(Visit::Enter).collect();
            visits.reverse();
            visits
        };
        let (mut chain, mut entered) = (Vec::new(), BTreeSet::from([document.id.clone()]));
        let mut stack = entering(document);
        while let Some(visit) = stack.pop() {
            match visit {
                Visit::Leave(id) => chain.push(id),
                Visit::Enter(id) => {
                    if let Some(parent) = documents.get(&id)
                        && entered.insert(id.clone())
                    {
                        // What was entered will be on the chain.
                        if entered.len() > LONGEST {
                            return None;
                        }
                        stack.push(Visit::Leave(id));
                        stack.extend(entering(parent));
                    }
                }
            }
        }
        Some(chain)
    }

    /// Reports parents of a document that do not exist, and too many of them.
    pub(crate) fn check_parents(
        &self,
        document: &Document,
        documents: &Documents,
        too_long: bool,
        found: &mut Diagnostics,
    ) {
        let names = Names {
            kind: self.kind,
            documents,
        };
        let finding = |code, message| {
            Diagnostic::new(code, message)
                .about(&document.id)
                .field(FieldPath::of([self.field]))
        };
        for parent in self.parents(document) {
            let name = parent.as_text().unwrap_or_default();
            if documents.contains_key(&DocumentId::new(self.kind.clone(), name)) {
                continue;
            }
            let message = format!("there is no {} {}", self.called.0, quote(name));
            let diagnostic = finding(Code::UNKNOWN_PARENT, message).at(parent.span, "");
            found.push(match nearest_among(name, &names, |_| true) {
                Some(meant) => diagnostic
                    .help(format!("did you mean `{meant}`?"))
                    .edit(parent.span, meant),
                None => {
                    let kind = self.kind.as_str();
                    let kind = kind.rsplit('/').next().unwrap_or(kind);
                    let help = format!("write a {kind} of this name, or name one that exists");
                    diagnostic.help(help)
                }
            });
        }
        if let Some(first) = self.parents(document).first().filter(|_| too_long) {
            let message = format!("it inherits from {LONGEST} {} or more", self.called.1);
            let help =
                "put what they say together in fewer of them; until then it inherits nothing";
            let diagnostic = finding(Code::ALIAS_BUDGET, message).at(first.span, "");
            found.push(diagnostic.help(help));
        }
    }

    /// One diagnostic for each set of profiles that inherit from each other, naming every member.
    pub(crate) fn cycles(&self, documents: &Documents, diagnostics: &mut Diagnostics) {
        let ids: Vec<&DocumentId> = self.names(documents).collect();
        let mut graph = petgraph::graph::DiGraph::<&DocumentId, ()>::new();
        let nodes: BTreeMap<&DocumentId, _> =
            ids.iter().map(|id| (*id, graph.add_node(*id))).collect();
        for (id, &from) in &nodes {
            for parent in self.parent_ids(&documents[*id]) {
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
                [one] => format!("{} {one} inherits from itself", self.called.0),
                all => format!(
                    "{} {} inherit from each other",
                    self.called.1,
                    all.join(", ")
                ),
            };
            let mut diagnostic = Diagnostic::new(Code::PROFILE_CYCLE, message)
                .about(members[0])
                .field(FieldPath::of([self.field]))
                .help("a document cannot be its own ancestor: remove one of these parents");
            let in_group =
                |p: &&Value| members.iter().any(|m| p.as_text() == Some(m.name.as_str()));
            for (n, member) in members.iter().enumerate() {
                for parent in self.parents(&documents[*member]).iter().filter(in_group) {
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
}
