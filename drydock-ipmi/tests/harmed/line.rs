//! A session and a simulated BMC without sockets and without real time: a datagram takes a millisecond each way, and a
//! [`Way`] decides what arrives of it.

use crate::support::{dice::Dice, relay::Way};
use drydock_ipmi::{
    crypto::Entropy,
    session::{Event, Session},
    testing::SimulatedBmc,
};
use std::{net::SocketAddr, time::Duration};

/// How long a datagram takes.
const FLIGHT: Duration = Duration::from_millis(1);

/// Randomness that a test can have again.
pub(crate) struct Seeded(pub(crate) Dice);

impl Entropy for Seeded {
    fn fill(&mut self, octets: &mut [u8]) {
        octets.fill_with(|| self.0.octet());
    }
}

#[derive(Debug)]
struct Flying {
    arrives: Duration,
    is_to_bmc: bool,
    datagram: Vec<u8>,
}

/// Both ends, what flies between them, and the time.
pub(crate) struct Line<'a, W> {
    pub(crate) now: Duration,
    pub(crate) session: Session,
    pub(crate) bmc: &'a mut SimulatedBmc,
    pub(crate) way: &'a mut W,
    flying: Vec<Flying>,
    /// Datagrams that either end sent.
    pub(crate) packets: usize,
}

impl<'a, W: Way> Line<'a, W> {
    pub(crate) fn new(
        now: Duration,
        session: Session,
        bmc: &'a mut SimulatedBmc,
        way: &'a mut W,
    ) -> Self {
        Self {
            now,
            session,
            bmc,
            way,
            flying: Vec::new(),
            packets: 0,
        }
    }

    /// Lets time pass until the session has something to tell; none if it has not by then.
    pub(crate) fn event(&mut self, until: Duration) -> Option<Event> {
        loop {
            self.send();
            if let Some(event) = self.session.poll_event() {
                return Some(event);
            }
            let arrival = self.flying.iter().map(|flying| flying.arrives).min();
            let due = [
                arrival,
                self.session.poll_timeout(),
                self.bmc.poll_timeout(),
            ];
            let due = due.into_iter().flatten().min()?;
            if due > until {
                return None;
            }
            self.now = self.now.max(due);
            self.arrive();
            if self.session.poll_timeout().is_some_and(|at| at <= self.now) {
                self.session.handle_timeout(self.now);
            }
            if self.bmc.poll_timeout().is_some_and(|at| at <= self.now) {
                let sent = self.bmc.handle_timeout(self.now);
                for outgoing in sent {
                    self.answer(&outgoing.datagram);
                }
            }
        }
    }

    fn send(&mut self) {
        while let Some(datagram) = self.session.poll_transmit() {
            self.packets += 1;
            let arriving = self.way.to_bmc(&datagram);
            self.fly(true, arriving);
        }
    }

    fn answer(&mut self, datagram: &[u8]) {
        self.packets += 1;
        let arriving = self.way.to_client(datagram);
        self.fly(false, arriving);
    }

    fn fly(&mut self, is_to_bmc: bool, datagrams: Vec<Vec<u8>>) {
        let arrives = self.now + FLIGHT;
        self.flying
            .extend(datagrams.into_iter().map(|datagram| Flying {
                arrives,
                is_to_bmc,
                datagram,
            }));
    }

    fn arrive(&mut self) {
        let client = SocketAddr::from(([127, 0, 0, 1], 40_000));
        while let Some(at) = self.flying.iter().position(|f| f.arrives <= self.now) {
            let Flying {
                is_to_bmc,
                datagram,
                ..
            } = self.flying.remove(at);
            if is_to_bmc {
                for outgoing in self.bmc.handle(self.now, client, &datagram) {
                    self.answer(&outgoing.datagram);
                }
            } else {
                self.session.handle_datagram(self.now, &datagram);
            }
        }
    }
}
