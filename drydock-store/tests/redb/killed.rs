//! A process that is killed while it writes: what was answered is there, and nothing by half.

use super::{
    folder::Folder,
    process::{Process, file, say},
    runtime,
};
use drydock_core::state::{Batch, StateRevision, StateStore};
use drydock_store::RedbStore;
use std::{collections::BTreeMap, thread::sleep, time::Duration};

const WRITERS: u64 = 8;

/// Writer by writer, batches with one number each, which is said once it is answered.
#[test]
fn child_writes_without_end() {
    let Some(path) = file() else { return };
    let store = RedbStore::open(path).unwrap();
    runtime().block_on(async {
        let writers = (0..WRITERS).map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                let journal = format!("j/{writer}");
                let before = store.read_journal(&journal, 0).await.unwrap().len() / 3;
                for n in before.. {
                    let entry = n.to_string();
                    let mut batch = Batch::new()
                        .put(format!("k/{writer}"), &*entry)
                        .put(format!("k/{writer}/{}", n % 5), vec![b'x'; n % 3000]);
                    for _ in 0..3 {
                        batch = batch.append(&*journal, &*entry);
                    }
                    store.commit(batch).await.unwrap();
                    say(&format!("{writer} {n}"));
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
    });
}

#[test]
fn what_was_answered_before_a_kill_is_there_and_nothing_by_half() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let runtime = runtime();
    let mut random = super::damage::Random(5);
    let (mut said, mut commits) = (BTreeMap::new(), 0);
    for round in 0..30 {
        let mut child = Process::start("killed::child_writes_without_end", &path, "");
        // Some are killed while they open or make the file.
        if round % 5 != 0 {
            let line = child.hear().expect("the child writes");
            hear(&mut said, &line);
        }
        sleep(Duration::from_micros(random.below(80_000)));
        child.kill();
        while let Some(line) = child.hear() {
            hear(&mut said, &line);
        }
        drop(child);

        let store = RedbStore::open(&path).unwrap();
        let mut written = 0;
        for writer in 0..WRITERS {
            let (journal, last) = runtime.block_on(async {
                let journal = store.read_journal(&format!("j/{writer}"), 0).await.unwrap();
                (journal, store.get(&format!("k/{writer}")).await.unwrap())
            });
            let whole: Vec<_> = (0..journal.len() / 3)
                .flat_map(|n| [n, n, n])
                .map(|n| n.to_string().into_bytes())
                .collect();
            assert_eq!(journal, whole, "whole batches, each once");
            let count = journal.len() as u64 / 3;
            let answered = said.get(&writer).map_or(0, |last| last + 1);
            assert!(
                count >= answered,
                "{answered} were answered, {count} are there"
            );
            let last = last.map(|last| String::from_utf8(last.value).unwrap());
            assert_eq!(last, count.checked_sub(1).map(|last| last.to_string()));
            written += count;
        }
        let revision = runtime.block_on(store.changed(StateRevision(0), Duration::ZERO));
        assert_eq!(revision.unwrap(), StateRevision(written));
        commits = written;
    }
    assert!(commits > 100, "only {commits} commits in 30 rounds");
}

fn hear(said: &mut BTreeMap<u64, u64>, line: &str) {
    let (writer, n) = line.split_once(' ').unwrap();
    said.insert(writer.parse().unwrap(), n.parse().unwrap());
}
