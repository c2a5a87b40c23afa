//! What a link does next: log in, send, wait, close.

use super::{
    Key, Lane, Live, OUT,
    job::{Job, Trouble},
    link::{Link, Phase, Place},
    login::Plan,
    places::PATIENCE,
};
use crate::{
    client::{
        console::{hosting::Hosting, sol::Ended},
        entropy::SystemEntropy,
    },
    command::{Repeat, Request},
    crypto::Entropy,
    session::{Refused, Session, SessionOptions},
    wire::{NetFn, PayloadType},
};
use std::{sync::Arc, time::Duration};

/// Get Device ID (IPMI 2.0 §20.1), as a sign of life.
const GET_DEVICE_ID: u8 = 0x01;

impl Lane {
    /// Does whatever can be done by now.
    pub(super) fn advance(&mut self, now: Duration, key: Key, link: &mut Link) {
        expire(now, link);
        match link.phase {
            Phase::Resting { until } if until > now && link.is_busy() => {
                self.places.release(link);
            }
            Phase::Idle | Phase::Resting { .. } => {
                link.phase = Phase::Idle;
                if link.queue.is_empty() {
                    link.plan = None;
                } else if self.places.take(now, key, link) {
                    self.log_in(now, key, link);
                }
            }
            Phase::LoggingIn(_) => {}
            Phase::Up(session) => self.carry_on(now, key, link, session),
        }
        match link.is_busy() {
            true => self.places.impatient(now, link),
            false => self.places.release(link),
        }
        if link.session().is_none() && link.closing.is_empty() {
            for closed in link.closed.drain(..) {
                let _ = closed.send(());
            }
        }
        if let Some(due) = self.due(link) {
            self.timers.arm(key, due, &mut link.armed);
        }
    }

    /// The session stands: requests and characters are sent, and without any it is closed after a while.
    fn carry_on(&mut self, now: Duration, key: Key, link: &mut Link, session: u32) {
        self.host(now, link, session);
        let may_fly = |link: &Link, most: usize| {
            let under_way = link.flying.len().saturating_add(link.abandoned.len());
            !link.queue.is_empty() && under_way < most
        };
        while may_fly(link, self.settings.pipeline) && self.places.take(now, key, link) {
            let Some((live, job)) = self.sessions.get_mut(&session).zip(link.queue.pop_front())
            else {
                break;
            };
            match live.session.request(now, &job.request, job.repeat) {
                Ok(ticket) => link.flying.push((ticket, job)),
                Err(Refused::TooLong) => {
                    job.end(Err(Trouble::TooLong));
                    continue;
                }
                // It was lost this moment, or answers of cancelled requests are still due.
                Err(_) => {
                    link.queue.push_front(job);
                    break;
                }
            }
            link.used = now;
            self.pump(now, link, session);
            if link.phase != Phase::Up(session) {
                return self.advance(now, key, link);
            }
        }
        let unwanted = link.handles == 0 || link.is_spoilt;
        let cold = unwanted || link.used.saturating_add(self.settings.warm) <= now;
        if !link.is_busy() && link.console.is_none() && cold {
            self.close_session(now, link);
        }
    }

    /// What a console needs: its packets sent, its BMC asked now and then.
    fn host(&mut self, now: Duration, link: &mut Link, session: u32) {
        let Some(console) = link
            .console
            .as_deref_mut()
            .filter(|c| c.session == Some(session))
        else {
            return;
        };
        let Some(live) = self.sessions.get_mut(&session) else {
            return;
        };
        while let Some(payload) = console.sol.poll_transmit(now) {
            live.session.send_payload(now, PayloadType::Sol, &payload);
        }
        if console.keepalive_due().is_some_and(|due| due <= now) {
            console.heard = now;
            link.queue.push_back(Job {
                id: 0,
                request: Request::new(NetFn::APP, GET_DEVICE_ID, []),
                repeat: Repeat::Freely,
                bound: Some(session),
                deadline: now.saturating_add(console.keepalive),
                reply: None,
            });
        }
        self.pump(now, link, session);
    }

    fn log_in(&mut self, now: Duration, key: Key, link: &mut Link) {
        let known = self.memory.get(&link.peer).cloned().unwrap_or_default();
        let suites = &self.settings.suites;
        if link.plan.is_none() {
            link.failure = None;
        }
        let plan = link
            .plan
            .get_or_insert_with(|| Plan::new(suites, known.suite));
        let Some(suite) = plan.suite() else {
            return self.end_all(link);
        };
        let mut entropy = SystemEntropy::default();
        let id = loop {
            let mut octets = [0; 4];
            entropy.fill(&mut octets);
            let id = u32::from_le_bytes(octets);
            if id != 0 && !self.sessions.contains_key(&id) {
                break id;
            }
        };
        let mut options = SessionOptions::new(Arc::clone(&link.account), suite, id);
        options.rtt = known.round_trip;
        options.timing = self.settings.timing;
        let mut session = Session::begin(options, Box::new(entropy), now);
        if let Some(tap) = &self.settings.tap {
            let (port, local) = self.local;
            session.tap(now, tap.session(local(port, link.peer), link.peer));
        }
        let live = Live {
            session: Box::new(session),
            suite,
            link: key,
            peer: link.peer,
        };
        self.sessions.insert(id, live);
        self.counters.logins = self.counters.logins.saturating_add(1);
        link.phase = Phase::LoggingIn(id);
        link.unsendable = None;
        link.is_spoilt = false;
        self.pump(now, link, id);
        if link.phase != Phase::LoggingIn(id) {
            self.advance(now, key, link);
        }
    }

    /// Timers of this link have run out.
    pub(super) fn overdue(&mut self, now: Duration, link: &mut Link) {
        let sessions = link
            .session()
            .into_iter()
            .chain(link.closing.iter().copied());
        for id in sessions.collect::<Vec<_>>() {
            let Some(live) = self.sessions.get_mut(&id) else {
                continue;
            };
            if live.session.poll_timeout().is_some_and(|due| due <= now) {
                live.session.handle_timeout(now);
                self.pump(now, link, id);
            }
        }
        if let Some(console) = &mut link.console {
            console.sol.handle_timeout(now);
            console.wake();
        }
    }

    fn due(&self, link: &Link) -> Option<Duration> {
        let sessions = link
            .session()
            .into_iter()
            .chain(link.closing.iter().copied());
        let timeout = |id| {
            self.sessions
                .get(&id)
                .and_then(|live| live.session.poll_timeout())
        };
        let busy = link.is_busy();
        let phase = match link.phase {
            Phase::Resting { until } if busy => Some(until),
            Phase::Up(_) if !busy && link.console.is_none() => {
                Some(link.used.saturating_add(self.settings.warm))
            }
            _ => None,
        };
        let place = match link.place {
            Place::Taken { heard } if busy => Some(heard.saturating_add(PATIENCE)),
            _ => None,
        };
        let stands = |c: &&Hosting| c.session.is_some() && c.session == link.session();
        let console = link.console.as_deref().into_iter().filter(stands);
        let console = console
            .flat_map(|c| [c.sol.poll_timeout(), c.keepalive_due()])
            .flatten();
        let own = [link.deadline(), phase, place].into_iter().flatten();
        own.chain(console).chain(sessions.filter_map(timeout)).min()
    }

    /// Closes the session, if there is one; it goes on as one that is being closed.
    pub(super) fn close_session(&mut self, now: Duration, link: &mut Link) {
        let Some(id) = link.session() else {
            link.phase = Phase::Idle;
            return;
        };
        link.phase = Phase::Idle;
        if let Some(console) = &mut link.console {
            console.lost(id);
        }
        link.queue.retain(|job| job.bound != Some(id));
        link.abandoned.clear();
        // Gone already if it was the session that reported its end.
        if let Some(live) = self.sessions.get_mut(&id) {
            link.closing.push(id);
            live.session.close(now);
            self.pump(now, link, id);
        }
    }

    /// The session answers no more: what may be asked again is asked in a new one.
    pub(super) fn lose(&mut self, now: Duration, link: &mut Link) {
        let flying = std::mem::take(&mut link.flying);
        for (_, job) in flying.into_iter().rev() {
            match job.repeat {
                Repeat::Freely if job.bound.is_none() => link.queue.push_front(job),
                _ => job.lost(),
            }
        }
        self.close_session(now, link);
    }

    /// All that is waited for ends, because the client or the link is closed.
    pub(super) fn end_all(&mut self, link: &mut Link) {
        for job in link.queue.drain(..) {
            job.end(Err(Trouble::Closed));
        }
        for (_, job) in link.flying.drain(..) {
            job.lost();
        }
        if let Some(console) = &mut link.console {
            console.sol.end(Ended::Closed);
            console.wake();
        }
    }

    /// Hands what a session wants to send to the socket.
    pub(super) fn transmit(&mut self, id: u32) {
        let Some(live) = self.sessions.get_mut(&id) else {
            return;
        };
        while let Some(datagram) = live.session.poll_transmit() {
            self.counters.sent = self.counters.sent.saturating_add(1);
            if self.out.len() < OUT {
                self.out.push_back((live.peer, datagram));
            }
        }
    }
}

/// Ends the jobs whose time is over.
fn expire(now: Duration, link: &mut Link) {
    if link.deadline().is_none_or(|deadline| deadline > now) {
        return;
    }
    let trouble = match (link.phase, link.place, link.unsendable) {
        (_, _, Some(why)) => Trouble::Socket(why),
        (Phase::Up(_), ..) => Trouble::NoAnswer,
        (Phase::Idle, Place::Waiting, _) => Trouble::NoPlace,
        _ => Trouble::LoginTime(link.failure),
    };
    for at in (0..link.flying.len()).rev() {
        if link
            .flying
            .get(at)
            .is_some_and(|(_, job)| job.deadline <= now)
        {
            link.abandon(at).lost();
        }
    }
    for job in std::mem::take(&mut link.queue) {
        match job.deadline <= now {
            true => job.end(Err(trouble.clone())),
            false => link.queue.push_back(job),
        }
    }
}
