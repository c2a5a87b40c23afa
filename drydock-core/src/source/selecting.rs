//! What selectors see of documents, as written or after inheritance.

use super::{Document, Form, Value, ValueData, core_schema};
use crate::{field::FieldPath, model::Selectable};
use smol_str::SmolStr;

/// The parts of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub(crate) name: &'a str,
    pub(crate) metadata: Option<&'a Value>,
    pub(crate) spec: &'a Value,
}

impl<'a> Parts<'a> {
    /// The value at a path that begins with `spec` or `metadata`.
    pub(crate) fn at(&self, path: &FieldPath) -> Option<&'a Value> {
        let (first, rest) = path.keys().split_first()?;
        let part = match first.as_str() {
            "spec" => self.spec,
            "metadata" => self.metadata?,
            _ => return None,
        };
        part.at(rest.iter().map(SmolStr::as_str))
    }

    /// The label of this key. Those of the metadata win over those of the spec; `name` and `rack` are what they are.
    pub(crate) fn label(&self, key: &str) -> Option<&'a str> {
        if key == "name" {
            return Some(self.name);
        }
        let rack = ["metadata", key];
        let rack = (key == "rack").then(|| text(self.spec.at(rack))).flatten();
        let metadata = self.metadata.and_then(|value| value.at(["labels", key]));
        rack.or_else(|| text(metadata))
            .or_else(|| text(self.spec.at(["metadata", "labels", key])))
            .or_else(|| text(self.spec.at(["labels", key])))
    }
}

impl Selectable for Parts<'_> {
    fn label(&self, key: &str) -> Option<&str> {
        Parts::label(self, key)
    }
    fn has(&self, field: &FieldPath) -> bool {
        self.at(field).is_some_and(says_something)
    }
    fn is(&self, field: &FieldPath, text: &str) -> bool {
        self.at(field).is_some_and(|value| is(value, text))
    }
}

impl Document {
    /// What selectors see of it.
    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts {
            name: &self.id.name,
            metadata: self.metadata.as_ref(),
            spec: &self.spec,
        }
    }
}

/// Lets selectors see the parts of what has some.
macro_rules! by_parts {
    ($($type:ty)*) => {$(
        impl $crate::model::Selectable for $type {
            fn label(&self, key: &str) -> Option<&str> {
                self.parts().label(key)
            }
            fn has(&self, field: &$crate::field::FieldPath) -> bool {
                self.parts().has(field)
            }
            fn is(&self, field: &$crate::field::FieldPath, text: &str) -> bool {
                self.parts().is(field, text)
            }
        }
    )*};
}
pub(crate) use by_parts;

by_parts! { Document }

/// The text of a single value that says something.
fn text(value: Option<&Value>) -> Option<&str> {
    let scalar = value?.as_scalar()?;
    let nothing = scalar.is_null_word() || scalar.is_empty_plain();
    (!nothing).then_some(&*scalar.text)
}

fn says_something(value: &Value) -> bool {
    match &value.data {
        ValueData::Scalar(scalar) => match scalar.form {
            Form::Plain => !matches!(
                core_schema::plain(&scalar.text),
                core_schema::Plain::Null | core_schema::Plain::Bool(false)
            ),
            Form::Boolean => scalar.text != "false",
            _ => true,
        },
        ValueData::List(items) => !items.is_empty(),
        ValueData::Map(entries) => !entries.is_empty(),
    }
}

/// A secret equals nothing: what selects must not be a way to guess it.
fn is(value: &Value, wanted: &str) -> bool {
    let single = |value: &Value| {
        let scalar = value.as_scalar().filter(|s| s.form != Form::Secret);
        let said = scalar.filter(|s| !s.is_null_word() && !s.is_empty_plain());
        said.is_some_and(|scalar| scalar.shown() == wanted)
    };
    match &value.data {
        ValueData::Scalar(_) => single(value),
        ValueData::List(items) => items.iter().any(single),
        ValueData::Map(entries) => entries.iter().any(|entry| entry.key == wanted),
    }
}
