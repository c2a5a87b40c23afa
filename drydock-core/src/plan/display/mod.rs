//! Plans as people and programs read them.
//!
//! Every form is a pure function of the plan and of what it is told here: the same bytes each time. What comes out of a
//! design or a driver is made harmless in each of them: it cannot move a cursor, hide, or end a quoted text.

mod dot;
mod json;
mod lanes;
mod mermaid;
mod svg;
mod text;
mod words;

use super::{
    Plan,
    timing::{Durations, Timing},
};
use crate::resolve::ResolvedDesign;

/// How to show a plan.
///
/// ```
/// # use drydock_core::{plan::timing::Durations, resolve::ResolvedDesign, Plan};
/// fn picture(plan: &Plan, design: &ResolvedDesign, learnt: &Durations) -> String {
///     plan.display().by_rack(design).expecting(learnt).svg()
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PlanDisplay<'a> {
    plan: &'a Plan,
    design: Option<&'a ResolvedDesign>,
    durations: Option<&'a Durations>,
    colored: bool,
    approve_with: Option<&'a str>,
    approved: bool,
}

impl Plan {
    /// This plan to be shown.
    pub fn display(&self) -> PlanDisplay<'_> {
        PlanDisplay {
            plan: self,
            design: None,
            durations: None,
            colored: false,
            approve_with: None,
            approved: false,
        }
    }
}

impl<'a> PlanDisplay<'a> {
    /// With nodes under the racks in which they stand by this design.
    #[must_use]
    pub fn by_rack(mut self, design: &'a ResolvedDesign) -> Self {
        self.design = Some(design);
        self
    }

    /// With the times that these tell; the standard ones otherwise.
    #[must_use]
    pub fn expecting(mut self, durations: &'a Durations) -> Self {
        self.durations = Some(durations);
        self
    }

    /// With ANSI colours in the text, for terminals. Whatever a colour says stands there in words too.
    #[must_use]
    pub fn colored(mut self, colored: bool) -> Self {
        self.colored = colored;
        self
    }

    /// With the command by which a person approves: what stands before the plan's id on its line, such as
    /// `deploy site/ --approve`.
    #[must_use]
    pub fn approve_with(mut self, command: &'a str) -> Self {
        self.approve_with = Some(command);
        self
    }

    /// Without how to approve, for a plan that somebody has approved.
    #[must_use]
    pub fn approved(mut self, approved: bool) -> Self {
        self.approved = approved;
        self
    }

    /// Lines for a person to approve: a paragraph a target, then what all of it puts at risk and how to approve it.
    pub fn text(self) -> String {
        text::text(self)
    }

    /// JSON, of a form that stays: see [docs/plans.md](https://github.com/drydock-rs/drydock/blob/main/docs/plans.md).
    pub fn json(self) -> String {
        serde_json::to_string_pretty(&self).unwrap_or_default()
    }

    /// A graph for graphviz: a cluster a target, risk by colour and outline, the critical path in bold.
    pub fn dot(self) -> String {
        dot::dot(self)
    }

    /// A flowchart for Mermaid: a subgraph a target, risk by colour and shape, the critical path in bold.
    pub fn mermaid(self) -> String {
        mermaid::mermaid(self)
    }

    /// A picture: a lane a node, a column for each step that has to come before, risk by colour and shape, the critical
    /// path marked. Of many nodes, those of a rack with the same steps share a lane.
    pub fn svg(self) -> String {
        svg::svg(self)
    }

    fn timing(&self) -> Timing {
        match self.durations {
            Some(durations) => Timing::of(self.plan, durations),
            None => Timing::of(self.plan, &Durations::default()),
        }
    }
}
