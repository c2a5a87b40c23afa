//! What an update has touched, so that whatever depends on it is worked out again and nothing else.

use super::{chain, resolved::ResolvedNode};
use crate::{
    model::HostProfile,
    names::{DocumentId, Kind, NetworkName, NodeName},
    source::{Document, Value},
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A document before and after an update.
type Change = (Option<Arc<Document>>, Option<Arc<Document>>);

/// What an update has touched.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Whether everything is to be looked at again, changed or not.
    pub(crate) all: bool,
    /// Whether a document of another kind than BaremetalNode has changed. There are few of those.
    pub(crate) few: bool,
    /// Whether such a document came or went: findings that offer near names may offer others now.
    pub(crate) names: bool,
    /// Documents that say something else, or say it elsewhere.
    documents: BTreeMap<DocumentId, Change>,
    /// Networks that are resolved otherwise, also where their document is the same.
    pub(crate) networks: BTreeSet<NetworkName>,
    /// Networks that belong to a rack that has changed, before or after.
    local_networks: BTreeSet<SmolStr>,
    /// Nodes that were resolved again.
    pub(crate) nodes: BTreeSet<NodeName>,
    /// Nodes that are not there any more.
    pub(crate) gone_nodes: BTreeSet<NodeName>,
}

impl Touched {
    pub(super) fn new(all: bool) -> Self {
        Self {
            all,
            ..Self::default()
        }
    }

    /// Everything, of a design that nobody has judged before.
    pub(crate) fn everything() -> Self {
        Self::new(true)
    }

    pub(super) fn document(
        &mut self,
        id: DocumentId,
        before: Option<Arc<Document>>,
        after: Option<Arc<Document>>,
    ) {
        if id.kind != Kind::BaremetalNode {
            self.few = true;
            self.names |= before.is_some() != after.is_some();
        }
        if id.kind == Kind::Rack {
            for document in [&before, &after].into_iter().flatten() {
                let local = document.spec.field("local_networks");
                let local = local.and_then(Value::as_list).unwrap_or_default();
                let names = local.iter().filter_map(Value::as_text);
                self.local_networks.extend(names.map(SmolStr::new));
            }
        }
        self.documents.insert(id, (before, after));
    }

    /// Every document that has changed, with what it was and what it is.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&DocumentId, &Change)> {
        self.documents.iter()
    }

    /// Whether this document has changed.
    pub(crate) fn is_changed(&self, id: &DocumentId) -> bool {
        self.documents.contains_key(id)
    }

    /// The documents of a kind that have changed.
    pub(super) fn of_kind(&self, kind: &Kind) -> BTreeSet<DocumentId> {
        let of_kind = self.documents.keys().filter(|id| id.kind == *kind);
        of_kind.cloned().collect()
    }

    /// Whether a document of this kind has changed.
    pub(crate) fn is_any_changed(&self, kind: &Kind) -> bool {
        self.documents.keys().any(|id| id.kind == *kind)
    }

    /// What a changed document was before.
    pub(super) fn before(&self, id: &DocumentId) -> Option<&Arc<Document>> {
        self.documents.get(id)?.0.as_ref()
    }

    /// Whether some document inherits from others, or from other hardware, than before.
    pub(super) fn inherits_otherwise(&self) -> bool {
        let names = |document: &Option<Arc<Document>>| {
            let document = document.as_ref()?;
            let hardware = document.spec.field("hardware_profile");
            let hardware = hardware.and_then(Value::as_text).map(SmolStr::new);
            Some((chain::parent_ids(document).collect::<Vec<_>>(), hardware))
        };
        let mut changes = self.documents.values();
        changes.any(|(before, after)| names(before) != names(after))
    }

    /// Whether the node names something, beside what it inherits from, that is resolved otherwise now.
    pub(super) fn is_named_by(&self, node: &ResolvedNode) -> bool {
        if !self.few && self.networks.is_empty() {
            return false;
        }
        let spec: &HostProfile = &node.spec;
        let changed = |kind: Kind, name: &str| self.is_changed(&DocumentId::new(kind, name));
        let network = |name: &str| self.networks.contains(name) || changed(Kind::Network, name);
        let hardware = spec.hardware_profile.as_ref();
        hardware.is_some_and(|name| changed(Kind::HardwareProfile, name))
            || spec.interfaces.iter().any(|(_, interface)| {
                let link = interface.device_link.as_ref();
                link.is_some_and(|link| changed(Kind::NetworkLink, link))
                    || interface.networks.iter().any(|name| network(name))
            })
            || spec.addressing.iter().any(|(name, _)| network(name))
            || spec.primary_network.as_ref().is_some_and(|n| network(n))
            || spec.oob.network.as_ref().is_some_and(|n| network(n))
    }

    /// Whether rules may judge a node that was not resolved again otherwise now: for its rack, or that of a network.
    pub(crate) fn is_judged_otherwise(&self, node: &ResolvedNode) -> bool {
        if !self.few {
            return false;
        }
        let rack = node.spec.metadata.rack.as_ref();
        rack.is_some_and(|rack| self.is_changed(&DocumentId::new(Kind::Rack, rack.as_str())))
            || node
                .networks()
                .any(|network| self.local_networks.contains(network.name.as_str()))
    }
}
