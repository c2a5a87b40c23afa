//! What selectors see of the resolved design.

use super::resolved::{ResolvedNetwork, ResolvedNode, ResolvedProfile};
use crate::{
    field::FieldPath,
    model::Selectable,
    source::{Parts, by_parts},
};

impl ResolvedNode {
    /// What selectors see of it.
    pub(super) fn parts(&self) -> Parts<'_> {
        Parts {
            name: &self.name,
            metadata: self.metadata.as_ref(),
            spec: &self.value,
        }
    }
}

impl ResolvedProfile {
    /// What selectors see of it.
    pub(super) fn parts(&self) -> Parts<'_> {
        Parts {
            name: &self.chain.own.name,
            metadata: self.metadata.as_ref(),
            spec: &self.value,
        }
    }
}

impl ResolvedNetwork {
    fn parts(&self) -> Parts<'_> {
        Parts {
            name: &self.name,
            metadata: self.metadata.as_ref(),
            spec: &self.value,
        }
    }
}

impl Selectable for ResolvedNode {
    fn label(&self, key: &str) -> Option<&str> {
        ResolvedNode::label(self, key)
    }
    fn has(&self, field: &FieldPath) -> bool {
        self.parts().has(field)
    }
    fn is(&self, field: &FieldPath, text: &str) -> bool {
        self.parts().is(field, text)
    }
}

by_parts! { ResolvedProfile ResolvedNetwork }
