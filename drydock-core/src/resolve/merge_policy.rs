//! The one table of how a field is inherited, by its shape. A field that is in the model has a shape, so none can be
//! forgotten.

use crate::model::shape::{RecordShape, Shape};

/// How a value is inherited.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Policy {
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
}

/// How a value of this shape is inherited.
pub(crate) fn policy(shape: Shape) -> Policy {
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
