//! Every design document in the documentation is read without an error.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use drydock_core::testing::fixture;

#[test]
fn documented_documents_are_right() {
    let page = format!("{}/../docs/language.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> = text
        .split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() >= 3);
    for block in blocks {
        let snapshot = fixture::snapshot(&[("language.md", block)]);
        assert!(
            !snapshot.documents.is_empty() && snapshot.diagnostics.is_empty(),
            "{block}"
        );
        let found = fixture::load(&[("language.md", block)]);
        let lines = fixture::lines(&found.diagnostics, &found.resolved);
        // The excerpts leave out what a whole node needs; what they show must be read as it stands.
        let read: Vec<&str> = lines
            .lines()
            .filter(|line| line.contains("[DD00"))
            .collect();
        assert_eq!(read, Vec::<&str>::new(), "{block}");
    }
}
