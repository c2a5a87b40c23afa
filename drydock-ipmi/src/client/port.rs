//! `[io]` One socket and the task that serves it. Requests are sent by whoever makes them; the task receives, keeps the
//! deadlines, and sends what the socket could not take at once. So a request costs no switch between tasks on its way out.

use super::{Settings, lane::Lane};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    future::Future as _,
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::UdpSocket,
    sync::Notify,
    time::{Instant, Sleep, sleep_until},
};

/// The operating system is asked for so much room for datagrams that have arrived: about one for each BMC in flight.
const RECEIVE_BUFFER: usize = 4 << 20;
const SEND_BUFFER: usize = 1 << 20;
/// Longer ones than that no BMC sends (IPMI 2.0 §13.6 allows payloads of 64 KiB, and §15.9 uses 259 octets).
const LONGEST_DATAGRAM: usize = 2048;
/// So many datagrams are taken in before others have their turn.
const BATCH: usize = 128;
/// When nothing is due, the task still looks again after that time.
const IDLE: Duration = Duration::from_secs(3600);

#[derive(Debug)]
pub(super) struct Port {
    socket: UdpSocket,
    lane: Mutex<Lane>,
    wake: Notify,
    start: Instant,
    /// Told when all sessions are closed after a shut-down, or nobody serves the socket any more.
    over: Notify,
}

impl Port {
    /// Binds a socket and starts its task on the runtime that this is called on.
    pub(super) fn open(
        settings: &Arc<Settings>,
        is_ipv6: bool,
        places: usize,
    ) -> io::Result<Arc<Self>> {
        let (domain, any) = match is_ipv6 {
            false => (Domain::IPV4, (Ipv4Addr::UNSPECIFIED, 0).into()),
            true => (Domain::IPV6, (Ipv6Addr::UNSPECIFIED, 0).into()),
        };
        let from = settings.bind.filter(|bind| bind.is_ipv6() == is_ipv6);
        let from: SocketAddr = from.map_or(any, |ip| (ip, 0).into());
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
        // The system gives what it allows.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER);
        let _ = socket.set_send_buffer_size(SEND_BUFFER);
        socket.set_nonblocking(true)?;
        socket.bind(&from.into())?;
        let socket = UdpSocket::from_std(socket.into())?;
        let local = (socket.local_addr()?.port(), sends_from as fn(_, _) -> _);
        let lane = Lane::new(Arc::clone(settings), local, places);
        let port = Arc::new(Self {
            socket,
            lane: Mutex::new(lane),
            wake: Notify::new(),
            start: Instant::now(),
            over: Notify::new(),
        });
        tokio::spawn(Service(Arc::clone(&port)).run());
        Ok(port)
    }

    /// The time as the lane has it.
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Does something in the lane and sends what comes of it.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Lane, Duration) -> R) -> R {
        let now = self.now();
        let mut lane = self.lock();
        let due = lane.poll_timeout();
        let result = f(&mut lane, now);
        self.send(&mut lane);
        let sooner = match (due, lane.poll_timeout()) {
            (Some(due), Some(new)) => new < due,
            (None, new) => new.is_some(),
            (Some(_), None) => false,
        };
        let wake = sooner || lane.has_transmit() || lane.is_over();
        drop(lane);
        if wake {
            self.wake.notify_one();
        }
        result
    }

    /// Waits until a shut-down is over.
    pub(super) async fn is_over(&self) {
        loop {
            let mut over = pin!(self.over.notified());
            over.as_mut().enable();
            if self.lock().is_over() {
                return;
            }
            over.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lane> {
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, lane: &mut Lane) {
        while let Some((to, datagram)) = lane.poll_transmit() {
            match self.socket.try_send_to(&datagram, to) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return lane.untransmitted(to, datagram);
                }
                // What was refused before, perhaps to another BMC, is reported at the next call (ICMP).
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(error) => lane.unsendable(to, error.kind()),
            }
        }
    }

    /// Takes in what has arrived. True: there may be more.
    fn receive(&self, octets: &mut [u8]) -> bool {
        let mut lane = None;
        for _ in 0..BATCH {
            match self.socket.try_recv_from(octets) {
                Ok((length, from)) => {
                    let lane = lane.get_or_insert_with(|| self.lock());
                    let datagram = octets.get(..length).unwrap_or_default();
                    lane.handle_datagram(self.now(), from, datagram);
                    self.send(lane);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                // An ICMP message about some BMC; the next call reports something else.
                Err(_) => {}
            }
        }
        true
    }
}

/// The task of a port.
struct Service(Arc<Port>);

impl Service {
    async fn run(self) {
        let port = &*self.0;
        let mut octets = [0; LONGEST_DATAGRAM];
        let mut sleep = pin!(sleep_until(port.start));
        loop {
            let (due, sends) = {
                let mut lane = port.lock();
                lane.handle_timeout(port.now());
                port.send(&mut lane);
                if lane.is_over() {
                    return;
                }
                (lane.poll_timeout(), lane.has_transmit())
            };
            // Far ones are beyond what a clock can tell.
            let idle = port.now().saturating_add(IDLE);
            let due = due.map_or(idle, |due| due.min(idle));
            let due = port.start.checked_add(due).unwrap_or(port.start);
            if sleep.deadline() != due {
                sleep.as_mut().reset(due);
            }
            let mut woken = pin!(port.wake.notified());
            let readable = std::future::poll_fn(|cx| {
                let readable = port.socket.poll_recv_ready(cx).is_ready();
                let writable = sends && port.socket.poll_send_ready(cx).is_ready();
                let woken = woken.as_mut().poll(cx).is_ready();
                match readable || writable || woken || is_due(sleep.as_mut(), cx) {
                    true => Poll::Ready(readable),
                    false => Poll::Pending,
                }
            });
            if readable.await && port.receive(&mut octets) {
                tokio::task::yield_now().await;
            }
        }
    }
}

/// The address that the system sends from to `to`; unspecified if it cannot tell. For captures.
fn sends_from(port: u16, to: SocketAddr) -> SocketAddr {
    let any: SocketAddr = match to.is_ipv6() {
        false => (Ipv4Addr::UNSPECIFIED, port).into(),
        true => (Ipv6Addr::UNSPECIFIED, port).into(),
    };
    let ask = || {
        let socket = std::net::UdpSocket::bind((any.ip(), 0))?;
        // Nothing is sent by that.
        socket.connect(to)?;
        socket.local_addr()
    };
    ask().map_or(any, |local: SocketAddr| (local.ip(), port).into())
}

fn is_due(sleep: Pin<&mut Sleep>, cx: &mut Context<'_>) -> bool {
    sleep.poll(cx).is_ready()
}

impl Drop for Service {
    fn drop(&mut self) {
        // Also when the runtime goes: nobody may wait for ever, and what can be told to BMCs is.
        let mut lane = self.0.lock();
        lane.shut_down(self.0.now());
        self.0.send(&mut lane);
        lane.abandon();
        drop(lane);
        self.0.over.notify_waiters();
    }
}
