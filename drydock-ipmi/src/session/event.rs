//! What a session tells its owner, and what its owner asks of it.

use super::Failure;
use crate::{command::Response, wire::PayloadType};
use std::time::Duration;

/// A request under way, until [`Event::Answered`] or [`Event::Unanswered`] names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(super) u64);

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The session is open, and has the privilege that was asked for. Requests may be made from now on.
    Established {
        /// How long the BMC took to answer, smoothed over the login.
        rtt: Duration,
    },
    /// A request was answered.
    Answered {
        /// Which.
        ticket: Ticket,
        /// The answer; its completion code may be any.
        response: Response,
    },
    /// A request was given up.
    Unanswered {
        /// Which.
        ticket: Ticket,
        /// Whether what was asked for may have been done all the same, so that it must not be asked again unseen.
        indeterminate: bool,
    },
    /// A payload other than an IPMI message came, in a packet of this session: Serial over LAN.
    Payload {
        /// What kind.
        kind: PayloadType,
        /// The payload.
        data: Vec<u8>,
    },
    /// There will be no session, or no more. [`Event::Closed`] follows, at once or when the BMC's slot has been freed.
    Failed(Failure),
    /// It is over; nothing is sent any more, and no event follows.
    Closed,
}

/// Why a request was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The session is not open: not yet, or no more.
    #[error("the session is not open")]
    NotOpen,
    /// 64 requests wait for their answers, and there is no number for another.
    #[error("64 requests are under way in this session; wait for one of them")]
    TooMany,
    /// The request is longer than 1,024 octets.
    #[error("the request is longer than 1,024 octets")]
    TooLong,
}
