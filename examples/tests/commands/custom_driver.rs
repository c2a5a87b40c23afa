//! `custom_driver`: a whole driver in a page, and it keeps the contract.

use crate::run;

#[test]
fn the_driver_is_short_and_passes_the_conformance_suite() {
    let ran = run::<&str>("custom_driver", &[]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "The driver breaks 0 obligations of the contract.\n")
    );
    let source = include_str!("../../custom_driver.rs");
    let driver = source.split("// The driver begins.").nth(1).unwrap();
    let driver = driver.split("// The driver ends.").next().unwrap().trim();
    assert!(
        driver.lines().count() < 40,
        "{} lines",
        driver.lines().count()
    );
}
