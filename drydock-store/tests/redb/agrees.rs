//! Random batches on the file and in memory: the same answers, refusals and content, also after opening it anew, and
//! whatever is asked at the same time.

use super::{Content, content, folder::Folder, runtime};
use drydock_core::state::{Batch, MemoryStore, StateRevision, StateStore};
use drydock_store::RedbStore;
use proptest::{collection::vec, prelude::*, sample::select};

#[derive(Debug, Clone)]
enum Does {
    Put(&'static str, Vec<u8>),
    Delete(&'static str),
    Append(&'static str, Vec<u8>),
    /// Expects a key at this revision, which it may have.
    Expect(&'static str, u64),
}

#[derive(Debug, Clone)]
enum Step {
    Commits(Vec<Vec<Does>>),
    Reopen,
}

fn does() -> impl Strategy<Value = Does> {
    let name = || select(&["", "a", "a/b", "a\u{0}", "é", "z"][..]);
    let value = || vec(any::<u8>(), 0..9);
    prop_oneof![
        4 => (name(), value()).prop_map(|(key, value)| Does::Put(key, value)),
        2 => name().prop_map(Does::Delete),
        2 => (name(), value()).prop_map(|(journal, entry)| Does::Append(journal, entry)),
        1 => (name(), 0..4_u64).prop_map(|(key, at)| Does::Expect(key, at)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => vec(vec(does(), 0..5), 1..4).prop_map(Step::Commits),
        1 => Just(Step::Reopen),
    ]
}

fn batch(does: &[Does]) -> Batch {
    does.iter()
        .fold(Batch::new(), |batch, one| match one.clone() {
            Does::Put(key, value) => batch.put(key, value),
            Does::Delete(key) => batch.delete(key),
            Does::Append(journal, entry) => batch.append(journal, entry),
            Does::Expect(key, at) => batch.expect(key, StateRevision(at)),
        })
}

async fn agree(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let (memory, mut file) = (MemoryStore::new(), RedbStore::open(&path).unwrap());
    for step in steps {
        match step {
            // Polled in turn, so they wait in this order, and are made durable together.
            Step::Commits(batches) => {
                let mut waiting = Vec::new();
                for does in &batches {
                    let mut commit = file.commit(batch(does));
                    let polled =
                        std::future::poll_fn(|cx| std::task::Poll::Ready(commit.as_mut().poll(cx)));
                    let answered = polled.await;
                    waiting.push((commit, answered));
                }
                for (does, (commit, answered)) in batches.iter().zip(waiting) {
                    let of_memory = memory.commit(batch(does)).await;
                    let of_file = match answered {
                        std::task::Poll::Ready(answer) => answer,
                        std::task::Poll::Pending => commit.await,
                    };
                    prop_assert_eq!(format!("{of_memory:?}"), format!("{of_file:?}"));
                }
            }
            Step::Reopen => {
                drop(file);
                file = RedbStore::open(&path).unwrap();
            }
        }
        let of_memory: Content = content(&memory).await.unwrap();
        prop_assert_eq!(of_memory, content(&file).await.unwrap());
        for prefix in ["a", "a/", "é", "y"] {
            let of_memory = memory.scan(prefix).await.unwrap();
            prop_assert_eq!(of_memory, file.scan(prefix).await.unwrap());
            let of_memory = memory.journals(prefix).await.unwrap();
            prop_assert_eq!(of_memory, file.journals(prefix).await.unwrap());
            let of_memory = memory.read_journal(prefix, 2).await.unwrap();
            prop_assert_eq!(of_memory, file.read_journal(prefix, 2).await.unwrap());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_is_as_a_store_in_memory(steps in vec(step(), 0..10)) {
        runtime().block_on(agree(steps))?;
    }
}

#[tokio::test]
async fn changes_are_told_in_pages_of_whole_commits() {
    let folder = Folder::new();
    let (memory, file) = (
        MemoryStore::new(),
        RedbStore::open(folder.join("state.redb")).unwrap(),
    );
    for commit in 0..30 {
        let batch = (0..100).fold(Batch::new(), |batch, n| {
            batch.append(format!("{commit}"), [n])
        });
        memory.commit(batch.clone()).await.unwrap();
        file.commit(batch).await.unwrap();
    }
    for after in [0, 1, 10, 19, 20, 29, 30] {
        let after = StateRevision(after);
        let told = file.changes(after).await.unwrap();
        assert_eq!(told, memory.changes(after).await.unwrap());
        assert_eq!(
            told.len(),
            1100.min(usize::try_from(30 - after.0).unwrap() * 100)
        );
    }
}
