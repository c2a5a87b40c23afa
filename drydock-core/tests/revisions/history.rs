//! Revisions one after the other: what is new, what differs, what is in force and since when.

use super::*;
use drydock_core::revision::{
    RevisionNumber, activate, activations, allocations, differing, revisions,
};

const NETWORK: &str =
    "apiVersion: drydock/v1\nkind: Network\nmetadata: {name: pxe}\nspec: {cidr: 10.0.0.0/24}\n";

fn rack(name: &str, label: &str) -> String {
    format!(
        "---\n# About {name}\napiVersion: drydock/v1\nkind: Rack\nmetadata: {{name: {name}}}\nspec: {{labels: {{a: {label}}}}}\n"
    )
}

async fn keeps(store: &MemoryStore, files: &[(&str, &str)]) -> Kept {
    kept(store, &fixture::snapshot(files), None).await.unwrap()
}

#[tokio::test]
async fn what_has_not_changed_is_no_revision() {
    let store = MemoryStore::new();
    let text = rack("r1", "x") + &rack("r2", "x");
    let first = keeps(&store, &[("a.yaml", &text), ("b.yaml", NETWORK)]).await;
    assert!(first.is_new && first.revision.number == RevisionNumber(1));
    let before = store
        .commit(drydock_core::state::Batch::new())
        .await
        .unwrap();
    // Nor does the order of files make one.
    let again = keeps(&store, &[("b.yaml", NETWORK), ("a.yaml", &text)]).await;
    assert!(!again.is_new && again.bytes == 0);
    assert_eq!(again.revision, first.revision);
    assert_eq!(
        store.changes(before).await.unwrap(),
        [],
        "nothing was written"
    );
}

#[tokio::test]
async fn a_change_costs_what_changed() {
    let store = MemoryStore::new();
    let racks = |changed: &str| {
        let label = |n: usize| if n == 100 { changed } else { "x" };
        (0..200)
            .map(|n| rack(&format!("r{n:03}"), label(n)))
            .collect::<String>()
    };
    let first = keeps(&store, &[("racks.yaml", &racks("x"))]).await;
    let second = keeps(&store, &[("racks.yaml", &racks("much longer than before"))]).await;
    assert!(second.is_new);
    let manifest = 200 * 70;
    assert!(
        second.bytes < manifest + 4096,
        "{} bytes of {}",
        second.bytes,
        first.bytes
    );
    let found = differing(&store, &first.revision, &second.revision)
        .await
        .unwrap();
    let changed: Vec<DocumentId> = found.changed.into_iter().collect();
    assert_eq!(changed, [DocumentId::new(Kind::Rack, "r100")]);
    assert!(found.added.is_empty() && found.removed.is_empty());
}

#[tokio::test]
async fn two_revisions_differ_in_what_documents_say() {
    let store = MemoryStore::new();
    let one = rack("r1", "x") + &rack("r2", "x") + &rack("r3", "x");
    let two = rack("r4", "x") + &rack("r3", "y") + &rack("r1", "x").replace("labels", "labels ");
    let first = keeps(&store, &[("a.yaml", &one), ("n.yaml", NETWORK)])
        .await
        .revision;
    let moved = NETWORK.replace("kind", "# A comment\nkind");
    let second = keeps(&store, &[("b.yaml", &two), ("n.yaml", &moved)])
        .await
        .revision;
    let found = differing(&store, &first, &second).await.unwrap();
    let racks = |names: &[&str]| {
        names
            .iter()
            .map(|name| DocumentId::new(Kind::Rack, *name))
            .collect()
    };
    assert_eq!(found.added, racks(&["r4"]));
    assert_eq!(found.removed, racks(&["r2"]));
    assert_eq!(found.changed, racks(&["r3"]));
    let back = differing(&store, &second, &first).await.unwrap();
    assert_eq!((back.added, back.removed), (racks(&["r2"]), racks(&["r4"])));
    let same = differing(&store, &first, &first).await.unwrap();
    assert_eq!(same, Default::default());
}

#[tokio::test]
async fn every_revision_can_be_had_again() {
    let store = MemoryStore::new();
    for label in ["x", "y", "z"] {
        keeps(&store, &[("a.yaml", &rack("r1", label))]).await;
    }
    for (number, label) in [(1, "x"), (2, "y"), (3, "z")] {
        let which = Which::Number(RevisionNumber(number));
        let recalled = recall(&store, which, None).await.unwrap();
        let spec = &recalled.snapshot.documents[0].spec;
        assert_eq!(spec.at(["labels", "a"]).unwrap().as_text(), Some(label));
    }
    let numbers: Vec<u64> = revisions(&store)
        .await
        .unwrap()
        .iter()
        .map(|one| one.number.0)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
    let absent = recall(&store, Which::Number(RevisionNumber(4)), None)
        .await
        .unwrap_err();
    assert_eq!(absent.to_string(), "there is no revision 4");
}

#[tokio::test]
async fn a_draft_is_never_in_force() {
    let store = MemoryStore::new();
    let good = keeps(&store, &[("a.yaml", NETWORK)]).await.revision;
    let broken = NETWORK.replace("10.0.0.0/24", "10.0.0.0/99");
    let draft = keeps(&store, &[("a.yaml", &broken)]).await.revision;
    assert!(draft.is_draft() && !good.is_draft());
    let refused = activate(&store, draft.number, 1).await.unwrap_err();
    assert!(
        matches!(refused, RevisionError::Draft { errors: 1.., .. }),
        "{refused}"
    );
    let none = recall(&store, Which::Active, None).await.unwrap_err();
    assert_eq!(none.to_string(), "there is no revision in force");
    activate(&store, good.number, 2).await.unwrap();
    let active = recall(&store, Which::Active, None).await.unwrap();
    assert_eq!(active.revision, good);
    let latest = recall(&store, Which::Latest, None).await.unwrap();
    assert_eq!(latest.revision, draft);
    assert!(latest.snapshot.documents.len() + latest.snapshot.diagnostics.len() > 0);
}

#[tokio::test]
async fn the_design_of_any_time_is_known() {
    let store = MemoryStore::new();
    for (label, at) in [("x", 10), ("y", 20)] {
        let revision = keeps(&store, &[("a.yaml", &rack("r1", label))])
            .await
            .revision;
        activate(&store, revision.number, at).await.unwrap();
        // It is in force already.
        activate(&store, revision.number, at + 1).await.unwrap();
    }
    activate(&store, RevisionNumber(1), 30).await.unwrap();
    let since: Vec<(u64, u64)> = activations(&store)
        .await
        .unwrap()
        .iter()
        .map(|one| (one.revision.0, one.at))
        .collect();
    assert_eq!(since, [(1, 10), (2, 20), (1, 30)]);
    for (at, number) in [(10, 1), (19, 1), (20, 2), (29, 2), (30, 1), (99, 1)] {
        let recalled = recall(&store, Which::ActiveAt(at), None).await.unwrap();
        assert_eq!(recalled.revision.number, RevisionNumber(number), "at {at}");
    }
    let before = recall(&store, Which::ActiveAt(9), None).await.unwrap_err();
    assert!(matches!(before, RevisionError::Absent(Which::ActiveAt(9))));
}

#[tokio::test]
async fn writers_that_meet_lose_no_revision() {
    let store = MemoryStore::new();
    let one = fixture::snapshot(&[("a.yaml", &rack("r1", "x"))]);
    let two = fixture::snapshot(&[("a.yaml", &rack("r1", "y"))]);
    let (a, b) = tokio::join!(kept(&store, &one, None), kept(&store, &two, None));
    let numbers = [a.unwrap().revision.number.0, b.unwrap().revision.number.0];
    assert_eq!(numbers.iter().sum::<u64>(), 3, "{numbers:?}");
    assert_eq!(revisions(&store).await.unwrap().len(), 2);
    assert_eq!(
        allocations(&store).await.unwrap(),
        Some(Allocations::default())
    );
}
