//! The profile of a run, from outside.

use crate::run;

#[test]
fn the_profile_of_a_run_is_told_where_it_is_asked_for() {
    let ran = run("deploy", &["--profile"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in [
        " steps done",
        "By action, all nodes together:",
        "What decided the end, one step after the other:",
        "The slowest, from their first step to their last:",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert!(!run::<&str>("deploy", &[]).out.contains("By action"));

    let ran = run("deploy", &["--profile", "--seed", "7", "--format", "json"]);
    let lines = ran.json_lines();
    let profile = &lines
        .iter()
        .find(|line| line["event"] == "profile")
        .unwrap()["profile"];
    assert_eq!(
        (&profile["failed"], &profile["is_finished"]),
        (&1.into(), &true.into())
    );
    let path = profile["critical_path"].as_array().unwrap();
    let sum: f64 = path
        .iter()
        .map(|link| link["seconds"].as_f64().unwrap() + link["queued_seconds"].as_f64().unwrap())
        .sum();
    let all = profile["seconds"].as_f64().unwrap();
    assert!(
        sum > 0.9 * all && sum <= all + 0.1,
        "the chain is {sum} s of {all} s"
    );
}
