//! Files that were cut off or altered: what is opened is exactly what was written, and all else is reported.

use super::{Content, content, fill, folder::Folder, runtime};
use drydock_core::state::{Batch, StateError, StateStore};
use drydock_store::RedbStore;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// Random numbers that follow from a seed (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// A file and what is in it.
struct Whole {
    bytes: Vec<u8>,
    content: Content,
}

/// One that was closed in order.
fn closed(folder: &Folder) -> Whole {
    let path = folder.join("whole.redb");
    let content = runtime().block_on(async {
        let store = RedbStore::open(&path).unwrap();
        fill(&store).await;
        content(&store).await.unwrap()
    });
    Whole {
        bytes: fs::read(&path).unwrap(),
        content,
    }
}

/// One as a process leaves it that is killed.
fn killed(folder: &Folder) -> Whole {
    let path = folder.join("killed.redb");
    runtime().block_on(async {
        let store = RedbStore::open(&path).unwrap();
        fill(&store).await;
        let bytes = fs::read(&path).unwrap();
        let content = content(&store).await.unwrap();
        Whole { bytes, content }
    })
}

/// What came of opening a damaged file, and reading and writing it.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    Exact,
    Reported,
    Wrong(Box<Content>),
}

fn came_of(path: &Path, bytes: &[u8], expected: &Content) -> Came {
    fs::write(path, bytes).unwrap();
    let began = Instant::now();
    let came = runtime().block_on(async {
        let store = match RedbStore::open(path) {
            Ok(store) => store,
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains(path.to_str().unwrap()), "{said}");
                assert!(
                    matches!(
                        error,
                        StateError::Damaged { .. } | StateError::Unavailable(_)
                    ),
                    "{error:?}"
                );
                return Came::Reported;
            }
        };
        match content(&store).await {
            Err(_) => Came::Reported,
            Ok(found) if found == *expected => {
                // What opens can be written, and holds it.
                store
                    .commit(Batch::new().put("after", "damage"))
                    .await
                    .unwrap();
                drop(store);
                let store = RedbStore::open(path).unwrap();
                assert_eq!(store.get("after").await.unwrap().unwrap().value, b"damage");
                assert_eq!(store.scan("").await.unwrap().len(), expected.keys.len() + 1);
                Came::Exact
            }
            Ok(found) => Came::Wrong(Box::new(found)),
        }
    });
    assert!(
        began.elapsed() < Duration::from_secs(120),
        "it took {:?}",
        began.elapsed()
    );
    came
}

#[test]
fn a_file_that_was_cut_off_is_reported() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    for whole in [closed(&folder), killed(&folder)] {
        let length = whole.bytes.len();
        assert_eq!(came_of(&path, &whole.bytes, &whole.content), Came::Exact);
        let mut random = Random(11);
        let mut lengths: Vec<usize> = (0..length)
            .step_by(4096)
            .flat_map(|at| [at, at + 1])
            .collect();
        lengths.extend([length - 1, 320, 64, 9]);
        lengths.extend((0..40).map(|_| random.below(length as u64) as usize));
        let (mut reported, mut exact) = (0, 0);
        for length in lengths.into_iter().filter(|at| *at < length) {
            match came_of(&path, &whole.bytes[..length], &whole.content) {
                Came::Reported => reported += 1,
                // Pages at the end that nothing uses are not missed.
                Came::Exact => exact += 1,
                Came::Wrong(found) => panic!("cut to {length}: {} keys", found.keys.len()),
            }
        }
        assert!(reported > exact, "{reported} reported, {exact} exact");
    }
}

#[test]
fn a_file_that_was_altered_is_as_it_was_or_reported() {
    const FLAGS: usize = 9;
    let folder = Folder::new();
    let path = folder.join("state.redb");
    for (which, whole) in [closed(&folder), killed(&folder)].into_iter().enumerate() {
        let mut random = Random(23);
        // The header, which no checksum covers as a whole, and others at random.
        let mut places: Vec<usize> = (0..320).step_by(3).chain([FLAGS]).collect();
        places.extend((0..150).map(|_| random.below(whole.bytes.len() as u64) as usize));
        let (mut reported, mut exact) = (0, 0);
        for place in places {
            for bit in [1 << random.below(8), 0xff] {
                let mut bytes = whole.bytes.clone();
                bytes[place] ^= bit;
                match came_of(&path, &bytes, &whole.content) {
                    Came::Reported => reported += 1,
                    Came::Exact => exact += 1,
                    // In this one byte is which of two commits is the last. In a file that was not closed, the one before
                    // is what a crash just before the last commit leaves, byte for byte.
                    Came::Wrong(_) if place == FLAGS && which == 1 => {}
                    Came::Wrong(found) => panic!(
                        "file {which}, byte {place} ^ {bit}: revision {} instead of {}",
                        found.revision.0, whole.content.revision.0
                    ),
                }
            }
        }
        assert!(
            reported > 100 && exact > 10,
            "{reported} reported, {exact} exact"
        );
    }
}

#[test]
fn pages_that_were_swapped_blanked_or_doubled_are_reported() {
    let folder = Folder::new();
    let path = folder.join("state.redb");
    let whole = closed(&folder);
    let pages = whole.bytes.len() / 4096;
    let mut random = Random(31);
    let mut reported = 0;
    for n in 0..60 {
        let mut bytes = whole.bytes.clone();
        let one = random.below(pages as u64) as usize * 4096;
        let other = random.below(pages as u64) as usize * 4096;
        let (of_one, of_other) = (one..one + 4096, other..other + 4096);
        match n % 3 {
            0 => bytes[of_one].fill(0),
            1 => bytes.copy_within(of_one, other),
            _ => {
                let kept = whole.bytes[of_other.clone()].to_vec();
                bytes.copy_within(of_one.clone(), other);
                bytes[of_one].copy_from_slice(&kept);
            }
        }
        match came_of(&path, &bytes, &whole.content) {
            Came::Reported => reported += 1,
            Came::Exact => {}
            Came::Wrong(found) => panic!("case {n}: revision {}", found.revision.0),
        }
    }
    assert!(reported > 20, "{reported}");
}

#[test]
fn a_file_that_is_altered_while_it_is_open_ends_in_errors() {
    let folder = Folder::new();
    let whole = closed(&folder);
    let path = folder.join("state.redb");
    let mut random = Random(41);
    for _ in 0..10 {
        fs::write(&path, &whole.bytes).unwrap();
        let store = RedbStore::open(&path).unwrap();
        let mut bytes = whole.bytes.clone();
        bytes[4096..].fill_with(|| random.below(256) as u8);
        fs::write(&path, bytes).unwrap();
        runtime().block_on(async {
            store.read_journal("journal/1", 0).await.unwrap_err();
            let commits = (0..3).map(|_| store.commit(Batch::new().put("k", "v")));
            for commit in commits {
                commit.await.unwrap_err();
            }
            store.scan("").await.unwrap_err();
            store
                .changes(drydock_core::state::StateRevision(0))
                .await
                .unwrap_err();
        });
        drop(store);
        RedbStore::open(&path).unwrap_err();
    }
}
