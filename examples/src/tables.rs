//! What a run did, as a table: a line a target.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use drydock_core::{Outcome, Plan, names::StepId};
use std::collections::BTreeMap;

/// A line for each target: how many of its steps are done, and what failed and why.
pub fn outcome(plan: &Plan, outcome: &Outcome) -> String {
    #[derive(Default)]
    struct Line {
        steps: usize,
        done: usize,
        skipped: usize,
        failed: Option<String>,
    }
    let mut lines: BTreeMap<String, Line> = BTreeMap::new();
    let target = |step: &StepId| plan.steps[step.index()].target.to_string();
    plan.steps
        .iter()
        .for_each(|step| lines.entry(step.target.to_string()).or_default().steps += 1);
    outcome
        .done
        .iter()
        .for_each(|step| lines.entry(target(step)).or_default().done += 1);
    outcome
        .skipped
        .iter()
        .for_each(|step| lines.entry(target(step)).or_default().skipped += 1);
    for (step, reason) in &outcome.failed {
        let action = plan.steps[step.index()].action;
        lines.entry(target(step)).or_default().failed = Some(format!("{action}: {reason}"));
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["target", "steps done", "result", "why"]);
    for (target, line) in lines {
        let (result, why) = match line {
            Line {
                failed: Some(why), ..
            } => ("FAILED", why),
            Line { skipped: 0, .. } => ("done", String::new()),
            Line { .. } => ("skipped", "a step that it needs failed".to_owned()),
        };
        table.add_row([
            target,
            format!("{}/{}", line.done, line.steps),
            result.to_owned(),
            why,
        ]);
    }
    format!("{table}\n")
}
