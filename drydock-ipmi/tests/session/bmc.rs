//! A BMC that does what the specification says and no more, for tests that need to see and to bend single packets.

use drydock_ipmi::{
    account::{Account, Kg, Password},
    crypto::{Entropy, Exchange, SessionKeys, Suite, Window, open, seal},
    session::{Event, Session, SessionOptions},
    wire::{
        Algorithms, Message, NetFn, OpenSessionRequest, OpenSessionResponse, OpenedSession, Packet,
        PayloadType, Privilege, Rakp1, Rakp2, Rakp2Offer, Rakp3, Rakp4, Status, V20,
    },
};
use std::{sync::Arc, time::Duration};

pub(crate) const NAME: &str = "admin";
pub(crate) const PASSWORD: &str = "password";

/// Randomness that can be repeated.
pub(crate) struct Seeded(pub u64);

impl Entropy for Seeded {
    fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            *octet = (self.0 >> 33) as u8;
        }
    }
}

pub(crate) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

pub(crate) struct Bmc {
    pub(crate) suite: Suite,
    pub(crate) password: Password,
    pub(crate) k_g: Option<Kg>,
    pub(crate) users: Vec<&'static str>,
    /// The most that the user may have.
    pub(crate) limit: Privilege,
    /// The level that it says was set, instead of the one that was asked for.
    pub(crate) grants: Option<Privilege>,
    pub(crate) is_full: bool,
    /// What it answers Open Session with instead of what was asked.
    pub(crate) answers_algorithms: Option<Algorithms>,
    pub(crate) console_id: u32,
    pub(crate) bmc_id: u32,
    console_nonce: [u8; 16],
    bmc_nonce: [u8; 16],
    guid: [u8; 16],
    role: u8,
    name: Vec<u8>,
    pub(crate) keys: Option<SessionKeys>,
    sequence: u32,
    window: Window,
    /// Slots that are taken: half-open and open ones.
    pub(crate) taken: usize,
    pub(crate) is_open: bool,
    random: Seeded,
    /// What it was asked in the session: command, rqSeq, data.
    pub(crate) asked: Vec<(u8, u8, Vec<u8>)>,
    /// Session sequence numbers of what it was asked.
    pub(crate) sequences: Vec<u32>,
    pub(crate) consoled: Vec<Vec<u8>>,
    /// The kinds of all that was received.
    pub(crate) received: Vec<PayloadType>,
}

impl Bmc {
    pub(crate) fn new(suite: Suite) -> Self {
        Self {
            suite,
            password: Password::new(PASSWORD).unwrap(),
            k_g: None,
            users: vec![NAME],
            limit: Privilege::Administrator,
            grants: None,
            is_full: false,
            answers_algorithms: None,
            console_id: 0,
            bmc_id: 0x0200_0000,
            console_nonce: [0; 16],
            bmc_nonce: [0; 16],
            guid: *b"guid of this BMC",
            role: 0,
            name: Vec::new(),
            keys: None,
            sequence: 0,
            window: Window::default(),
            taken: 0,
            is_open: false,
            random: Seeded(99),
            asked: Vec::new(),
            sequences: Vec::new(),
            consoled: Vec::new(),
            received: Vec::new(),
        }
    }

    fn exchange(&self) -> Exchange<'_> {
        Exchange {
            suite: self.suite,
            console_id: self.console_id,
            bmc_id: self.bmc_id,
            console_nonce: &self.console_nonce,
            bmc_nonce: &self.bmc_nonce,
            guid: &self.guid,
            role: self.role,
            name: &self.name,
        }
    }

    /// What it sends for what it receives.
    pub(crate) fn handle(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let Ok(Packet::V20(packet)) = Packet::parse(datagram) else {
            return Vec::new();
        };
        self.received.push(packet.payload_type);
        let mut out = Vec::new();
        let kind = match packet.payload_type {
            PayloadType::OpenSessionRequest => {
                let request = OpenSessionRequest::parse(packet.payload).unwrap();
                self.console_id = request.console_id;
                let outcome = if self.is_full {
                    Err(Status::NO_RESOURCES)
                } else if request.algorithms != self.suite.algorithms() {
                    Err(Status::NO_CIPHER_SUITE)
                } else {
                    // Asked again, it forgets what it had begun.
                    self.taken = 1;
                    self.bmc_id += 1;
                    Ok(OpenedSession {
                        privilege: request.privilege.map_or(0, Privilege::number),
                        bmc_id: self.bmc_id,
                        algorithms: self.answers_algorithms.unwrap_or(request.algorithms),
                    })
                };
                let (tag, console_id) = (request.tag, request.console_id);
                OpenSessionResponse {
                    tag,
                    console_id,
                    outcome,
                }
                .emit(&mut out);
                PayloadType::OpenSessionResponse
            }
            PayloadType::Rakp1 => {
                let rakp1 = Rakp1::parse(packet.payload).unwrap();
                if rakp1.bmc_id != self.bmc_id {
                    return Vec::new();
                }
                self.console_nonce = rakp1.nonce;
                self.random.fill(&mut self.bmc_nonce);
                (self.role, self.name) = (rakp1.role, rakp1.name.to_vec());
                let code = self.exchange().rakp2(&self.password);
                let is_known = self.users.iter().any(|user| user.as_bytes() == rakp1.name);
                let outcome = if !is_known {
                    Err(Status::UNAUTHORIZED_NAME)
                } else if rakp1.role & 0x0f > self.limit.number() && rakp1.role & 0x10 == 0 {
                    Err(Status::UNAUTHORIZED_ROLE)
                } else {
                    Ok(Rakp2Offer {
                        nonce: self.bmc_nonce,
                        guid: self.guid,
                        code: code.as_slice(),
                    })
                };
                if outcome.is_err() {
                    self.taken = 0;
                }
                let (tag, console_id) = (rakp1.tag, self.console_id);
                Rakp2 {
                    tag,
                    console_id,
                    outcome,
                }
                .emit(&mut out);
                PayloadType::Rakp2
            }
            PayloadType::Rakp3 => {
                let rakp3 = Rakp3::parse(packet.payload).unwrap();
                if rakp3.bmc_id != self.bmc_id {
                    return Vec::new();
                }
                let Ok(proof) = rakp3.outcome else {
                    // It ends what is being opened; of an open session only Close Session does.
                    if !self.is_open {
                        self.taken = 0;
                    }
                    return Vec::new();
                };
                let keys = self.exchange().keys(&self.password, self.k_g.as_ref());
                let code = self.exchange().rakp4(&keys);
                let outcome = if self.exchange().rakp3(&self.password).matches(proof) {
                    if !self.is_open {
                        (self.sequence, self.window) = (0, Window::default());
                    }
                    self.is_open = true;
                    self.keys = Some(keys);
                    Ok(code.as_slice())
                } else {
                    Err(Status::INVALID_INTEGRITY_CHECK)
                };
                let (tag, console_id) = (rakp3.tag, self.console_id);
                Rakp4 {
                    tag,
                    console_id,
                    outcome,
                }
                .emit(&mut out);
                PayloadType::Rakp4
            }
            _ => return self.in_session(datagram, &packet),
        };
        let mut answer = Vec::new();
        V20::outside(kind, &out).emit(&mut answer);
        vec![answer]
    }

    fn in_session(&mut self, datagram: &[u8], packet: &V20<'_>) -> Vec<Vec<u8>> {
        let Some(keys) = self.keys.clone().filter(|_| self.is_open) else {
            return Vec::new();
        };
        let (true, Ok(opened)) = (packet.session_id == self.bmc_id, open(&keys, datagram)) else {
            return Vec::new();
        };
        assert!(
            self.window.accepts(opened.sequence),
            "a sequence number twice"
        );
        if opened.payload_type == PayloadType::Sol {
            self.consoled.push(opened.payload);
            return Vec::new();
        }
        let request = Message::parse(&opened.payload).unwrap();
        let asked = (request.command, request.sequence, request.data.to_vec());
        self.asked.push(asked);
        self.sequences.push(opened.sequence);
        let code = match (request.net_fn, request.command) {
            (6, 0x3b) if request.data[0] > self.limit.number() => vec![0x81],
            (6, 0x3b) => {
                let granted = self.grants.map(Privilege::number);
                vec![0, granted.unwrap_or(request.data[0])]
            }
            (6, 0x3c) => {
                assert_eq!(request.data, self.bmc_id.to_le_bytes());
                self.taken = 0;
                self.is_open = false;
                vec![0]
            }
            _ => [&[0], request.data].concat(),
        };
        let mut payload = Vec::new();
        request.response(&code).emit(&mut payload);
        vec![self.seal(PayloadType::Ipmi, &payload)]
    }

    /// A packet of the session, with the next number.
    pub(crate) fn seal(&mut self, kind: PayloadType, payload: &[u8]) -> Vec<u8> {
        self.sequence += 1;
        self.seal_as(self.sequence, kind, payload)
    }

    pub(crate) fn seal_as(&mut self, sequence: u32, kind: PayloadType, payload: &[u8]) -> Vec<u8> {
        let mut iv = [0; 16];
        self.random.fill(&mut iv);
        let mut datagram = Vec::new();
        let keys = self.keys.as_ref().unwrap();
        seal(
            keys,
            kind,
            self.console_id,
            sequence,
            payload,
            &iv,
            &mut datagram,
        );
        datagram
    }
}

/// A session and its BMC, and a wire that takes a millisecond each way.
pub(crate) struct World {
    pub(crate) session: Session,
    pub(crate) bmc: Bmc,
    pub(crate) now: Duration,
    pub(crate) events: Vec<Event>,
    /// All datagrams from the BMC, in order.
    pub(crate) replies: Vec<Vec<u8>>,
}

pub(crate) fn account() -> Account {
    Account::new(NAME, PASSWORD).unwrap()
}

pub(crate) fn options(account: Account, suite: Suite) -> SessionOptions {
    SessionOptions::new(Arc::new(account), suite, 0x0a0b_0c0d)
}

impl World {
    pub(crate) fn new(account: Account, bmc: Bmc) -> Self {
        let options = options(account, bmc.suite);
        Self {
            session: Session::begin(options, Box::new(Seeded(7)), Duration::ZERO),
            bmc,
            now: Duration::ZERO,
            events: Vec::new(),
            replies: Vec::new(),
        }
    }

    /// What the session has to say, and has to send.
    pub(crate) fn sent(&mut self) -> Vec<Vec<u8>> {
        self.events
            .extend(std::iter::from_fn(|| self.session.poll_event()));
        std::iter::from_fn(|| self.session.poll_transmit()).collect()
    }

    pub(crate) fn deliver(&mut self, datagram: &[u8]) {
        self.now += ms(1);
        self.session.handle_datagram(self.now, datagram);
        self.events
            .extend(std::iter::from_fn(|| self.session.poll_event()));
    }

    /// Carries datagrams until nobody has any; `bend` may change the BMC's.
    pub(crate) fn carry_bent(&mut self, mut bend: impl FnMut(Vec<u8>) -> Vec<Vec<u8>>) {
        loop {
            let sent = self.sent();
            if sent.is_empty() {
                return;
            }
            for datagram in sent {
                self.now += ms(1);
                for reply in self.bmc.handle(&datagram) {
                    self.replies.push(reply.clone());
                    for bent in bend(reply) {
                        self.deliver(&bent);
                    }
                }
            }
        }
    }

    pub(crate) fn carry(&mut self) {
        self.carry_bent(|reply| vec![reply]);
    }

    /// Lets time pass to the next deadline.
    pub(crate) fn wait(&mut self) -> bool {
        let Some(deadline) = self.session.poll_timeout() else {
            return false;
        };
        self.now = self.now.max(deadline);
        self.session.handle_timeout(self.now);
        true
    }

    /// Nobody answers any more, until there is nothing to wait for.
    pub(crate) fn starve(&mut self) {
        for _ in 0..100 {
            self.sent();
            if !self.wait() {
                self.sent();
                return;
            }
        }
        panic!("the session does not come to an end");
    }

    /// A session that is open.
    pub(crate) fn open(suite: Suite) -> Self {
        let mut world = Self::new(account(), Bmc::new(suite));
        world.carry();
        assert!(
            matches!(world.events.as_slice(), [Event::Established { .. }]),
            "{:?}",
            world.events
        );
        world.events.clear();
        world
    }

    pub(crate) fn echo(data: &[u8]) -> drydock_ipmi::command::Request {
        drydock_ipmi::command::Request::new(NetFn::STORAGE, 0x10, data)
    }
}
