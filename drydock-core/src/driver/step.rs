//! Steps of a host's own: storage arrays, firewalls, inventories, whatever has to be in order before or after a node.

use super::{Context, DriverError, Identity, Progress, Unsupported};
use crate::{names::DriverName, resolve::ResolvedNode, secret::mask_urls};
use async_trait::async_trait;
use smol_str::SmolStr;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// What a step of a host's own does: a state that the driver of this name brings about. Cheap to clone.
///
/// It is printed, digested and kept in journals: it holds no secret. What users put into URLs is struck out; for the
/// rest a driver takes secrets by name from its [`Context`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomAction(Arc<Custom>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Custom {
    driver: DriverName,
    verb: SmolStr,
    payload: BTreeMap<SmolStr, SmolStr>,
}

impl CustomAction {
    /// This verb of the driver of this name, such as `export volume` of `array`.
    pub fn new(driver: impl Into<DriverName>, verb: impl Into<SmolStr>) -> Self {
        Self(Arc::new(Custom {
            driver: driver.into(),
            verb: verb.into(),
            payload: BTreeMap::new(),
        }))
    }

    /// With one more word that the driver needs to know.
    #[must_use]
    pub fn with(mut self, key: impl Into<SmolStr>, value: impl AsRef<str>) -> Self {
        let value = mask_urls(value.as_ref()).as_ref().into();
        Arc::make_mut(&mut self.0).payload.insert(key.into(), value);
        self
    }

    /// The step driver that does it.
    pub fn driver(&self) -> &DriverName {
        &self.0.driver
    }

    /// What is done, for people and for the driver.
    pub fn verb(&self) -> &str {
        &self.0.verb
    }

    /// What else the driver needs to know.
    pub fn payload(&self) -> &BTreeMap<SmolStr, SmolStr> {
        &self.0.payload
    }
}

impl fmt::Debug for CustomAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomAction")
            .field("driver", &self.0.driver)
            .field("verb", &self.0.verb)
            .field("payload", &self.0.payload)
            .finish()
    }
}

impl fmt::Display for CustomAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.verb)
    }
}

/// What a step driver works on: an action of its own, for a node.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CustomStep {
    /// The node that it is for.
    pub node: Arc<ResolvedNode>,
    /// What is to be so.
    pub action: CustomAction,
}

impl CustomStep {
    /// This action for this node.
    pub fn new(node: Arc<ResolvedNode>, action: CustomAction) -> Self {
        Self { node, action }
    }
}

/// What a step driver sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomObservation {
    /// Whether it is so already.
    pub is_done: bool,
    /// By what the machine is known that the step would strike; needed where the step destroys, see [`StepDriver`].
    pub identity: Option<Identity>,
    /// What the driver's `apply` wants to know, by name.
    pub facts: BTreeMap<SmolStr, SmolStr>,
    /// The operation key that the last long request left there.
    pub operation: Option<SmolStr>,
}

impl CustomObservation {
    /// It is so already, or it is not.
    pub fn new(is_done: bool) -> Self {
        Self {
            is_done,
            ..Self::default()
        }
    }

    /// With the identity of the machine that the step would strike.
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, name: impl Into<SmolStr>, value: impl Into<SmolStr>) -> Self {
        self.facts.insert(name.into(), value.into());
        self
    }

    /// With the operation key found there.
    #[must_use]
    pub fn operation(mut self, key: impl Into<SmolStr>) -> Self {
        self.operation = Some(key.into());
        self
    }
}

/// Takes the steps that a [`crate::plan::PlanPass`] adds. See [the contract](super).
///
/// It has no `differences`: whether a step is needed is said by the pass that adds it.
///
/// A destructive step is taken only when [`CustomObservation::identity`] is that of the design: its serial number or boot
/// MAC, just seen. What is destroyed need not lie in the machine: of a volume of a storage array, or of a record of an
/// inventory, the identity is that of the machine it is kept for, as the other side has it on record. It is never taken
/// from the design, which would then be compared with itself. Where the other side cannot tell, the step is not taken.
#[async_trait]
pub trait StepDriver: fmt::Debug + Send + Sync + 'static {
    /// Stable name, written in plans and journals, such as `array`.
    fn name(&self) -> &str;

    /// Whether the step can be taken; asked at plan time and answered without a call.
    ///
    /// # Errors
    /// Says why not.
    fn supports(&self, step: &CustomStep) -> Result<(), Unsupported>;

    /// Looks whether the steps are done and changes nothing. One answer a step, in their order.
    async fn observe(
        &self,
        cx: &Context,
        steps: &[CustomStep],
    ) -> Vec<Result<CustomObservation, DriverError>>;

    /// One bounded exchange towards the action's goal; called again until it answers [`Progress::Done`].
    ///
    /// # Errors
    /// The error's kind decides what happens next, see [`super::ErrorKind`].
    async fn apply(
        &self,
        cx: &Context,
        step: &CustomStep,
        seen: &CustomObservation,
    ) -> Result<Progress, DriverError>;
}
