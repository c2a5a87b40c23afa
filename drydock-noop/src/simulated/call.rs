//! One driver call at the simulated site: what kind it is, and how it ends.

use drydock_core::driver::{DriverError, NetworkAction, ServerAction};
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

/// How a call ends.
pub(super) enum Answer<T> {
    /// At once, like this.
    Ready(Result<T, DriverError>),
    /// Never: the caller has crashed, but what it asked for has happened.
    Never,
}

impl<T> Answer<T> {
    /// The answer, unless it never comes.
    pub(super) async fn arrive(self) -> Result<T, DriverError> {
        match self {
            Self::Ready(answer) => answer,
            Self::Never => std::future::pending().await,
        }
    }
}
