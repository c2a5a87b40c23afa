//! The session wrapper of v1.5 (IPMI 2.0 §13.6, table 13-8), outside of a session only.
//!
//! Probes such as Get Channel Authentication Capabilities come in it, to find out what a BMC speaks. Our client never
//! sends one; a BMC answers those who do. Authentication types other than none are not read.

use super::{Invalid, v20::RMCP};
use crate::octets::Octets;

/// A datagram of v1.5 without authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct V15<'a> {
    /// 0 outside of a session.
    pub sequence: u32,
    /// 0 outside of a session.
    pub session_id: u32,
    /// An IPMI message.
    pub payload: &'a [u8],
}

impl<'a> V15<'a> {
    /// Reads a whole datagram. A pad after the payload, as some senders add, is passed over.
    ///
    /// # Errors
    /// When it is something else, or authenticated.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(datagram);
        if octets.array()? != RMCP || octets.u8()? != 0 {
            return Err(Invalid("not an unauthenticated packet of IPMI v1.5"));
        }
        let (sequence, session_id) = (octets.u32()?, octets.u32()?);
        let length = usize::from(octets.u8()?);
        Ok(Self {
            sequence,
            session_id,
            payload: octets.take(length)?,
        })
    }

    /// Writes a whole datagram. The payload is at most 255 octets long; of a longer one the length is written so that no
    /// message inside is accepted.
    pub fn emit(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&RMCP);
        out.push(0);
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&self.session_id.to_le_bytes());
        out.push(u8::try_from(self.payload.len()).unwrap_or(0));
        out.extend_from_slice(self.payload);
    }
}
