//! From a run's commands to driver calls. Asynchronous, but without runtime, clock or task: whoever polls these futures
//! decides what time is.

use super::Observation;
use crate::{
    driver::{
        Context, CustomStep, DriverError, Drivers, ErrorKind, NetworkDriver, NetworkTarget,
        OobAction, OobDriver, OobObservation, PowerAction, PowerState, Progress, ServerDriver,
        StepDriver,
    },
    names::StepId,
    plan::{Action, ObservedAs, Plan, Step},
    resolve::{ResolvedDesign, ResolvedNode},
};
use std::{sync::Arc, time::Duration};

/// How long after a power request the power is looked at.
const POWER_POLL: Duration = Duration::from_millis(500);

/// What driver calls need to know of a run.
#[derive(Debug, Clone)]
pub struct Dispatch {
    /// The resolved design.
    pub design: Arc<ResolvedDesign>,
    /// The drivers.
    pub drivers: Arc<Drivers>,
    /// The plan.
    pub plan: Arc<Plan>,
}

fn missing(what: impl std::fmt::Display) -> DriverError {
    DriverError::new(
        ErrorKind::Internal,
        format!("{what} is in the plan but not at hand; plan again"),
    )
}

/// The one answer a bulk observation owes for each target; a driver that answers too little has a bug.
fn one_each<O>(
    steps: &[StepId],
    seen: Vec<Result<O, DriverError>>,
) -> Vec<(StepId, Result<O, DriverError>)> {
    let mut seen = seen.into_iter();
    let answer = |step: &StepId| {
        let short = || {
            Err(DriverError::new(
                ErrorKind::Internal,
                "the driver gave fewer answers than it was asked for",
            ))
        };
        (*step, seen.next().unwrap_or_else(short))
    };
    steps.iter().map(answer).collect()
}

impl Dispatch {
    fn step(&self, step: StepId) -> &Step {
        &self.plan.steps[step.index()]
    }

    fn node(&self, step: &Step) -> Result<&Arc<ResolvedNode>, DriverError> {
        self.design
            .nodes
            .get(step.target.name())
            .ok_or_else(|| missing(&step.target))
    }

    /// The network by the design, or the switch port as the plan has it.
    fn network(&self, step: &Step) -> Result<NetworkTarget, DriverError> {
        if let Some(port) = &step.port {
            return Ok(NetworkTarget::Port(port.clone()));
        }
        let network = self.design.networks.get(step.target.name()).cloned();
        network
            .map(NetworkTarget::Network)
            .ok_or_else(|| missing(&step.target))
    }

    fn custom(&self, step: &Step) -> Result<CustomStep, DriverError> {
        match &step.action {
            Action::Custom(action) => Ok(CustomStep::new(self.node(step)?.clone(), action.clone())),
            _ => Err(missing(&step.action)),
        }
    }

    fn server_driver(&self, step: &Step) -> Result<&Arc<dyn ServerDriver>, DriverError> {
        self.drivers
            .server_named(&step.driver)
            .ok_or_else(|| missing(&step.driver))
    }

    fn network_driver(&self, step: &Step) -> Result<&Arc<dyn NetworkDriver>, DriverError> {
        self.drivers
            .network_named(&step.driver)
            .ok_or_else(|| missing(&step.driver))
    }

    fn step_driver(&self, step: &Step) -> Result<&Arc<dyn StepDriver>, DriverError> {
        self.drivers
            .step_of(&step.driver)
            .map_err(|_| missing(&step.driver))
    }

    fn oob_driver(&self, step: &Step) -> Result<&Arc<dyn OobDriver>, DriverError> {
        self.drivers
            .oob_named(&step.driver)
            .ok_or_else(|| missing(&step.driver))
    }

    /// Observes the targets of steps that one driver serves; one answer a step, in their order.
    pub async fn observe(
        &self,
        cx: &Context,
        steps: &[StepId],
    ) -> Vec<(StepId, Result<Observation, DriverError>)> {
        let Some(first) = steps.first().map(|step| self.step(*step)) else {
            return Vec::new();
        };
        let answers = match first.observed_as() {
            ObservedAs::Network => self.observe_networks(cx, steps).await,
            ObservedAs::Machine => self.observe_oob(cx, steps).await,
            ObservedAs::Server => self.observe_servers(cx, steps).await,
            ObservedAs::Custom => self.observe_custom(cx, steps).await,
        };
        answers.unwrap_or_else(|error| {
            let again = || DriverError::new(error.kind(), error.to_string());
            steps.iter().map(|step| (*step, Err(again()))).collect()
        })
    }

    fn nodes(&self, steps: &[StepId]) -> Result<Vec<Arc<ResolvedNode>>, DriverError> {
        steps
            .iter()
            .map(|step| self.node(self.step(*step)).cloned())
            .collect()
    }

    async fn observe_servers(
        &self,
        cx: &Context,
        steps: &[StepId],
    ) -> Result<Observed, DriverError> {
        let seen = self
            .server_driver(self.step(steps[0]))?
            .observe(cx, &self.nodes(steps)?)
            .await;
        Ok(one_each(steps, seen)
            .into_iter()
            .map(|(step, seen)| (step, seen.map(Observation::Server)))
            .collect())
    }

    async fn observe_oob(&self, cx: &Context, steps: &[StepId]) -> Result<Observed, DriverError> {
        let seen = self
            .oob_driver(self.step(steps[0]))?
            .observe(cx, &self.nodes(steps)?)
            .await;
        Ok(one_each(steps, seen)
            .into_iter()
            .map(|(step, seen)| (step, seen.map(Observation::Oob)))
            .collect())
    }

    async fn observe_networks(
        &self,
        cx: &Context,
        steps: &[StepId],
    ) -> Result<Observed, DriverError> {
        let targets = steps.iter().map(|step| self.network(self.step(*step)));
        let targets = targets.collect::<Result<Vec<_>, _>>()?;
        let seen = self
            .network_driver(self.step(steps[0]))?
            .observe(cx, &targets)
            .await;
        Ok(one_each(steps, seen)
            .into_iter()
            .map(|(step, seen)| (step, seen.map(Observation::Network)))
            .collect())
    }

    async fn observe_custom(
        &self,
        cx: &Context,
        steps: &[StepId],
    ) -> Result<Observed, DriverError> {
        let targets = steps.iter().map(|step| self.custom(self.step(*step)));
        let targets = targets.collect::<Result<Vec<_>, _>>()?;
        let seen = self
            .step_driver(self.step(steps[0]))?
            .observe(cx, &targets)
            .await;
        Ok(one_each(steps, seen)
            .into_iter()
            .map(|(step, seen)| (step, seen.map(Observation::Custom)))
            .collect())
    }

    /// Takes a step once.
    ///
    /// # Errors
    /// As the driver says.
    pub async fn apply(
        &self,
        cx: &Context,
        step: StepId,
        seen: &Observation,
        asked: bool,
    ) -> Result<Progress, DriverError> {
        let step = self.step(step);
        match (&step.action, seen) {
            (Action::Verify, seen) => self.verify(step, seen),
            (Action::Server(action), Observation::Server(seen)) => {
                self.server_driver(step)?
                    .apply(cx, self.node(step)?, *action, seen)
                    .await
            }
            (Action::Network(action), Observation::Network(seen)) => {
                let target = self.network(step)?;
                self.network_driver(step)?
                    .apply(cx, &target, *action, seen)
                    .await
            }
            (Action::Custom(_), Observation::Custom(seen)) => {
                let target = self.custom(step)?;
                self.step_driver(step)?.apply(cx, &target, seen).await
            }
            (Action::Oob(action), Observation::Oob(seen)) => {
                converge(
                    cx,
                    self.oob_driver(step)?.as_ref(),
                    self.node(step)?,
                    *action,
                    seen,
                    asked,
                )
                .await
            }
            _ => Err(DriverError::new(
                ErrorKind::Internal,
                "an observation of another kind was handed over",
            )),
        }
    }

    fn verify(&self, step: &Step, seen: &Observation) -> Result<Progress, DriverError> {
        let changes = match seen {
            Observation::Server(seen) => self
                .server_driver(step)?
                .differences(self.node(step)?, seen),
            Observation::Network(seen) => {
                let target = self.network(step)?;
                self.network_driver(step)?.differences(&target, seen)
            }
            Observation::Oob(_) | Observation::Custom(_) => Vec::new(),
        };
        if changes.is_empty() {
            return Ok(Progress::Done);
        }
        let listed: Vec<String> = changes.iter().take(5).map(ToString::to_string).collect();
        let more = changes.len().saturating_sub(listed.len());
        let more = if more > 0 {
            format!("; and {more} more")
        } else {
            String::new()
        };
        let message = format!(
            "{} differs from its design: {}{more}",
            step.target,
            listed.join("; ")
        );
        Err(DriverError::new(ErrorKind::Rejected, message))
    }
}

type Observed = Vec<(StepId, Result<Observation, DriverError>)>;

/// Asks for what is not so, and is done when it was seen to be so: a BMC's "ok" is never taken for the deed.
async fn converge(
    cx: &Context,
    driver: &dyn OobDriver,
    node: &ResolvedNode,
    action: OobAction,
    seen: &OobObservation,
    asked: bool,
) -> Result<Progress, DriverError> {
    let (goal, request) = match action {
        OobAction::PowerOff => (PowerState::Off, PowerAction::Off),
        OobAction::PowerOn => (PowerState::On, PowerAction::On),
        OobAction::NextBoot(device) => {
            // Where the next boot device cannot be read, the BMC's word has to do.
            let is_set = seen.next_boot == Some(device) || (asked && seen.next_boot.is_none());
            if is_set {
                return Ok(Progress::Done);
            }
            driver.set_next_boot(cx, node, device).await?;
            return Ok(Progress::waiting(
                format!("asked to boot from {device} next"),
                Duration::ZERO,
            ));
        }
    };
    if seen.power == goal {
        return Ok(Progress::Done);
    }
    driver.set_power(cx, node, request).await?;
    Ok(Progress::waiting(
        format!("asked for power {goal}, it is {}", seen.power),
        POWER_POLL,
    ))
}
