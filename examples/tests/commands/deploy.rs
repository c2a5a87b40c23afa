//! `plan` and `deploy`: the main job, from outside.

use crate::{run, site};
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn the_demo_deploys_all_twelve_as_designed_with_nodes_overlapping() {
    let ran = run::<&str>("deploy", &["--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let events = ran.json_lines();
    let (mut started, mut done): (BTreeMap<u64, usize>, BTreeMap<u64, usize>) = Default::default();
    let mut target: BTreeMap<u64, String> = BTreeMap::new();
    for (at, event) in events.iter().enumerate() {
        let step = || event["step"].as_u64().unwrap();
        match event["event"].as_str().unwrap() {
            "step_started" => {
                for need in event["needs"].as_array().unwrap() {
                    assert!(done.contains_key(&need.as_u64().unwrap()), "{event}");
                }
                started.insert(step(), at);
                target.insert(step(), event["target"].as_str().unwrap().to_owned());
            }
            "step_done" => drop(done.insert(step(), at)),
            _ => {}
        }
    }
    assert_eq!(
        done.len(),
        events[0]["plan"]["steps"].as_array().unwrap().len()
    );
    let overlap =
        |a: &u64, b: &u64| target[a] != target[b] && started[a] < done[b] && started[b] < done[a];
    assert!(
        done.keys().any(|a| done.keys().any(|b| overlap(a, b))),
        "no two nodes overlap"
    );

    let world = events.last().unwrap();
    assert_eq!(world["event"], "world");
    let nodes = world["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 12);
    assert!(
        nodes.iter().all(|node| node["state"] == "deployed"),
        "{world}"
    );
    assert_eq!(
        (&world["deviations"], &world["violations"]),
        (&Value::Array(vec![]), &Value::Array(vec![]))
    );
}

#[test]
fn a_seed_that_breaks_a_node_ends_with_1_and_eleven_deployed() {
    let ran = run::<&str>("deploy", &["--seed", "7", "--format", "json"]);
    assert_eq!(ran.code, 1);
    let events = ran.json_lines();
    let nodes = events.last().unwrap()["nodes"].as_array().unwrap().clone();
    assert_eq!(
        nodes
            .iter()
            .filter(|node| node["state"] == "deployed")
            .count(),
        11
    );
    let failed: Vec<&Value> = events
        .iter()
        .filter(|e| e["event"] == "step_failed")
        .collect();
    assert_eq!(failed.len(), 1);
    assert!(
        failed[0]["reason"]
            .as_str()
            .unwrap()
            .contains("replace it, then run again"),
        "{failed:?}"
    );
}

#[test]
fn what_destroys_is_approved_by_the_plans_id() {
    let site = site();
    let plan = run(
        "plan",
        &[&site, "--format", "json", "--nodes", "role=storage"],
    )
    .json();
    let id = plan["id"].as_str().unwrap();
    let some = [&site, "--nodes", "role=storage"];
    let without = run("deploy", &some);
    assert_eq!(without.code, 3);
    assert!(
        without.err.contains(&format!("then approve {id}")),
        "{}",
        without.err
    );
    assert_eq!(
        run("deploy", &[&some[..], &["--approve", "0000"]].concat()).code,
        3
    );
    // None of them is deployed yet, so there is nothing to bound.
    let bound = ["--approve", id, "--max-destructive", "0"];
    let with = run("deploy", &[&some[..], &bound].concat());
    assert_eq!(with.code, 0, "{}", with.err);
    assert!(
        with.out.contains("storage-1") && !with.out.contains("compute-1"),
        "{}",
        with.out
    );
}

#[test]
fn every_form_of_a_plan_has_all_of_its_steps() {
    let site = site();
    let plan = run("plan", &[&site, "--format", "json"]).json();
    let steps = plan["steps"].as_array().unwrap().len();
    let needs: usize = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["needs"].as_array().unwrap().len())
        .sum();
    let count = |format: &str, what: &str| {
        let ran = run("plan", &[&site, "--format", format]);
        assert_eq!(ran.code, 0);
        ran.out.matches(what).count()
    };
    assert_eq!(
        (count("dot", "fillcolor="), count("dot", " -> ")),
        (steps, needs)
    );
    assert_eq!(
        (count("mermaid", ":::"), count("mermaid", " --> ")),
        (steps, needs)
    );
    assert!(
        run("plan", &[&site, "--goal", "release"])
            .out
            .starts_with("Nothing to release")
    );
    assert_eq!(run("plan", &[&site, "--goal", "explode"]).code, 2);
}

#[test]
fn unmet_dependencies_are_told_and_their_nodes_not_touched() {
    let ran = run(
        "deploy",
        &[&site(), "--nodes", "role=compute", "--approve", "all"],
    );
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("error[DD6007]"), "{}", ran.err);
    assert!(!ran.err.contains("started  compute"), "{}", ran.err);
}
