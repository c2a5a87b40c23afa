//! `resume_after_crash`: its words and its exit code.

use crate::run;

#[test]
fn the_run_of_a_killed_child_is_ended_and_nothing_is_done_twice() {
    let ran = run::<&str>("resume_after_crash", &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let lines: Vec<&str> = ran.out.lines().collect();
    let [gone, resumed, counted] = lines.as_slice() else {
        panic!("{}", ran.out);
    };
    assert!(gone.contains("after 300 events: signal: 9"), "{gone}");
    assert!(resumed.starts_with("first was gone on with: "), "{resumed}");
    assert_eq!(*counted, "12 machines: 0 deviations, 0 things done twice");
}
