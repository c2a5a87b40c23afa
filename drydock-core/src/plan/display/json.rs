//! A plan as JSON, of a form that stays: keys are added, never renamed or taken away.

use super::{PlanDisplay, words::RISKS};
use crate::{
    driver::Risk,
    names::{PlanId, StepId},
    plan::{Goal, Step},
};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Written<'p> {
    id: &'p PlanId,
    goal: Goal,
    /// How many steps there are of each risk.
    risks: BTreeMap<Risk, usize>,
    /// How many nodes lose something for good.
    destroyed_nodes: usize,
    /// How long all of it is expected to take.
    expected_seconds: f64,
    /// The steps that decide how long.
    critical_path: Vec<StepId>,
    designs: &'p BTreeMap<String, String>,
    steps: Vec<WrittenStep<'p>>,
}

#[derive(Serialize)]
struct WrittenStep<'p> {
    #[serde(flatten)]
    step: &'p Step,
    expected: Expected,
}

/// When a step is expected to begin and end, in seconds from the beginning of the run.
#[derive(Serialize)]
struct Expected {
    start_seconds: f64,
    end_seconds: f64,
}

impl Serialize for PlanDisplay<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (plan, timing) = (self.plan, self.timing());
        let of = |risk| plan.steps.iter().filter(|step| step.risk == risk).count();
        let steps = plan.steps.iter().zip(&timing.steps);
        let steps = steps.map(|(step, (start, end))| WrittenStep {
            step,
            expected: Expected {
                start_seconds: start.as_secs_f64(),
                end_seconds: end.as_secs_f64(),
            },
        });
        Written {
            id: &plan.id,
            goal: plan.goal,
            risks: RISKS.into_iter().map(|risk| (risk, of(risk))).collect(),
            destroyed_nodes: plan.destroyed_nodes(),
            expected_seconds: timing.total.as_secs_f64(),
            critical_path: timing.critical_path,
            designs: &plan.designs,
            steps: steps.collect(),
        }
        .serialize(serializer)
    }
}
