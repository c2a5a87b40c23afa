//! The session once its keys are agreed on: requests, answers, other payloads, Close Session.

use super::{
    Drop, Event, Failure, Phase, Session, Step,
    requests::{Pending, Purpose},
};
use crate::{
    command::{Repeat, Request, Response},
    crypto::{SessionKeys, Window, decrypt, seal, verify},
    wire::{CompletionCode, Message, NetFn, PayloadType, Privilege, V20},
};
use std::time::Duration;

const SET_SESSION_PRIVILEGE: u8 = 0x3b;
const CLOSE_SESSION: u8 = 0x3c;
/// Events that wait for their owner. Payloads beyond are dropped, and come again, for their senders see no acknowledgement.
const WAITING_EVENTS: usize = 1024;

/// Keys and numbers of a session.
#[derive(Debug)]
pub(super) struct Link {
    bmc_id: u32,
    keys: Box<SessionKeys>,
    /// The number of the packet that was sent last.
    sequence: u32,
    window: Window,
    pub(super) stage: Stage,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its privilege is being set.
    Raising,
    /// It takes requests.
    Open,
    /// Close Session is under way.
    Closing,
}

impl Link {
    pub(super) fn new(bmc_id: u32, keys: Box<SessionKeys>) -> Self {
        Self {
            bmc_id,
            keys,
            sequence: 0,
            window: Window::default(),
            stage: Stage::Raising,
        }
    }

    /// Numbers count from 1, and pass over 0 when they wrap (IPMI 2.0 §6.12.12).
    fn next_sequence(&mut self) -> u32 {
        self.sequence = self.sequence.checked_add(1).unwrap_or(1);
        self.sequence
    }
}

impl Session {
    /// A new session may do what USER may (IPMI 2.0 §22.18); more has to be asked for.
    pub(super) fn raise_privilege(&mut self, now: Duration, mut link: Box<Link>) {
        let privilege = self.options.account.privilege;
        if privilege <= Privilege::User {
            return self.established(link);
        }
        let request = Request::new(NetFn::APP, SET_SESSION_PRIVILEGE, [privilege.number()]);
        self.ask(
            now,
            &mut link,
            Purpose::RaisePrivilege,
            &request,
            Repeat::Freely,
        );
        self.phase = Phase::Link(link);
    }

    fn privilege_answered(&mut self, now: Duration, link: Box<Link>, response: &Response) {
        let granted = response.data.first().map(|level| level & 0x0f);
        let asked = self.options.account.privilege.number();
        if response.completion.is_ok() && granted.is_some_and(|granted| granted >= asked) {
            return self.established(link);
        }
        let failure = Failure::PrivilegeRefused {
            step: Step::SetPrivilege,
            status: None,
            completion: Some(response.completion),
        };
        self.events.push_back(Event::Failed(failure));
        self.close_link(now, link);
    }

    /// Gives up what is under way, and closes.
    pub(super) fn close_link(&mut self, now: Duration, mut link: Box<Link>) {
        if link.stage != Stage::Closing {
            link.stage = Stage::Closing;
            for pending in self.requests.abandon() {
                self.unanswered(&pending);
            }
            let request = close_session(link.bmc_id);
            self.ask(now, &mut link, Purpose::Close, &request, Repeat::Freely);
        }
        self.phase = Phase::Link(link);
    }

    /// Close Session without waiting for its answer.
    pub(super) fn send_unasked_close(&mut self, now: Duration, link: &mut Link) {
        self.ask(
            now,
            link,
            Purpose::Close,
            &close_session(link.bmc_id),
            Repeat::Never,
        );
        self.requests.abandon();
    }

    /// Sends a request for the first time. There is a number free.
    pub(super) fn ask(
        &mut self,
        now: Duration,
        link: &mut Link,
        purpose: Purpose,
        request: &Request,
        repeat: Repeat,
    ) {
        let mut requests = std::mem::take(&mut self.requests);
        if let Some(pending) = requests.add(now, purpose, request, repeat) {
            self.send_request(now, link, pending);
        }
        self.requests = requests;
    }

    /// Sends it, with a session sequence number of its own and the rqSeq that it has.
    fn send_request(&mut self, now: Duration, link: &mut Link, pending: &mut Pending) {
        let mut payload = zeroize::Zeroizing::new(Vec::with_capacity(64));
        pending.message().emit(&mut payload);
        self.send_sealed(now, link, PayloadType::Ipmi, &payload, pending.is_secret);
        pending.sends = pending.sends.saturating_add(1);
        pending.sent_at = now;
        let timing = self.options.timing;
        let chance = self.dice.octet();
        let wait = match pending.repeat {
            Repeat::Never => timing.once,
            Repeat::Freely => {
                let wait = self.pace.wait(pending.sends, chance);
                // BMCs pause now and then, for seconds; after the last sending there is no hurry.
                let is_last = pending.sends >= sends(&self.options.timing, pending.purpose);
                if is_last && pending.purpose != Purpose::Close {
                    wait.max(timing.most)
                } else {
                    wait
                }
            }
        };
        pending.deadline = now.saturating_add(wait);
    }

    pub(super) fn send_sealed(
        &mut self,
        now: Duration,
        link: &mut Link,
        kind: PayloadType,
        payload: &[u8],
        is_secret: bool,
    ) {
        let sequence = link.next_sequence();
        let iv = self.dice.octets();
        let mut datagram = Vec::new();
        seal(
            &link.keys,
            kind,
            link.bmc_id,
            sequence,
            payload,
            &iv,
            &mut datagram,
        );
        self.send(now, datagram, payload, is_secret);
    }

    /// A datagram that came in the session. First its AuthCode, then the window, then what it holds.
    pub(super) fn link_datagram(
        &mut self,
        now: Duration,
        datagram: &[u8],
        packet: &V20<'_>,
        mut link: Box<Link>,
    ) -> Result<(), (Drop, Box<Link>)> {
        let payload = match self.open(datagram, packet, &mut link) {
            Ok(payload) => payload,
            Err(drop) => return Err((drop, link)),
        };
        self.tap_received(now, datagram, packet, &payload);
        if packet.payload_type != PayloadType::Ipmi {
            return self.payload(packet.payload_type, payload, link);
        }
        let message = match Message::parse(&payload) {
            Ok(message) => message,
            Err(invalid) => return Err((invalid.into(), link)),
        };
        let Some((completion, data)) = message.data.split_first() else {
            return Err((Drop::Unreadable, link));
        };
        let Some(pending) = self.requests.answered(&message) else {
            return Err((Drop::Unasked, link));
        };
        // Of a request that was sent twice nobody knows which of them is answered.
        if pending.sends == 1 {
            self.pace.learn(now.saturating_sub(pending.sent_at));
        }
        let response = Response {
            completion: CompletionCode(*completion),
            data: data.to_vec(),
        };
        match pending.purpose {
            Purpose::Asked(ticket) => {
                self.phase = Phase::Link(link);
                self.events.push_back(Event::Answered { ticket, response });
            }
            // It has not looked at it. The slot of a session that it was too busy to close would stay taken.
            Purpose::RaisePrivilege | Purpose::Close
                if response.completion == CompletionCode::BUSY =>
            {
                self.requests.renew(now, pending);
                self.phase = Phase::Link(link);
            }
            Purpose::RaisePrivilege => self.privilege_answered(now, link, &response),
            // Whatever it says: a session that the BMC does not know is closed, too.
            Purpose::Close => self.end(),
        }
        Ok(())
    }

    fn open(
        &mut self,
        datagram: &[u8],
        packet: &V20<'_>,
        link: &mut Link,
    ) -> Result<Vec<u8>, Drop> {
        if packet.session_id != self.local_id {
            return Err(Drop::Foreign);
        }
        verify(&link.keys, datagram, packet)?;
        if !link.window.accepts(packet.sequence) {
            return Err(Drop::Repeated);
        }
        Ok(decrypt(&link.keys, packet)?)
    }

    fn payload(
        &mut self,
        kind: PayloadType,
        data: Vec<u8>,
        link: Box<Link>,
    ) -> Result<(), (Drop, Box<Link>)> {
        // The messages of a login have no place in a session.
        if kind != PayloadType::Sol {
            return Err((Drop::Foreign, link));
        }
        if link.stage != Stage::Open || self.events.len() >= WAITING_EVENTS {
            return Err((Drop::Unasked, link));
        }
        self.phase = Phase::Link(link);
        self.events.push_back(Event::Payload { kind, data });
        Ok(())
    }

    pub(super) fn link_timeout(&mut self, now: Duration, mut link: Box<Link>) {
        while let Some(mut pending) = self.requests.overdue(now) {
            let limit = sends(&self.options.timing, pending.purpose);
            if pending.repeat == Repeat::Freely && pending.sends < limit {
                self.send_request(now, &mut link, &mut pending);
                self.requests.restore(pending);
                continue;
            }
            match pending.purpose {
                Purpose::Asked(_) => self.unanswered(&pending),
                Purpose::RaisePrivilege => {
                    let step = Step::SetPrivilege;
                    let failure = Failure::NoAnswer { step };
                    self.events.push_back(Event::Failed(failure));
                    return self.close_link(now, link);
                }
                Purpose::Close => return self.end(),
            }
        }
        self.phase = Phase::Link(link);
    }

    fn unanswered(&mut self, pending: &Pending) {
        if let Purpose::Asked(ticket) = pending.purpose {
            let indeterminate = pending.repeat == Repeat::Never;
            self.events.push_back(Event::Unanswered {
                ticket,
                indeterminate,
            });
        }
    }
}

fn close_session(bmc_id: u32) -> Request {
    Request::new(NetFn::APP, CLOSE_SESSION, bmc_id.to_le_bytes())
}

/// How often a request that may be repeated is sent.
fn sends(timing: &super::Timing, purpose: Purpose) -> u32 {
    match purpose {
        Purpose::Asked(_) => timing.request_sends,
        Purpose::RaisePrivilege | Purpose::Close => timing.login_sends,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        account::Password,
        crypto::{Exchange, Suite},
    };

    #[test]
    fn numbers_pass_over_zero_when_they_wrap() {
        let exchange = Exchange {
            suite: Suite::THREE,
            console_id: 1,
            bmc_id: 2,
            console_nonce: &[3; 16],
            bmc_nonce: &[4; 16],
            guid: &[5; 16],
            role: 3,
            name: b"admin",
        };
        let keys = exchange.keys(&Password::new("password").unwrap(), None);
        let mut link = Link::new(2, Box::new(keys));
        assert_eq!(link.next_sequence(), 1);
        link.sequence = u32::MAX - 1;
        let numbers = [(); 3].map(|()| link.next_sequence());
        assert_eq!(numbers, [u32::MAX, 1, 2]);
    }
}
