//! What a store is given: nothing of a secret, wherever it stands.

use super::*;
use drydock_core::{
    secret::{SealError, Secret},
    testing::canary::Canary,
};

#[allow(dead_code)]
#[path = "../canaries/site.rs"]
mod site;

use site::{Site, Style};

const CANARY: &str = "Kanarienvogel77";

/// Everything in a store.
async fn content(store: &MemoryStore) -> String {
    let mut all = String::new();
    for stored in store.scan("").await.unwrap() {
        all += &format!(
            "{} {}\n",
            stored.key,
            String::from_utf8_lossy(&stored.value)
        );
    }
    all
}

fn site(style: Style) -> Snapshot {
    let text = Site::new(CANARY, style).text();
    assert!(text.contains(CANARY));
    fixture::snapshot(&[("site.yaml", &text)])
}

#[tokio::test]
async fn nothing_of_a_secret_is_kept() {
    for style in [
        Style::Plain,
        Style::Quoted,
        Style::Double,
        Style::Literal,
        Style::Folded,
        Style::NextLine,
        Style::Anchored,
        Style::Tagged,
    ] {
        let (store, seal) = (MemoryStore::new(), vault());
        let site = site(style);
        kept(&store, &site, Some(&seal)).await.unwrap();
        let content = content(&store).await;
        assert!(
            content.len() > 10_000,
            "too little was kept to say anything"
        );
        assert_eq!(Canary::new(CANARY).found_in(&content), None);
        survives("the canary's site", &site).await;
    }
}

#[tokio::test]
async fn without_a_seal_nothing_is_kept_and_the_place_is_told() {
    let store = MemoryStore::new();
    let error = kept(&store, &site(Style::Plain), None).await.unwrap_err();
    let RevisionError::Unsealed { count, place } = &error else {
        panic!("{error}");
    };
    assert!(*count > 50, "{count}");
    assert!(place.contains('/'), "{place}");
    assert!(error.to_string().contains("{secret: NAME}"), "{error}");
    assert_eq!(Canary::new(CANARY).found_in(&error.to_string()), None);
    assert_eq!(content(&store).await, "");
}

#[tokio::test]
async fn a_key_that_is_nearly_a_secrets_counts_as_one() {
    let node = format!(
        "apiVersion: drydock/v1\nkind: BaremetalNode\nmetadata: {{name: n1}}\nspec:\n  oob: {{pasword: {CANARY}}}\n"
    );
    let store = MemoryStore::new();
    let snapshot = fixture::snapshot(&[("n.yaml", &node)]);
    let error = kept(&store, &snapshot, None).await.unwrap_err();
    assert!(
        matches!(error, RevisionError::Unsealed { count: 1, .. }),
        "{error}"
    );
    survives("a slip of the hand", &snapshot).await;
}

#[tokio::test]
async fn the_same_secret_makes_no_revision_and_another_one_does() {
    let (store, seal) = (MemoryStore::new(), vault());
    let region = |password: &str| {
        let text = format!(
            "apiVersion: drydock/v1\nkind: Region\nmetadata: {{name: r}}\nspec:\n  repositories: {{main: {{url: 'http://u:{password}@h/'}}}}\n"
        );
        fixture::snapshot(&[("r.yaml", &text)])
    };
    let keeps = async |password| kept(&store, &region(password), Some(&seal)).await.unwrap();
    assert!(keeps("hunter2").await.is_new);
    assert!(!keeps("hunter2").await.is_new);
    assert!(keeps("hunter3").await.is_new);
    let names = store.scan("design/revision/").await.unwrap();
    assert_eq!(names.len(), 2);
}

#[tokio::test]
async fn only_who_has_the_seal_recalls_a_secret() {
    let (store, seal) = (MemoryStore::new(), vault());
    kept(&store, &site(Style::Plain), Some(&seal))
        .await
        .unwrap();
    let without = recall(&store, Which::Latest, None).await.unwrap_err();
    assert!(
        matches!(without, RevisionError::Unsealed { .. }),
        "{without}"
    );
    let other = recall(&store, Which::Latest, Some(&vault()))
        .await
        .unwrap_err();
    let told = other.to_string();
    assert!(told.starts_with("the secret of "), "{told}");
    assert!(
        told.ends_with("it was kept in the memory of another process"),
        "{told}"
    );
}

/// A seal whose key cannot be had.
#[derive(Debug)]
struct Lost;

impl Seal for Lost {
    fn seal(&self, _: &Secret, _: &str) -> Result<Vec<u8>, SealError> {
        Err(SealError::new("the key store does not answer"))
    }
    fn open(&self, _: &[u8], _: &str) -> Result<Secret, SealError> {
        Err(SealError::new("the key store does not answer"))
    }
}

#[tokio::test]
async fn a_seal_that_fails_keeps_nothing() {
    let store = MemoryStore::new();
    let seal: Arc<dyn Seal> = Arc::new(Lost);
    let error = kept(&store, &site(Style::Plain), Some(&seal))
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("the key store does not answer"),
        "{error}"
    );
    assert_eq!(content(&store).await, "");
}
