//! The kinds of driver calls at the simulated site.

use drydock_core::driver::{NetworkAction, ServerAction};
use serde::{Serialize, Serializer};
use std::fmt;

/// Which method of a driver was called, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CallKind {
    /// A server driver's `catalog`.
    Catalog,
    /// A server driver's `observe`, counted once a node.
    ObserveServer,
    /// A server driver's `apply`.
    Server(ServerAction),
    /// A network driver's `observe`, counted once a target.
    ObserveNetwork,
    /// A network driver's `apply`.
    Network(NetworkAction),
    /// An OOB driver's `observe`, counted once a node.
    ObserveOob,
    /// An OOB driver's `set_power`.
    SetPower,
    /// An OOB driver's `set_next_boot`.
    SetNextBoot,
}

impl CallKind {
    /// Whether such a call may change something.
    pub fn is_changing(self) -> bool {
        !matches!(
            self,
            Self::Catalog | Self::ObserveServer | Self::ObserveNetwork | Self::ObserveOob
        )
    }

    /// A number that no other kind has.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Catalog => 0,
            Self::ObserveServer => 1,
            Self::ObserveNetwork => 2,
            Self::ObserveOob => 3,
            Self::SetPower => 4,
            Self::SetNextBoot => 5,
            Self::Server(action) => 16 + action as u8,
            Self::Network(action) => 32 + action as u8,
        }
    }
}

impl fmt::Display for CallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog => f.pad("catalog"),
            Self::ObserveServer => f.pad("observe server"),
            Self::Server(action) => action.fmt(f),
            Self::ObserveNetwork => f.pad("observe network"),
            Self::Network(action) => action.fmt(f),
            Self::ObserveOob => f.pad("observe power"),
            Self::SetPower => f.pad("set power"),
            Self::SetNextBoot => f.pad("set next boot"),
        }
    }
}

impl Serialize for CallKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
