//! What a lane knows of one BMC and account: its session, its requests, its console.

use super::{job::Job, login::Plan};
use crate::{
    account::Account,
    client::console::hosting::Hosting,
    command::Repeat,
    session::{Failure, Ticket},
};
use std::{collections::VecDeque, io, net::SocketAddr, sync::Arc, time::Duration};
use subtle::ConstantTimeEq;
use tokio::sync::oneshot;

/// How far a link is with its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// There is none.
    Idle,
    /// The BMC has no slot; not before then is it asked again.
    Resting { until: Duration },
    /// The one of that id logs in.
    LoggingIn(u32),
    /// The one of that id stands.
    Up(u32),
}

/// Whether it counts among those in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It does not need one.
    None,
    /// It is in the queue for one.
    Waiting,
    /// It has one, and heard of its BMC at that time, or began then.
    Taken { heard: Duration },
    /// It had one and gave it back, because its BMC is silent: the dead do not keep the living waiting.
    GivenBack,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) peer: SocketAddr,
    pub(super) account: Arc<Account>,
    /// So many `Bmc` and `Console` are for it.
    pub(super) handles: usize,
    pub(super) phase: Phase,
    pub(super) place: Place,
    /// Of the login under way.
    pub(super) plan: Option<Plan>,
    /// What the last login met with.
    pub(super) failure: Option<Failure>,
    /// Why the last datagram could not be sent.
    pub(super) unsendable: Option<io::ErrorKind>,
    pub(super) queue: VecDeque<Job>,
    pub(super) flying: Vec<(Ticket, Job)>,
    /// Nobody waits for these any more; their answers are still due, and what follows waits for those.
    pub(super) abandoned: Vec<Ticket>,
    /// Of the last request or answer.
    pub(super) used: Duration,
    /// Sessions that are being closed.
    pub(super) closing: Vec<u32>,
    /// Who waits for the end of all sessions.
    pub(super) closed: Vec<oneshot::Sender<()>>,
    pub(super) console: Option<Box<Hosting>>,
    /// The session is not kept warm: it may have a console that nobody uses.
    pub(super) is_spoilt: bool,
    pub(super) armed: Option<Duration>,
}

impl Link {
    pub(super) fn new(peer: SocketAddr, account: Arc<Account>) -> Self {
        Self {
            peer,
            account,
            handles: 0,
            phase: Phase::Idle,
            place: Place::None,
            plan: None,
            failure: None,
            unsendable: None,
            queue: VecDeque::new(),
            flying: Vec::new(),
            abandoned: Vec::new(),
            used: Duration::ZERO,
            closing: Vec::new(),
            closed: Vec::new(),
            console: None,
            is_spoilt: false,
            armed: None,
        }
    }

    /// Whether its account says the same: then the session may be shared.
    pub(super) fn is_for(&self, other: &Arc<Account>) -> bool {
        let (own, other) = (&*self.account, &**other);
        let key = |account: &Account| account.k_g.as_ref().and_then(|k_g| k_g.expose().copied());
        let keys = match (key(own), key(other)) {
            (Some(own), Some(other)) => own.ct_eq(&other).into(),
            (own, other) => own.is_none() && other.is_none(),
        };
        let password: bool = own.password.expose().ct_eq(other.password.expose()).into();
        let same =
            (&own.name, own.privilege, own.lookup) == (&other.name, other.privilege, other.lookup);
        same && password && keys
    }

    /// Takes the job at that place out of those under way. One that may be repeated is still sent until it is answered, and
    /// counts among what the BMC has to do; the answer to another one may be long in coming, and nothing waits for it.
    pub(super) fn abandon(&mut self, at: usize) -> Job {
        let (ticket, job) = self.flying.swap_remove(at);
        if job.repeat == Repeat::Freely {
            self.abandoned.push(ticket);
        }
        job
    }

    pub(super) fn session(&self) -> Option<u32> {
        match self.phase {
            Phase::LoggingIn(session) | Phase::Up(session) => Some(session),
            Phase::Idle | Phase::Resting { .. } => None,
        }
    }

    /// Whether somebody waits for an answer.
    pub(super) fn is_busy(&self) -> bool {
        !self.queue.is_empty() || !self.flying.is_empty()
    }

    /// Whether nothing is left of it but what it remembers.
    pub(super) fn is_over(&self) -> bool {
        self.handles == 0 && !self.is_busy() && self.session().is_none() && self.closing.is_empty()
    }

    /// The earliest time at which one of its jobs ends.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let flying = self.flying.iter().map(|(_, job)| job.deadline);
        flying
            .chain(self.queue.iter().map(|job| job.deadline))
            .min()
    }
}
