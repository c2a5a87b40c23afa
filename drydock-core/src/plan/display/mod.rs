//! Plans as people and programs read them.

mod dot;
mod mermaid;
mod text;

use super::Plan;

/// How to show a plan.
#[derive(Debug, Clone, Copy)]
pub struct PlanDisplay<'a>(&'a Plan);

impl Plan {
    /// This plan to be shown.
    pub fn display(&self) -> PlanDisplay<'_> {
        PlanDisplay(self)
    }
}

impl PlanDisplay<'_> {
    /// Lines for a person to approve, a paragraph a target.
    pub fn text(self) -> String {
        text::text(self.0)
    }

    /// JSON: the plan as it is.
    pub fn json(self) -> String {
        serde_json::to_string_pretty(self.0).unwrap_or_default()
    }

    /// A graph for graphviz.
    pub fn dot(self) -> String {
        dot::dot(self.0)
    }

    /// A graph for Mermaid.
    pub fn mermaid(self) -> String {
        mermaid::mermaid(self.0)
    }
}
