//! Open Session and RAKP 1 to 4, the BMC's side (IPMI 2.0 §13.17 to §13.23).
//!
//! A message that comes again is answered as before and takes nothing more.

use super::{
    log::{Closed, Effect},
    sessions::{Active, Challenge, Phase, Session},
    state::State,
    users::Unwelcome,
};
use crate::{
    crypto::{Exchange, Suite},
    wire::Privilege,
    wire::{
        Algorithms, OpenSessionRequest, OpenSessionResponse, OpenedSession, PayloadType, Rakp1,
        Rakp2, Rakp2Offer, Rakp3, Rakp4, Status, V20,
    },
};
use std::{collections::VecDeque, net::SocketAddr, time::Duration};

/// A datagram outside of a session.
fn datagram(kind: PayloadType, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    V20::outside(kind, payload).emit(&mut out);
    out
}

impl State {
    /// Answers Open Session.
    pub(super) fn open_session(
        &mut self,
        now: Duration,
        peer: SocketAddr,
        payload: &[u8],
    ) -> Option<Vec<u8>> {
        let request = OpenSessionRequest::parse(payload).ok()?;
        let again = self
            .sessions
            .iter()
            .find_map(|session| match &session.phase {
                Phase::Opened { request, answer } if session.peer == peer && request == payload => {
                    Some(answer)
                }
                _ => None,
            });
        if let Some(answer) = again {
            return Some(answer.clone());
        }
        let outcome = self.open_slot(now, &request);
        let mut response = Vec::new();
        OpenSessionResponse {
            tag: request.tag,
            console_id: request.console_id,
            outcome: outcome.map(|(opened, _)| opened),
        }
        .emit(&mut response);
        let answer = datagram(PayloadType::OpenSessionResponse, &response);
        if let Ok((opened, suite)) = outcome {
            self.sessions.add(Session {
                id: opened.bmc_id,
                console_id: request.console_id,
                peer,
                suite,
                heard: now,
                phase: Phase::Opened {
                    request: payload.to_vec(),
                    answer: answer.clone(),
                },
            });
        }
        Some(answer)
    }

    fn open_slot(
        &mut self,
        now: Duration,
        request: &OpenSessionRequest,
    ) -> Result<(OpenedSession, Suite), Status> {
        let suite = self.suite_of(request.algorithms)?;
        if request.console_id == 0 {
            return Err(Status::INVALID_SESSION_ID);
        }
        if self.sessions.len() >= self.settings.slots {
            self.log.add(now, Effect::SlotsFull);
            return Err(Status::NO_RESOURCES);
        }
        let bmc_id = loop {
            let id = self.random.u32();
            if id != 0 && self.sessions.find(id).is_none() {
                break id;
            }
        };
        let privilege = request.privilege.unwrap_or(Privilege::Administrator);
        let answered = self.faults.answers_suite.and_then(Suite::insecure);
        let opened = OpenedSession {
            privilege: privilege.number(),
            bmc_id,
            algorithms: answered.unwrap_or(suite).algorithms(),
        };
        // Whoever takes the other suite finds that it works: that is what an attack would look like.
        Ok((opened, answered.unwrap_or(suite)))
    }

    fn suite_of(&self, algorithms: Algorithms) -> Result<Suite, Status> {
        let suites = &self.settings.suites;
        if let Some(suite) = suites.iter().find(|suite| suite.algorithms() == algorithms) {
            return Ok(*suite);
        }
        let has = |same: fn(Algorithms, Algorithms) -> bool| {
            suites
                .iter()
                .any(|suite| same(suite.algorithms(), algorithms))
        };
        Err(match () {
            () if self.faults.wrong_suite_is_no_resource => Status::NO_RESOURCES,
            () if !has(|a, b| a.authentication == b.authentication) => {
                Status::INVALID_AUTHENTICATION
            }
            () if !has(|a, b| a.integrity == b.integrity) => Status::INVALID_INTEGRITY,
            () if !has(|a, b| a.confidentiality == b.confidentiality) => {
                Status::INVALID_CONFIDENTIALITY
            }
            () => Status::NO_CIPHER_SUITE,
        })
    }

    /// Answers RAKP message 1.
    pub(super) fn rakp1(&mut self, now: Duration, payload: &[u8]) -> Option<Vec<u8>> {
        let rakp1 = Rakp1::parse(payload).ok()?;
        let session = self.sessions.find(rakp1.bmc_id);
        let (console_id, outcome) = match session {
            Some(Session {
                phase: Phase::Challenged(challenge),
                ..
            }) if challenge.request == payload => return Some(challenge.answer.clone()),
            // What comes late must not harm an open session.
            Some(session) if session.active().is_some() => return None,
            Some(session) => (session.console_id, self.challenge(&rakp1)),
            None => (0, Err(Status::INVALID_SESSION_ID)),
        };
        let mut challenge = match outcome {
            Ok(challenge) => challenge,
            Err(status) => {
                self.close(now, rakp1.bmc_id, Closed::Refused);
                return Some(self.rakp2(rakp1.tag, console_id, Err(status)));
            }
        };
        let bmc_nonce = self.random.array();
        challenge.bmc_nonce = bmc_nonce;
        let session = self.sessions.find(rakp1.bmc_id)?;
        let user = self.users.user(challenge.user)?;
        let code = exchange(session, &self.guid, &challenge).rakp2(&user.password);
        let offer = Rakp2Offer {
            nonce: bmc_nonce,
            guid: self.guid,
            code: code.as_slice(),
        };
        let answer = self.rakp2(rakp1.tag, console_id, Ok(offer));
        challenge.request = payload.to_vec();
        challenge.answer = answer.clone();
        let session = self.sessions.find_mut(rakp1.bmc_id)?;
        session.heard = now;
        session.phase = Phase::Challenged(Box::new(challenge));
        Some(answer)
    }

    /// Who wants to log in, and whether they may.
    fn challenge(&self, rakp1: &Rakp1<'_>) -> Result<Challenge, Status> {
        let asked = Privilege::new(rakp1.role & 0x0f).ok_or(Status::INVALID_ROLE)?;
        let name_only = rakp1.role & 0x10 != 0;
        let (user, found) = self.users.look_up(rakp1.name, asked, name_only).map_err(
            |unwelcome| match unwelcome {
                Unwelcome::Unknown => Status::UNAUTHORIZED_NAME,
                Unwelcome::Privilege => Status::UNAUTHORIZED_ROLE,
            },
        )?;
        Ok(Challenge {
            request: Vec::new(),
            answer: Vec::new(),
            console_nonce: rakp1.nonce,
            bmc_nonce: [0; 16],
            role: rakp1.role,
            name: rakp1.name.to_vec(),
            user,
            limit: found.privilege.min(asked),
        })
    }

    fn rakp2(&self, tag: u8, console_id: u32, outcome: Result<Rakp2Offer<'_>, Status>) -> Vec<u8> {
        let mut payload = Vec::new();
        Rakp2 {
            tag,
            console_id,
            outcome,
        }
        .emit(&mut payload);
        let mut datagram = datagram(PayloadType::Rakp2, &payload);
        // The payload's length, low octet, in the wrapper (IPMI 2.0 table 13-8).
        if let Some(length) = datagram.get_mut(14)
            && self.faults.rakp2_length_off_by_one
        {
            *length = length.wrapping_add(1);
        }
        datagram
    }

    /// Answers RAKP message 3.
    pub(super) fn rakp3(&mut self, now: Duration, payload: &[u8]) -> Option<Vec<u8>> {
        let rakp3 = Rakp3::parse(payload).ok()?;
        let id = rakp3.bmc_id;
        let Some(session) = self.sessions.find(id) else {
            return Some(rakp4(rakp3.tag, 0, Err(Status::INVALID_SESSION_ID)));
        };
        let console_id = session.console_id;
        let challenge = match &session.phase {
            Phase::Active(active) => {
                let (asked, answer) = &active.login;
                let is_again = asked == payload && !self.faults.silent_to_repeated_rakp3;
                return is_again.then(|| answer.clone());
            }
            Phase::Opened { .. } => {
                self.close(now, id, Closed::Refused);
                return Some(rakp4(
                    rakp3.tag,
                    console_id,
                    Err(Status::INVALID_PAYLOAD_TYPE),
                ));
            }
            Phase::Challenged(challenge) => challenge,
        };
        let Ok(proof) = rakp3.outcome else {
            // The console has given up, and expects no answer (IPMI 2.0 §13.22).
            self.close(now, id, Closed::Refused);
            return None;
        };
        let exchange = exchange(session, &self.guid, challenge);
        let user = self.users.user(challenge.user)?;
        if !exchange.rakp3(&user.password).matches(proof) {
            self.close(now, id, Closed::Refused);
            return Some(rakp4(
                rakp3.tag,
                console_id,
                Err(Status::INVALID_INTEGRITY_CHECK),
            ));
        }
        let keys = exchange.keys(&user.password, self.settings.k_g.as_ref());
        let answer = rakp4(rakp3.tag, console_id, Ok(exchange.rakp4(&keys).as_slice()));
        let active = Active {
            keys,
            user: challenge.user,
            limit: challenge.limit,
            // Every session begins with USER (IPMI 2.0 §6.8), if it may have that much.
            privilege: challenge.limit.min(Privilege::User),
            window: Default::default(),
            sequence: 0,
            login: (payload.to_vec(), answer.clone()),
            answers: VecDeque::new(),
        };
        let session = self.sessions.find_mut(id)?;
        session.heard = now;
        session.phase = Phase::Active(Box::new(active));
        self.log.add(now, Effect::SessionOpened { id });
        Some(answer)
    }
}

fn rakp4(tag: u8, console_id: u32, outcome: Result<&[u8], Status>) -> Vec<u8> {
    let mut payload = Vec::new();
    Rakp4 {
        tag,
        console_id,
        outcome,
    }
    .emit(&mut payload);
    datagram(PayloadType::Rakp4, &payload)
}

fn exchange<'a>(session: &Session, guid: &'a [u8; 16], challenge: &'a Challenge) -> Exchange<'a> {
    Exchange {
        suite: session.suite,
        console_id: session.console_id,
        bmc_id: session.id,
        console_nonce: &challenge.console_nonce,
        bmc_nonce: &challenge.bmc_nonce,
        guid,
        role: challenge.role,
        name: &challenge.name,
    }
}
