//! The records of a run's journal.

use crate::names::StepId;
use serde::{Deserialize, Serialize};

/// One fact about one step, written before anything is built on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The step.
    pub step: StepId,
    /// What is known of it from now on.
    pub fact: Fact,
}

/// What is known of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// Calls that change the world may have been made for it.
    Started,
    /// Its node was deployed, and this step destroys what is on it.
    Destroys,
    /// Its goal was reached.
    Done,
    /// It failed for good.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Record {
    /// A fact about a step.
    pub fn new(step: StepId, fact: Fact) -> Self {
        Self { step, fact }
    }
}
