//! A step driver, and step drivers that are broken in one way each.
#![allow(clippy::unwrap_used)]

use crate::{found_out, no_time, nodes, rule, site};
use drydock_core::{
    async_trait,
    driver::{
        Context, CustomAction, CustomObservation, CustomStep, DriverError, ErrorKind, Identity,
        Progress, StepDriver, Unsupported,
    },
    testing::conformance::{self, Violation},
};
use std::{collections::BTreeMap, sync::Mutex, time::Duration};

/// In which way a driver is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutant {
    None,
    NameWithSpace,
    AnswersInReverse,
    AnswerMissing,
    ObserveChanges,
    DoneTooEarly,
    NeverDone,
    NotIdempotent,
    KeyOfAnother,
    DoesWhatItDoesNotSupport,
    ErrorWithoutName,
    TellsNoIdentity,
    TellsAnotherIdentity,
}

/// Exports volumes in two calls, to compute nodes alone; broken as told. A volume is there or on its way, and counts its
/// exports.
#[derive(Debug)]
struct Array {
    mutant: Mutant,
    volumes: Mutex<BTreeMap<String, (bool, u32, String)>>,
}

impl Array {
    fn is(&self, mutant: Mutant) -> bool {
        self.mutant == mutant
    }

    /// With whose volume it is, as it was registered when the machines were racked.
    fn of(&self, step: &CustomStep, seen: CustomObservation) -> CustomObservation {
        let racked = step.node.spec.metadata.boot_mac.into_iter().collect();
        match self.mutant {
            Mutant::TellsNoIdentity => seen,
            Mutant::TellsAnotherIdentity => {
                seen.identity(Identity::new(Some("ANOTHER".into()), racked))
            }
            _ => seen.identity(Identity::new(None, racked)),
        }
    }
}

#[async_trait]
impl StepDriver for Array {
    fn name(&self) -> &str {
        match self.is(Mutant::NameWithSpace) {
            true => "an array",
            false => "array",
        }
    }

    fn supports(&self, step: &CustomStep) -> Result<(), Unsupported> {
        match step.node.label("role") {
            Some("compute") => Ok(()),
            _ => Err(Unsupported::new("it exports to compute nodes")),
        }
    }

    async fn observe(
        &self,
        _: &Context,
        steps: &[CustomStep],
    ) -> Vec<Result<CustomObservation, DriverError>> {
        let mut volumes = self.volumes.lock().unwrap();
        let mut see = |step: &CustomStep| {
            let Some((done, exports, key)) = volumes.get_mut(&*step.node.name) else {
                return Ok(self.of(step, CustomObservation::new(false)));
            };
            *exports += u32::from(self.is(Mutant::ObserveChanges));
            let done = *done && !self.is(Mutant::NeverDone);
            let seen = CustomObservation::new(done).fact("exports", exports.to_string());
            Ok(self.of(step, seen.operation(key.as_str())))
        };
        let mut seen: Vec<_> = steps.iter().map(&mut see).collect();
        if self.is(Mutant::AnswersInReverse) {
            seen.reverse();
        }
        if self.is(Mutant::AnswerMissing) && seen.len() > 1 {
            seen.pop();
        }
        seen
    }

    async fn apply(
        &self,
        cx: &Context,
        step: &CustomStep,
        seen: &CustomObservation,
    ) -> Result<Progress, DriverError> {
        if let Err(why) = self.supports(step) {
            if self.is(Mutant::DoesWhatItDoesNotSupport) {
                return Ok(Progress::Done);
            }
            let name = match self.is(Mutant::ErrorWithoutName) {
                true => "it",
                false => step.node.name.as_str(),
            };
            let message = format!("{name}: {why}");
            return Err(DriverError::new(ErrorKind::Unsupported, message));
        }
        let mut volumes = self.volumes.lock().unwrap();
        let fresh = || (false, 1, String::new());
        let volume = volumes
            .entry(step.node.name.to_string())
            .or_insert_with(fresh);
        if seen.is_done && !self.is(Mutant::NotIdempotent) {
            return Ok(Progress::Done);
        }
        if seen.is_done {
            volume.1 += 1;
            return Ok(Progress::Done);
        }
        let key = match self.is(Mutant::KeyOfAnother) {
            true => "another",
            false => cx.operation(),
        };
        if volume.2.is_empty() {
            volume.2 = key.to_owned();
        } else {
            volume.0 = true;
        }
        match self.is(Mutant::DoneTooEarly) {
            true => Ok(Progress::Done),
            false => Ok(Progress::waiting("a volume", Duration::from_secs(1))),
        }
    }
}

fn steps() -> Vec<CustomStep> {
    let steps = nodes(&site::design()).into_iter().map(|node| {
        let action = CustomAction::new("array", "export volume").with("gigabytes", "20");
        CustomStep::new(node, action)
    });
    steps.collect()
}

async fn found(mutant: Mutant) -> Vec<Violation> {
    let volumes = Mutex::default();
    conformance::destructive_step(&Array { mutant, volumes }, &steps(), no_time).await
}

#[tokio::test]
async fn a_step_driver_is_a_driver() {
    assert_eq!(found(Mutant::None).await, [] as [Violation; 0]);
    let reversible = Array {
        mutant: Mutant::TellsNoIdentity,
        volumes: Mutex::default(),
    };
    let found = conformance::step(&reversible, &steps(), no_time).await;
    assert_eq!(found, [] as [Violation; 0], "what does not destroy");
}

#[tokio::test]
async fn every_broken_step_driver_is_found_out() {
    let mutants = [
        (Mutant::NameWithSpace, rule::ONE_WORD),
        (Mutant::AnswersInReverse, rule::IN_ORDER),
        (Mutant::AnswerMissing, rule::ONE_ANSWER),
        (Mutant::ObserveChanges, rule::AT_GOAL),
        (Mutant::DoneTooEarly, rule::DONE),
        (Mutant::NeverDone, rule::ENDS),
        (Mutant::NotIdempotent, rule::AT_GOAL),
        (Mutant::KeyOfAnother, rule::OWN_KEY),
        (Mutant::DoesWhatItDoesNotSupport, rule::REFUSED),
        (Mutant::ErrorWithoutName, rule::NAMED),
        (
            Mutant::TellsNoIdentity,
            "a destructive step's observation tells which machine it would strike",
        ),
        (
            Mutant::TellsAnotherIdentity,
            "an identity that is told is that of the step's machine",
        ),
    ];
    found_out(&mutants, found).await;
}
