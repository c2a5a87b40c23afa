//! What happens in a run, for whoever watches: typed, in order, and free of secrets.

mod sinks;

pub use sinks::{Fanout, Recorder};

use crate::names::{RunId, StepId};
use serde::Serialize;
use std::{fmt, sync::Arc, time::Duration};

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// When, since the run's clock began.
    #[serde(rename = "at", serialize_with = "seconds")]
    pub at: Duration,
    /// In which run.
    pub run: RunId,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Event {
    /// An event of this kind.
    pub fn new(at: Duration, run: RunId, kind: EventKind) -> Self {
        Self { at, run, kind }
    }
}

/// As a number of seconds, to the microsecond.
pub(crate) fn seconds<S: serde::Serializer>(
    at: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((at.as_secs_f64() * 1e6).round() / 1e6)
}

/// A step as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StepName {
    /// Its number in the plan.
    pub step: StepId,
    /// What it is done to: a node's or a network's name.
    pub target: Arc<str>,
    /// What is done.
    pub action: Arc<str>,
}

impl StepName {
    /// The name of the step of this number.
    pub fn new(step: StepId, target: impl Into<Arc<str>>, action: impl Into<Arc<str>>) -> Self {
        Self {
            step,
            target: target.into(),
            action: action.into(),
        }
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.target, self.action)
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// The run begins, or goes on after a crash.
    RunStarted {
        /// How many steps the plan has.
        steps: u32,
        /// How many of them were done before.
        done: u32,
    },
    /// A step's first call is about to be made; never before every step it needs is done.
    StepStarted {
        /// The step.
        #[serde(flatten)]
        name: StepName,
        /// The steps that had to be done first.
        needs: Vec<StepId>,
    },
    /// A step is on its way.
    StepWaiting {
        /// The step.
        #[serde(flatten)]
        name: StepName,
        /// What it waits for.
        note: String,
    },
    /// A call failed and will be made again.
    StepRetried {
        /// The step.
        #[serde(flatten)]
        name: StepName,
        /// Why it failed.
        reason: String,
        /// How many calls have failed in a row.
        failures: u32,
    },
    /// A step is done.
    StepDone {
        /// The step.
        #[serde(flatten)]
        name: StepName,
    },
    /// A step failed for good.
    StepFailed {
        /// The step.
        #[serde(flatten)]
        name: StepName,
        /// Why, and what to do.
        reason: String,
    },
    /// A step will not be begun, or not gone on with.
    StepSkipped {
        /// The step.
        #[serde(flatten)]
        name: StepName,
        /// The step that it needs and that failed or was skipped, where that is why.
        because: Option<StepId>,
        /// Why.
        reason: String,
    },
    /// How far the run is; told when that has changed.
    Progress {
        /// How many steps are done.
        done: u32,
        /// How many failed.
        failed: u32,
        /// How many were skipped.
        skipped: u32,
        /// How many there are.
        steps: u32,
        /// How long it will still take, as far as durations are known, in seconds.
        #[serde(serialize_with = "seconds")]
        left: Duration,
    },
    /// A driver has something to say.
    Note {
        /// The step that it was working on.
        step: StepId,
        /// What it says.
        note: String,
    },
    /// The run is over.
    RunFinished {
        /// How many steps are done.
        done: u32,
        /// How many failed.
        failed: u32,
        /// How many were never begun.
        skipped: u32,
    },
}

/// Hears what happens. It must return promptly and cannot fail the run.
pub trait EventSink: Send + Sync + 'static {
    /// Takes note of an event.
    fn emit(&self, event: &Event);
}

impl<F: Fn(&Event) + Send + Sync + 'static> EventSink for F {
    fn emit(&self, event: &Event) {
        self(event);
    }
}

impl EventSink for Box<dyn EventSink> {
    fn emit(&self, event: &Event) {
        (**self).emit(event);
    }
}

impl fmt::Debug for dyn EventSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventSink")
    }
}
