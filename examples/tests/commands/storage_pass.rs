//! `storage_pass`: steps of a host's own, in a page.

use crate::run;

#[test]
fn each_control_node_gets_its_volume_before_it_is_installed() {
    let ran = run::<&str>("storage_pass", &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let (mut exports, mut waiting) = (0, false);
    for line in ran.out.lines() {
        // What stands under one target comes in the order in which it is done.
        let line = line.trim_start_matches("!!");
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            [_, "export", "volume", ..] => {
                exports += 1;
                waiting = true;
            }
            [_, "deploy", ..] => waiting = false,
            [_] => assert!(!waiting, "{line}: exported after the installation"),
            _ => {}
        }
    }
    assert_eq!(exports, 2, "{}", ran.out);
    let lines = include_str!("../../storage_pass.rs").lines().count();
    assert!(lines < 60, "{lines} lines");
}
