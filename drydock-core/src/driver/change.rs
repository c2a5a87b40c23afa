//! A difference between what is designed and what was observed.

use super::ServerAction;
use crate::{field::FieldPath, secret::mask_urls};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an action puts at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Nothing; it only looks.
    Read,
    /// It can be undone and nobody notices.
    Reversible,
    /// Service is interrupted.
    Disruptive,
    /// Something is lost for good.
    Destructive,
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Risk::Read => "read",
            Risk::Reversible => "reversible",
            Risk::Disruptive => "disruptive",
            Risk::Destructive => "destructive",
        })
    }
}

/// One field that is not as designed. Its texts never hold a secret: what users put into URLs is struck out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// The field.
    pub field: FieldPath,
    /// What the design says.
    pub designed: String,
    /// What was seen; none when nothing was.
    pub observed: Option<String>,
    /// What mending it puts at risk.
    pub risk: Risk,
    /// The action that mends it; none for targets that have only one.
    pub action: Option<ServerAction>,
}

impl Change {
    /// A field that is to become as designed.
    pub fn new(
        field: FieldPath,
        designed: impl fmt::Display,
        observed: Option<String>,
        risk: Risk,
    ) -> Self {
        Self {
            field,
            designed: mask_urls(&designed.to_string()).into_owned(),
            observed: observed.map(|observed| mask_urls(&observed).into_owned()),
            risk,
            action: None,
        }
    }

    /// Names the action that mends it.
    #[must_use]
    pub fn by(mut self, action: ServerAction) -> Self {
        self.action = Some(action);
        self
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let observed = self.observed.as_deref().unwrap_or("(nothing)");
        write!(f, "{}: {} -> {}", self.field, observed, self.designed)
    }
}
