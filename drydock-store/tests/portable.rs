//! Export and import: everything there and back again, over any store, and nothing of what was damaged on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use async_trait::async_trait;
use drydock_core::state::{
    Batch, Lease, MemoryStore, StateChange, StateError, StateRevision, StateStore, Stored,
};
use drydock_store::portable::{Counts, PortableError, export, import};
use proptest::{collection::vec, prelude::*};
use smol_str::SmolStr;
use std::{
    collections::BTreeMap,
    io::Cursor,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

type Keys = BTreeMap<String, Vec<u8>>;
type Journals = BTreeMap<String, Vec<Vec<u8>>>;

async fn content(store: &dyn StateStore) -> (Keys, Journals) {
    let keys = store.scan("").await.unwrap();
    let keys = keys
        .into_iter()
        .map(|stored| (stored.key.into(), stored.value));
    let mut journals = Journals::new();
    for name in store.journals("").await.unwrap() {
        let entries = store.read_journal(&name, 0).await.unwrap();
        journals.insert(name.into(), entries);
    }
    (keys.collect(), journals)
}

async fn filled(store: &dyn StateStore) {
    let batch = Batch::new()
        .put("b", "line\nwith \"quotes\" and \u{2028}")
        .put("a/1", [0, 255])
        .put("gone", "x")
        .append("j/2", "first")
        .append("j/2", [200])
        .append("j/1", "");
    store.commit(batch).await.unwrap();
    store
        .commit(Batch::new().delete("gone").put("b", "ä"))
        .await
        .unwrap();
}

async fn exported(store: &dyn StateStore) -> String {
    let mut out = Vec::new();
    export(store, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

/// What importing these lines into an empty store says; it has to leave the store empty.
async fn refused(lines: impl AsRef<[u8]>) -> String {
    let store = MemoryStore::new();
    let error = import(&store, Cursor::new(lines.as_ref()))
        .await
        .unwrap_err();
    assert_eq!(content(&store).await, (Keys::new(), Journals::new()));
    error.to_string()
}

#[tokio::test]
async fn an_export_is_as_it_is_documented() {
    let store = MemoryStore::new();
    filled(&store).await;
    let expected = concat!(
        "{\"drydock\":\"state\",\"format\":1,\"written_by\":\"",
        env!("CARGO_PKG_VERSION"),
        "\"}\n",
        r#"{"key":"a/1","hex":"00ff"}
{"key":"b","text":"ä"}
{"journal":"j/1","text":""}
{"journal":"j/2","text":"first"}
{"journal":"j/2","hex":"c8"}
{"end":{"keys":2,"journals":2,"entries":3}}
"#
    );
    assert_eq!(exported(&store).await, expected);
    let other = MemoryStore::new();
    let counts = import(&other, Cursor::new(expected)).await.unwrap();
    assert_eq!((counts.keys, counts.journals, counts.entries), (2, 2, 3));
    assert_eq!(content(&other).await, content(&store).await);
    assert_eq!(exported(&other).await, expected);
}

#[tokio::test]
async fn an_empty_store_is_an_export_too() {
    let text = exported(&MemoryStore::new()).await;
    assert_eq!(text.lines().count(), 2);
    let counts = import(&MemoryStore::new(), Cursor::new(text))
        .await
        .unwrap();
    assert_eq!(counts, Counts::default());
}

#[tokio::test]
async fn an_export_that_was_cut_off_anywhere_is_refused_with_its_line() {
    let store = MemoryStore::new();
    filled(&store).await;
    let whole = exported(&store).await;
    // Without the last line end it is still whole.
    for end in 0..whole.len() - 1 {
        let cut = &whole.as_bytes()[..end];
        let said = refused(cut).await;
        let lines = cut.split_inclusive(|byte| *byte == b'\n').count().max(1);
        assert!(
            said.contains(&format!("line {lines} of the export")),
            "{end}: {said}"
        );
        assert!(said.ends_with("nothing was imported"), "{said}");
    }
    let unended = whole.trim_end();
    import(&MemoryStore::new(), Cursor::new(unended))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_export_that_was_edited_wrongly_is_refused_with_its_line() {
    let store = MemoryStore::new();
    filled(&store).await;
    let whole = exported(&store).await;
    let lines: Vec<&str> = whole.lines().collect();
    // Without one line in the middle, or with one of them twice.
    for n in 1..lines.len() - 1 {
        let mut fewer = lines.clone();
        fewer.remove(n);
        assert!(refused(fewer.join("\n")).await.contains("it tells of"));
        let mut more = lines.clone();
        more.insert(n, lines[n]);
        refused(more.join("\n")).await;
    }
    let with = |n: usize, line: &str| {
        let mut changed = lines.clone();
        changed[n] = line;
        changed.join("\n")
    };
    for (n, line, said) in [
        (
            0,
            r#"{"key":"a"}"#,
            "line 1 of the export: it is not the first line of an export",
        ),
        (
            1,
            r#"{"key":"a/1","hex":"00f"}"#,
            "line 2 of the export: its `hex` is not two digits a byte",
        ),
        (
            1,
            r#"{"key":"a/1","hex":"00fg"}"#,
            "its `hex` is not two digits a byte",
        ),
        (
            1,
            r#"{"key":"a/1","hex":"ää"}"#,
            "its `hex` is not two digits a byte",
        ),
        (
            1,
            r#"{"key":"a/1","hex":"00","text":"x"}"#,
            "it has a `text` and a `hex`",
        ),
        (
            1,
            r#"{"key":"a/1"}"#,
            "line 2 of the export: it is neither a `key` with its value",
        ),
        (
            1,
            r#"{"key":"a/1","journal":"j","text":"x"}"#,
            "it is neither",
        ),
        (
            1,
            r#"{"key":"a/1","text":"x","more":1}"#,
            "unknown field `more`",
        ),
        (
            1,
            r#"{"key":"a/1","text":"x""#,
            "it is cut off after column 23: EOF while parsing an object; nothing was imported",
        ),
        (1, "", "line 2 of the export: it is cut off after column 0"),
        (
            2,
            r#"{"key":"a/1","text":"x"}"#,
            "line 3 of the export: the key a/1 is out of order or there twice",
        ),
        (
            3,
            r#"{"journal":"j/3","text":"x"}"#,
            "line 5 of the export: the journal j/2 is out of order",
        ),
        (
            5,
            r#"{"key":"z","text":"x"}"#,
            "line 6 of the export: a key comes after the journals",
        ),
        (
            4,
            lines[0],
            "line 5 of the export: another export begins here",
        ),
    ] {
        let told = refused(with(n, line)).await;
        assert!(told.contains(said), "{told}");
    }
    let after = refused(format!("{whole}{}\n", lines[1])).await;
    assert!(
        after.contains("line 8 of the export: it comes after the end"),
        "{after}"
    );
}

#[tokio::test]
async fn a_newer_export_is_refused_by_name_whatever_it_holds() {
    let newer =
        "{\"drydock\":\"state\",\"format\":2,\"written_by\":\"9.8.7\",\"packed\":true}\n\u{1}\u{2}";
    let said = refused(newer).await;
    assert!(
        said.contains("in format 2 and was written by drydock-store 9.8.7"),
        "{said}"
    );
    assert!(said.contains("import it with 9.8.7 or newer"), "{said}");
}

#[tokio::test]
async fn only_an_empty_store_takes_an_import() {
    let lines = exported(&MemoryStore::new()).await;
    for batch in [Batch::new().put("k", "v"), Batch::new().append("k", "v")] {
        let store = MemoryStore::new();
        store.commit(batch).await.unwrap();
        let before = content(&store).await;
        let error = import(&store, Cursor::new(&lines)).await.unwrap_err();
        assert!(
            matches!(&error, PortableError::NotEmpty { found } if found == "k"),
            "{error:?}"
        );
        assert_eq!(content(&store).await, before);
    }
}

/// A store to which somebody writes at each scan, or that takes only so many commits.
#[derive(Debug)]
struct Disturbed {
    store: MemoryStore,
    writes: bool,
    commits: AtomicU32,
}

#[async_trait]
impl StateStore for Disturbed {
    fn is_durable(&self) -> bool {
        false
    }
    async fn commit(&self, batch: Batch) -> Result<StateRevision, StateError> {
        let left = |left: u32| left.checked_sub(1);
        match self
            .commits
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
        {
            Ok(_) => self.store.commit(batch).await,
            Err(_) => Err(StateError::Unavailable("the disk is full".into())),
        }
    }
    async fn get(&self, key: &str) -> Result<Option<Stored>, StateError> {
        self.store.get(key).await
    }
    async fn scan(&self, prefix: &str) -> Result<Vec<Stored>, StateError> {
        let found = self.store.scan(prefix).await;
        if self.writes {
            self.store.commit(Batch::new().put("other", "x")).await?;
        }
        found
    }
    async fn read_journal(&self, journal: &str, skip: u64) -> Result<Vec<Vec<u8>>, StateError> {
        self.store.read_journal(journal, skip).await
    }
    async fn acquire(&self, name: &str, owner: &str, ttl: Duration) -> Result<Lease, StateError> {
        self.store.acquire(name, owner, ttl).await
    }
    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<(), StateError> {
        self.store.renew(lease, ttl).await
    }
    async fn release(&self, lease: &Lease) -> Result<(), StateError> {
        self.store.release(lease).await
    }
    async fn journals(&self, prefix: &str) -> Result<Vec<SmolStr>, StateError> {
        self.store.journals(prefix).await
    }
    async fn changes(&self, after: StateRevision) -> Result<Vec<StateChange>, StateError> {
        self.store.changes(after).await
    }
    async fn changed(&self, _: StateRevision, _: Duration) -> Result<StateRevision, StateError> {
        // As a store does that hears of others late.
        Ok(StateRevision(0))
    }
}

#[tokio::test]
async fn what_is_written_during_an_export_is_noticed() {
    let store = MemoryStore::new();
    filled(&store).await;
    let disturbed = |writes| Disturbed {
        store: store.clone(),
        writes,
        commits: AtomicU32::new(0),
    };
    let mut out = Vec::new();
    export(&disturbed(false), &mut out).await.unwrap();
    out.clear();
    let error = export(&disturbed(true), &mut out).await.unwrap_err();
    assert!(matches!(error, PortableError::Busy), "{error:?}");
    // What was written of it cannot be taken for an export.
    assert!(refused(&out).await.contains("the export was cut off"));
}

#[tokio::test]
async fn an_import_that_is_broken_off_says_that_a_part_is_there() {
    let store = MemoryStore::new();
    for n in 0..3_000_u32 {
        let batch = Batch::new().append("j", n.to_string());
        store.commit(batch).await.unwrap();
    }
    let lines = exported(&store).await;
    let target = Disturbed {
        store: MemoryStore::new(),
        writes: false,
        commits: AtomicU32::new(2),
    };
    let error = import(&target, Cursor::new(&lines)).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("holds a part of it; throw it away"), "{said}");
    assert!(said.contains("the disk is full"), "{said}");
    let part = target.store.read_journal("j", 0).await.unwrap().len();
    assert!(part > 0 && part < 3_000, "{part}");
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<String>().prop_map(String::into_bytes),
        vec(any::<u8>(), 0..40),
    ]
}

async fn fill(store: &dyn StateStore, keys: &Keys, journals: &Journals) {
    for (key, value) in keys {
        let batch = Batch::new().put(&**key, value.clone());
        store.commit(batch).await.unwrap();
    }
    for (journal, entries) in journals {
        let entries = entries.iter().cloned();
        let batch = entries.fold(Batch::new(), |batch, entry| batch.append(&**journal, entry));
        store.commit(batch).await.unwrap();
    }
}

async fn there_and_back(keys: Keys, journals: Journals) -> Result<(), TestCaseError> {
    let store = MemoryStore::new();
    fill(&store, &keys, &journals).await;
    let lines = exported(&store).await;
    let there = MemoryStore::new();
    import(&there, Cursor::new(&lines)).await.unwrap();
    prop_assert_eq!(content(&there).await, (keys.clone(), journals.clone()));
    prop_assert_eq!(&exported(&there).await, &lines);
    #[cfg(feature = "redb")]
    {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("drydock-portable-{}-{number}.redb", std::process::id());
        let path = std::env::temp_dir().join(name);
        let file = drydock_store::RedbStore::open(&path).unwrap();
        import(&file, Cursor::new(&lines)).await.unwrap();
        drop(file);
        let file = drydock_store::RedbStore::open(&path).unwrap();
        prop_assert_eq!(content(&file).await, (keys, journals));
        prop_assert_eq!(&exported(&file).await, &lines);
        drop(file);
        std::fs::remove_file(&path).unwrap();
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_content_goes_from_memory_to_a_file_and_back(
        keys in prop::collection::btree_map(any::<String>(), value(), 0..8),
        journals in prop::collection::btree_map(any::<String>(), vec(value(), 1..5), 0..5),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(there_and_back(keys, journals))?;
    }

    #[test]
    fn any_damage_to_an_export_is_reported_or_harmless(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = MemoryStore::new();
            filled(&store).await;
            let mut lines = exported(&store).await.into_bytes();
            let at = at.index(lines.len());
            lines[at] = byte;
            let target = MemoryStore::new();
            // A letter of a text is a text still; that something is missing or by half is not.
            match import(&target, Cursor::new(&lines)).await {
                Ok(counts) => assert_eq!((counts.keys, counts.entries), (2, 3)),
                Err(_) => assert_eq!(content(&target).await, (Keys::new(), Journals::new())),
            }
        });
    }
}
