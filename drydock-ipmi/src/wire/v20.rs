//! The session wrapper of v2.0, RMCP+ (IPMI 2.0 §13.6, table 13-8).

use super::{Invalid, PayloadType};
use crate::octets::Octets;

/// RMCP version 1.0, reserved, "no acknowledgement", class IPMI.
pub(crate) const RMCP: [u8; 4] = [0x06, 0x00, 0xff, 0x07];
/// The format that marks v2.0.
pub(super) const FORMAT: u8 = 0x06;
/// Octets of a trailer that are always there: pad length and next header. The AuthCode follows.
pub(crate) const TRAILER_FIXED: usize = 2;

const ENCRYPTED: u8 = 0x80;
const AUTHENTICATED: u8 = 0x40;

/// A datagram of v2.0: what its wrapper says, and what it wraps, still sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct V20<'a> {
    /// What it carries.
    pub payload_type: PayloadType,
    /// Whether the payload is encrypted.
    pub is_encrypted: bool,
    /// Whether an AuthCode follows.
    pub is_authenticated: bool,
    /// The receiver's session id; 0 outside of a session.
    pub session_id: u32,
    /// The sender's session sequence number; 0 outside of a session.
    pub sequence: u32,
    /// The payload.
    pub payload: &'a [u8],
    /// What follows the payload: integrity pad, pad length, next header and AuthCode, if authenticated.
    pub trailer: &'a [u8],
}

impl<'a> V20<'a> {
    /// Reads a whole datagram.
    ///
    /// A length that is one too large is accepted outside of a session: some BMCs send RAKP Message 2 so. Nothing rests on
    /// that length, for what is in such a payload proves itself.
    ///
    /// # Errors
    /// When it is no datagram of v2.0, of an unknown payload type, or shorter than it says.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(datagram);
        if octets.array()? != RMCP || octets.u8()? != FORMAT {
            return Err(Invalid("not a packet of IPMI v2.0"));
        }
        let kind = octets.u8()?;
        let payload_type = PayloadType::new(kind & 0x3f).ok_or(Invalid("unknown payload type"))?;
        let (session_id, sequence) = (octets.u32()?, octets.u32()?);
        let mut length = usize::from(octets.u16()?);
        if session_id == 0 && length.checked_sub(1) == Some(octets.len()) {
            length = octets.len();
        }
        Ok(Self {
            payload_type,
            is_encrypted: kind & ENCRYPTED != 0,
            is_authenticated: kind & AUTHENTICATED != 0,
            session_id,
            sequence,
            payload: octets.take(length)?,
            trailer: octets.rest(),
        })
    }

    /// Writes a whole datagram. The payload is at most 65,535 octets long; of a longer one, which no datagram could carry,
    /// the length is written so that no parser accepts it.
    pub fn emit(&self, out: &mut Vec<u8>) {
        self.emit_head(self.payload.len(), out);
        out.extend_from_slice(self.payload);
        out.extend_from_slice(self.trailer);
    }

    /// Writes what stands before a payload of this length.
    pub(crate) fn emit_head(&self, payload: usize, out: &mut Vec<u8>) {
        let mut kind = self.payload_type.number();
        if self.is_encrypted {
            kind |= ENCRYPTED;
        }
        if self.is_authenticated {
            kind |= AUTHENTICATED;
        }
        out.extend_from_slice(&RMCP);
        out.extend_from_slice(&[FORMAT, kind]);
        out.extend_from_slice(&self.session_id.to_le_bytes());
        out.extend_from_slice(&self.sequence.to_le_bytes());
        let length = u16::try_from(payload).unwrap_or(u16::MAX);
        out.extend_from_slice(&length.to_le_bytes());
    }

    /// A packet outside of a session, as all of the login is.
    pub fn outside(payload_type: PayloadType, payload: &'a [u8]) -> Self {
        Self {
            payload_type,
            is_encrypted: false,
            is_authenticated: false,
            session_id: 0,
            sequence: 0,
            payload,
            trailer: &[],
        }
    }
}
