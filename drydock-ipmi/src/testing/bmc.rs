//! The simulated BMC as its callers see it: datagrams in, datagrams out, and what tests may ask and change.

use super::{
    commands::{self, Call},
    faults::Faults,
    log::{Closed, Effect},
    machine::Machine,
    sessions::Answered,
    settings::BmcSettings,
    simulated_machine::SimulatedMachine,
    state::State,
};
use crate::{
    command::boot::BootFlags,
    crypto,
    wire::{Message, NetFn, Packet, PayloadType, Pong, V15, V20},
};
use std::{net::SocketAddr, time::Duration};

/// A BMC that exists only in memory: the other side of a session, sans-IO.
///
/// Datagrams go in by [`Self::handle`], with the address they come from; what is to be sent comes back, some of it later, by
/// [`Self::handle_timeout`] at the time that [`Self::poll_timeout`] names. `now` is the time since any fixed start, and never
/// goes backwards. A [`BmcServer`](super::BmcServer) does all this on real sockets.
///
/// ```
/// use drydock_ipmi::testing::{BmcSettings, Privilege, SimulatedBmc};
/// use std::time::Duration;
///
/// let settings = BmcSettings::default().user("admin", "secret", Privilege::Administrator);
/// let mut bmc = SimulatedBmc::new(settings);
/// // "Is there anything that speaks RMCP?"
/// let ping = [6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 0, 0, 0];
/// let replies = bmc.handle(Duration::ZERO, "127.0.0.1:4000".parse().unwrap(), &ping);
/// assert_eq!(replies[0].datagram[8], 0x40);
/// assert!(bmc.log().next().is_none(), "and nothing has happened yet");
/// ```
#[derive(Debug)]
pub struct SimulatedBmc {
    state: State,
    /// What is sent later, with its time and its place among those of the same time.
    later: Vec<(Duration, Outgoing)>,
}

/// A datagram that a BMC sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub to: SocketAddr,
    /// Its octets.
    pub datagram: Vec<u8>,
}

impl SimulatedBmc {
    /// A BMC before the machine that is built in ([`SimulatedMachine`]).
    pub fn new(settings: BmcSettings) -> Self {
        let mut machine = SimulatedMachine::new(settings.delays);
        if settings.is_on {
            machine = machine.turned_on();
        }
        Self::before(settings, Box::new(machine))
    }

    /// A BMC before this machine.
    pub fn before(settings: BmcSettings, machine: Box<dyn Machine>) -> Self {
        Self {
            state: State::new(settings, machine),
            later: Vec::new(),
        }
    }

    /// Takes a datagram, and returns what is to be sent now.
    pub fn handle(&mut self, now: Duration, peer: SocketAddr, datagram: &[u8]) -> Vec<Outgoing> {
        if self.state.faults.dead {
            return Vec::new();
        }
        self.state.advance(now);
        if !self.strikes(|faults| faults.loss) {
            let copies = if self.strikes(|faults| faults.duplication) {
                2
            } else {
                1
            };
            for _ in 0..copies {
                if let Some(answer) = self.state.answer(now, peer, datagram) {
                    self.send(now, peer, answer);
                }
                if let Some(id) = self.state.closing.take() {
                    self.state.close(now, id, Closed::Asked);
                }
                self.state.pump_console(now);
            }
        }
        self.due(now)
    }

    /// Lets all that has a time happen, up to `now`, and returns what is to be sent.
    pub fn handle_timeout(&mut self, now: Duration) -> Vec<Outgoing> {
        self.state.advance(now);
        self.due(now)
    }

    /// When [`Self::handle_timeout`] has something to do again, if nothing else happens until then.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let later = self.later.iter().map(|(due, _)| *due);
        later.chain(self.state.poll_timeout()).min()
    }

    /// What it does wrong.
    pub fn faults(&self) -> &Faults {
        &self.state.faults
    }

    /// What it does wrong from now on.
    pub fn faults_mut(&mut self) -> &mut Faults {
        &mut self.state.faults
    }

    /// What happened, with its times, oldest first; the latest 4096 effects.
    pub fn log(&self) -> impl Iterator<Item = &(Duration, Effect)> {
        self.state.log.iter()
    }

    /// Forgets what happened.
    pub fn clear_log(&mut self) {
        self.state.log.clear();
    }

    /// The ids of the sessions that are open.
    pub fn open_sessions(&self) -> Vec<u32> {
        let open = self.state.sessions.open();
        open.map(|session| session.id).collect()
    }

    /// How many slots are taken: by open sessions, and by logins that have begun.
    pub fn slots_taken(&self) -> usize {
        self.state.sessions.len()
    }

    /// Whether the machine was on when time passed last.
    pub fn is_on(&self) -> bool {
        self.state.machine.is_on()
    }

    /// What the boot options would tell the machine if it started now.
    pub fn boot_flags(&self) -> Option<BootFlags> {
        self.state.boot.told()
    }

    /// Its GUID, as it is sent.
    pub fn guid(&self) -> [u8; 16] {
        self.state.guid
    }

    /// Sets what a sensor reads from now on, raw; none if it cannot be read.
    pub fn set_reading(&mut self, sensor: u8, reading: Option<u8>) {
        self.state.readings.retain(|(of, _)| *of != sensor);
        self.state.readings.push((sensor, reading));
    }

    /// Adds a record to the SEL; it gets an id and the time. Returns the id, or none if the log is full.
    pub fn add_event(&mut self, now: Duration, record: [u8; 16]) -> Option<u16> {
        self.state.sel.add(now, record)
    }

    pub(super) fn listens_at(&mut self, address: SocketAddr) {
        if let SocketAddr::V4(address) = address {
            self.state.settings.address = *address.ip();
        }
        self.state.settings.port = address.port();
    }

    /// Whether a fault of this probability strikes.
    fn strikes(&mut self, probability: impl Fn(&Faults) -> f64) -> bool {
        let probability = probability(&self.state.faults);
        self.state.random.happens(probability)
    }

    /// Sends something, now or later, once, twice or never, as the faults have it.
    fn send(&mut self, now: Duration, to: SocketAddr, datagram: Vec<u8>) {
        if self.strikes(|faults| faults.loss) {
            return;
        }
        let mut due = now.saturating_add(self.state.faults.delay);
        if self.strikes(|faults| faults.late) {
            due = due.saturating_add(self.state.faults.late_by);
        }
        let outgoing = Outgoing { to, datagram };
        if self.strikes(|faults| faults.repeated) {
            let again = due.saturating_add(self.state.faults.late_by);
            self.later.push((again, outgoing.clone()));
        }
        if self.strikes(|faults| faults.duplication) {
            self.later.push((due, outgoing.clone()));
        }
        self.later.push((due, outgoing));
    }

    /// What is to be sent by now, in its order.
    fn due(&mut self, now: Duration) -> Vec<Outgoing> {
        for (to, datagram) in std::mem::take(&mut self.state.unasked) {
            self.send(now, to, datagram);
        }
        self.later.sort_by_key(|(due, _)| *due);
        let until = self.later.partition_point(|(due, _)| *due <= now);
        self.later
            .drain(..until)
            .map(|(_, outgoing)| outgoing)
            .collect()
    }
}

impl State {
    /// What a datagram is answered with at once.
    fn answer(&mut self, now: Duration, peer: SocketAddr, datagram: &[u8]) -> Option<Vec<u8>> {
        match Packet::parse(datagram).ok()? {
            Packet::Ping(ping) => {
                let mut out = Vec::new();
                Pong {
                    tag: ping.tag,
                    has_ipmi: true,
                }
                .emit(&mut out);
                Some(out)
            }
            Packet::V15(packet) if packet.session_id == 0 => {
                let response = self.answer_outside(now, packet.payload)?;
                let mut out = Vec::new();
                V15 {
                    sequence: 0,
                    session_id: 0,
                    payload: &response,
                }
                .emit(&mut out);
                Some(out)
            }
            Packet::V20(packet) if packet.session_id == 0 => self.answer_login(now, peer, &packet),
            Packet::V20(packet) => self.answer_inside(now, peer, &packet, datagram),
            _ => None,
        }
    }

    fn answer_login(
        &mut self,
        now: Duration,
        peer: SocketAddr,
        packet: &V20<'_>,
    ) -> Option<Vec<u8>> {
        // Outside of a session nothing is protected.
        if packet.is_encrypted || packet.is_authenticated {
            return None;
        }
        match packet.payload_type {
            PayloadType::OpenSessionRequest => self.open_session(now, peer, packet.payload),
            PayloadType::Rakp1 => self.rakp1(now, packet.payload),
            PayloadType::Rakp3 => self.rakp3(now, packet.payload),
            PayloadType::Ipmi => {
                let response = self.answer_outside(now, packet.payload)?;
                let mut out = Vec::new();
                V20::outside(PayloadType::Ipmi, &response).emit(&mut out);
                Some(out)
            }
            _ => None,
        }
    }

    /// A message outside of a session.
    fn answer_outside(&mut self, now: Duration, payload: &[u8]) -> Option<Vec<u8>> {
        let message = Message::parse(payload).ok()?;
        let is_silent = match (message.net_fn, message.command) {
            (0x06, 0x38) => self.faults.silent_auth_capabilities,
            (0x06, 0x54) => self.faults.silent_cipher_suites,
            _ => false,
        };
        (!is_silent).then(|| self.respond(now, None, &message))?
    }

    /// A datagram of a session: only if it is authentic, encrypted as agreed, and new.
    fn answer_inside(
        &mut self,
        now: Duration,
        peer: SocketAddr,
        packet: &V20<'_>,
        datagram: &[u8],
    ) -> Option<Vec<u8>> {
        let id = packet.session_id;
        let session = self.sessions.find_mut(id)?;
        let active = session.active_mut()?;
        let opened = crypto::open(&active.keys, datagram).ok()?;
        if !active.window.accepts(opened.sequence) {
            return None;
        }
        session.heard = now;
        session.peer = peer;
        match opened.payload_type {
            PayloadType::Ipmi => {
                let payload = self.answer_message(now, id, &opened.payload)?;
                self.seal(id, PayloadType::Ipmi, &payload)
            }
            PayloadType::Sol => {
                self.handle_sol(now, id, &opened.payload);
                None
            }
            _ => None,
        }
    }

    /// A message of a session. One that comes again is answered as before and not carried out again.
    fn answer_message(&mut self, now: Duration, id: u32, payload: &[u8]) -> Option<Vec<u8>> {
        let message = Message::parse(payload).ok()?;
        let active = self.active(Some(id))?;
        if let Some(answered) = active.answered(now, payload) {
            return Some(answered.answer.clone());
        }
        let answer = self.respond(now, Some(id), &message)?;
        let active = self.sessions.find_mut(id)?.active_mut()?;
        active.keep(Answered {
            at: now,
            request: payload.to_vec(),
            answer: answer.clone(),
        });
        Some(answer)
    }

    fn respond(
        &mut self,
        now: Duration,
        session: Option<u32>,
        message: &Message<'_>,
    ) -> Option<Vec<u8>> {
        // A response, or one for somebody else, is none of a BMC's requests.
        let net_fn = NetFn::new(message.net_fn)?;
        let call = Call {
            now,
            session,
            net_fn,
            lun: message.to_lun,
            command: message.command,
            data: message.data,
        };
        let answered = commands::run(self, &call);
        let mut out = Vec::new();
        message.response(&answered).emit(&mut out);
        Some(out)
    }

    /// A datagram of this session, sealed with its keys.
    pub(super) fn seal(&mut self, id: u32, kind: PayloadType, payload: &[u8]) -> Option<Vec<u8>> {
        let iv = self.random.array();
        let session = self.sessions.find_mut(id)?;
        let console_id = session.console_id;
        let active = session.active_mut()?;
        let sequence = active.next_sequence();
        let mut out = Vec::new();
        crypto::seal(
            &active.keys,
            kind,
            console_id,
            sequence,
            payload,
            &iv,
            &mut out,
        );
        Some(out)
    }
}
