//! The octets of IPMI over LAN, in both directions: what a client sends a BMC parses, and the other way round.
//!
//! Nothing here knows a key, a clock or a session's state; parsers return `Result` and never panic, whatever the octets.
//! [`Packet::parse`] reads the outermost form of a datagram; the payload inside has a type of its own for each kind.

mod algorithms;
mod asf;
mod completion;
mod message;
mod net_fn;
mod open_session;
mod packet;
mod payload_type;
mod privilege;
mod rakp;
mod sol;
mod status;
mod v15;
mod v20;

pub use algorithms::{Algorithms, Authentication, Confidentiality, Integrity};
pub use asf::{Ping, Pong};
pub use completion::CompletionCode;
pub use message::{BMC_ADDRESS, CONSOLE_ADDRESS, Message};
pub use net_fn::NetFn;
pub use open_session::{OpenSessionRequest, OpenSessionResponse, OpenedSession};
pub use packet::{Packet, addressee};
pub use payload_type::PayloadType;
pub use privilege::Privilege;
pub use rakp::{Rakp1, Rakp2, Rakp2Offer, Rakp3, Rakp4};
pub use sol::SolPacket;
pub use status::Status;
pub use v15::V15;
pub(crate) use v20::TRAILER_FIXED;
pub use v20::V20;

use crate::octets::Short;

/// Octets that do not have the form that the specification gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub &'static str);

impl From<Short> for Invalid {
    fn from(_: Short) -> Self {
        Self("shorter than its format")
    }
}
