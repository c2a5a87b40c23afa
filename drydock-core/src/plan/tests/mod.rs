//! Plans for the tests of whatever looks at plans: small ones by hand, and any.

use super::{Action, Goal, Plan, Precondition, Step, Target};
use crate::{
    driver::{BootDevice, NetworkAction, OobAction, Risk, ServerAction},
    names::{DriverName, NetworkName, NodeName, PlanId, StepId},
};
use proptest::prelude::*;

/// A plan of these steps: the target (`@` before a network), the word of an action, the numbers of what it needs.
pub(crate) fn plan_of(steps: &[(&str, &str, &[u32])]) -> Plan {
    let steps = steps
        .iter()
        .enumerate()
        .map(|(n, (target, action, needs))| {
            let (action, risk) = action_of(action);
            Step {
                port: None,
                id: StepId(n as u32),
                target: match target.strip_prefix('@') {
                    Some(network) => Target::Network(NetworkName::new(network)),
                    None => Target::Node(NodeName::new(*target)),
                },
                driver: DriverName::new("fake"),
                action,
                changes: Vec::new(),
                reason: "it is to be".to_owned(),
                risk,
                precondition: Precondition::default(),
                needs: needs.iter().map(|need| StepId(*need)).collect(),
            }
        });
    Plan {
        deployed: Default::default(),
        id: PlanId::new("0123456789abcdef"),
        goal: Goal::Deploy,
        designs: Default::default(),
        steps: steps.collect(),
    }
}

fn action_of(word: &str) -> (Action, Risk) {
    match word {
        "ensure" => (Action::Network(NetworkAction::Ensure), Risk::Reversible),
        "boot" => (
            Action::Oob(OobAction::NextBoot(BootDevice::Pxe)),
            Risk::Reversible,
        ),
        "off" => (Action::Oob(OobAction::PowerOff), Risk::Disruptive),
        "on" => (Action::Oob(OobAction::PowerOn), Risk::Disruptive),
        "commission" => (Action::Server(ServerAction::Commission), Risk::Disruptive),
        "storage" => (
            Action::Server(ServerAction::ConfigureStorage),
            Risk::Reversible,
        ),
        "network" => (
            Action::Server(ServerAction::ConfigureNetwork),
            Risk::Reversible,
        ),
        "deploy" => (Action::Server(ServerAction::Deploy), Risk::Destructive),
        "release" => (Action::Server(ServerAction::Release), Risk::Destructive),
        _ => (Action::Verify, Risk::Read),
    }
}

const WORDS: [&str; 10] = [
    "ensure",
    "boot",
    "off",
    "on",
    "commission",
    "storage",
    "network",
    "deploy",
    "release",
    "verify",
];

/// Any plan: of up to 60 steps on up to 12 targets, with names that nobody should choose.
pub(crate) fn any_plan() -> impl Strategy<Value = Plan> {
    let name = prop_oneof![
        4 => "[a-c][0-9]",
        1 => r#"[@a-z<>&"'\\#;\u{1b}\u{202e}\n\u{0}é漢]{0,40}"#,
    ];
    let targets = proptest::collection::vec((any::<bool>(), name), 1..12);
    let step = (
        any::<prop::sample::Index>(),
        0..WORDS.len(),
        proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
    );
    (targets, proptest::collection::vec(step, 0..60)).prop_map(|(targets, steps)| {
        let names: Vec<String> = targets
            .into_iter()
            .map(|(is_network, name)| match is_network {
                true => format!("@{name}"),
                false => name,
            })
            .collect();
        let needs = |n: usize, needs: &[prop::sample::Index]| {
            let mut needs: Vec<u32> = match n {
                0 => Vec::new(),
                _ => needs.iter().map(|need| need.index(n) as u32).collect(),
            };
            needs.sort_unstable();
            needs.dedup();
            needs
        };
        let needs: Vec<Vec<u32>> = steps
            .iter()
            .enumerate()
            .map(|(n, step)| needs(n, &step.2))
            .collect();
        let steps: Vec<(&str, &str, &[u32])> = steps
            .iter()
            .zip(&needs)
            .map(|((target, word, _), needs)| {
                let name = target.get(&names).as_str();
                (name, WORDS[*word], needs.as_slice())
            })
            .collect();
        plan_of(&steps)
    })
}
