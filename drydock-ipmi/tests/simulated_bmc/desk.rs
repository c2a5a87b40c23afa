//! A console before a simulated BMC, on a clock that is moved by hand: nothing is lost, nothing takes time.

use drydock_ipmi::{
    account::Account,
    command::{Repeat, Request, Response},
    crypto::{Entropy, Suite},
    session::{Event, Failure, Session, SessionOptions},
    testing::{BmcSettings, Privilege, SimulatedBmc},
    wire::{CompletionCode, NetFn},
};
use std::{net::SocketAddr, sync::Arc, time::Duration};

pub(crate) fn seconds(many: u64) -> Duration {
    Duration::from_secs(many)
}

pub(crate) fn settings() -> BmcSettings {
    BmcSettings::default()
        .user("admin", "password", Privilege::Administrator)
        .user("oper", "operpw", Privilege::Operator)
        .user("ro", "ropw", Privilege::User)
}

pub(crate) fn account(name: &str, password: &str, privilege: Privilege) -> Account {
    Account::new(name, password)
        .unwrap()
        .with_privilege(privilege)
}

/// Randomness that is the same each time.
pub(crate) struct Counting(pub(crate) u8);

impl Entropy for Counting {
    fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            self.0 = self.0.wrapping_mul(29).wrapping_add(7);
            *octet = self.0;
        }
    }
}

/// A console at its desk: one session, its BMC, and the time.
pub(crate) struct Desk {
    pub(crate) now: Duration,
    pub(crate) bmc: SimulatedBmc,
    pub(crate) session: Session,
    pub(crate) peer: SocketAddr,
    pub(crate) events: Vec<Event>,
    /// What the console sent, the latest last.
    pub(crate) sent: Vec<Vec<u8>>,
}

impl Desk {
    pub(crate) fn sit(settings: BmcSettings, account: Account, suite: Suite) -> Self {
        Self::before(SimulatedBmc::new(settings), account, suite)
    }

    pub(crate) fn before(bmc: SimulatedBmc, account: Account, suite: Suite) -> Self {
        let options = SessionOptions::new(Arc::new(account), suite, 0x0102_0304);
        let mut desk = Self {
            now: Duration::ZERO,
            bmc,
            session: Session::begin(options, Box::new(Counting(1)), Duration::ZERO),
            peer: "127.0.0.1:4000".parse().unwrap(),
            events: Vec::new(),
            sent: Vec::new(),
        };
        desk.wait(seconds(60));
        desk
    }

    /// One that has logged in as the administrator with suite 17.
    pub(crate) fn in_session(settings: BmcSettings) -> Self {
        let account = account("admin", "password", Privilege::Administrator);
        let desk = Self::sit(settings, account, Suite::SEVENTEEN);
        assert!(desk.is_open(), "{:?}", desk.events);
        desk
    }

    pub(crate) fn is_open(&self) -> bool {
        self.events
            .iter()
            .any(|event| matches!(event, Event::Established { .. }))
    }

    pub(crate) fn failure(&self) -> Option<Failure> {
        self.events.iter().find_map(|event| match event {
            Event::Failed(failure) => Some(*failure),
            _ => None,
        })
    }

    /// Lets things happen, for so long at most, until the session has something to tell.
    pub(crate) fn wait(&mut self, at_most: Duration) {
        let (until, before) = (self.now + at_most, self.events.len());
        loop {
            while let Some(datagram) = self.session.poll_transmit() {
                for outgoing in self.bmc.handle(self.now, self.peer, &datagram) {
                    self.session.handle_datagram(self.now, &outgoing.datagram);
                }
                self.sent.push(datagram);
            }
            while let Some(event) = self.session.poll_event() {
                self.events.push(event);
            }
            let due = [self.session.poll_timeout(), self.bmc.poll_timeout()];
            let next = due.into_iter().flatten().min().unwrap_or(until);
            if self.events.len() > before || next > until || self.now == until {
                return;
            }
            self.now = next.max(self.now + Duration::from_millis(1));
            for outgoing in self.bmc.handle_timeout(self.now) {
                self.session.handle_datagram(self.now, &outgoing.datagram);
            }
            self.session.handle_timeout(self.now);
        }
    }

    /// Asks something, and waits for the answer.
    pub(crate) fn ask(&mut self, net_fn: NetFn, command: u8, data: &[u8]) -> Option<Response> {
        let request = Request::new(net_fn, command, data);
        let asked = self
            .session
            .request(self.now, &request, Repeat::Freely)
            .unwrap();
        for _ in 0..100 {
            self.wait(seconds(1));
            let seen = self.events.iter().find_map(|event| match event {
                Event::Answered { ticket, response } if *ticket == asked => {
                    Some(Some(response.clone()))
                }
                Event::Unanswered { ticket, .. } if *ticket == asked => Some(None),
                _ => None,
            });
            if let Some(answer) = seen {
                return answer;
            }
        }
        None
    }

    /// Asks something that is answered well.
    pub(crate) fn ok(&mut self, net_fn: NetFn, command: u8, data: &[u8]) -> Vec<u8> {
        let response = self.ask(net_fn, command, data).expect("an answer");
        assert_eq!(
            response.completion,
            CompletionCode::OK,
            "{command:#x} {data:x?}"
        );
        response.data
    }

    /// Asks something that is refused.
    pub(crate) fn refused(&mut self, net_fn: NetFn, command: u8, data: &[u8]) -> CompletionCode {
        let response = self.ask(net_fn, command, data).expect("an answer");
        assert_ne!(
            response.completion,
            CompletionCode::OK,
            "{command:#x} {data:x?}"
        );
        response.completion
    }

    /// Lets this much time pass for the BMC alone.
    pub(crate) fn skip(&mut self, time: Duration) {
        self.now += time;
        let _ = self.bmc.handle_timeout(self.now);
    }
}
