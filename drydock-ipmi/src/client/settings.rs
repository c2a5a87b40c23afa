//! What a client is told before it begins.

use super::Client;
use crate::{
    crypto::Suite,
    session::{Tap, Timing},
};
use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// Gives each session the tap that sees its datagrams.
pub trait Taps: fmt::Debug + Send + Sync {
    /// The tap of a new session between these two.
    fn session(&self, local: SocketAddr, bmc: SocketAddr) -> Box<dyn Tap>;
}

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) suites: Vec<Suite>,
    pub(super) warm: Duration,
    pub(super) in_flight: usize,
    pub(super) pipeline: usize,
    pub(super) sockets: usize,
    pub(super) bind: Option<IpAddr>,
    pub(super) timing: Timing,
    pub(super) tap: Option<Arc<dyn Taps>>,
}

/// Settings of a [`Client`]; see [`Client::builder`].
#[derive(Debug, Clone)]
#[must_use]
pub struct Builder {
    pub(super) settings: Settings,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            settings: Settings {
                suites: vec![Suite::SEVENTEEN, Suite::THREE],
                warm: Duration::from_secs(20),
                in_flight: 512,
                pipeline: 1,
                sockets: 2,
                bind: None,
                timing: Timing::default(),
                tap: None,
            },
        }
    }
}

impl Builder {
    /// The cipher suites that may be used, strongest first; 17 and 3 if nothing is said. Another one is tried only when the
    /// BMC refuses one in Open Session, and never a weaker one than what worked before.
    pub fn suites(mut self, suites: impl Into<Vec<Suite>>) -> Self {
        self.settings.suites = suites.into();
        self
    }

    /// How long a session is kept after its last use; 20 s if nothing is said. Many BMCs drop idle sessions after 30 or 60 s.
    pub fn warm(mut self, warm: Duration) -> Self {
        self.settings.warm = warm;
        self
    }

    /// With so many BMCs at a time something is in flight, others queue; 512 if nothing is said. A BMC that is silent does
    /// not count.
    pub fn in_flight(mut self, most: usize) -> Self {
        self.settings.in_flight = most.max(1);
        self
    }

    /// So many requests may be on the way to one BMC; 1 if nothing is said, since not every BMC bears more. IPMI can tell
    /// apart 63.
    pub fn pipeline(mut self, most: usize) -> Self {
        self.settings.pipeline = most.clamp(1, 32);
        self
    }

    /// Over so many sockets all BMCs are spread; 2 if nothing is said.
    pub fn sockets(mut self, many: usize) -> Self {
        self.settings.sockets = many.clamp(1, 64);
        self
    }

    /// The address of this machine that datagrams are sent from; the system's choice if nothing is said.
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.settings.bind = Some(address);
        self
    }

    /// How long is waited for answers before something is sent again, or given up.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.settings.timing = timing;
        self
    }

    /// All sessions are tapped, for a capture.
    pub fn taps(mut self, taps: Arc<dyn Taps>) -> Self {
        self.settings.tap = Some(taps);
        self
    }

    /// A client with these settings. Its sockets are opened with the first BMC of their kind of address.
    ///
    /// # Errors
    /// When there is no Tokio runtime here, or the operating system gives no random numbers.
    ///
    /// The runtime needs I/O and time (`enable_all`): without them Tokio panics at the first request, and nothing can be asked
    /// of a runtime that would tell before.
    pub fn build(self) -> io::Result<Client> {
        Client::new(self.settings)
    }
}
