//! What a host adds to plans: steps of its own, before or after those that are planned.

use super::{
    Action, DesignedIdentity, Goal, Observations, Target,
    build::{
        Draft, Drafts,
        report::{left_out, without_identity},
    },
    held,
};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, quote},
    driver::{CustomAction, CustomStep, Drivers, NoDriver, PortPhase, Risk},
    names::NodeName,
    resolve::ResolvedDesign,
};
use smol_str::SmolStr;
use std::{collections::HashSet, fmt, sync::Arc};

/// Adds custom steps to a plan, and says what they come before and after.
///
/// It is pure: the same arguments give the same steps, in the same order. It is asked for every goal but
/// [`Goal::Verify`], once all steps of Drydock's own are there. It can add waiting and nothing else: no step and no edge is
/// taken away, no precondition loosened, and what a step is done to keeps its `hold`. A step that is added again in the
/// next plan, because the step that it belongs to is there again, has to be harmless when it is repeated.
pub trait PlanPass: fmt::Debug + Send + Sync + 'static {
    /// Stable name, for messages, such as `storage`.
    fn name(&self) -> &str;

    /// Adds to the plan what this design needs.
    fn add(&self, design: &ResolvedDesign, seen: &Observations, plan: &mut Additions<'_>);
}

/// A step of a plan that is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlannedStep(usize);

/// That one step comes before another, by whom it is said.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) first: usize,
    pub(super) then: usize,
    pub(super) pass: SmolStr,
}

/// A plan that is being made, as a [`PlanPass`] sees it.
#[derive(Debug)]
pub struct Additions<'a> {
    goal: Goal,
    steps: &'a mut Vec<Draft>,
    edges: &'a mut Vec<Edge>,
    pass: SmolStr,
}

impl Additions<'_> {
    /// What the plan is for.
    pub fn goal(&self) -> Goal {
        self.goal
    }

    /// Every step with this action, with its target; networks by name, then nodes by name.
    pub fn all(&self, action: impl Into<Action>) -> Vec<(PlannedStep, Target)> {
        let action = action.into();
        let steps = self.steps.iter().enumerate();
        let found = steps.filter(|(_, step)| step.action == action);
        found
            .map(|(at, step)| (PlannedStep(at), step.target.clone()))
            .collect()
    }

    /// The first step on this target with this action.
    pub fn find(&self, target: &Target, action: impl Into<Action>) -> Option<PlannedStep> {
        let action = action.into();
        let is_it = |step: &Draft| step.target == *target && step.action == action;
        self.steps.iter().position(is_it).map(PlannedStep)
    }

    /// The steps that set switch ports of this node up for this phase.
    pub fn ports(&self, node: &NodeName, phase: PortPhase) -> Vec<PlannedStep> {
        let is_it = |step: &Draft| {
            step.port
                .as_ref()
                .is_some_and(|port| port.node == *node && port.phase == phase)
        };
        let steps = self.steps.iter().enumerate();
        steps
            .filter(|(_, step)| is_it(step))
            .map(|(at, _)| PlannedStep(at))
            .collect()
    }

    /// Adds a step for this node, which has to be one that the plan is for. It waits for nothing yet.
    ///
    /// One that destroys is taken only where the driver sees the machine of the design, see
    /// [`StepDriver`](crate::driver::StepDriver), and left out where the design does not say which that is.
    pub fn add(
        &mut self,
        node: &NodeName,
        action: CustomAction,
        risk: Risk,
        reason: impl AsRef<str>,
    ) -> PlannedStep {
        let driver = action.driver().clone();
        let target = Target::Node(node.clone());
        let action = Action::Custom(action);
        self.steps
            .push(Draft::new(target, &driver, action, risk, reason.as_ref()));
        PlannedStep(self.steps.len() - 1)
    }

    /// Says that `then` begins only when `first` is done.
    pub fn order(&mut self, first: PlannedStep, then: PlannedStep) {
        if let Some(step) = self.steps.get_mut(then.0) {
            step.needs.push(first.0);
            let (first, then) = (first.0, then.0);
            self.edges.push(Edge {
                first,
                then,
                pass: self.pass.clone(),
            });
        }
    }
}

/// Lets every pass add its steps, and bars those that cannot or must not be taken, with all that waits for them.
pub(super) fn run(
    design: &ResolvedDesign,
    drivers: &Drivers,
    seen: &Observations,
    goal: Goal,
    passes: &[Arc<dyn PlanPass>],
    drafts: &mut Drafts<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Edge> {
    let mut edges = Vec::new();
    if goal == Goal::Verify {
        return edges;
    }
    let chosen: HashSet<&NodeName> = drafts.nodes.iter().map(|found| &found.node.name).collect();
    for pass in passes {
        let planned = drafts.steps.len();
        pass.add(
            design,
            seen,
            &mut Additions {
                goal,
                steps: &mut drafts.steps,
                edges: &mut edges,
                pass: pass.name().into(),
            },
        );
        for draft in &mut drafts.steps[planned..] {
            if draft.risk == Risk::Destructive {
                let node = draft.node().and_then(|name| design.nodes.get(name));
                draft.precondition.identity = node.and_then(|node| DesignedIdentity::of(node));
            }
            let objection = objection(design, drivers, goal, &chosen, pass.name(), draft);
            draft.barred = objection.is_some();
            diagnostics.extend(objection);
        }
    }
    // A step that is not there cannot be waited for.
    let steps = drafts.steps.len();
    for edge in edges.iter().filter(|edge| edge.first >= steps) {
        let step = &mut drafts.steps[edge.then];
        step.needs.retain(|need| *need < steps);
        step.barred = true;
    }
    edges
}

/// What stands against a custom step.
fn objection(
    design: &ResolvedDesign,
    drivers: &Drivers,
    goal: Goal,
    chosen: &HashSet<&NodeName>,
    pass: &str,
    draft: &Draft,
) -> Option<Diagnostic> {
    let (Action::Custom(action), Target::Node(name)) = (&draft.action, &draft.target) else {
        return None;
    };
    let Some(node) = design.nodes.get(name).filter(|_| chosen.contains(name)) else {
        let message = format!(
            "the pass {} adds `{action}` for {}, which the plan is not for",
            quote(pass),
            quote(name)
        );
        let diagnostic = Diagnostic::new(Code::UNSUPPORTED_ACTION, message);
        return Some(diagnostic.help("add steps for nodes that have some in this plan"));
    };
    if let Some(why) = held(design, node, goal, &draft.action, draft.risk) {
        return Some(left_out(node, &draft.action, draft.risk, &why));
    }
    if draft.risk == Risk::Destructive && draft.precondition.identity.is_none() {
        return Some(without_identity(design, node, draft));
    }
    let (code, message, help) = match drivers.step_of(&draft.driver) {
        Ok(driver) => {
            let why = driver
                .supports(&CustomStep::new(node.clone(), action.clone()))
                .err()?;
            let message = format!("{} does not support `{action}` here: {why}", draft.driver);
            let help = "change what the pass adds, or the node's design";
            (Code::UNSUPPORTED_ACTION, message, help)
        }
        Err(NoDriver::None) => {
            let message = format!("no step driver is called {}", quote(&draft.driver));
            (
                Code::NO_DRIVER,
                message,
                "register the driver of the steps that the pass adds",
            )
        }
        Err(NoDriver::Several(names)) => {
            let message = format!(
                "{} step drivers are called {}",
                names.len(),
                quote(&draft.driver)
            );
            (
                Code::SEVERAL_DRIVERS,
                message,
                "register one step driver of each name",
            )
        }
    };
    let span = design
        .documents
        .get(&node.id())
        .map(|document| document.name_span);
    let diagnostic = Diagnostic::new(code, message).about(&node.id());
    Some(diagnostic.at(span.unwrap_or_default(), "").help(help))
}
