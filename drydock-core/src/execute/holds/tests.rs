//! One meaning of `hold` and `protect`: what planning leaves out, a run does not do, and nothing else.

use super::*;
use crate::{
    driver::{BootDevice, CustomAction, NetworkAction, OobAction, ServerAction},
    plan::{Action, Goal, Held, held, tests::plan_of},
    resolve::Allocations,
    site::Design,
    source::{Snapshot, yaml},
    validate::RuleSet,
};
use std::sync::Arc;

const PROTECT: [&str; 4] = ["", "release", "redeploy", "release, redeploy"];

const STATES: [ServerState; 4] = [
    ServerState::New,
    ServerState::Ready,
    ServerState::Deployed,
    ServerState::Broken,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Nobody,
    Node,
    Rack,
}

/// What stands against a step on a node of this design, in words; none when nothing does. This is the table.
fn expected(
    by: By,
    protect: &str,
    goal: Goal,
    action: &Action,
    risk: Risk,
    is_deployed: bool,
) -> Option<&'static str> {
    match by {
        By::Node if risk >= Risk::Disruptive => return Some("it is held"),
        By::Rack if risk >= Risk::Disruptive => return Some("its rack held is held"),
        _ => {}
    }
    let word = action.to_string();
    match (protect, word.as_str(), goal) {
        ("release" | "release, redeploy", "release", _) => Some("it is protected from release"),
        ("redeploy", "release" | "deploy", Goal::Redeploy)
        | ("release, redeploy", "deploy", Goal::Redeploy) => Some("it is protected from redeploy"),
        ("redeploy" | "release, redeploy", "deploy", _) if is_deployed => {
            Some("it is protected from redeploy")
        }
        _ => None,
    }
}

fn node_name(by: By, protect: usize) -> String {
    format!("{by:?}-{protect}").to_lowercase()
}

fn design() -> Arc<ResolvedDesign> {
    let document = |kind: &str, name: &str, spec: &str| {
        format!(
            "---\napiVersion: drydock/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
        )
    };
    let mut text =
        document("Rack", "held", "hold: true") + &document("Rack", "free", "hold: false");
    for (n, protect) in PROTECT.iter().enumerate() {
        for (by, hold, rack) in [
            (By::Nobody, "false", "free"),
            (By::Node, "true", "free"),
            (By::Rack, "false", "held"),
        ] {
            let spec = format!("hold: {hold}, protect: [{protect}], metadata: {{rack: {rack}}}");
            text += &document("BaremetalNode", &node_name(by, n), &spec);
        }
    }
    let mut snapshot = Snapshot::default();
    snapshot.add(yaml::read("site.yaml", text.as_bytes()));
    // A node without anything else is no design to deploy, but one to hold.
    Design::of(&snapshot, &RuleSet::standard(), &Allocations::default()).resolved
}

fn actions() -> Vec<(Action, Risk)> {
    let custom = || Action::Custom(CustomAction::new("array", "deploy volume"));
    vec![
        (Action::Verify, Risk::Read),
        (Action::Network(NetworkAction::Ensure), Risk::Reversible),
        (Action::Network(NetworkAction::Ensure), Risk::Disruptive),
        (
            Action::Oob(OobAction::NextBoot(BootDevice::Pxe)),
            Risk::Reversible,
        ),
        (Action::Oob(OobAction::PowerOff), Risk::Disruptive),
        (Action::Server(ServerAction::Commission), Risk::Disruptive),
        (
            Action::Server(ServerAction::ConfigureStorage),
            Risk::Reversible,
        ),
        (
            Action::Server(ServerAction::ConfigureNetwork),
            Risk::Disruptive,
        ),
        (Action::Server(ServerAction::Release), Risk::Destructive),
        (Action::Server(ServerAction::Deploy), Risk::Destructive),
        (custom(), Risk::Reversible),
        (custom(), Risk::Destructive),
    ]
}

#[test]
fn planning_and_running_keep_off_the_same_by_one_table() {
    let design = design();
    let holds = Holds::of(&design);
    let (mut kept, mut asked) = (0, 0);
    for (n, protect) in PROTECT.iter().enumerate() {
        for by in [By::Nobody, By::Node, By::Rack] {
            let name = NodeName::new(node_name(by, n));
            let node = &design.nodes[&name];
            for goal in Goal::ALL {
                for (action, risk) in actions() {
                    let mut plan = plan_of(&[(name.as_str(), "deploy", &[])]);
                    (plan.goal, plan.steps[0].action, plan.steps[0].risk) =
                        (goal, action.clone(), risk);
                    let step = &plan.steps[0];
                    let run = |seen| {
                        let why = holds.holds(&name, risk);
                        why.or_else(|| holds.protects(&name, &plan, step, seen))
                    };
                    let told = |why: &str| format!("nothing was done to {name}: {why}");
                    let case = format!("{name} {protect:?} {goal} {action} {risk}");

                    let wanted = expected(by, protect, goal, &action, risk, false);
                    let planned = held(&design, node, goal, &action, risk);
                    assert_eq!(
                        planned.as_ref().map(Held::to_string).as_deref(),
                        wanted,
                        "{case}"
                    );
                    assert_eq!(step.held(&design, goal), planned, "{case}");
                    for seen in STATES {
                        let is_deployed = seen == ServerState::Deployed;
                        let wanted = expected(by, protect, goal, &action, risk, is_deployed);
                        assert_eq!(run(seen), wanted.map(told), "{case} {seen}");
                    }
                    kept += usize::from(planned.is_some());
                    asked += 1;
                }
            }
        }
    }
    assert_eq!((asked, kept), (720, 293));
}

#[test]
fn what_two_say_counts_together() {
    let design = design();
    let plan = |goal| {
        let mut plan = plan_of(&[("nobody-0", "release", &[]), ("nobody-0", "deploy", &[])]);
        plan.goal = goal;
        plan
    };
    let (free, one, other) = ("nobody-0", "nobody-1", "nobody-2");
    let as_free = |name: &str| {
        let hold = Holds::of(&design).0[&NodeName::new(name)].clone();
        Holds(BTreeMap::from([(NodeName::new(free), hold)]))
    };
    let mut holds = Holds::of(&design);
    let node = NodeName::new(free);
    let refused = |holds: &Holds, goal, step: usize| {
        let plan = plan(goal);
        holds.protects(&node, &plan, &plan.steps[step], ServerState::Ready)
    };
    assert_eq!(refused(&holds, Goal::Release, 0), None);
    holds.add(&as_free(one));
    assert!(refused(&holds, Goal::Release, 0).is_some());
    assert_eq!(refused(&holds, Goal::Redeploy, 1), None);
    holds.add(&as_free(other));
    assert!(refused(&holds, Goal::Release, 0).is_some());
    assert!(refused(&holds, Goal::Redeploy, 1).is_some());
    let before = holds.clone();
    holds.add(&as_free(one));
    assert_eq!(holds, before, "nothing is let go, nothing is said twice");
    holds.hold(node.clone());
    assert_eq!(
        holds.holds(&node, Risk::Disruptive).as_deref(),
        Some("nothing was done to nobody-0: it is held")
    );
    assert_eq!(holds.holds(&node, Risk::Reversible), None);
}
