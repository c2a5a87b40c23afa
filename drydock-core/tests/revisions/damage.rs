//! What a store holds may be damaged: it is told which key is, and nothing is guessed.

use super::*;
use drydock_core::state::{Batch, StateError};

const SITE: &str = "apiVersion: drydock/v1\nkind: Rack\nmetadata: {name: r1}\nspec:\n  labels: &l {a: 1, 'b c': \"x\\ny\"}\n  more: [*l, *l, {token: hunter2}]\n---\nnot a document\n";

async fn store_and_seal() -> (MemoryStore, Arc<dyn Seal>) {
    let (store, seal) = (MemoryStore::new(), vault());
    let snapshot = fixture::snapshot(&[("r.yaml", SITE)]);
    kept(&store, &snapshot, Some(&seal)).await.unwrap();
    (store, seal)
}

#[tokio::test]
async fn content_that_is_gone_is_told() {
    let (store, seal) = store_and_seal().await;
    for stored in store.scan("design/content/").await.unwrap() {
        store
            .commit(Batch::new().delete(stored.key.clone()))
            .await
            .unwrap();
        let error = recall(&store, Which::Latest, Some(&seal))
            .await
            .unwrap_err();
        assert!(error.to_string().contains(stored.key.as_str()), "{error}");
        store
            .commit(Batch::new().put(stored.key, stored.value))
            .await
            .unwrap();
    }
    recall(&store, Which::Latest, Some(&seal)).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any byte of anything is another, or everything after it is gone.
    #[test]
    fn what_was_changed_is_told(at in 0usize..1 << 16, byte in any::<u8>(), cut in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, seal) = store_and_seal().await;
            let all = store.scan("design/").await.unwrap();
            let stored = &all[at % all.len()];
            let mut value = stored.value.clone();
            let place = (at / all.len()) % value.len();
            if cut { value.truncate(place) } else { value[place] = byte }
            let is_same = value == stored.value;
            store.commit(Batch::new().put(stored.key.clone(), value)).await.unwrap();
            match recall(&store, Which::Latest, Some(&seal)).await {
                Ok(recalled) => {
                    let number = recalled.revision.number.0;
                    // The number and the time of a revision are told by nothing else.
                    let told_alone = stored.key.starts_with("design/revision/");
                    assert!(is_same || told_alone && number < 10, "{}", stored.key);
                }
                Err(RevisionError::Store(StateError::Damaged { .. }) | RevisionError::Absent(_)) => {}
                Err(other) => panic!("{other}"),
            }
        });
    }
}
