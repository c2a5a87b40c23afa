//! `custom_store`: a whole state store in a page, and it keeps the contract.

use crate::run;

#[test]
fn the_store_is_short_and_passes_the_conformance_suite() {
    let ran = run::<&str>("custom_store", &[]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "The store breaks 0 obligations of the contract.\n")
    );
    let source = include_str!("../../custom_store.rs");
    let store = source.split("// The store begins.").nth(1).unwrap();
    let store = store.split("// The store ends.").next().unwrap().trim();
    let lines = store.lines().count();
    assert!(lines < 60, "{lines} lines");
}
