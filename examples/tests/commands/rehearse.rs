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
    let deployed = report["actions"]["deploy"][0].as_u64().unwrap();
    assert!((33..=36).contains(&deployed), "{report}");
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
    assert!(
        ran.out.starts_with("7 of 8 runs ended as designed."),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("replace it, then run again") && ran.out.contains("has the seed 7"),
        "{}",
        ran.out
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
