//! `rehearse`: a design's runs on virtual time, from outside.

use crate::run;

#[test]
fn a_rehearsal_tells_what_went_wrong_and_ends_as_designed() {
    let arguments = [
        "--seeds",
        "3",
        "--faults",
        "crash,torn-write,busy",
        "--format",
        "json",
    ];
    let ran = run("rehearse", &arguments);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let report = ran.json();
    assert_eq!(
        (&report["runs"], &report["as_designed"]),
        (&3.into(), &3.into())
    );
    assert!(report["faults"]["crash"].as_u64().unwrap() > 0, "{report}");
    // What is done in the instant of a crash is told to nobody.
    let run_of_median = &report["median_run"];
    assert!(run_of_median["seed"].as_u64().unwrap() < 3, "{report}");
    let actions = run_of_median["profile"]["actions"].as_array().unwrap();
    let deploy = actions.iter().find(|times| times["action"] == "deploy");
    assert_eq!(deploy.unwrap()["count"], 12, "{report}");
    let again = run("rehearse", &arguments);
    assert_eq!(again.json(), report, "a seed gives the same run");
}

#[test]
fn a_machine_that_breaks_is_told_with_its_reason() {
    let ran = run(
        "rehearse",
        &["--seeds", "8", "--faults", "machines", "--waves", "1,25%"],
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    let first = "7 of 8 runs ended as designed. 1 ended otherwise, for a fault that was put in.\n";
    assert!(ran.out.starts_with(first), "{}", ran.out);
    for part in [
        "\n       1       1       7  deploy: disk ",
        "replace it, then run again",
        "\nWhere the time went in the run of seed ",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}

#[test]
fn a_node_that_a_newer_design_holds_is_told_apart_from_a_defect() {
    let arguments = ["--seeds", "4", "--faults", "design-change"];
    let ran = run("rehearse", &arguments);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let first = "0 of 4 runs ended as designed. 4 ended otherwise, for a fault that was put in.\n";
    assert!(ran.out.starts_with(first), "{}", ran.out);
    let why = "\n       4       4       0  the design changed midway and holds it\n";
    assert!(ran.out.contains(why), "{}", ran.out);
    assert!(!ran.out.contains("What no fault explains"), "{}", ran.out);
}

#[test]
fn faults_of_the_site_are_chosen_by_name() {
    let faults = "disk-fails,stuck-deploy,repeated,wrong-machine,late";
    let ran = run(
        "rehearse",
        &["--seeds", "2", "--faults", faults, "--format", "json"],
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    let report = ran.json();
    for fault in faults.split(',') {
        let times = &report["faults"][fault];
        assert!(times.as_u64().is_some_and(|n| n > 0), "{fault}: {report}");
    }
    assert_eq!(
        (&report["otherwise"], &report["unexplained"]),
        (&2.into(), &serde_json::json!({})),
        "{report}"
    );
}

#[test]
fn every_fault_is_listed_and_a_misspelt_one_is_told_with_what_was_meant() {
    let listed = run("rehearse", &["--faults", "list"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    for line in [
        "\n  repeated-answer           An answer comes a second time, soon",
        "\n  disk-fails                A disk reports a write error",
        "\n  machines                  Busy and slow machines",
    ] {
        assert!(listed.out.contains(line), "{}", listed.out);
    }
    let ran = run("rehearse", &["--faults", "crash,stuck-deplyo"]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            2,
            "error: there is no fault `stuck-deplyo`; did you mean `stuck-deploy`?\n"
        )
    );
}

#[test]
fn what_cannot_be_used_is_told() {
    for wrong in [
        ["--faults", "gremlins"],
        ["--domain", "zone"],
        ["--waves", "many"],
    ] {
        let ran = run("rehearse", &wrong);
        assert!(
            ran.code == 2 && ran.err.contains(wrong[1]),
            "{wrong:?}: {} {}",
            ran.code,
            ran.err
        );
    }
}
