//! When two values of different sources say the same: after decoding, whatever their spelling and place.

use crate::{
    model::shape::Shape,
    source::{Entry, Form as Written, Scalar, Value, ValueData, core_schema},
};

/// What a value is to composition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Entries that are composed one by one.
    Entries {
        /// Whether it first clears what is inherited.
        clears: bool,
    },
    /// It unsets what is inherited, by `'!'` or null.
    Unset,
    /// One value, whatever is in it.
    Leaf,
}

/// What a checked value of this shape is; only documents that inherit clear and unset.
pub(super) fn form(value: &Value, shape: Shape, inherits: bool) -> Form {
    let by_key = matches!(
        shape,
        Shape::Record(_) | Shape::Keyed(_) | Shape::Free(_) | Shape::WordOrRecord(..) | Shape::Any
    );
    match &value.data {
        ValueData::Scalar(scalar) if inherits && clears(scalar) => match shape {
            // The same as `{'!': {}}` and `['!']`.
            Shape::Record(_) | Shape::Keyed(_) | Shape::Free(_) => Form::Entries { clears: true },
            Shape::Set(_) => Form::Leaf,
            _ => Form::Unset,
        },
        ValueData::Scalar(scalar) if inherits && scalar.is_null_word() => Form::Unset,
        ValueData::Map(entries) if by_key => {
            let mark = |first: &Entry| first.key == "!" && !matches!(shape, Shape::Any);
            Form::Entries {
                clears: inherits && entries.first().is_some_and(mark),
            }
        }
        _ => Form::Leaf,
    }
}

/// Whether a scalar is the mark that clears.
fn clears(scalar: &Scalar) -> bool {
    scalar.text == "!" && scalar.form == Written::Text
}

/// Whether two leaves of this shape say the same.
pub(super) fn alike(a: &Value, b: &Value, shape: Shape) -> bool {
    match (&a.data, &b.data) {
        (ValueData::Scalar(a), ValueData::Scalar(b)) => same_scalar(a, b, shape),
        (ValueData::List(a), ValueData::List(b)) => {
            let item = match shape {
                Shape::List(item) => *item,
                Shape::Any => Shape::Any,
                _ => Shape::Secret,
            };
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| alike(a, b, item))
        }
        (ValueData::Map(a), ValueData::Map(b)) => {
            // Inside a leaf the order of keys says nothing.
            let same = |entry: &Entry| {
                let other = b.iter().find(|other| other.key == entry.key);
                let inner = super::inner_shape(shape, &entry.key);
                other.is_some_and(|other| alike(&entry.value, &other.value, inner))
            };
            a.len() == b.len() && a.iter().all(same)
        }
        // `'!'` and `['!']` both clear a list.
        (ValueData::Scalar(one), ValueData::List(items))
        | (ValueData::List(items), ValueData::Scalar(one)) => {
            let mark = |item: &Value| item.as_scalar().is_some_and(clears);
            matches!(shape, Shape::Set(_)) && clears(one) && items.len() == 1 && mark(&items[0])
        }
        _ => false,
    }
}

/// A field has brought its scalars into one spelling; where none has, YAML says what a plain word is.
fn same_scalar(a: &Scalar, b: &Scalar, shape: Shape) -> bool {
    let untyped = |s: &Scalar| matches!(s.form, Written::Plain | Written::Quoted | Written::Tagged);
    if !matches!(shape, Shape::Any) || !untyped(a) || !untyped(b) {
        return a.text == b.text;
    }
    let meaning = |s: &Scalar| match s.form {
        Written::Plain => core_schema::plain(&s.text),
        _ => core_schema::Plain::Text,
    };
    match (meaning(a), meaning(b)) {
        (core_schema::Plain::Text, core_schema::Plain::Text) => a.text == b.text,
        (core_schema::Plain::Float(x), core_schema::Plain::Float(y)) => {
            x == y || (x.is_nan() && y.is_nan())
        }
        (x, y) => x == y,
    }
}
