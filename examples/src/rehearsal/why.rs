//! Why a node did not come as far as it was designed to, and whether a fault that was put in explains it.

use drydock_core::{
    Plan,
    names::StepId,
    testing::simulator::{Ended, Fault},
};
use drydock_noop::{Faults, SimulatedSite};
use std::collections::BTreeMap;

/// Why the run ended otherwise than designed: for each reason the targets it is the reason of. What follows from others
/// is not in it.
pub type Reasons = BTreeMap<String, Vec<String>>;

/// What the simulated run knows of itself.
#[derive(Debug)]
pub struct Rehearsed<'a> {
    /// What was to be done.
    pub plan: &'a Plan,
    /// What came of it.
    pub ended: &'a Ended,
    /// Where it was done.
    pub site: &'a SimulatedSite,
    /// What was to go wrong there.
    pub faults: &'a Faults,
}

/// The reasons that a fault explains, and those that none does.
pub fn reasons(of: &Rehearsed<'_>) -> (Reasons, Reasons) {
    let (mut explained, mut open) = (Reasons::new(), Reasons::new());
    let outcome = &of.ended.outcome;
    for (step, reason) in &outcome.failed {
        let target = of.target(*step);
        let text = told(reason, &target);
        match of.explains_failure(&target, reason) {
            true => explained.entry(text).or_default().push(target),
            false => open.entry(text).or_default().push(target),
        }
    }
    let has_roots = !outcome.failed.is_empty();
    let is_held = of.ended.met.contains_key(&Fault::DesignChange);
    for (step, reason) in &outcome.skipped {
        let target = of.target(*step);
        if reason.contains("which it needs") {
            continue;
        }
        let text = told(reason, &target);
        let follows = has_roots || is_held;
        let is_explained = is_held && reason.contains(": it is held")
            || follows && (reason.contains("did not come back") || reason.contains("have failed"));
        let reasons = match is_explained {
            true => &mut explained,
            false => &mut open,
        };
        reasons.entry(text).or_default().push(target);
    }
    for targets in explained.values_mut().chain(open.values_mut()) {
        targets.sort_unstable();
        targets.dedup();
    }
    (explained, open)
}

/// A reason without the name of what it is the reason of, so that it can be counted.
fn told(reason: &str, target: &str) -> String {
    let named = format!("{target}: ");
    let words = reason.strip_prefix(&named).unwrap_or(reason).split(' ');
    let words = words.map(|word| match word.strip_prefix(target) {
        Some(rest @ ("" | ":" | ",")) => format!("it{rest}"),
        _ => word.to_owned(),
    });
    let without = words.collect::<Vec<_>>().join(" ");
    match without.strip_prefix("nothing was done to it: it is held") {
        Some(_) => "the design changed midway and holds it".to_owned(),
        None => without,
    }
}

impl Rehearsed<'_> {
    fn target(&self, step: StepId) -> String {
        self.plan.steps[step.index()].target.name().to_owned()
    }

    fn explains_failure(&self, target: &str, reason: &str) -> bool {
        let mut broken = self.faults.broken_nodes();
        let is_broken = broken.any(|(node, cause)| &**node == target && reason.contains(cause));
        let met = |faults: &[Fault]| faults.iter().any(|it| self.ended.met.contains_key(it));
        let is_of_wire = [
            (
                "no answer within",
                &[Fault::LostRequest, Fault::LostAnswer, Fault::LateAnswer][..],
            ),
            ("not done within", &[Fault::LateAnswer]),
            ("busy", &[Fault::Busy]),
            ("nobody answers", &[Fault::Unavailable]),
        ];
        let is_of_wire = is_of_wire
            .iter()
            .any(|(words, faults)| reason.contains(words) && met(faults));
        is_broken || is_of_wire || !self.site.faults_of(target).is_empty()
    }
}
