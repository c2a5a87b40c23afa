//! Provenance replays to what was resolved: the last step of every history is the value and its place, and no value is
//! without a history.

use super::{
    document,
    ends::ends_in,
    oracle::{Says, says, write},
    resolved_files,
};
use drydock_core::{
    field::FieldPath,
    resolve::{ExplainError, Explanation, Resolved, What},
};
use proptest::{collection::vec, prelude::*, sample::select};
use std::sync::Arc;

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
        let explanation = match Explanation::of(&design, "node", &FieldPath::root()) {
            Ok(explanation) => explanation,
            Err(ExplainError::NoField(..)) => return ends_in(None, &node.value),
            Err(error) => panic!("{error}"),
        };
        ends_in(Some(&explanation), &node.value)?;
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
