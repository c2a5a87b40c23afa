//! The console's side of a session as a state machine without I/O: one BMC, one login.
//!
//! Datagrams, requests and `now` go in; datagrams, events and the next deadline come out. `now` is a `Duration` since any
//! instant that stays the same. It never waits, opens no socket, and draws no random number of its own.

mod dice;
mod dropped;
mod event;
mod failure;
mod link;
mod login;
mod options;
mod plain;
mod requests;
mod tap;
mod timing;

pub use dropped::Dropped;
pub use event::{Event, Refused, Ticket};
pub use failure::{Failure, Step};
pub use options::SessionOptions;
pub use tap::{Direction, Tap};
pub use timing::Timing;

use crate::{
    command::{Repeat, Request},
    crypto::Entropy,
    wire::{Message, PayloadType, V20},
};
use dice::Dice;
use dropped::Drop;
use link::{Link, Stage};
use login::{Login, Spares};
use requests::{Purpose, Requests};
use std::{collections::VecDeque, fmt, time::Duration};
use timing::Pace;

/// The longest data of a request, in octets.
const DATA_LIMIT: usize = 1024;

/// One session with one BMC, from its login to its end.
///
/// The owner gives it datagrams and, when the time of [`poll_timeout`](Self::poll_timeout) has come, calls
/// [`handle_timeout`](Self::handle_timeout). After each call it takes what there is to send and what happened, until there is
/// no more. The last event is always [`Event::Closed`]; [`close`](Self::close) leads to it from anywhere, and an owner that
/// drops a session without it leaves a slot of the BMC taken.
///
/// What a datagram brings is believed only when it is proved: in the login by tag and id, and by the proofs of RAKP; in the
/// session by its AuthCode, its place in the sequence window, its pads, its checksums, and that it answers what was asked.
/// Everything else is dropped and counted, and changes nothing.
///
/// ```
/// use drydock_ipmi::{account::Account, crypto::{Entropy, Suite}, session::{Event, Session, SessionOptions}};
/// use std::{sync::Arc, time::Duration};
///
/// struct Weak; // only for an example: anybody could foresee it
/// impl Entropy for Weak {
///     fn fill(&mut self, octets: &mut [u8]) {
///         octets.fill(7);
///     }
/// }
///
/// # fn main() -> Result<(), drydock_ipmi::account::AccountError> {
/// let account = Arc::new(Account::new("admin", "password")?);
/// let options = SessionOptions::new(account, Suite::SEVENTEEN, 0x1234_5678);
/// let mut session = Session::begin(options, Box::new(Weak), Duration::ZERO);
/// // Open Session goes to the BMC, which here never answers.
/// while let Some(deadline) = session.poll_timeout() {
///     while let Some(_datagram) = session.poll_transmit() {}
///     session.handle_timeout(deadline);
/// }
/// let Some(Event::Failed(failure)) = session.poll_event() else { panic!() };
/// assert!(failure.to_string().starts_with("Open Session: no answer"));
/// assert_eq!(session.poll_event(), Some(Event::Closed));
/// # Ok(())
/// # }
/// ```
pub struct Session {
    options: SessionOptions,
    local_id: u32,
    dice: Dice,
    pace: Pace,
    phase: Phase,
    spares: Spares,
    requests: Requests,
    tickets: u64,
    outbox: VecDeque<Vec<u8>>,
    events: VecDeque<Event>,
    dropped: Dropped,
    tap: Option<Box<dyn Tap>>,
}

enum Phase {
    Login(Box<Login>),
    Link(Box<Link>),
    Over,
}

impl Session {
    /// Begins to log in: Open Session, RAKP 1 to 4, and Set Session Privilege Level for more than USER.
    pub fn begin(options: SessionOptions, entropy: Box<dyn Entropy>, now: Duration) -> Self {
        let mut dice = Dice::new(entropy);
        let local_id = match options.local_id {
            0 => dice.id(),
            id => id,
        };
        let login = Login::new(dice.octets(), dice.octet());
        let mut session = Self {
            pace: Pace::new(options.timing, options.rtt),
            options,
            local_id,
            dice,
            phase: Phase::Over,
            spares: Spares::default(),
            requests: Requests::default(),
            tickets: 0,
            outbox: VecDeque::new(),
            events: VecDeque::new(),
            dropped: Dropped::default(),
            tap: None,
        };
        session.send_step(now, Box::new(login));
        session
    }

    /// The id that the BMC puts into what it sends us; see [`addressee`](crate::wire::addressee).
    pub fn local_id(&self) -> u32 {
        self.local_id
    }

    /// Takes a datagram that came from the BMC's address. What is not provably ours is dropped and counted.
    pub fn handle_datagram(&mut self, now: Duration, datagram: &[u8]) {
        let Ok(packet) = V20::parse(datagram) else {
            return self.dropped.count(Drop::Unreadable);
        };
        let is_over = matches!(self.phase, Phase::Over);
        if packet.payload_type == PayloadType::OpenSessionResponse && !is_over {
            self.free_spare(now, &packet);
        }
        let dropped = match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Login(login) => (self.login_datagram(now, datagram, &packet, login))
                .map_err(|(drop, login)| (drop, Phase::Login(login))),
            Phase::Link(link) => (self.link_datagram(now, datagram, &packet, link))
                .map_err(|(drop, link)| (drop, Phase::Link(link))),
            Phase::Over => Err((Drop::Foreign, Phase::Over)),
        };
        if let Err((drop, phase)) = dropped {
            self.dropped.count(drop);
            self.phase = phase;
        }
    }

    /// Does what was to be done by now: sends again, or gives up. Before the time of `poll_timeout` it does nothing.
    pub fn handle_timeout(&mut self, now: Duration) {
        if self.poll_timeout().is_none_or(|deadline| now < deadline) {
            return;
        }
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Login(login) => self.login_timeout(now, login),
            Phase::Link(link) => self.link_timeout(now, link),
            Phase::Over => {}
        }
    }

    /// The next datagram to send to the BMC.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outbox.pop_front()
    }

    /// When to call `handle_timeout` next, if nothing else happens before.
    pub fn poll_timeout(&self) -> Option<Duration> {
        match &self.phase {
            Phase::Login(login) => Some(login.deadline),
            Phase::Link(_) => self.requests.deadline(),
            Phase::Over => None,
        }
    }

    /// What happened next.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Sends a request. One that may be repeated is sent again while no answer comes, the other never.
    ///
    /// Several may be under way; their answers come in any order. Exactly one event names the ticket, unless it is cancelled.
    ///
    /// # Errors
    /// When the session is not open, the request too long, or 64 are under way.
    pub fn request(
        &mut self,
        now: Duration,
        request: &Request,
        repeat: Repeat,
    ) -> Result<Ticket, Refused> {
        if request.data.len() > DATA_LIMIT {
            return Err(Refused::TooLong);
        }
        let mut link = self.take_open().ok_or(Refused::NotOpen)?;
        let outcome = if self.requests.is_full() {
            Err(Refused::TooMany)
        } else {
            self.tickets = self.tickets.saturating_add(1);
            let ticket = Ticket(self.tickets);
            self.ask(now, &mut link, Purpose::Asked(ticket), request, repeat);
            Ok(ticket)
        };
        self.phase = Phase::Link(link);
        outcome
    }

    /// Waits for this answer no more: no event names the ticket any more. The BMC may carry the request out all the same.
    pub fn cancel(&mut self, ticket: Ticket) {
        self.requests.cancel(ticket);
    }

    /// Sends a payload other than an IPMI message, once: Serial over LAN, which has acknowledgements of its own. Nothing is
    /// sent if the session is not open, or the payload longer than 1,024 octets.
    pub fn send_payload(&mut self, now: Duration, kind: PayloadType, payload: &[u8]) {
        if payload.len() > DATA_LIMIT {
            return;
        }
        if let Some(mut link) = self.take_open() {
            self.send_sealed(now, &mut link, kind, payload, false);
            self.phase = Phase::Link(link);
        }
    }

    /// Ends the session, and frees the BMC's slot. Requests under way are given up. [`Event::Closed`] follows when the BMC
    /// has answered, or did not answer in a few seconds. A login that is not through is ended as far as the protocol has a
    /// way: by an error in place of our proof, or, when the proof is out, by waiting for its answer and closing then.
    pub fn close(&mut self, now: Duration) {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Login(login) => self.close_login(now, login),
            Phase::Link(link) => self.close_link(now, link),
            Phase::Over => {}
        }
    }

    /// Shows all that is sent and believed from now on to this tap. What waits to be sent is shown at once.
    pub fn tap(&mut self, now: Duration, mut tap: Box<dyn Tap>) {
        for datagram in &self.outbox {
            if let Ok(packet) = V20::parse(datagram) {
                let is_sealed = packet.is_authenticated || packet.is_encrypted;
                let shown = if is_sealed { &[][..] } else { packet.payload };
                let plain = plain::plain(&packet, shown, false);
                tap.packet(now, Direction::Sent, datagram, &plain);
            }
        }
        self.tap = Some(tap);
    }

    /// How many datagrams were dropped, and why.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// How long the BMC takes to answer, as far as is known.
    pub fn rtt(&self) -> Duration {
        self.pace.rtt()
    }

    /// The link, if it takes requests; the caller puts it back.
    fn take_open(&mut self) -> Option<Box<Link>> {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Link(link) if link.stage == Stage::Open => Some(link),
            other => {
                self.phase = other;
                None
            }
        }
    }

    fn send_outside(&mut self, now: Duration, kind: PayloadType, payload: &[u8]) {
        let mut datagram = Vec::with_capacity(payload.len().saturating_add(16));
        V20::outside(kind, payload).emit(&mut datagram);
        self.send(now, datagram, payload, false);
    }

    fn send(&mut self, now: Duration, datagram: Vec<u8>, payload: &[u8], is_secret: bool) {
        if let Some(tap) = &mut self.tap
            && let Ok(packet) = V20::parse(&datagram)
        {
            let plain = plain::plain(&packet, payload, is_secret);
            tap.packet(now, Direction::Sent, &datagram, &plain);
        }
        self.outbox.push_back(datagram);
    }

    fn tap_received(&mut self, now: Duration, datagram: &[u8], packet: &V20<'_>, payload: &[u8]) {
        // What a request has to keep secret, its answer has, too.
        let is_secret = packet.payload_type == PayloadType::Ipmi
            && Message::parse(payload).is_ok_and(|answer| self.requests.is_secret(&answer));
        if let Some(tap) = &mut self.tap {
            let plain = plain::plain(packet, payload, is_secret);
            tap.packet(now, Direction::Received, datagram, &plain);
        }
    }

    fn end(&mut self) {
        self.phase = Phase::Over;
        self.requests.abandon();
        self.events.push_back(Event::Closed);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &self.phase {
            Phase::Login(_) => "login",
            Phase::Link(_) => "link",
            Phase::Over => "over",
        };
        f.debug_struct("Session")
            .field("local_id", &self.local_id)
            .field("phase", &phase)
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}
