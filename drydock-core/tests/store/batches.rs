//! Random batches on a store and on plain maps.

use drydock_core::state::{Batch, MemoryStore, StateRevision, StateStore};
use proptest::{collection::vec, prelude::*, sample::select};
use std::collections::BTreeMap;

/// One thing that a batch does, on one of four names.
#[derive(Debug, Clone)]
enum Does {
    Put(&'static str, u8),
    Delete(&'static str),
    Append(&'static str, u8),
    /// Expects the key as it is, or as it is not.
    Expect(&'static str, bool),
}

fn does() -> impl Strategy<Value = Does> {
    let name = || select(&["a", "a/b", "b", "c"][..]);
    prop_oneof![
        4 => (name(), any::<u8>()).prop_map(|(key, value)| Does::Put(key, value)),
        2 => name().prop_map(Does::Delete),
        2 => (name(), any::<u8>()).prop_map(|(journal, entry)| Does::Append(journal, entry)),
        1 => (name(), prop::bool::weighted(0.7)).prop_map(|(key, holds)| Does::Expect(key, holds)),
    ]
}

async fn agrees_with_plain_maps(store: &dyn StateStore, batches: Vec<Vec<Does>>) {
    let mut keys: BTreeMap<&str, (StateRevision, u8)> = BTreeMap::new();
    let mut journals: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    let mut told = 0;
    for does in batches {
        let mut batch = Batch::new();
        let mut refused = false;
        for one in &does {
            batch = match *one {
                Does::Put(key, value) => batch.put(key, [value]),
                Does::Delete(key) => batch.delete(key),
                Does::Append(journal, entry) => batch.append(journal, [entry]),
                Does::Expect(key, holds) => {
                    let now = keys
                        .get(key)
                        .map_or(StateRevision(0), |(revision, _)| *revision);
                    refused |= !holds;
                    batch.expect(key, if holds { now } else { StateRevision(now.0 + 1) })
                }
            };
        }
        let Ok(revision) = store.commit(batch).await else {
            assert!(refused);
            continue;
        };
        assert!(!refused);
        for one in &does {
            if let Does::Put(key, value) = *one {
                told += 1;
                keys.insert(key, (revision, value));
            }
        }
        for one in &does {
            match *one {
                Does::Delete(key) => told += usize::from(keys.remove(key).is_some()),
                Does::Append(journal, entry) => {
                    told += 1;
                    journals.entry(journal).or_default().push(vec![entry]);
                }
                _ => {}
            }
        }
    }
    let all = store.scan("").await.unwrap();
    let all: Vec<_> = all
        .iter()
        .map(|s| (&*s.key, (s.revision, s.value[0])))
        .collect();
    assert_eq!(all, keys.into_iter().collect::<Vec<_>>());
    for journal in ["a", "a/b", "b", "c"] {
        let expected = journals.remove(journal).unwrap_or_default();
        assert_eq!(store.read_journal(journal, 0).await.unwrap(), expected);
    }
    let changes = store.changes(StateRevision(0)).await.unwrap();
    assert_eq!(changes.len(), told);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_batches_do_what_they_do_to_plain_maps(batches in vec(vec(does(), 0..6), 0..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(agrees_with_plain_maps(&MemoryStore::new(), batches));
    }
}
