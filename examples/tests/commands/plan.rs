//! The forms of a plan, each held against a kept text, and the picture of docs/.

use crate::{run, site};
use std::{env, fs, path::Path};

const COMMAND: &str = "DRYDOCK_BLESS=1 cargo test -p drydock-examples --test commands plan::";

/// A small plan in every form: two nodes in two racks, and their networks.
#[test]
fn every_form_is_as_it_is_kept() {
    let site = site();
    for (format, file) in [
        ("text", "plan.txt"),
        ("json", "plan.json"),
        ("dot", "plan.dot"),
        ("mermaid", "plan.mmd"),
        ("svg", "plan.svg"),
    ] {
        let arguments = [&site, "--nodes", "role=storage", "--format", format];
        let ran = run("plan", &arguments);
        assert_eq!(ran.code, 0, "{}", ran.err);
        keep(
            &format!("examples/tests/plans/{file}"),
            &ran.out.replace(&site, "examples/site"),
        );
    }
}

#[test]
fn the_picture_of_the_bundled_site_is_current() {
    let ran = run("plan", &[&site(), "--format", "svg"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    keep("docs/pictures/plan-12.svg", &ran.out);
}

#[test]
fn a_plan_ends_with_what_it_destroys_and_how_to_approve_it() {
    let site = site();
    let id = run("plan", &[&site, "--format", "json"]).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let ran = run("plan", &[&site]);
    let end = format!("\nTo carry it out: deploy {site} --approve {id}\n");
    assert!(ran.out.ends_with(&end), "{}", ran.out);
    assert!(
        ran.out.contains(
            "DESTRUCTIVE  what is there is lost for good\n            on 12 nodes: compute-1 "
        ),
        "{}",
        ran.out
    );
    assert!(
        !ran.out.contains('\u{1b}'),
        "no colours where no terminal is"
    );
    // Nothing is destroyed, so nothing is to be approved.
    assert!(
        !run("plan", &[&site, "--goal", "verify"])
            .out
            .contains("approve")
    );
}

/// Demands that a file of the workspace is this text; writes it instead with `DRYDOCK_BLESS=1`, but never where `CI` is set.
fn keep(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if fs::read_to_string(&file).unwrap_or_default() == text {
        return;
    }
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    assert!(
        set("DRYDOCK_BLESS") && !set("CI"),
        "{path} is not what is shown now; write it anew with {COMMAND}, and look at it"
    );
    fs::write(file, text).unwrap();
}
