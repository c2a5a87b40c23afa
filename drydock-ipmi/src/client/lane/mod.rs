//! All the sessions of one socket, without the socket: datagrams, requests and `now` go in; datagrams, answers and the next
//! deadline come out. It decides who logs in when, which session a datagram is for, what is sent again in a new session,
//! and when a session is closed. It never sends twice what must not be repeated.

mod advance;
mod consoles;
mod events;
mod job;
mod link;
mod login;
mod places;
mod timers;

pub(super) use job::{Outcome, Trouble};

use self::{
    job::Job,
    link::{Link, Phase},
    places::Places,
    timers::Timers,
};
use super::{Counters, Settings, console::hosting::Hosting, memory::Memory};
use crate::{
    account::Account,
    command::{Repeat, Request},
    crypto::Suite,
    session::Session,
    wire::addressee,
};
use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::sync::oneshot;

/// So many datagrams wait for the socket; what is more is as good as lost on the way.
const OUT: usize = 16 * 1024;

/// Where a link stands in its lane, as long as it has a handle.
pub(super) type Key = usize;

/// The port of the socket, and what says from which address it sends to a BMC.
pub(super) type Local = (u16, fn(u16, SocketAddr) -> SocketAddr);

#[derive(Debug)]
struct Live {
    session: Box<Session>,
    suite: Suite,
    link: Key,
    peer: SocketAddr,
}

#[derive(Debug)]
pub(super) struct Lane {
    settings: Arc<Settings>,
    local: Local,
    links: Vec<Option<Box<Link>>>,
    unused: Vec<Key>,
    by_peer: HashMap<SocketAddr, Vec<Key>>,
    sessions: HashMap<u32, Live>,
    memory: HashMap<SocketAddr, Memory>,
    timers: Timers,
    places: Places,
    out: VecDeque<(SocketAddr, Vec<u8>)>,
    jobs: u64,
    closed: bool,
    counters: Counters,
}

impl Lane {
    pub(super) fn new(settings: Arc<Settings>, local: Local, places: usize) -> Self {
        Self {
            settings,
            local,
            links: Vec::new(),
            unused: Vec::new(),
            by_peer: HashMap::new(),
            sessions: HashMap::new(),
            memory: HashMap::new(),
            timers: Timers::default(),
            places: Places::new(places),
            out: VecDeque::new(),
            jobs: 0,
            closed: false,
            counters: Counters::default(),
        }
    }

    /// The link of that BMC and account, with one handle more.
    pub(super) fn open(&mut self, peer: SocketAddr, account: &Arc<Account>) -> Key {
        let keys = self.by_peer.entry(peer).or_default();
        for key in keys.iter().copied() {
            let link = self.links.get_mut(key).and_then(Option::as_mut);
            if let Some(link) = link.filter(|link| link.is_for(account)) {
                link.handles = link.handles.saturating_add(1);
                return key;
            }
        }
        let mut link = Box::new(Link::new(peer, Arc::clone(account)));
        link.handles = 1;
        let key = match self.unused.pop() {
            Some(key) => key,
            None => {
                self.links.push(None);
                self.links.len().saturating_sub(1)
            }
        };
        keys.push(key);
        if let Some(place) = self.links.get_mut(key) {
            *place = Some(link);
        }
        key
    }

    /// One handle more for it.
    pub(super) fn retain(&mut self, key: Key) {
        if let Some(link) = self.link(key) {
            link.handles = link.handles.saturating_add(1);
        }
    }

    /// One handle less; with the last one its session is closed, as soon as nothing is under way.
    pub(super) fn release(&mut self, now: Duration, key: Key) {
        self.with(now, key, |_, link| {
            link.handles = link.handles.saturating_sub(1)
        });
    }

    /// Has `request` answered by `deadline`. Its number is for [`cancel`](Self::cancel).
    pub(super) fn submit(
        &mut self,
        now: Duration,
        key: Key,
        request: Request,
        repeat: Repeat,
        deadline: Duration,
        reply: Option<oneshot::Sender<Outcome>>,
    ) -> u64 {
        self.jobs = self.jobs.wrapping_add(1);
        let job = Job {
            id: self.jobs,
            request,
            repeat,
            bound: None,
            deadline,
            reply,
        };
        let closed = self.closed;
        self.with(now, key, |_, link| match closed {
            true => job.end(Err(Trouble::Closed)),
            false => link.queue.push_back(job),
        });
        self.jobs
    }

    /// Nobody waits for that job any more. If it is on its way, its answer is dropped.
    pub(super) fn cancel(&mut self, now: Duration, key: Key, id: u64) {
        self.with(now, key, |_, link| {
            link.queue.retain(|job| job.id != id);
            if let Some(at) = link.flying.iter().position(|(_, job)| job.id == id) {
                link.abandon(at);
            }
        });
    }

    /// A datagram has arrived.
    pub(super) fn handle_datagram(&mut self, now: Duration, from: SocketAddr, datagram: &[u8]) {
        let was_taken = match addressee(datagram) {
            Some(id) => self.deliver(now, from, id, datagram),
            // A refusal may name nobody: then it is for whoever logs in there, and its tag says for which of them.
            None => {
                let mut ids = self.logging_in(from);
                ids.retain(|id| self.deliver(now, from, *id, datagram));
                !ids.is_empty()
            }
        };
        if !was_taken {
            self.counters.strangers = self.counters.strangers.saturating_add(1);
        }
    }

    /// Gives a datagram to the session of that id, if there is one with that BMC.
    fn deliver(&mut self, now: Duration, from: SocketAddr, id: u32, datagram: &[u8]) -> bool {
        let is_from = |live: &Live| (live.peer.ip(), live.peer.port()) == (from.ip(), from.port());
        let live = self.sessions.get_mut(&id);
        let Some(live) = live.filter(|live| is_from(live)) else {
            return false;
        };
        self.counters.received = self.counters.received.saturating_add(1);
        live.session.handle_datagram(now, datagram);
        let key = live.link;
        self.with(now, key, |lane, link| {
            link.unsendable = None;
            if let link::Place::Taken { heard } = &mut link.place {
                *heard = now;
            }
            lane.pump(now, link, id);
        });
        true
    }

    /// The sessions that are logging in at this address.
    fn logging_in(&self, at: SocketAddr) -> Vec<u32> {
        let keys = self.by_peer.get(&at).into_iter().flatten();
        let links = keys.filter_map(|key| self.links.get(*key)?.as_deref());
        links
            .filter_map(|link| match link.phase {
                link::Phase::LoggingIn(id) => Some(id),
                _ => None,
            })
            .collect()
    }

    /// Time has passed.
    pub(super) fn handle_timeout(&mut self, now: Duration) {
        while let Some((due, key)) = self.timers.pop(now) {
            let armed = self.link(key).map(|link| &mut link.armed);
            if armed
                .and_then(|armed| armed.take_if(|at| *at == due))
                .is_some()
            {
                self.with(now, key, |lane, link| lane.overdue(now, link));
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub(super) fn poll_timeout(&self) -> Option<Duration> {
        self.timers.next()
    }

    /// The next datagram for the socket.
    pub(super) fn poll_transmit(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        self.out.pop_front()
    }

    /// The socket is full: it is the next one again.
    pub(super) fn untransmitted(&mut self, to: SocketAddr, datagram: Vec<u8>) {
        self.out.push_front((to, datagram));
    }

    pub(super) fn has_transmit(&self) -> bool {
        !self.out.is_empty()
    }

    /// The socket refuses to send there. That is no reason to give up: networks come back.
    pub(super) fn unsendable(&mut self, to: SocketAddr, why: io::ErrorKind) {
        for key in self.by_peer.get(&to).cloned().unwrap_or_default() {
            if let Some(link) = self.link(key) {
                link.unsendable = Some(why);
            }
        }
    }

    /// Closes the session of that link, if there is one; requests under way end. `closed` is told when it is over.
    pub(super) fn close(&mut self, now: Duration, key: Key, closed: oneshot::Sender<()>) {
        self.with(now, key, |lane, link| {
            lane.end_all(link);
            lane.close_session(now, link);
            link.closed.push(closed);
        });
    }

    /// Closes all sessions; from now on nothing is begun.
    pub(super) fn shut_down(&mut self, now: Duration) {
        self.closed = true;
        for key in 0..self.links.len() {
            self.with(now, key, |lane, link| {
                lane.end_all(link);
                lane.close_session(now, link);
            });
        }
    }

    /// Whether it is shut down and all its sessions are closed.
    pub(super) fn is_over(&self) -> bool {
        self.closed && self.sessions.is_empty() && self.out.is_empty()
    }

    /// Nobody drives it any more: all that is waited for ends now.
    pub(super) fn abandon(&mut self) {
        self.closed = true;
        for link in self.links.iter_mut().flatten() {
            for job in link
                .queue
                .drain(..)
                .chain(link.flying.drain(..).map(|(_, job)| job))
            {
                job.end(Err(Trouble::Closed));
            }
            link.phase = Phase::Idle;
            link.closing.clear();
            link.closed.clear();
            if let Some(mut console) = link.console.take() {
                console.sol.end(super::console::sol::Ended::Closed);
                console.wake();
            }
        }
        self.sessions.clear();
        self.out.clear();
    }

    /// What is known of that BMC.
    pub(super) fn memory(&mut self, peer: SocketAddr) -> &mut Memory {
        self.memory.entry(peer).or_default()
    }

    pub(super) fn counters(&self) -> Counters {
        Counters {
            sessions: self.sessions.len(),
            ..self.counters
        }
    }

    /// Something with that link's console, if it has one; then what follows from it.
    pub(super) fn with_console<R>(
        &mut self,
        now: Duration,
        key: Key,
        f: impl FnOnce(&mut Option<Box<Hosting>>) -> R,
    ) -> Option<R> {
        self.with(now, key, |_, link| f(&mut link.console))
    }

    fn link(&mut self, key: Key) -> Option<&mut Box<Link>> {
        self.links.get_mut(key).and_then(Option::as_mut)
    }

    /// Does something with a link, then all that follows from it, for others as well.
    fn with<R>(
        &mut self,
        now: Duration,
        key: Key,
        f: impl FnOnce(&mut Self, &mut Link) -> R,
    ) -> Option<R> {
        let result = self.with_one(now, key, f);
        while let Some(next) = self.places.next() {
            self.with_one(now, next, |lane, link| lane.places.grant(now, link));
        }
        result
    }

    fn with_one<R>(
        &mut self,
        now: Duration,
        key: Key,
        f: impl FnOnce(&mut Self, &mut Link) -> R,
    ) -> Option<R> {
        let mut link = self.links.get_mut(key).and_then(Option::take)?;
        let result = f(self, &mut link);
        self.advance(now, key, &mut link);
        if link.is_over() {
            self.places.release(&mut link);
            self.unused.push(key);
            if let Some(keys) = self.by_peer.get_mut(&link.peer) {
                keys.retain(|other| *other != key);
                if keys.is_empty() {
                    self.by_peer.remove(&link.peer);
                }
            }
        } else if let Some(place) = self.links.get_mut(key) {
            *place = Some(link);
        }
        Some(result)
    }
}
