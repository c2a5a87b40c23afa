//! Holds a history against the value that it should end in.

use drydock_core::{
    field::FieldPath,
    resolve::Explanation,
    source::{Value, ValueData},
    span::Span,
};
use proptest::{prop_assert_eq, test_runner::TestCaseError};
use std::collections::BTreeMap;

/// Demands that the last steps of these histories are the single values in `value`, no fewer and no more; nothing is
/// explained where there is none.
pub(crate) fn ends_in(
    explanation: Option<&Explanation>,
    value: &Value,
) -> Result<(), TestCaseError> {
    let mut expected = Vec::new();
    leaves(FieldPath::root(), value, &mut expected);
    let mut ends = BTreeMap::new();
    for history in explanation.iter().flat_map(|all| &all.leaves) {
        let last = history.steps.last().unwrap();
        if let Some(value) = &last.value {
            ends.insert(history.field.clone(), (value.to_string(), last.span));
        }
    }
    prop_assert_eq!(ends.len(), expected.len());
    for (paths, text, span) in expected {
        let of_path = paths.iter().find_map(|path| ends.get(path));
        prop_assert_eq!(of_path, Some(&(text, span)), "{:?}", paths);
    }
    Ok(())
}

/// Every single value with its place, an item of a list under its own text and under its number.
fn leaves(path: FieldPath, value: &Value, found: &mut Vec<(Vec<FieldPath>, String, Span)>) {
    match &value.data {
        ValueData::Scalar(scalar) => {
            found.push((vec![path], scalar.shown().to_string(), value.span));
        }
        ValueData::Map(entries) => {
            for entry in entries.iter() {
                leaves(path.join(entry.key.clone()), &entry.value, found);
            }
        }
        ValueData::List(items) => {
            for (n, item) in items.iter().enumerate() {
                let numbered = path.join(n.to_string());
                match item.as_text() {
                    Some(text) => {
                        let paths = vec![path.join(text), numbered];
                        found.push((paths, text.to_owned(), item.span));
                    }
                    None => leaves(numbered, item, found),
                }
            }
        }
    }
}
