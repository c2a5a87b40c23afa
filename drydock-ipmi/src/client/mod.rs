//! `[io]` The client on Tokio: many BMCs over a few sockets.
//!
//! A [`Client`] has the sockets and remembers what it learnt of BMCs; a [`Bmc`] is one of them with the account that is
//! used there. There is one session a BMC and account: it begins with the first request, is kept warm for a while after
//! the last (20 s), and is closed on every path: when that time is over, when the last [`Bmc`] and [`Console`] of it is
//! dropped, by [`Bmc::close`], by [`Client::close`], or when the client is dropped. Whoever ends a program waits for
//! [`Client::close`], or BMCs may be left with sessions that nobody closes.
//!
//! All calls have a deadline and may be cancelled by dropping their future. A request that changes nothing is sent again
//! until it is answered, in a new session if need be. One that must not be done twice is sent once; if no answer comes, the
//! outcome is [`ErrorKind::Indeterminate`] unless what can be read of the machine tells.
//!
//! For many BMCs at a time make a future for each, as with `tokio::task::JoinSet`, without bounding their number: the
//! client itself bounds how many are in flight, and does not count those that are silent.
//!
//! ```no_run
//! use drydock_ipmi::{account::Account, client::Client};
//! use std::{sync::Arc, time::Duration};
//!
//! # async fn example(account: Account) -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder().build()?;
//! let bmc = client.bmc("10.40.0.11:623".parse()?, Arc::new(account));
//! let status = bmc.power_status(Duration::from_secs(10)).await?;
//! assert!(status.is_on());
//! client.close().await;
//! # Ok(()) }
//! ```

mod bmc;
pub(crate) mod console;
mod entropy;
mod error;
mod lane;
mod memory;
mod port;
mod settings;

pub use bmc::Bmc;
pub use console::{Console, ConsoleOptions};
pub use error::{Error, ErrorKind};
pub use memory::Memory;
pub use settings::{Builder, Taps};

use self::{port::Port, settings::Settings};
use crate::account::Account;
use std::{
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::runtime::Handle;

/// Sockets, and what is known of BMCs. A clone is the same client.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Arc<Settings>,
    runtime: Handle,
    ports: Mutex<Ports>,
}

#[derive(Debug, Default)]
struct Ports {
    ipv4: Vec<Arc<Port>>,
    ipv6: Vec<Arc<Port>>,
    closed: bool,
}

/// What a client has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Datagrams that its sessions sent.
    pub sent: u64,
    /// Datagrams that came for one of its sessions, from that session's BMC.
    pub received: u64,
    /// Datagrams of others, which were dropped.
    pub strangers: u64,
    /// Logins that were begun.
    pub logins: u64,
    /// Sessions that there are now: those that log in, stand, or are being closed.
    pub sessions: usize,
}

impl Client {
    /// To set up a client.
    pub fn builder() -> Builder {
        Builder::default()
    }

    fn new(settings: Settings) -> io::Result<Self> {
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        entropy::is_there()?;
        Ok(Self(Arc::new(Inner {
            settings: Arc::new(settings),
            runtime,
            ports: Mutex::new(Ports::default()),
        })))
    }

    /// A BMC by its address, with the account that is used there. Nothing is sent before the first request.
    pub fn bmc(&self, address: SocketAddr, account: Arc<Account>) -> Bmc {
        Bmc::new(self.clone(), address, account)
    }

    /// What is known of the BMC at that address.
    pub fn memory(&self, address: SocketAddr) -> Memory {
        match self.port(address) {
            Ok(port) => port.with(|lane, _| lane.memory(address).clone()),
            Err(_) => Memory::default(),
        }
    }

    /// Forgets the BMC at that address, after it was replaced: weaker suites than before are allowed again.
    pub fn forget(&self, address: SocketAddr) {
        if let Ok(port) = self.port(address) {
            port.with(|lane, _| *lane.memory(address) = Memory::default());
        }
    }

    /// What it has done so far.
    pub fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        for port in self.0.opened() {
            let one = port.with(|lane, _| lane.counters());
            sum.sent = sum.sent.saturating_add(one.sent);
            sum.received = sum.received.saturating_add(one.received);
            sum.strangers = sum.strangers.saturating_add(one.strangers);
            sum.logins = sum.logins.saturating_add(one.logins);
            sum.sessions = sum.sessions.saturating_add(one.sessions);
        }
        sum
    }

    /// Closes all sessions and waits until that is done: a round trip, or a few seconds where BMCs do not answer. Requests
    /// under way and later ones end with [`ErrorKind::Closed`].
    pub async fn close(&self) {
        let ports = self.0.shut_down();
        for port in ports {
            port.is_over().await;
        }
    }

    /// The socket that serves that address; a BMC has always the same.
    fn port(&self, address: SocketAddr) -> io::Result<Arc<Port>> {
        let settings = &self.0.settings;
        let mut ports = self.0.ports.lock().unwrap_or_else(PoisonError::into_inner);
        if ports.closed {
            return Err(io::ErrorKind::NotConnected.into());
        }
        let family = match address.is_ipv6() {
            false => &mut ports.ipv4,
            true => &mut ports.ipv6,
        };
        if family.is_empty() {
            let _runtime = self.0.runtime.enter();
            let places = settings.in_flight.div_ceil(settings.sockets.max(1));
            let open = |_| Port::open(settings, address.is_ipv6(), places);
            *family = (0..settings.sockets).map(open).collect::<io::Result<_>>()?;
        }
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(address);
        let at = hash.checked_rem(family.len() as u64).unwrap_or_default();
        let port = usize::try_from(at).ok().and_then(|at| family.get(at));
        port.cloned()
            .ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
    }
}

impl Inner {
    fn opened(&self) -> Vec<Arc<Port>> {
        let ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        ports.ipv4.iter().chain(&ports.ipv6).cloned().collect()
    }

    fn shut_down(&self) -> Vec<Arc<Port>> {
        self.ports
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .closed = true;
        let ports = self.opened();
        for port in &ports {
            port.with(|lane, now| lane.shut_down(now));
        }
        ports
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shut_down();
    }
}
