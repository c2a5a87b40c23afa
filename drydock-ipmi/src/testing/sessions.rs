//! The slots of a simulated BMC: sessions that are open, and logins that have begun.

use crate::{
    crypto::{SessionKeys, Suite, Window},
    wire::Privilege,
};
use std::{collections::VecDeque, net::SocketAddr, time::Duration};

/// So many answers are kept for requests that come again.
const ANSWERS: usize = 8;
/// A request that comes again after more than this is a new one (IPMI 2.0 §13.8 leaves it to the BMC; IPMB has 5 s).
const SAME_FOR: Duration = Duration::from_secs(5);

/// One slot.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) id: u32,
    pub(super) console_id: u32,
    pub(super) peer: SocketAddr,
    pub(super) suite: Suite,
    /// When it was heard of last.
    pub(super) heard: Duration,
    pub(super) phase: Phase,
}

/// How far it has come. Each phase keeps the datagram that it answered last, for when it is asked again.
#[derive(Debug)]
pub(super) enum Phase {
    /// Open Session was answered.
    Opened { request: Vec<u8>, answer: Vec<u8> },
    /// RAKP message 1 was answered.
    Challenged(Box<Challenge>),
    /// The session is open.
    Active(Box<Active>),
}

/// What is to be proven.
#[derive(Debug)]
pub(super) struct Challenge {
    pub(super) request: Vec<u8>,
    pub(super) answer: Vec<u8>,
    pub(super) console_nonce: [u8; 16],
    pub(super) bmc_nonce: [u8; 16],
    pub(super) role: u8,
    pub(super) name: Vec<u8>,
    pub(super) user: u8,
    pub(super) limit: Privilege,
}

/// An open session.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) keys: SessionKeys,
    pub(super) user: u8,
    /// The most it may have.
    pub(super) limit: Privilege,
    /// What it has.
    pub(super) privilege: Privilege,
    pub(super) window: Window,
    /// The number of the last datagram that was sent.
    pub(super) sequence: u32,
    /// RAKP message 3 and what it was answered.
    pub(super) login: (Vec<u8>, Vec<u8>),
    pub(super) answers: VecDeque<Answered>,
}

/// A request and its answer.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) at: Duration,
    pub(super) request: Vec<u8>,
    pub(super) answer: Vec<u8>,
}

impl Active {
    /// What this request, in every octet the same, was answered a short while ago.
    pub(super) fn answered(&self, now: Duration, request: &[u8]) -> Option<&Answered> {
        self.answers
            .iter()
            .find(|kept| kept.request == request && now.saturating_sub(kept.at) < SAME_FOR)
    }

    pub(super) fn keep(&mut self, answered: Answered) {
        if self.answers.len() >= ANSWERS {
            self.answers.pop_front();
        }
        self.answers.push_back(answered);
    }

    /// The number of the next datagram; never 0.
    pub(super) fn next_sequence(&mut self) -> u32 {
        self.sequence = self.sequence.wrapping_add(1).max(1);
        self.sequence
    }
}

impl Session {
    pub(super) fn active(&self) -> Option<&Active> {
        match &self.phase {
            Phase::Active(active) => Some(active),
            _ => None,
        }
    }

    pub(super) fn active_mut(&mut self) -> Option<&mut Active> {
        match &mut self.phase {
            Phase::Active(active) => Some(active),
            _ => None,
        }
    }
}

/// All slots.
#[derive(Debug, Default)]
pub(super) struct Sessions(Vec<Session>);

impl Sessions {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Session> {
        self.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many are open, logins that have begun not counted.
    pub(super) fn open(&self) -> impl Iterator<Item = &Session> {
        self.0.iter().filter(|session| session.active().is_some())
    }

    pub(super) fn add(&mut self, session: Session) {
        self.0.push(session);
    }

    pub(super) fn find(&self, id: u32) -> Option<&Session> {
        self.0.iter().find(|session| session.id == id)
    }

    pub(super) fn find_mut(&mut self, id: u32) -> Option<&mut Session> {
        self.0.iter_mut().find(|session| session.id == id)
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<Session> {
        let index = self.0.iter().position(|session| session.id == id)?;
        Some(self.0.swap_remove(index))
    }

    /// When each is given up, if nothing is heard of it.
    pub(super) fn ends(
        &self,
        idle: Duration,
        login: Duration,
    ) -> impl Iterator<Item = (Duration, &Session)> {
        self.0.iter().map(move |session| {
            let patience = if session.active().is_some() {
                idle
            } else {
                login
            };
            (session.heard.saturating_add(patience), session)
        })
    }
}
