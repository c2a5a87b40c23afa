//! A plan as text: what a person approves.

use super::{PlanDisplay, lanes, words};
use crate::{
    driver::Risk,
    names::StepId,
    plan::{
        Plan, Step, Target,
        timing::{Timing, spoken},
    },
};
use std::{
    collections::BTreeSet,
    fmt::{Result, Write},
};

/// More differences of one step than this are counted instead of listed.
const LISTED: usize = 4;
/// More nodes that lose something than this are counted; each is marked above.
const NAMED: usize = 48;
/// How wide the lists of names at the end are, in characters.
const WIDTH: usize = 96;

pub(super) fn text(display: PlanDisplay<'_>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_plan(&mut text, display);
    text
}

fn write_plan(text: &mut String, display: PlanDisplay<'_>) -> Result {
    let plan = display.plan;
    if plan.is_empty() {
        return writeln!(text, "Nothing to {}: everything is as designed.", plan.goal);
    }
    let timing = display.timing();
    let paint = Paint(display.colored);
    let actions = plan.steps.iter().map(|step| step.verb().to_string());
    let widest = actions.map(|action| action.chars().count()).max();
    let width = widest.unwrap_or_default().clamp(12, 32);
    for group in lanes::groups(plan, display.design) {
        let place = match &group.heading {
            Some(heading) => format!(", {}", words::plain(heading)),
            None => String::new(),
        };
        for lane in &group.lanes {
            let target = lane.target.to_string();
            writeln!(text, "{}{place}", paint.bold(&words::plain(&target)))?;
            for step in &lane.steps {
                write_step(text, plan, step, &timing, width, lane.target, paint)?;
            }
        }
    }
    write_totals(text, plan, &timing, paint)?;
    write_path(text, plan, &timing)?;
    if plan.destroyed_nodes() > 0 && !display.approved {
        match display.approve_with {
            Some(command) => writeln!(text, "\nTo carry it out: {command} {}", plan.id)?,
            None => writeln!(text, "\nTo carry it out, approve {}", plan.id)?,
        }
    }
    Ok(())
}

fn write_step(
    text: &mut String,
    plan: &Plan,
    step: &Step,
    timing: &Timing,
    width: usize,
    lane: &Target,
    paint: Paint,
) -> Result {
    let action = step.verb().to_string();
    let action = words::plain(&action);
    let mark = match step.risk {
        Risk::Destructive => "!!",
        _ => "  ",
    };
    let head = format!(
        "{mark} {:>4}  {action:<width$}  {:<11}",
        step.id.0,
        said(step.risk)
    );
    let takes = spoken(timing.takes(step.id));
    let on = match &step.target == lane {
        true => String::new(),
        false => format!("{}: ", words::plain(&step.target.to_string())),
    };
    let (reason, waits) = (words::plain(&step.reason), outside(plan, step));
    writeln!(
        text,
        "{} {takes:>7}  {on}{reason}{waits}",
        paint.risk(step.risk, &head)
    )?;
    for change in step.changes.iter().take(LISTED) {
        writeln!(text, "           {}", words::plain(&change.to_string()))?;
    }
    match step.changes.len().saturating_sub(LISTED) {
        0 => Ok(()),
        1 => writeln!(text, "           and 1 more difference"),
        more => writeln!(text, "           and {more} more differences"),
    }
}

fn write_totals(text: &mut String, plan: &Plan, timing: &Timing, paint: Paint) -> Result {
    let title = format!("Plan {}: {}", plan.id, words::extent(plan));
    writeln!(
        text,
        "\n{}, expected to take {}",
        paint.bold(&title),
        spoken(timing.total)
    )?;
    for risk in words::RISKS {
        let steps = plan.steps.iter().filter(|step| step.risk == risk).count();
        if steps == 0 {
            continue;
        }
        let mark = match risk {
            Risk::Destructive => "!!",
            _ => "  ",
        };
        let line = format!(
            "{mark} {steps:>5} {:<11}  {}",
            said(risk),
            words::meaning(risk)
        );
        writeln!(text, "{}", paint.risk(risk, &line))?;
        if risk == Risk::Destructive {
            write_destroyed(text, plan)?;
        }
    }
    Ok(())
}

/// Who loses something for good.
fn write_destroyed(text: &mut String, plan: &Plan) -> Result {
    let steps = plan
        .steps
        .iter()
        .filter(|step| step.risk == Risk::Destructive);
    let targets: BTreeSet<&Target> = steps.map(|step| &step.target).collect();
    let mut line = format!("            on {}:", words::count(targets.len(), "node"));
    for target in targets.iter().take(NAMED) {
        let name = target.to_string();
        let name = words::plain(&name);
        if line.chars().count() + 1 + name.chars().count() > WIDTH {
            writeln!(text, "{line}")?;
            line = " ".repeat(14);
        }
        line.push(' ');
        line.push_str(&name);
    }
    writeln!(text, "{line}")?;
    match targets.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => writeln!(
            text,
            "               and {more} more; each is marked !! above"
        ),
    }
}

/// What decides how long it takes: stretches on one target, one after the other.
fn write_path(text: &mut String, plan: &Plan, timing: &Timing) -> Result {
    let mut stretches: Vec<(&Step, &Step)> = Vec::new();
    let steps = timing.critical_path.iter();
    for step in steps.filter_map(|id: &StepId| plan.steps.get(id.index())) {
        match stretches.last_mut() {
            Some((first, last)) if first.target == step.target => *last = step,
            _ => stretches.push((step, step)),
        }
    }
    let shown = |(first, last): &(&Step, &Step)| match first.id == last.id {
        true => format!("{}: {}", first.target, first.verb()),
        false => format!("{}: {} to {}", first.target, first.verb(), last.verb()),
    };
    let shown: Vec<String> = stretches.iter().map(shown).collect();
    let shown = shown.join(", then ");
    writeln!(text, "   The critical path: {}", words::plain(&shown))
}

/// The steps on other targets that a step waits for.
fn outside(plan: &Plan, step: &Step) -> String {
    let others = step.needs.iter().filter(|need| {
        let need = plan.steps.get(need.index());
        need.is_some_and(|need| need.target != step.target)
    });
    let others: Vec<String> = others.map(|need| need.to_string()).collect();
    match others.is_empty() {
        true => String::new(),
        false => format!("; after {}", others.join(", ")),
    }
}

fn said(risk: Risk) -> String {
    match risk {
        Risk::Destructive => "DESTRUCTIVE".to_owned(),
        other => other.to_string(),
    }
}

/// ANSI colours, where they are wanted.
#[derive(Debug, Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        match self.0 {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn risk(self, risk: Risk, text: &str) -> String {
        match risk {
            Risk::Destructive => self.with("1;31", text),
            Risk::Disruptive => self.with("33", text),
            Risk::Reversible => text.to_owned(),
            Risk::Read => self.with("2", text),
        }
    }
}
