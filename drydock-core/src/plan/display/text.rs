//! A plan as text: what a person approves.

use crate::{
    driver::Risk,
    plan::{Plan, Step, Target},
};
use std::{collections::BTreeMap, fmt::Write};

/// More differences of one step than this are counted instead of listed.
const LISTED: usize = 4;

pub(super) fn text(plan: &Plan) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_plan(&mut text, plan);
    text
}

fn write_plan(text: &mut String, plan: &Plan) -> std::fmt::Result {
    if plan.is_empty() {
        return writeln!(text, "Nothing to {}: everything is as designed.", plan.goal);
    }
    let mut targets: BTreeMap<&Target, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        targets.entry(&step.target).or_default().push(step);
    }
    for (target, steps) in &targets {
        writeln!(text, "{target}")?;
        for step in steps {
            let action = step.action.to_string();
            let waits = outside(plan, step);
            writeln!(
                text,
                "  {:>4}  {action:<22}{:<13}{}{waits}",
                step.id, step.risk, step.reason
            )?;
            for change in step.changes.iter().take(LISTED) {
                writeln!(text, "        {change}")?;
            }
            if step.changes.len() > LISTED {
                writeln!(
                    text,
                    "        and {} more differences",
                    step.changes.len() - LISTED
                )?;
            }
        }
    }
    let count = |risk| plan.steps.iter().filter(|step| step.risk == risk).count();
    let risks = [
        Risk::Destructive,
        Risk::Disruptive,
        Risk::Reversible,
        Risk::Read,
    ];
    let risks: Vec<String> = risks
        .into_iter()
        .filter(|&risk| count(risk) > 0)
        .map(|risk| format!("{} {risk}", count(risk)))
        .collect();
    let (steps, targets) = (plan.steps.len(), targets.len());
    writeln!(
        text,
        "\nPlan {}: to {} {targets} targets in {steps} steps ({})",
        plan.id,
        plan.goal,
        risks.join(", ")
    )
}

/// The steps on other targets that a step waits for.
fn outside(plan: &Plan, step: &Step) -> String {
    let others = step
        .needs
        .iter()
        .filter(|need| plan.steps[need.index()].target != step.target);
    let others: Vec<String> = others.map(|need| need.to_string()).collect();
    if others.is_empty() {
        String::new()
    } else {
        format!("; after {}", others.join(", "))
    }
}
