//! A plan as a graph in the language of graphviz: a cluster a target, risk by colour.

use crate::{
    driver::Risk,
    plan::{Plan, Target},
};
use std::{collections::BTreeMap, fmt::Write};

pub(super) fn dot(plan: &Plan) -> String {
    let mut text =
        String::from("digraph plan {\n  rankdir=LR;\n  node [shape=box, style=filled];\n");
    let mut targets: BTreeMap<&Target, String> = BTreeMap::new();
    for step in &plan.steps {
        let line = targets.entry(&step.target).or_default();
        let label = format!("{}", step.action);
        // Writing to a String cannot fail.
        let _ = writeln!(
            line,
            "    s{} [label={}, fillcolor={}];",
            step.id,
            quoted(&label),
            color(step.risk)
        );
    }
    for (n, (target, steps)) in targets.iter().enumerate() {
        let label = quoted(&target.to_string());
        let _ = write!(
            text,
            "  subgraph cluster_{n} {{\n    label={label};\n{steps}  }}\n"
        );
    }
    for step in &plan.steps {
        for need in &step.needs {
            let _ = writeln!(text, "  s{need} -> s{};", step.id);
        }
    }
    text + "}\n"
}

fn color(risk: Risk) -> &'static str {
    match risk {
        Risk::Read => "white",
        Risk::Reversible => "palegreen",
        Risk::Disruptive => "khaki",
        Risk::Destructive => "salmon",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
