//! From documents to the resolved design: checked, composed along profile chains, decoded, and everything derived that a
//! driver would otherwise have to look up.
//!
//! The result is the same whatever the order of files and documents.

mod address;
mod chain;
mod check;
mod decode;
mod device;
mod kernel_params;
mod legacy;
mod merge;
mod merge_policy;
mod network;
mod node;
mod provenance;
mod resolved;

pub use address::Allocations;
pub use decode::{DecodeError, decode};
pub use provenance::{ExplainError, Explanation, History, HistoryStep, What};
pub use resolved::{
    Catalogs, Device, DeviceSelector, InterfaceNetwork, ResolvedDesign, ResolvedDisk,
    ResolvedInterface, ResolvedNetwork, ResolvedNode, ResolvedProfile, ResolvedVolume,
    ResolvedVolumeGroup,
};

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, Severity, quote},
    field::FieldPath,
    model::{HostProfile, shape::Record},
    names::{DocumentId, Kind},
    source::{Document, Snapshot, Value},
    span::{SourceMap, Span},
};
use address::Unallocated;
use chain::Documents;
use merge::Watch;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// A resolved design and everything that was found on the way to it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Resolved {
    /// What could be resolved.
    pub design: ResolvedDesign,
    /// What could not, and what is odd; those of reading included.
    pub diagnostics: Diagnostics,
    /// The addresses given to `auto`: those that came in, and new ones. To be kept by the host.
    pub allocations: Allocations,
}

/// Resolves the documents of a snapshot, given the addresses that earlier resolving has allocated.
pub fn resolve(snapshot: &Snapshot, allocations: &Allocations) -> Resolved {
    let mut diagnostics = snapshot.diagnostics.clone();
    let documents = unique(&snapshot.documents, &snapshot.files, &mut diagnostics);
    let mut found = Diagnostics::new();
    let documents: Documents = documents
        .into_iter()
        .map(|(id, document)| (id, Arc::new(check::check(document, &mut found))))
        .collect();
    chain::check_parents(&documents, &mut found);

    let mut design = ResolvedDesign {
        files: snapshot.files.clone(),
        refused: diagnostics
            .iter()
            .chain(&found)
            .filter_map(refused)
            .collect(),
        unread: diagnostics.iter().any(is_unread),
        ..ResolvedDesign::default()
    };
    diagnostics.extend(found);
    let mut decoding = Decoding {
        documents: &documents,
        diagnostics: &mut diagnostics,
    };
    design.regions = decoding.all(Kind::Region);
    design.racks = decoding.all(Kind::Rack);
    design.links = decoding.all(Kind::NetworkLink);
    design.hardware = decoding.all(Kind::HardwareProfile);
    design.boot_actions = decoding.all(Kind::BootAction);
    let specs = decoding.all(Kind::Network);
    design.networks = network::networks(specs, &design.links, &documents);

    let mut folds = Folds {
        documents: &documents,
        design: &design,
        prefixes: vec![Prefix::default()],
        removals: BTreeMap::new(),
    };
    let (mut profiles, mut nodes) = (Vec::new(), Vec::new());
    for document in documents.values().filter(|document| document.inherits()) {
        let chain: Arc<[DocumentId]> = chain::chain(document, &documents).into();
        let value = folds.fold(&chain, document.id.kind == Kind::HostProfile);
        match document.id.kind {
            Kind::HostProfile => {
                profiles.push((
                    document.id.name.clone().into(),
                    Arc::new(ResolvedProfile { chain, value }),
                ));
            }
            _ => nodes.push((document.clone(), chain, value)),
        }
    }
    diagnostics.extend(folds.removals.into_values().flatten());
    design.profiles = profiles.into_iter().collect();
    let mut decoding = Decoding {
        documents: &documents,
        diagnostics: &mut diagnostics,
    };
    let mut decoded = Vec::with_capacity(nodes.len());
    for (document, chain, value) in nodes {
        let spec: Option<HostProfile> = decoding.one(&document.id, &value);
        decoded.extend(spec.map(|spec| (document, chain, value, spec)));
    }
    let mut unallocated: Vec<_> = decoded
        .iter_mut()
        .map(|(document, _, value, spec)| Unallocated {
            document,
            value,
            spec,
        })
        .collect();
    let mut allocations = allocations.clone();
    address::allocate(
        &mut unallocated,
        &design.networks,
        &mut allocations,
        &mut diagnostics,
    );
    let resolve_node = |(document, chain, value, spec): (Arc<Document>, _, _, _)| {
        let node = node::node(&document, chain, value, spec, &design, &mut diagnostics);
        (node.name.clone(), Arc::new(node))
    };
    let nodes: BTreeMap<_, _> = decoded.into_iter().map(resolve_node).collect();
    design.nodes = nodes;
    check_unused(&design, &documents, &mut diagnostics);
    design.documents = documents;
    let diagnostics = diagnostics.sorted(&design.files);
    Resolved {
        design,
        diagnostics,
        allocations,
    }
}

/// Profiles that nobody inherits from refer to hardware as nodes do; of the others their heirs are asked.
fn check_unused(design: &ResolvedDesign, documents: &Documents, diagnostics: &mut Diagnostics) {
    let inheriting = documents.values().filter(|document| document.inherits());
    let used: BTreeSet<DocumentId> = inheriting
        .flat_map(|document| chain::parent_ids(document))
        .collect();
    for (name, profile) in &design.profiles {
        let id = DocumentId::new(Kind::HostProfile, name.as_str());
        if used.contains(&id) {
            continue;
        }
        let mut decoding = Decoding {
            documents,
            diagnostics,
        };
        let spec: Option<HostProfile> = decoding.one(&id, &profile.value);
        if let (Some(spec), Some(document)) = (spec, documents.get(&id)) {
            node::check_profile(document, profile, &spec, design, diagnostics);
        }
    }
}

/// Whether a whole document was lost, with a name that nobody knows.
fn is_unread(found: &Diagnostic) -> bool {
    let lost = [
        Code::SYNTAX,
        Code::ENCODING,
        Code::ENVELOPE,
        Code::UNKNOWN_KIND,
        Code::NOT_RENDERED,
    ];
    lost.contains(&found.code)
}

/// Which field says nothing because of what was found.
fn refused(found: &Diagnostic) -> Option<(DocumentId, FieldPath)> {
    let subject = found.subject.clone()?;
    match found.code {
        // What a profile would have said that is not there, nobody knows.
        Code::UNKNOWN_PARENT => Some((subject, FieldPath::root())),
        // It says what the key that was meant would say, if any was.
        Code::UNKNOWN_KEY => {
            let meant = found.edit.as_ref()?;
            Some((subject, found.field.join(meant.text.as_str())))
        }
        // Understood all the same.
        Code::UNQUOTED_REMOVAL | Code::PROFILE_CYCLE => None,
        _ => (found.severity == Severity::Error).then(|| (subject, found.field.clone())),
    }
}

/// One document an identity: the first by file name and place; the others are reported.
fn unique<'a>(
    documents: &'a [Document],
    files: &SourceMap,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<DocumentId, &'a Document> {
    let mut ordered: Vec<&Document> = documents.iter().collect();
    ordered.sort_by(|a, b| (files.order(a.span), &a.id).cmp(&(files.order(b.span), &b.id)));
    let mut unique: BTreeMap<DocumentId, &Document> = BTreeMap::new();
    for document in ordered {
        match unique.get(&document.id) {
            None => drop(unique.insert(document.id.clone(), document)),
            Some(first) => {
                let message = format!(
                    "there is another {} {}",
                    document.id.kind,
                    quote(&document.id.name)
                );
                let diagnostic =
                    Diagnostic::new(Code::DUPLICATE_DOCUMENT, message).about(&document.id);
                let diagnostic = diagnostic
                    .at(document.name_span, "again here")
                    .also(first.name_span, "first here");
                diagnostics.push(diagnostic.help("remove one of them, or give it another name"));
            }
        }
    }
    unique
}

struct Decoding<'a> {
    documents: &'a Documents,
    diagnostics: &'a mut Diagnostics,
}

impl Decoding<'_> {
    fn all<N: Ord + From<smol_str::SmolStr>, T: serde::de::DeserializeOwned>(
        &mut self,
        kind: Kind,
    ) -> BTreeMap<N, Arc<T>> {
        let of_kind = self
            .documents
            .values()
            .filter(|document| document.id.kind == kind);
        let decoded = of_kind.filter_map(|document| {
            let spec = self.one(&document.id, &document.spec)?;
            Some((document.id.name.clone().into(), Arc::new(spec)))
        });
        decoded.collect()
    }

    /// Checked values decode; should one not, that is reported like any other wrong value.
    fn one<T: serde::de::DeserializeOwned>(&mut self, id: &DocumentId, value: &Value) -> Option<T> {
        match decode(value) {
            Ok(decoded) => Some(decoded),
            Err(error) => {
                let diagnostic = Diagnostic::new(Code::WRONG_VALUE, error.message).about(id);
                self.diagnostics.push(diagnostic.at(error.span, ""));
                None
            }
        }
    }
}

/// Folds of chains. What a prefix of a chain amounts to is worked out once and shared by all that begin with it.
struct Folds<'a> {
    documents: &'a Documents,
    design: &'a ResolvedDesign,
    /// The first is that of no document.
    prefixes: Vec<Prefix>,
    removals: Removals,
}

/// What the documents of a prefix amount to, and the prefixes that are one document longer.
#[derive(Default)]
struct Prefix {
    value: Option<Value>,
    longer: HashMap<DocumentId, usize>,
}

/// Every removal by its document and field: nothing where it removes something, else that it does not.
type Removals = BTreeMap<(DocumentId, FieldPath), Option<Diagnostic>>;

impl Folds<'_> {
    fn fold(&mut self, chain: &[DocumentId], keep: bool) -> Value {
        let mut at = 0;
        for (n, id) in chain.iter().enumerate() {
            if let Some(&longer) = self.prefixes[at].longer.get(id) {
                at = longer;
                continue;
            }
            let document = &self.documents[id];
            let mut watch = WatchRemovals {
                id,
                chain: &chain[..=n],
                design: self.design,
                path: FieldPath::root(),
                removals: &mut self.removals,
            };
            let merged = merge::merge_spec(
                self.prefixes[at].value.as_ref(),
                &document.spec,
                &<HostProfile as Record>::RECORD,
                &mut watch,
            );
            if !keep && n + 1 == chain.len() {
                return merged;
            }
            let longer = self.prefixes.len();
            self.prefixes.push(Prefix {
                value: Some(merged),
                longer: HashMap::new(),
            });
            self.prefixes[at].longer.insert(id.clone(), longer);
            at = longer;
        }
        let value = self.prefixes[at].value.clone();
        value.unwrap_or_else(|| Value::map(Vec::new(), Span::NONE))
    }
}

/// Finds removals of what is not there (DD0505). One that removes something from any chain is not among them: a profile
/// that is to be combined with others may remove what only those bring.
struct WatchRemovals<'a> {
    id: &'a DocumentId,
    chain: &'a [DocumentId],
    design: &'a ResolvedDesign,
    path: FieldPath,
    removals: &'a mut Removals,
}

impl Watch for WatchRemovals<'_> {
    const HEARS_ALL: bool = false;

    fn enter(&mut self, key: &str) {
        self.path.push(key);
    }
    fn leave(&mut self) {
        self.path.pop();
    }
    fn set(&mut self, _value: &Value) {}
    fn removed(&mut self, _by: Span) {
        self.removals
            .insert((self.id.clone(), self.path.clone()), None);
    }
    fn nothing_to_remove(&mut self, what: &str, by: Span) {
        if self.design.in_doubt(self.chain, &self.path) {
            return self.removed(by);
        }
        let message = if what == "what is inherited" {
            "there is nothing inherited here to clear".to_owned()
        } else {
            format!("there is no {} here to remove", quote(what))
        };
        let diagnostic = Diagnostic::new(Code::REMOVES_NOTHING, message)
            .about(self.id)
            .field(self.path.clone());
        let help = "leave the removal out, or correct its name; what this document itself adds is not removed";
        self.removals
            .entry((self.id.clone(), self.path.clone()))
            .or_insert_with(|| Some(diagnostic.at(by, "").help(help)));
    }
}
