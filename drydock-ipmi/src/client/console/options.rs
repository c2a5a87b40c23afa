//! How a console is opened and kept.

use std::time::Duration;

/// How a console is opened and kept. Nothing is taken over and nothing opened again unless it is said.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct ConsoleOptions {
    pub(super) take_over: bool,
    pub(super) reconnect: Option<Duration>,
    pub(super) keepalive: Duration,
}

impl Default for ConsoleOptions {
    fn default() -> Self {
        Self {
            take_over: false,
            reconnect: None,
            keepalive: Duration::from_secs(10),
        }
    }
}

impl ConsoleOptions {
    /// Takes the console from whoever has it, in a few tries.
    pub fn take_over(mut self) -> Self {
        self.take_over = true;
        self
    }

    /// When the console is lost it is opened again, with growing pauses, until it was away for so long. Characters that
    /// were on their way then are not typed a second time.
    pub fn reconnect(mut self, at_most: Duration) -> Self {
        self.reconnect = Some(at_most);
        self
    }

    /// After so long a silence the BMC is asked for a sign of life; 10 s if nothing is said.
    pub fn keepalive(mut self, silence: Duration) -> Self {
        self.keepalive = silence.max(Duration::from_millis(100));
        self
    }
}
