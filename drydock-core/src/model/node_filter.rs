//! Node filters: which nodes a boot action is for, as a selector or in Airship's form.

use super::{
    Free, Listed, Selector, Set,
    shape::{Record, Shape, Shaped, Word, record, words},
};
use crate::names::{NodeName, RackName};
use serde::Deserialize;

/// Which nodes; all when nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, serde::Serialize)]
#[serde(untagged)]
pub enum NodeFilter {
    /// The nodes that a selector chooses.
    Selector(Selector),
    /// The nodes that sets of criteria choose.
    Sets(NodeCriteriaSets),
    /// All nodes.
    #[default]
    All,
}

impl Shaped for NodeFilter {
    const SHAPE: Shape = Shape::WordOrRecord(&Selector::WORD, &NodeCriteriaSets::RECORD);
}
use smol_str::SmolStr;

record! {
    /// Sets of criteria.
    pub struct NodeCriteriaSets {
        /// How the sets are combined. Default intersection.
        filter_set_type: Option<FilterSetType>,
        /// The sets.
        filter_set: Listed<NodeCriteria>,
    }
}

record! {
    /// One set of criteria.
    pub struct NodeCriteria {
        /// How the criteria are combined. Default intersection.
        filter_type: Option<FilterSetType>,
        /// Nodes of these names.
        node_names: Set<NodeName>,
        /// Nodes with these tags.
        node_tags: Set<SmolStr>,
        /// Nodes with these labels or owner data.
        node_labels: Free,
        /// Nodes in these racks.
        rack_names: Set<RackName>,
        /// Nodes in racks with these labels.
        rack_labels: Free,
    }
}

words! {
    /// How criteria are combined.
    pub enum FilterSetType, "union or intersection" {
        /// Any of them.
        Union = "union",
        /// All of them.
        Intersection = "intersection",
    }
}
