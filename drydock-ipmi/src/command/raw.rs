//! Any command, by its numbers.

use super::{Command, Malformed, Repeat, Request};
use crate::wire::NetFn;

/// Any command, by its numbers; its answer is what follows the completion code.
///
/// What it does is not known, so it is not sent again unless the caller says that it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// What is sent.
    pub request: Request,
    /// Whether it may be sent again when no answer arrives.
    pub repeat: Repeat,
}

impl Raw {
    /// A command that is sent once.
    pub fn new(net_fn: NetFn, command: u8, data: impl Into<Vec<u8>>) -> Self {
        Self {
            request: Request::new(net_fn, command, data),
            repeat: Repeat::Never,
        }
    }
}

impl Command for Raw {
    type Answer = Vec<u8>;

    fn name(&self) -> &'static str {
        "raw command"
    }

    fn request(&self) -> Request {
        self.request.clone()
    }

    fn repeat(&self) -> Repeat {
        self.repeat
    }

    fn answer(&self, data: &[u8]) -> Result<Self::Answer, Malformed> {
        Ok(data.to_vec())
    }
}
