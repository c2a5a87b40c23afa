//! Provenance replays to what was resolved: the last step of every history is the value and its place, and no value is
//! without a history.

use super::{
    document,
    oracle::{Says, says, write},
    resolved_files,
};
use drydock_core::{
    field::FieldPath,
    resolve::{ExplainError, Explanation, Resolved, What},
    source::{Value, ValueData},
    span::Span,
};
use proptest::{collection::vec, prelude::*, sample::select};
use std::{collections::BTreeMap, sync::Arc};

/// What a document may say besides: values that change their form from document to document, and secrets.
const MORE: [&str; 11] = [
    "platform: {kernel_params: {console: [tty0, tty1, tty2]}}",
    "platform: {kernel_params: {console: [tty1], 'ipv6.disable': '1'}}",
    "platform: {kernel_params: {console: tty0}}",
    "platform: {kernel_params: {console: '!'}}",
    "platform: '!'",
    "oob: {credential: opensesame, vendor: a}",
    "oob: {credential: {secret: bmc}, type: ipmi}",
    "oob: {credential: null, '!vendor': ''}",
    "oob: '!'",
    "storage: {physical_devices: {sda: {partitions: [{name: p, size: 1g, filesystem: {mountpoint: /}}]}}}",
    "storage: {physical_devices: {sda: {partitions: {'!p': {}, q: {size: 2g}}}}}",
];

fn site(documents: &[(Says, &str)]) -> Resolved {
    let last = documents.len() - 1;
    let says: Vec<Says> = documents.iter().map(|(says, _)| says.clone()).collect();
    let files: Vec<(String, String)> = documents
        .iter()
        .enumerate()
        .map(|(n, (_, more))| {
            let name = match n == last {
                true => "node".to_owned(),
                false => format!("p{n}"),
            };
            let text = document(&name, &format!("{}\n{more}", write(&says, n)));
            (format!("{name}.yaml"), text)
        })
        .collect();
    resolved_files(&files)
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
                let text = item.as_text().unwrap();
                let paths = vec![path.join(text), path.join(n.to_string())];
                found.push((paths, text.to_owned(), item.span));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_ends_in_the_value(documents in vec((says(), select(&MORE[..])), 1..7)) {
        let documents: Vec<_> = documents
            .into_iter()
            .map(|(says, more)| (Says { image: None, ..says }, more))
            .collect();
        let found = site(&documents);
        let design = Arc::new(found.design);
        let node = design.nodes["node"].clone();
        let mut expected = Vec::new();
        leaves(FieldPath::root(), &node.value, &mut expected);
        let explanation = match Explanation::of(&design, "node", &FieldPath::root()) {
            Ok(explanation) => explanation,
            Err(ExplainError::NoField(..)) => {
                prop_assert!(expected.is_empty());
                return Ok(());
            }
            Err(error) => panic!("{error}"),
        };

        let mut explained = BTreeMap::new();
        for history in &explanation.leaves {
            let last = history.steps.last().unwrap();
            prop_assert_eq!(history.value().is_none(), last.what == What::Removed);
            // What a step says was written in the document it names.
            for step in &history.steps {
                let origin = design.files.origin(step.span).to_string();
                prop_assert!(origin.starts_with(&format!("{}.yaml:", step.document.name)), "{}", origin);
            }
            // Nothing is removed that is not there, and whoever acts twice clears a list and then fills it.
            for pair in history.steps.windows(2) {
                let removes_then_sets = pair[0].what == What::Removed && pair[1].what == What::Set;
                prop_assert!(removes_then_sets || pair[0].what == What::Set);
                prop_assert!(removes_then_sets || pair[0].document != pair[1].document);
            }
            prop_assert_eq!(history.steps[0].what, What::Set);
            if let Some(value) = history.value() {
                explained.insert(history.field.clone(), (value.to_owned(), last.span));
            }
        }
        prop_assert_eq!(explained.len(), expected.len());
        for (paths, text, span) in expected {
            let of_path = paths.iter().find_map(|path| explained.get(path));
            prop_assert_eq!(of_path, Some(&(text, span)), "{:?}", paths);
        }
    }
}

#[test]
fn no_secret_is_in_a_history() {
    let root = FieldPath::root();
    let one = |more| {
        let says = Says {
            parents: Vec::new(),
            image: None,
            tags: None,
            owner_data: None,
            as_list: false,
            interfaces: None,
        };
        (says, more)
    };
    let design = Arc::new(site(&[one(MORE[5])]).design);
    let explanation = Explanation::of(&design, "node", &root).unwrap();
    assert!(explanation.to_string().contains("(secret)"));
    assert!(!format!("{explanation} {explanation:?}").contains("opensesame"));
}
