//! What a plan is for.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Goal {
    /// Every chosen node is installed as designed, and the networks and switch ports that it needs are set up.
    Deploy,
    /// Every chosen node is given back.
    Release,
    /// Everything is looked at, and nothing is changed.
    Verify,
    /// Every chosen node that is not deployed is ready to be: as [`Goal::Deploy`], up to the installation and without it.
    Prepare,
    /// Every chosen node is given back where it is in use, and installed anew. Planned again after success it is the same
    /// again; [`Goal::Deploy`] is then empty.
    Redeploy,
}

impl Goal {
    /// Every goal, in the order of how much it changes.
    pub const ALL: [Goal; 5] = [
        Goal::Verify,
        Goal::Prepare,
        Goal::Deploy,
        Goal::Redeploy,
        Goal::Release,
    ];

    /// Whether nodes are installed.
    pub(super) fn deploys(self) -> bool {
        matches!(self, Goal::Deploy | Goal::Redeploy)
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Goal::Deploy => "deploy",
            Goal::Release => "release",
            Goal::Verify => "verify",
            Goal::Prepare => "prepare",
            Goal::Redeploy => "redeploy",
        })
    }
}

impl FromStr for Goal {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|goal| goal.to_string() == text)
            .ok_or_else(|| {
                format!(
                    "`{text}` is not a goal; write verify, prepare, deploy, redeploy or release"
                )
            })
    }
}
