//! A console as its lane sees it: the streams, the session that carries them, and who waits for them.

use super::sol::{Ended, Sol};
use crate::client::Error;
use std::{task::Waker, time::Duration};

#[derive(Debug)]
pub(in crate::client) struct Hosting {
    pub(in crate::client) sol: Sol,
    /// The session in which the payload was activated. None before that.
    pub(in crate::client) session: Option<u32>,
    /// It was asked for, and there is no answer yet.
    pub(in crate::client) is_opening: bool,
    pub(in crate::client) reader: Option<Waker>,
    pub(in crate::client) writer: Option<Waker>,
    pub(in crate::client) keeper: Option<Waker>,
    /// Somebody opens it again when it is lost.
    pub(in crate::client) is_kept: bool,
    /// Why it could not be opened again.
    pub(in crate::client) error: Option<Error>,
    /// When nothing was heard for so long, the BMC is asked for its device id, so that it keeps the session and this side
    /// learns that it is gone.
    pub(in crate::client) keepalive: Duration,
    pub(in crate::client) heard: Duration,
}

impl Hosting {
    pub(in crate::client) fn new(keepalive: Duration, after: u8, now: Duration) -> Self {
        Self {
            sol: Sol::new(64).after(after),
            session: None,
            is_opening: false,
            reader: None,
            writer: None,
            keeper: None,
            is_kept: false,
            error: None,
            keepalive,
            heard: now,
        }
    }

    /// It is opened again.
    pub(in crate::client) fn renew(&mut self, now: Duration) {
        self.sol = self.sol.renewed();
        self.session = None;
        self.heard = now;
        self.wake();
    }

    /// Why nothing more comes, and nobody opens it again.
    pub(in crate::client) fn over(&self) -> Option<Ended> {
        let kept = self.is_kept && self.error.is_none();
        self.sol
            .ended()
            .filter(|ended| !kept || *ended == Ended::Closed)
    }

    /// When the BMC is asked whether it is still there.
    pub(in crate::client) fn keepalive_due(&self) -> Option<Duration> {
        let stands = self.session.is_some() && self.sol.ended().is_none();
        stands.then(|| self.heard.saturating_add(self.keepalive))
    }

    /// The session is gone.
    pub(in crate::client) fn lost(&mut self, session: u32) {
        if self.session == Some(session) {
            self.sol.end(Ended::SessionLost);
            self.wake();
        }
    }

    /// Something may have changed for whoever reads, writes or keeps it.
    pub(in crate::client) fn wake(&mut self) {
        let wakers = [&mut self.reader, &mut self.writer, &mut self.keeper];
        for waker in wakers.into_iter().filter_map(Option::take) {
            waker.wake();
        }
    }
}
