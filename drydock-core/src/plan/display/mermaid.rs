//! A plan as a Mermaid flowchart: racks and targets as subgraphs, risk by colour and shape, the critical path in bold.

use super::{PlanDisplay, lanes, words};
use crate::{driver::Risk, names::StepId, plan::timing::spoken};
use std::{collections::BTreeSet, fmt::Write};

const CLASSES: &str = "  classDef read fill:#ffffff,stroke:#5b6770,stroke-dasharray:4
  classDef reversible fill:#d7ebf9,stroke:#2b6ca3
  classDef disruptive fill:#ffd58a,stroke:#8f5b00
  classDef destructive fill:#9c1c1c,stroke:#5c0f0f,color:#ffffff
";

pub(super) fn mermaid(display: PlanDisplay<'_>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_chart(&mut text, display);
    text
}

fn write_chart(text: &mut String, display: PlanDisplay<'_>) -> std::fmt::Result {
    let (plan, timing) = (display.plan, display.timing());
    text.push_str("flowchart LR\n");
    let mut subgraph = 0;
    for (n, group) in lanes::groups(plan, display.design).iter().enumerate() {
        if let Some(heading) = &group.heading {
            writeln!(text, "  subgraph g{n} [\"{}\"]", escaped(heading))?;
        }
        for lane in &group.lanes {
            let label = escaped(&lane.target.to_string());
            writeln!(text, "  subgraph t{subgraph} [\"{label}\"]")?;
            subgraph += 1;
            for step in &lane.steps {
                let (action, takes) = (step.verb().to_string(), spoken(timing.takes(step.id)));
                let label = format!("{}<br>{}", escaped(&action), escaped(&takes));
                let (open, close) = shape(step.risk);
                writeln!(
                    text,
                    "    s{}{open}\"{label}\"{close}:::{}",
                    step.id, step.risk
                )?;
            }
            text.push_str("  end\n");
        }
        if group.heading.is_some() {
            text.push_str("  end\n");
        }
    }
    let pairs: BTreeSet<(StepId, StepId)> = timing
        .critical_path
        .windows(2)
        .map(|pair| (pair[0], pair[1]))
        .collect();
    let mut bold = Vec::new();
    let mut link = 0;
    for step in &plan.steps {
        for need in &step.needs {
            writeln!(text, "  s{need} --> s{}", step.id)?;
            if pairs.contains(&(*need, step.id)) {
                bold.push(link.to_string());
            }
            link += 1;
        }
    }
    text.push_str(CLASSES);
    if !bold.is_empty() {
        writeln!(
            text,
            "  linkStyle {} stroke:#7b2d8b,stroke-width:4px",
            bold.join(",")
        )?;
    }
    let path: Vec<String> = timing
        .critical_path
        .iter()
        .map(|id| format!("s{id}"))
        .collect();
    if !path.is_empty() {
        writeln!(text, "  classDef critical stroke:#7b2d8b,stroke-width:4px")?;
        writeln!(text, "  class {} critical", path.join(","))?;
    }
    Ok(())
}

fn shape(risk: Risk) -> (&'static str, &'static str) {
    match risk {
        Risk::Read => ("([", "])"),
        Risk::Reversible => ("(", ")"),
        Risk::Disruptive => ("{{", "}}"),
        Risk::Destructive => ("[[", "]]"),
    }
}

/// Mermaid takes labels for HTML or Markdown and looks for directives in them: all but letters, figures and what is
/// harmless between them is written by its number.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in words::plain(text).chars() {
        match c {
            ' ' | '.' | ',' | ':' | '-' | '+' => escaped.push(c),
            c if c.is_alphanumeric() => escaped.push(c),
            c => escaped.push_str(&format!("#{};", c as u32)),
        }
    }
    escaped
}
