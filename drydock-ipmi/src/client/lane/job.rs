//! One request that somebody waits for, and how that may end without an answer.

use crate::{
    command::{Repeat, Request, Response},
    session::Failure,
};
use std::{io, time::Duration};
use tokio::sync::oneshot;

/// The answer and the session that it came by.
pub(in crate::client) type Outcome = Result<(Response, u32), Trouble>;

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(in crate::client) enum Trouble {
    /// The BMC and this side do not come to a session, and would not by waiting.
    Login(Failure),
    /// The time was over before there was a session; what the last login met with.
    LoginTime(Option<Failure>),
    /// The time was over before the request could be sent: too many others were in flight.
    NoPlace,
    /// The time was over, or the session lost, without an answer. What was asked changes nothing, or may be asked again.
    NoAnswer,
    /// The same, and it may have happened or not.
    Indeterminate,
    /// The request is longer than any BMC takes.
    TooLong,
    /// The socket could not send.
    Socket(io::ErrorKind),
    /// The client is closed, or its runtime gone.
    Closed,
}

/// A request on its way.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: u64,
    pub(super) request: Request,
    pub(super) repeat: Repeat,
    /// It is for the session of that id only; None: for any.
    pub(super) bound: Option<u32>,
    /// Then it ends, whatever has happened.
    pub(super) deadline: Duration,
    /// None: nobody waits.
    pub(super) reply: Option<oneshot::Sender<Outcome>>,
}

impl Job {
    pub(super) fn end(self, outcome: Outcome) {
        if let Some(reply) = self.reply {
            // Whoever waited may have gone.
            let _ = reply.send(outcome);
        }
    }

    /// It was sent, and there will be no answer.
    pub(super) fn lost(self) {
        let trouble = match self.repeat {
            Repeat::Freely => Trouble::NoAnswer,
            Repeat::Never => Trouble::Indeterminate,
        };
        self.end(Err(trouble));
    }
}
