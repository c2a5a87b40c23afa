//! What the trace tells of answers.

use drydock_core::{
    driver::{DriverError, NetworkObservation, OobObservation, Progress, ServerObservation},
    model::Catalog,
};
use std::fmt;

/// An answer or an error in the trace.
pub(super) struct Telling<'a, T>(pub(super) &'a Result<T, DriverError>);

impl<T: Told> fmt::Display for Telling<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(answer) => answer.tell(f),
            Err(error) => write!(f, "{}: {error}", error.kind()),
        }
    }
}

/// An answer as the trace tells it.
pub(super) trait Told {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Whether it says that nothing is left to do.
    fn is_done(&self) -> bool;
}

impl Told for () {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ok")
    }

    fn is_done(&self) -> bool {
        true
    }
}

impl Told for Progress {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Waiting { note, .. } => write!(f, "waiting: {note}"),
        }
    }

    fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}

impl Told for ServerObservation {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.state, self.power)
    }

    fn is_done(&self) -> bool {
        true
    }
}

impl Told for OobObservation {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.power)
    }

    fn is_done(&self) -> bool {
        true
    }
}

impl Told for NetworkObservation {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.state)
    }

    fn is_done(&self) -> bool {
        true
    }
}

impl Told for Catalog {
    fn tell(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the catalog")
    }

    fn is_done(&self) -> bool {
        true
    }
}
