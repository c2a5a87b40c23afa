//! What a caller did that it must not do at a real site.

use serde::{Deserialize, Serialize, Serializer};
use smol_str::SmolStr;
use std::{fmt, time::Duration};

/// Which obligation was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ViolationKind {
    /// A call that the machine's state does not allow.
    State,
    /// A call before what the design says must be done: networks before nodes, and `depends_on`.
    Order,
    /// A call that relies on an observation from before the target's last call.
    StaleObservation,
    /// A disruptive or destructive call on a node that is held.
    Held,
    /// A release or a second deployment of a node that is protected from it.
    Protected,
    /// A call by an orchestrator after a later one has been seen at the target.
    FencedOut,
    /// A call on a machine while another that changes it is in flight.
    AtOnce,
    /// Power cut from under work.
    PowerCut,
    /// A deployment of what is deployed, without a release.
    DeployedAgain,
    /// An operation that cannot be undone, begun a second time.
    DoneTwice,
    /// More calls in flight at an endpoint than it bears.
    Overload,
    /// A call that began after its deadline.
    PastDeadline,
    /// A switch port that is not set up for what is done.
    WrongPort,
    /// A destructive call on a machine that is not the designed one.
    WrongMachine,
}

/// One call that should not have been made. As text it is what its caller was told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Which obligation was not kept.
    pub kind: ViolationKind,
    /// The node, the network, the port or the endpoint.
    pub target: SmolStr,
    /// The number of the call, counted from 1 over the whole site.
    pub call: u64,
    /// When, on the site's clock.
    pub at: Duration,
    /// What was done, in which state, and why it should not.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.message)
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.message)
    }
}

impl PartialEq<str> for Violation {
    fn eq(&self, message: &str) -> bool {
        self.message == message
    }
}

impl PartialEq<&str> for Violation {
    fn eq(&self, message: &&str) -> bool {
        self.message == *message
    }
}

impl PartialEq<String> for Violation {
    fn eq(&self, message: &String) -> bool {
        self.message == *message
    }
}

/// Why something may not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct No {
    pub(super) kind: ViolationKind,
    pub(super) why: String,
}

impl No {
    pub(super) fn new(kind: ViolationKind, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { kind, why }
    }

    /// The machine's state does not allow it.
    pub(super) fn state(why: impl Into<String>) -> Self {
        Self::new(ViolationKind::State, why)
    }
}
