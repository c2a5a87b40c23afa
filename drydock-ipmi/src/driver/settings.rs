//! What an [`IpmiDriver`] is told before it begins.

use super::{IpmiDriver, reach::Networks};
use crate::client;
use std::{fmt, net::SocketAddr, sync::Arc};

#[derive(Debug)]
pub(super) struct Settings {
    pub(super) client: client::Builder,
    pub(super) translate: Option<Translate>,
    pub(super) health: bool,
}

/// Where packets for an address go instead.
pub(super) struct Translate(pub(super) Arc<dyn Fn(SocketAddr) -> SocketAddr + Send + Sync>);

impl fmt::Debug for Translate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Translate(..)")
    }
}

/// Settings of an [`IpmiDriver`]; see [`IpmiDriver::builder`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    settings: Settings,
    networks: Networks,
}

impl Builder {
    pub(super) fn new(networks: Networks) -> Self {
        let settings = Settings {
            client: client::Client::builder(),
            translate: None,
            health: false,
        };
        Self { settings, networks }
    }

    /// How the client is set up: sockets, how much is in flight, how long sessions stay warm, captures. A design's
    /// `oob.cipher_suite` goes before its suites.
    pub fn client(mut self, client: client::Builder) -> Self {
        self.settings.client = client;
        self
    }

    /// For labs: packets for a BMC go to the address that this gives for the one of the design, such as a simulated BMC on
    /// loopback. The design's address has to lie in its network all the same.
    pub fn translate(
        mut self,
        place: impl Fn(SocketAddr) -> SocketAddr + Send + Sync + 'static,
    ) -> Self {
        self.settings.translate = Some(Translate(Arc::new(place)));
        self
    }

    /// Each observation also reads why the machine last started, what is wrong with its chassis, its sensors and its SEL. That
    /// costs an exchange a sensor and more, a hundred or two with a big server: for as-built checks, not for runs.
    pub fn health(mut self, health: bool) -> Self {
        self.settings.health = health;
        self
    }

    /// The driver.
    pub fn build(self) -> IpmiDriver {
        IpmiDriver::with(self.settings, self.networks)
    }
}
