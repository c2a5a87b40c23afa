//! Node filters: which nodes of a design a boot action, or a run, is for.
//!
//! Sets of criteria are combined as `filter_set_type` says, the criteria of one as its `filter_type` says; both are
//! intersections where nothing is said. Of a criterion that lists names, tags or racks any one will do; of one that lists
//! labels all must hold. A filter that was written and says nothing chooses nothing, for one that came out empty must
//! not reach for every machine; no filter at all chooses every node.

use super::resolved::{ResolvedDesign, ResolvedNode};
use crate::{
    model::{FilterSetType, Free, NodeCriteria, NodeCriteriaSets, NodeFilter},
    names::Kind,
};
use std::sync::Arc;

impl NodeFilter {
    /// Whether it chooses this node of the design.
    pub fn matches(&self, node: &ResolvedNode, design: &ResolvedDesign) -> bool {
        match self {
            NodeFilter::All => true,
            NodeFilter::Selector(selector) => !selector.is_everything() && selector.matches(node),
            NodeFilter::Sets(sets) => sets.matches(node, design),
        }
    }

    /// The nodes that it chooses, each once, ordered by name.
    pub fn select<'d>(&self, design: &'d ResolvedDesign) -> Vec<&'d Arc<ResolvedNode>> {
        let nodes = design.nodes.values();
        nodes.filter(|node| self.matches(node, design)).collect()
    }

    /// Whether it was written and says nothing, so that it chooses nothing.
    pub fn says_nothing(&self) -> bool {
        match self {
            NodeFilter::All => false,
            NodeFilter::Selector(selector) => selector.is_everything(),
            NodeFilter::Sets(sets) => sets.filter_set.iter().all(NodeCriteria::says_nothing),
        }
    }
}

impl NodeCriteriaSets {
    fn matches(&self, node: &ResolvedNode, design: &ResolvedDesign) -> bool {
        let sets = self.filter_set.iter().map(|set| set.matches(node, design));
        combined(self.filter_set_type, sets)
    }
}

impl NodeCriteria {
    fn says_nothing(&self) -> bool {
        let labels = |labels: &Free| labels.0.is_empty();
        self.node_names.is_empty()
            && self.node_tags.is_empty()
            && self.rack_names.is_empty()
            && labels(&self.node_labels)
            && labels(&self.rack_labels)
    }

    fn matches(&self, node: &ResolvedNode, design: &ResolvedDesign) -> bool {
        let metadata = &node.spec.metadata;
        let written = |is_empty: bool, holds: bool| (!is_empty).then_some(holds);
        let has_label = |key: &str, text: &str| {
            node.label(key) == Some(text) || metadata.owner_data.find(key) == Some(text)
        };
        let criteria = [
            written(
                self.node_names.is_empty(),
                self.node_names.contains(&node.name),
            ),
            written(
                self.node_tags.is_empty(),
                self.node_tags.iter().any(|tag| metadata.tags.contains(tag)),
            ),
            written(
                self.node_labels.0.is_empty(),
                self.node_labels
                    .iter()
                    .all(|(key, text)| has_label(key, text)),
            ),
            written(
                self.rack_names.is_empty(),
                metadata
                    .rack
                    .as_ref()
                    .is_some_and(|rack| self.rack_names.contains(rack)),
            ),
            written(
                self.rack_labels.0.is_empty(),
                rack_has(&self.rack_labels, node, design),
            ),
        ];
        combined(self.filter_type, criteria.into_iter().flatten())
    }
}

/// Whether the node's rack has all of these labels.
fn rack_has(labels: &Free, node: &ResolvedNode, design: &ResolvedDesign) -> bool {
    let rack = node.spec.metadata.rack.as_ref();
    let rack = rack.and_then(|name| design.document(Kind::Rack, name));
    rack.is_some_and(|rack| {
        let parts = rack.parts();
        labels
            .iter()
            .all(|(key, text)| parts.label(key) == Some(text))
    })
}

/// Of none, nothing holds.
fn combined(how: Option<FilterSetType>, mut hold: impl Iterator<Item = bool>) -> bool {
    match how.unwrap_or(FilterSetType::Intersection) {
        FilterSetType::Union => hold.any(|holds| holds),
        FilterSetType::Intersection => {
            let mut any = false;
            hold.all(|holds| {
                any = true;
                holds
            }) && any
        }
    }
}
