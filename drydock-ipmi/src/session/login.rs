//! The login: Open Session, RAKP 1 to 4 (IPMI 2.0 §13.15).
//!
//! Nothing is proved to a BMC that has not proved itself: RAKP Message 3 is sent after the proof of RAKP Message 2 was
//! found right. A BMC's refusals cannot be checked, for nothing protects them; they end the login, and never weaken it.

use super::{
    Drop, Event, Failure, Phase, Session, Step,
    link::{Link, Stage},
};
use crate::{
    crypto::{Code, Exchange, SessionKeys},
    wire::{
        OpenSessionRequest, OpenSessionResponse, OpenedSession, PayloadType, Rakp1, Rakp2,
        Rakp2Offer, Rakp3, Rakp4, Status, V20,
    },
};
use std::time::Duration;

/// A login under way.
#[derive(Debug)]
pub(super) struct Login {
    at: At,
    nonce: [u8; 16],
    /// The tag of the first sending of this step; each later one has the next.
    first_tag: u8,
    /// When this step was sent, each time.
    sent: Vec<Duration>,
    pub(super) deadline: Duration,
    /// What was wrong with an answer to this step that was dropped, to be told if no other comes.
    nonsense: Option<&'static str>,
    /// The owner does not want the session any more.
    is_unwanted: bool,
}

/// The sessions that a BMC may have opened besides the one that is kept.
#[derive(Debug, Default)]
pub(super) struct Spares {
    kept: u32,
    /// Tags of the Open Session Requests that were not answered yet.
    tags: Vec<u8>,
}

/// How far it is.
#[derive(Debug)]
enum At {
    OpenSession,
    Rakp1 {
        bmc_id: u32,
    },
    Rakp3 {
        bmc_id: u32,
        proof: Code,
        expected: Code,
        keys: Box<SessionKeys>,
    },
}

impl Login {
    pub(super) fn new(nonce: [u8; 16], first_tag: u8) -> Self {
        Self {
            at: At::OpenSession,
            nonce,
            first_tag,
            sent: Vec::new(),
            deadline: Duration::ZERO,
            nonsense: None,
            is_unwanted: false,
        }
    }

    fn step(&self) -> Step {
        match self.at {
            At::OpenSession => Step::OpenSession,
            At::Rakp1 { .. } => Step::Rakp1,
            At::Rakp3 { .. } => Step::Rakp3,
        }
    }

    fn tag(&self, nth: usize) -> u8 {
        let offset = u8::try_from(nth & 0xff).unwrap_or_default();
        self.first_tag.wrapping_add(offset)
    }

    /// When the message was sent that an answer of this tag is to; none if it is to none.
    ///
    /// Of several RAKP Messages 1 only the last counts: a BMC that was asked again may have drawn another random number, and
    /// then the earlier answer leads nowhere.
    fn asked(&self, tag: u8) -> Option<Duration> {
        let many = match self.at {
            At::Rakp1 { .. } => 1,
            _ => usize::MAX,
        };
        let mut sent = self.sent.iter().enumerate().rev().take(many);
        sent.find(|(nth, _)| self.tag(*nth) == tag)
            .map(|(_, at)| *at)
    }
}

impl Session {
    /// Sends the step's message, for the first time or again, with a tag of its own.
    pub(super) fn send_step(&mut self, now: Duration, mut login: Box<Login>) {
        let tag = login.tag(login.sent.len());
        login.sent.push(now);
        let account = &self.options.account;
        let mut payload = Vec::with_capacity(64);
        let kind = match &login.at {
            At::OpenSession => {
                let request = OpenSessionRequest {
                    tag,
                    privilege: Some(account.privilege),
                    console_id: self.local_id,
                    algorithms: self.options.suite.algorithms(),
                };
                request.emit(&mut payload);
                PayloadType::OpenSessionRequest
            }
            At::Rakp1 { bmc_id } => {
                let rakp1 = Rakp1 {
                    tag,
                    bmc_id: *bmc_id,
                    nonce: login.nonce,
                    role: account.role(),
                    name: account.name.as_bytes(),
                };
                rakp1.emit(&mut payload);
                PayloadType::Rakp1
            }
            At::Rakp3 { bmc_id, proof, .. } => {
                let rakp3 = Rakp3 {
                    tag,
                    bmc_id: *bmc_id,
                    outcome: Ok(proof.as_slice()),
                };
                rakp3.emit(&mut payload);
                PayloadType::Rakp3
            }
        };
        self.send_outside(now, kind, &payload);
        let nth = u32::try_from(login.sent.len()).unwrap_or(u32::MAX);
        let chance = self.dice.octet();
        login.deadline = now.saturating_add(self.pace.wait(nth, chance));
        self.phase = Phase::Login(login);
    }

    /// What the next step sends begins with a tag that has not been used.
    fn next_step(&mut self, now: Duration, mut login: Box<Login>, at: At) {
        login.first_tag = login.tag(login.sent.len());
        login.sent.clear();
        login.nonsense = None;
        login.at = at;
        self.send_step(now, login);
    }

    pub(super) fn login_timeout(&mut self, now: Duration, login: Box<Login>) {
        let sends = u32::try_from(login.sent.len()).unwrap_or(u32::MAX);
        // Once nobody wants the session, only what a BMC may have opened is waited for.
        let may_send = !login.is_unwanted || matches!(login.at, At::Rakp3 { .. });
        if may_send && sends < self.options.timing.login_sends {
            return self.send_step(now, login);
        }
        let step = login.step();
        self.give_up(now, &login);
        let failure = match login.nonsense {
            Some(what) => Failure::Malformed { step, what },
            None => Failure::NoAnswer { step },
        };
        self.end_login(&login, failure);
    }

    /// Frees what the BMC may have opened, as far as the protocol has a way.
    fn give_up(&mut self, now: Duration, login: &Login) {
        match &login.at {
            // We do not know by which id.
            At::OpenSession => {}
            At::Rakp1 { bmc_id } => self.abort(now, *bmc_id, Status::ILLEGAL_PARAMETER),
            At::Rakp3 { bmc_id, keys, .. } => {
                // If the BMC took our proof, the session is open; if it did not get it, it still waits for it.
                let mut link = Link::new(*bmc_id, keys.clone());
                self.send_unasked_close(now, &mut link);
                self.abort(now, *bmc_id, Status::ILLEGAL_PARAMETER);
            }
        }
    }

    /// A BMC that was asked more than once may have opened more than one session. What a late answer names is freed, if it is
    /// another than the one that is kept; once for each time that was asked.
    pub(super) fn free_spare(&mut self, now: Duration, packet: &V20<'_>) {
        let Ok(answer) = OpenSessionResponse::parse(packet.payload) else {
            return;
        };
        let tags = &mut self.spares.tags;
        let Some(at) = tags.iter().position(|tag| *tag == answer.tag) else {
            return;
        };
        match answer.outcome {
            Ok(opened) if answer.console_id == self.local_id => {
                tags.swap_remove(at);
                if ![0, self.spares.kept].contains(&opened.bmc_id) {
                    self.abort(now, opened.bmc_id, Status::ILLEGAL_PARAMETER);
                }
            }
            _ => {}
        }
    }

    /// RAKP Message 3 with an error: the BMC forgets the session (IPMI 2.0 §13.22).
    fn abort(&mut self, now: Duration, bmc_id: u32, status: Status) {
        let mut payload = Vec::with_capacity(8);
        let rakp3 = Rakp3 {
            tag: self.dice.octet(),
            bmc_id,
            outcome: Err(status),
        };
        rakp3.emit(&mut payload);
        self.send_outside(now, PayloadType::Rakp3, &payload);
    }

    fn end_login(&mut self, login: &Login, failure: Failure) {
        if !login.is_unwanted {
            self.events.push_back(Event::Failed(failure));
        }
        self.end();
    }

    /// The owner does not want it any more.
    pub(super) fn close_login(&mut self, now: Duration, mut login: Box<Login>) {
        if login.is_unwanted {
            self.phase = Phase::Login(login);
            return;
        }
        login.is_unwanted = true;
        match login.at {
            // An answer is under way, and brings the id by which the session is to be freed.
            At::OpenSession | At::Rakp3 { .. } => self.phase = Phase::Login(login),
            At::Rakp1 { .. } => {
                self.give_up(now, &login);
                self.end();
            }
        }
    }

    /// A datagram that came during the login. The login is handed back if the datagram is not for it.
    pub(super) fn login_datagram(
        &mut self,
        now: Duration,
        datagram: &[u8],
        packet: &V20<'_>,
        mut login: Box<Login>,
    ) -> Result<(), (Drop, Box<Login>)> {
        if packet.session_id != 0 || packet.is_encrypted || packet.is_authenticated {
            return Err((Drop::Foreign, login));
        }
        let payload = packet.payload;
        let answer = match (&login.at, packet.payload_type) {
            (At::OpenSession, PayloadType::OpenSessionResponse) => {
                OpenSessionResponse::parse(payload).map(Answer::from)
            }
            (At::Rakp1 { .. }, PayloadType::Rakp2) => Rakp2::parse(payload).map(Answer::from),
            (At::Rakp3 { .. }, PayloadType::Rakp4) => Rakp4::parse(payload).map(Answer::from),
            _ => return Err((Drop::Foreign, login)),
        };
        let Ok(answer) = answer else {
            if payload
                .first()
                .is_some_and(|tag| login.asked(*tag).is_some())
            {
                login.nonsense = Some("it is cut short, or not in its form");
            }
            return Err((Drop::Unreadable, login));
        };
        // Some BMCs leave the id out when they refuse to open a session.
        let is_ours = answer.console_id == self.local_id
            || matches!(login.at, At::OpenSession)
                && answer.outcome.is_err()
                && answer.console_id == 0;
        let Some(asked) = login.asked(answer.tag).filter(|_| is_ours) else {
            return Err((Drop::Foreign, login));
        };
        if !self.has_proof(&answer.outcome) {
            login.nonsense = Some("its proof is too short or too long");
            return Err((Drop::Unreadable, login));
        }
        self.tap_received(now, datagram, packet, payload);
        self.pace.learn(now.saturating_sub(asked));
        let step = login.step();
        match answer.outcome {
            Err(status) => {
                let failure = Failure::of(step, status, self.options.suite.number());
                self.end_login(&login, failure);
            }
            Ok(Brought::Opened(opened)) => self.opened(now, login, answer.tag, &opened),
            Ok(Brought::Offer(offer)) => self.offered(now, login, &offer),
            Ok(Brought::Check(code)) => self.checked(now, login, code),
        }
        Ok(())
    }

    /// Whether a proof, where one belongs, has the length that the suite gives it, or one octet more.
    fn has_proof(&self, outcome: &Result<Brought<'_>, Status>) -> bool {
        let (code, expected) = match outcome {
            Ok(Brought::Offer(offer)) => (offer.code, self.options.suite.rakp2_length()),
            Ok(Brought::Check(code)) => (*code, self.options.suite.rakp4_length()),
            _ => return true,
        };
        code.len()
            .checked_sub(expected)
            .is_some_and(|more| more <= 1)
    }

    fn opened(&mut self, now: Duration, mut login: Box<Login>, tag: u8, opened: &OpenedSession) {
        let asked = self.options.suite.algorithms();
        let bmc_id = opened.bmc_id;
        if opened.bmc_id == 0 {
            let what = "its session id is 0";
            let step = Step::OpenSession;
            return self.end_login(&login, Failure::Malformed { step, what });
        }
        if opened.algorithms != asked {
            self.abort(now, bmc_id, Status::NO_CIPHER_SUITE);
            let answered = opened.algorithms;
            return self.end_login(&login, Failure::Downgrade { asked, answered });
        }
        let others = (0..login.sent.len()).map(|nth| login.tag(nth));
        self.spares = Spares {
            kept: bmc_id,
            tags: others.filter(|other| *other != tag).collect(),
        };
        let at = At::Rakp1 { bmc_id };
        if login.is_unwanted {
            login.at = at;
            self.give_up(now, &login);
            return self.end();
        }
        self.next_step(now, login, at);
    }

    fn offered(&mut self, now: Duration, login: Box<Login>, offer: &Rakp2Offer<'_>) {
        let At::Rakp1 { bmc_id } = login.at else {
            return;
        };
        let account = self.options.account.clone();
        let exchange = Exchange {
            suite: self.options.suite,
            console_id: self.local_id,
            bmc_id,
            console_nonce: &login.nonce,
            bmc_nonce: &offer.nonce,
            guid: &offer.guid,
            role: account.role(),
            name: account.name.as_bytes(),
        };
        let proof = exchange.rakp2(&account.password);
        if !proof.matches_or_overlong(offer.code) {
            self.abort(now, bmc_id, Status::INVALID_INTEGRITY_CHECK);
            return self.end_login(&login, Failure::WrongPassword);
        }
        let keys = exchange.keys(&account.password, account.k_g.as_ref());
        let at = At::Rakp3 {
            bmc_id,
            proof: exchange.rakp3(&account.password),
            expected: exchange.rakp4(&keys),
            keys: Box::new(keys),
        };
        self.next_step(now, login, at);
    }

    fn checked(&mut self, now: Duration, mut login: Box<Login>, code: &[u8]) {
        let placeholder = At::OpenSession;
        let At::Rakp3 {
            bmc_id,
            expected,
            keys,
            ..
        } = std::mem::replace(&mut login.at, placeholder)
        else {
            return;
        };
        if !expected.matches_or_overlong(code) {
            // If its keys are not ours, it believes no Close Session. If they are, and the answer was changed on its way, the
            // session is open.
            let mut link = Link::new(bmc_id, keys);
            self.send_unasked_close(now, &mut link);
            self.abort(now, bmc_id, Status::INVALID_INTEGRITY_CHECK);
            return self.end_login(&login, Failure::WrongKg);
        }
        let link = Box::new(Link::new(bmc_id, keys));
        match login.is_unwanted {
            true => self.close_link(now, link),
            false => self.raise_privilege(now, link),
        }
    }

    /// The link is up, and has the privilege that was asked for.
    pub(super) fn established(&mut self, mut link: Box<Link>) {
        link.stage = Stage::Open;
        self.phase = Phase::Link(link);
        let rtt = self.pace.rtt();
        self.events.push_back(Event::Established { rtt });
    }
}

/// What the three answers of a login have in common.
struct Answer<'a> {
    tag: u8,
    console_id: u32,
    outcome: Result<Brought<'a>, Status>,
}

enum Brought<'a> {
    Opened(OpenedSession),
    Offer(Rakp2Offer<'a>),
    Check(&'a [u8]),
}

macro_rules! answer {
    ($($from:ty => $brought:ident;)*) => {
        $(impl<'a> From<$from> for Answer<'a> {
            fn from(answer: $from) -> Self {
                Self {
                    tag: answer.tag,
                    console_id: answer.console_id,
                    outcome: answer.outcome.map(Brought::$brought),
                }
            }
        })*
    };
}

answer! {
    OpenSessionResponse => Opened;
    Rakp2<'a> => Offer;
    Rakp4<'a> => Check;
}
