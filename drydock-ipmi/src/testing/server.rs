//! `[io]` Simulated BMCs on UDP sockets, many in one process.

use super::bmc::{Outgoing, SimulatedBmc};
use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    net::UdpSocket,
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// No datagram of a BMC's client is longer.
const LONGEST: usize = 2048;
/// So many datagrams are taken before the other BMCs have their turn.
const AT_A_TIME: usize = 32;

/// Simulated BMCs that answer on UDP, each on a socket and a task of its own.
///
/// They stop when this is dropped. It needs a Tokio runtime with I/O and time, and a file descriptor for each BMC. Their
/// `now` begins when the server starts.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use drydock_ipmi::testing::{BmcServer, BmcSettings, Privilege, SimulatedBmc};
///
/// let settings = BmcSettings::default().user("admin", "secret", Privilege::Administrator);
/// let server = BmcServer::start([SimulatedBmc::new(settings)]).await?;
/// // Now `ipmitool -I lanplus -C 17 -H 127.0.0.1 -p PORT -U admin -P secret power on` would work.
/// assert_ne!(server.addresses()[0].port(), 0);
/// assert!(!server.bmc(0).unwrap().is_on());
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub struct BmcServer {
    places: Vec<Arc<Place>>,
    addresses: Vec<SocketAddr>,
    /// Ends them all when it is dropped.
    _tasks: JoinSet<()>,
}

/// A BMC and its socket.
struct Place {
    bmc: Mutex<SimulatedBmc>,
    /// Somebody else than the socket has touched the BMC: its deadlines may have changed.
    touched: Notify,
    socket: UdpSocket,
    start: Instant,
}

impl BmcServer {
    /// Serves the BMCs at 127.0.0.1, each on a free port.
    ///
    /// # Errors
    /// When a socket cannot be had.
    pub async fn start(bmcs: impl IntoIterator<Item = SimulatedBmc>) -> io::Result<Self> {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::start_at(bmcs.into_iter().map(|bmc| (anywhere, bmc))).await
    }

    /// Serves each BMC at its address; port 0 is a free one.
    ///
    /// # Errors
    /// When a socket cannot be had.
    pub async fn start_at(
        bmcs: impl IntoIterator<Item = (SocketAddr, SimulatedBmc)>,
    ) -> io::Result<Self> {
        let start = Instant::now();
        let (mut places, mut addresses, mut tasks) = (Vec::new(), Vec::new(), JoinSet::new());
        for (address, mut bmc) in bmcs {
            let socket = UdpSocket::bind(address).await?;
            let address = socket.local_addr()?;
            bmc.listens_at(address);
            let place = Arc::new(Place {
                bmc: Mutex::new(bmc),
                touched: Notify::new(),
                socket,
                start,
            });
            tasks.spawn(Arc::clone(&place).serve());
            places.push(place);
            addresses.push(address);
        }
        Ok(Self {
            places,
            addresses,
            _tasks: tasks,
        })
    }

    /// Where they are, in the order in which they were given.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The BMC of this place in the order, to look at it or to change it. It answers nothing as long as this is held.
    pub fn bmc(&self, index: usize) -> Option<Held<'_>> {
        let place = self.places.get(index)?;
        let mut bmc = place.lock();
        place.send(bmc.handle_timeout(place.start.elapsed()));
        Some(Held { bmc, place })
    }

    /// All of them, one after the other.
    pub fn bmcs(&self) -> impl Iterator<Item = Held<'_>> {
        (0..self.places.len()).filter_map(|index| self.bmc(index))
    }
}

impl fmt::Debug for BmcServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BmcServer")
            .field("bmcs", &self.places.len())
            .finish_non_exhaustive()
    }
}

/// A BMC of a server, held so that nothing happens to it in between. Time has passed for it up to now.
pub struct Held<'a> {
    bmc: MutexGuard<'a, SimulatedBmc>,
    place: &'a Place,
}

impl std::ops::Deref for Held<'_> {
    type Target = SimulatedBmc;

    fn deref(&self) -> &SimulatedBmc {
        &self.bmc
    }
}

impl std::ops::DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut SimulatedBmc {
        &mut self.bmc
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.place.touched.notify_one();
    }
}

impl fmt::Debug for Held<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bmc.fmt(f)
    }
}

impl Place {
    fn lock(&self) -> MutexGuard<'_, SimulatedBmc> {
        // Whoever panicked while it held a BMC has a failed test; the others go on.
        self.bmc.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self: Arc<Self>) {
        loop {
            let due = self.lock().poll_timeout();
            let due = due.and_then(|due| self.start.checked_add(due));
            // Most BMCs have nothing to wait for, and need no timer.
            let timeout = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                readable = self.socket.readable() => match readable {
                    Ok(()) => self.receive(),
                    Err(_) => return,
                },
                () = timeout => {
                    let outgoing = self.lock().handle_timeout(self.start.elapsed());
                    self.send(outgoing);
                }
                () = self.touched.notified() => {}
            }
        }
    }

    /// Takes what is there. The buffer lives no longer than that: a waiting BMC holds none.
    fn receive(&self) {
        let mut buffer = [0; LONGEST];
        for _ in 0..AT_A_TIME {
            // Nothing is there any more, or an earlier datagram met nobody: no reason to stop either way.
            let Ok((length, peer)) = self.socket.try_recv_from(&mut buffer) else {
                return;
            };
            let datagram = buffer.get(..length).unwrap_or_default();
            let outgoing = self.lock().handle(self.start.elapsed(), peer, datagram);
            self.send(outgoing);
        }
    }

    /// Sends it, or loses it where the socket is full, as networks do.
    fn send(&self, outgoing: Vec<Outgoing>) {
        for Outgoing { to, datagram } in outgoing {
            let _ = self.socket.try_send_to(&datagram, to);
        }
    }
}
