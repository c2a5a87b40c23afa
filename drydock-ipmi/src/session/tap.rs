//! What a capture is made of: every datagram of a session, also as it is before it is sealed and after it is opened.

use std::time::Duration;

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the BMC.
    Sent,
    /// From the BMC.
    Received,
}

/// Somebody who looks on.
pub trait Tap: Send {
    /// A datagram was sent, or one was received that is provably of this session.
    ///
    /// `plain` is the same datagram with its payload decrypted, without AuthCode, the bits for both cleared, and with what
    /// credentials it carries overwritten with zeros: the proofs of RAKP, new passwords and keys, and the data of requests
    /// that are [secret](crate::command::Request::is_secret), and of their answers. What is typed at a console is not known to
    /// be a credential, and stays.
    fn packet(&mut self, now: Duration, direction: Direction, datagram: &[u8], plain: &[u8]);
}
