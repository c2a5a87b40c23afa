//! The one table of how a field is inherited: by its shape in kinds that are built in, by what the host said of it in
//! kinds that a host registers. A field that is in the model has a shape, so none can be forgotten.

use crate::model::{
    HostProfile,
    config_item::{ItemMerge, ItemPolicy},
    shape::{Record, RecordShape, Scope, Shape},
};

/// How a value is inherited.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Policy<'p> {
    /// The later value wins.
    Replace,
    /// The later document's items in their order, then the earlier ones that are not yet there.
    Unite,
    /// Key by key; values are replaced.
    Entries,
    /// Key by key; values are records and are inherited in turn. Entries that are not mentioned stay.
    Keyed(&'static RecordShape),
    /// Field by field.
    Fields(&'static RecordShape),
    /// A map is inherited key by key, anything else is replaced.
    Item(&'p ItemPolicy),
}

/// How a value of this shape is inherited.
pub(crate) fn policy(shape: Shape) -> Policy<'static> {
    match shape {
        Shape::Word(_) | Shape::Secret | Shape::List(_) | Shape::Any | Shape::WordOrRecord(..) => {
            Policy::Replace
        }
        Shape::Set(_) => Policy::Unite,
        Shape::Free(_) => Policy::Entries,
        Shape::Keyed(record) => Policy::Keyed(record),
        Shape::Record(record) => Policy::Fields(record),
    }
}

/// How a value of a registered kind is inherited. Checking has made a map of every keyed list.
fn item_policy(policy: &ItemPolicy) -> Policy<'_> {
    match policy.merge() {
        Some(ItemMerge::Replace) => Policy::Replace,
        Some(ItemMerge::Unite) => Policy::Unite,
        Some(ItemMerge::Keyed(_)) | None => Policy::Item(policy),
    }
}

/// How the `spec` of a kind that inherits is inherited.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SpecPolicy<'p> {
    /// By the form of a built-in kind.
    Record(&'static RecordShape),
    /// By what the host said, and with the field that names the parents.
    Item(&'p ItemPolicy, &'p str),
}

impl SpecPolicy<'static> {
    /// That of nodes and host profiles.
    pub(crate) const PROFILES: Self = Self::Record(&<HostProfile as Record>::RECORD);
}

impl<'p> SpecPolicy<'p> {
    pub(crate) fn policy(self) -> Policy<'p> {
        match self {
            Self::Record(record) => Policy::Fields(record),
            Self::Item(policy, _) => item_policy(policy),
        }
    }

    /// Whether the field holds for the document that says it alone.
    pub(crate) fn is_own(self, key: &str) -> bool {
        match self {
            Self::Record(record) => record
                .field(key)
                .is_some_and(|field| field.scope == Scope::Own),
            Self::Item(_, parents) => key == parents,
        }
    }
}

impl<'p> Policy<'p> {
    /// How the value under this key is inherited, where this one is inherited key by key; none for a key that cannot be.
    #[inline]
    pub(crate) fn below(self, key: &str) -> Option<Policy<'p>> {
        match self {
            Policy::Fields(record) => record.shape_of(key).map(policy),
            Policy::Keyed(record) => Some(Policy::Fields(record)),
            Policy::Item(item) => Some(item_policy(item.below(key))),
            Policy::Entries | Policy::Replace | Policy::Unite => Some(Policy::Replace),
        }
    }
}
