//! A plan as a graph in the language of graphviz: racks and targets as clusters, risk by colour and outline, the critical
//! path in bold.

use super::{PlanDisplay, lanes, words};
use crate::{driver::Risk, names::StepId, plan::timing::spoken};
use std::{collections::BTreeSet, fmt::Write};

pub(super) fn dot(display: PlanDisplay<'_>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write_graph(&mut text, display);
    text
}

fn write_graph(text: &mut String, display: PlanDisplay<'_>) -> std::fmt::Result {
    let (plan, timing) = (display.plan, display.timing());
    let path: BTreeSet<StepId> = timing.critical_path.iter().copied().collect();
    let pairs: BTreeSet<(StepId, StepId)> = timing
        .critical_path
        .windows(2)
        .map(|pair| (pair[0], pair[1]))
        .collect();
    let title = format!(
        "Plan {}: {}, {} expected",
        plan.id,
        words::extent(plan),
        spoken(timing.total)
    );
    writeln!(
        text,
        "digraph plan {{\n  rankdir=LR;\n  label={};",
        quoted(&title)
    )?;
    writeln!(
        text,
        "  labelloc=t;\n  node [shape=box, fontname=Helvetica];"
    )?;
    let mut cluster = 0;
    for (n, group) in lanes::groups(plan, display.design).iter().enumerate() {
        if let Some(heading) = &group.heading {
            writeln!(
                text,
                "  subgraph cluster_g{n} {{\n  label={};",
                quoted(heading)
            )?;
        }
        for lane in &group.lanes {
            let label = quoted(&lane.target.to_string());
            writeln!(text, "  subgraph cluster_{cluster} {{\n    label={label};")?;
            cluster += 1;
            for step in &lane.steps {
                let takes = spoken(timing.takes(step.id));
                let label = quoted(&format!("{}\n{takes}", step.verb()));
                let width = if path.contains(&step.id) { 4 } else { 1 };
                writeln!(
                    text,
                    "    s{} [label={label}, tooltip={}, penwidth={width}, {}];",
                    step.id,
                    quoted(&step.reason),
                    look(step.risk)
                )?;
            }
            text.push_str("  }\n");
        }
        if group.heading.is_some() {
            text.push_str("  }\n");
        }
    }
    for step in &plan.steps {
        for need in &step.needs {
            let bold = match pairs.contains(&(*need, step.id)) {
                true => " [penwidth=4]",
                false => "",
            };
            writeln!(text, "  s{need} -> s{}{bold};", step.id)?;
        }
    }
    text.push_str("}\n");
    Ok(())
}

fn look(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => r##"style="filled,dashed", fillcolor="#ffffff""##,
        Risk::Reversible => r##"style="filled,rounded", fillcolor="#d7ebf9""##,
        Risk::Disruptive => r##"style="filled", shape=hexagon, fillcolor="#ffd58a""##,
        Risk::Destructive => {
            r##"style="filled", shape=octagon, peripheries=2, fillcolor="#9c1c1c", fontcolor="#ffffff""##
        }
    }
}

/// A quoted label. A line of it ends at `\n`; every other backslash stands for itself.
fn quoted(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let line = words::plain(line);
        line.replace('\\', "\\\\").replace('"', "\\\"")
    });
    format!("\"{}\"", lines.collect::<Vec<_>>().join("\\n"))
}
