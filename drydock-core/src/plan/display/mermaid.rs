//! A plan as a Mermaid flowchart: a subgraph a target, risk by colour.

use crate::plan::{Plan, Target};
use std::{collections::BTreeMap, fmt::Write};

pub(super) fn mermaid(plan: &Plan) -> String {
    let mut text = String::from("flowchart LR\n");
    let mut targets: BTreeMap<&Target, String> = BTreeMap::new();
    for step in &plan.steps {
        let lines = targets.entry(&step.target).or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(
            lines,
            "    s{}[\"{}\"]:::{}",
            step.id,
            escaped(&step.action.to_string()),
            step.risk
        );
    }
    for (n, (target, steps)) in targets.iter().enumerate() {
        let _ = write!(
            text,
            "  subgraph t{n} [\"{}\"]\n{steps}  end\n",
            escaped(&target.to_string())
        );
    }
    for step in &plan.steps {
        for need in &step.needs {
            let _ = writeln!(text, "  s{need} --> s{}", step.id);
        }
    }
    text + "  classDef read fill:#fff\n  classDef reversible fill:#cfc\n  classDef disruptive fill:#fe9\n  classDef destructive fill:#f99\n"
}

/// Quotes end a Mermaid label, and `#` begins an entity.
fn escaped(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;")
}
