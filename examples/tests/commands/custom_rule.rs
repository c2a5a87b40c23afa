//! `custom_rule`: a host's own rules, found at the lines that cause what they find.

use crate::run;

#[test]
fn both_rules_find_what_they_are_about_and_nothing_else_is_found() {
    let ran = run::<&str>("custom_rule", &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let heads: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    assert_eq!(
        heads,
        [
            "error[DD9002]: Region quayside: this authorized key is the one of the examples",
            "error[DD9001]: BaremetalNode compute-1: nobody is named to call about compute-1 (and 11 more with the same cause)",
        ],
        "{}",
        ran.out
    );
    for place in ["formation/region.yaml:", "profiles/hosts.yaml:"] {
        assert!(ran.out.contains(place), "{place}\n{}", ran.out);
    }
}
