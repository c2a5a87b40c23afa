//! What every step driver keeps to.

use super::{Findings, MAX_CALLS, Violation, looking};
use crate::{
    driver::{Context, CustomObservation, CustomStep, DriverError, Progress, StepDriver},
    plan::DesignedIdentity,
};
use std::time::Duration;

/// Takes the steps and gives back every obligation that the driver does not keep to.
///
/// Takes at least two steps that are not done yet, for the order of answers to tell. `pass_time` ends when so much time has
/// passed in the world that the driver reaches.
pub async fn step(
    driver: &dyn StepDriver,
    steps: &[CustomStep],
    pass_time: impl AsyncFn(Duration),
) -> Vec<Violation> {
    suite(driver, steps, pass_time, false).await
}

/// The same for steps that destroy: of each, the driver has to tell which machine it would strike, or no run takes it.
///
/// The nodes of the steps that it supports need a serial number or a boot MAC, and the world has the designed machines.
pub async fn destructive_step(
    driver: &dyn StepDriver,
    steps: &[CustomStep],
    pass_time: impl AsyncFn(Duration),
) -> Vec<Violation> {
    suite(driver, steps, pass_time, true).await
}

async fn suite(
    driver: &dyn StepDriver,
    steps: &[CustomStep],
    pass_time: impl AsyncFn(Duration),
    destroys: bool,
) -> Vec<Violation> {
    let mut suite = Suite {
        driver,
        steps,
        pass_time,
        destroys,
        found: Findings::default(),
    };
    suite.found.name(|| driver.name());
    suite.at_rest().await;
    for step in steps {
        match driver.supports(step) {
            Ok(()) => suite.take(step).await,
            Err(unsupported) => suite.refusal(step, &unsupported.reason).await,
        }
    }
    suite.found.0
}

struct Suite<'a, P> {
    driver: &'a dyn StepDriver,
    steps: &'a [CustomStep],
    pass_time: P,
    /// The steps destroy something.
    destroys: bool,
    found: Findings,
}

impl<P: AsyncFn(Duration)> Suite<'_, P> {
    /// What holds whenever nothing is under way: looking changes nothing, and answers come in order.
    async fn at_rest(&mut self) {
        let mut alone = Vec::new();
        for step in self.steps {
            alone.push(self.observed(step).await);
        }
        let driver = self.driver;
        let observe = async |steps: &[CustomStep]| driver.observe(&looking(), steps).await;
        self.found
            .at_rest(self.steps, &alone, what, observe, |a, b| a == b)
            .await;
    }

    /// What `supports` refuses, `apply` refuses too.
    async fn refusal(&mut self, step: &CustomStep, reason: &str) {
        let Some(seen) = self.observed(step).await else {
            return;
        };
        let answer = self.apply(step, &seen, "refusal").await;
        self.found
            .refused((&what(step), &step.node.name), reason, &answer);
    }

    /// From the first call to Done, and what must hold then.
    async fn take(&mut self, step: &CustomStep) {
        if !self.until_done(step).await {
            return;
        }
        let Some(seen) = self.observed(step).await else {
            return;
        };
        self.identified(step, &seen);
        let rule = "Done means that the goal is reached";
        self.found.demand(seen.is_done, rule, || {
            format!("{}: Done, and seen is {seen:?}", what(step))
        });
        // By the same step, as after a crash, and by another, as in a later run.
        for operation in ["take", "take again"] {
            let Some(before) = self.observed(step).await else {
                return;
            };
            let answer = self.apply(step, &before, operation).await;
            let after = self.observed(step).await;
            self.found
                .again(&what(step), &answer, &before, after.as_ref());
        }
        self.at_rest().await;
    }

    /// Calls until Done; whether it came to that.
    async fn until_done(&mut self, step: &CustomStep) -> bool {
        for _ in 0..MAX_CALLS {
            let Some(seen) = self.observed(step).await else {
                return false;
            };
            self.identified(step, &seen);
            let key = seen.operation.as_deref();
            let own = key.is_none_or(|key| key == operation(step, "take"));
            let rule = "an operation key that is reported is the one that was left";
            self.found
                .demand(own, rule, || format!("{}: {key:?}", what(step)));
            let answer = self.apply(step, &seen, "take").await;
            let target = (&*what(step), step.node.name.as_str());
            let Some(pause) = self.found.pause(target, &answer) else {
                return matches!(answer, Ok(Progress::Done));
            };
            (self.pass_time)(pause).await;
        }
        self.found.endless(&what(step));
        false
    }

    /// What is told of the machine is true, and told where the step destroys.
    fn identified(&mut self, step: &CustomStep, seen: &CustomObservation) {
        let rule = "a destructive step's observation tells which machine it would strike";
        let is_told = seen.identity.is_some() || !self.destroys;
        self.found.demand(is_told, rule, || {
            format!("{}: seen is {seen:?}", what(step))
        });
        let designed = DesignedIdentity::of(&step.node);
        let is_known = designed.is_some() || !self.destroys;
        let rule = "a node of a destructive step has a serial number or a boot MAC";
        self.found.demand(is_known, rule, || what(step));
        if let Some((designed, seen)) = designed.zip(seen.identity.as_ref()) {
            let rule = "an identity that is told is that of the step's machine";
            self.found.demand(designed.is(seen), rule, || {
                format!("{}: {seen:?}, designed is {designed:?}", what(step))
            });
        }
    }

    async fn apply(
        &self,
        step: &CustomStep,
        seen: &CustomObservation,
        key: &str,
    ) -> Result<Progress, DriverError> {
        let cx = Context::detached(operation(step, key));
        self.driver.apply(&cx, step, seen).await
    }

    async fn observed(&mut self, step: &CustomStep) -> Option<CustomObservation> {
        let observe = async || {
            self.driver
                .observe(&looking(), std::slice::from_ref(step))
                .await
        };
        self.found
            .observed(&step.node.name, &self.pass_time, observe)
            .await
    }
}

fn what(step: &CustomStep) -> String {
    format!("{}: {}", step.node.name, step.action)
}

fn operation(step: &CustomStep, key: &str) -> String {
    format!("conformance/{}/{}/{key}", step.node.name, step.action)
}
