//! Tables: what a run did, a line a target; what a query found, a line a document.

use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use drydock_core::{Outcome, Plan, names::StepId, resolve::Row, source::Value};
use std::collections::BTreeMap;

/// A line for each target: how many of its steps are done, and what failed and why.
pub fn outcome(plan: &Plan, outcome: &Outcome) -> String {
    #[derive(Default)]
    struct Line {
        steps: usize,
        done: usize,
        skipped: Option<String>,
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
    for (step, reason) in &outcome.skipped {
        let line = lines.entry(target(step)).or_default();
        line.skipped.get_or_insert_with(|| reason.clone());
    }
    for (step, reason) in &outcome.failed {
        let action = plan.steps[step.index()].verb();
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
            Line {
                skipped: Some(why), ..
            } => ("skipped", why),
            Line { .. } => ("done", String::new()),
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

/// A line for each row of a query, a column for each field; secrets struck out.
pub fn rows(rows: &[Row]) -> String {
    let Some(first) = rows.first() else {
        return "nothing is chosen\n".to_owned();
    };
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let fields = first.fields.iter().map(|(field, _)| field.to_string());
    table.set_header(["name".to_owned()].into_iter().chain(fields));
    for row in rows {
        let cells = row
            .fields
            .iter()
            .map(|(_, value)| value.as_ref().map_or_else(String::new, cell));
        table.add_row([row.id.name.to_string()].into_iter().chain(cells));
    }
    format!("{table}\n")
}

/// A single value as it is; a list of them with commas; what is deeper as JSON.
fn cell(value: &Value) -> String {
    let single = |value: &Value| value.as_scalar().map(|scalar| scalar.shown().to_string());
    let items = || {
        value
            .as_list()?
            .iter()
            .map(single)
            .collect::<Option<Vec<_>>>()
    };
    single(value)
        .or_else(|| Some(items()?.join(", ")))
        .unwrap_or_else(|| serde_json::to_string(value).unwrap_or_default())
}
