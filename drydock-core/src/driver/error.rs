//! Why a driver call failed, in terms that the executor can act on.

use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nobody answers; nothing happened. Retried.
    Unavailable,
    /// Somebody answers "not now"; nothing happened. Retried.
    Busy,
    /// It may have happened. Observed before anything else is tried.
    Indeterminate,
    /// The credentials are refused.
    Unauthorized,
    /// What is named is not there.
    NotFound,
    /// The other side says no, and will say no again.
    Rejected,
    /// The driver or the other side cannot do this.
    Unsupported,
    /// A bug, here or there.
    Internal,
}

impl ErrorKind {
    /// Whether the same call may be made again although nothing has changed.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Unavailable | Self::Busy)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unavailable => "unavailable",
            Self::Busy => "busy",
            Self::Indeterminate => "indeterminate",
            Self::Unauthorized => "unauthorized",
            Self::NotFound => "not found",
            Self::Rejected => "rejected",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal error",
        })
    }
}

/// Why a driver call failed. The message names the target, the cause and the next step, and holds no secret.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct DriverError {
    kind: ErrorKind,
    message: String,
    retry_after: Option<Duration>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl DriverError {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
            source: None,
        }
    }

    /// Says how long the other side wants to be left alone.
    #[must_use]
    pub fn retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    /// Names the underlying error.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// How long the other side wants to be left alone.
    pub fn pause(&self) -> Option<Duration> {
        self.retry_after
    }
}
