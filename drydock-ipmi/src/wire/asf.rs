//! ASF presence ping and pong (IPMI 2.0 §13.2.3, §13.2.4): "is there anything that speaks RMCP?", without a session.
//!
//! Our client never asks; a BMC answers those who do.

use super::Invalid;
use crate::octets::Octets;

/// RMCP version 1.0, reserved, "no acknowledgement", class ASF; then ASF's own enterprise number, big-endian.
const HEAD: [u8; 8] = [0x06, 0x00, 0xff, 0x06, 0x00, 0x00, 0x11, 0xbe];
const PING: u8 = 0x80;
const PONG: u8 = 0x40;

/// The question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping {
    /// Comes back in the answer.
    pub tag: u8,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pong {
    /// The question's.
    pub tag: u8,
    /// Whether IPMI is spoken.
    pub has_ipmi: bool,
}

impl Ping {
    /// Reads a whole datagram.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(datagram: &[u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(datagram);
        match (octets.array()? == HEAD, octets.u8()?) {
            (true, PING) => Ok(Self { tag: octets.u8()? }),
            _ => Err(Invalid("not an ASF presence ping")),
        }
    }

    /// Writes a whole datagram.
    pub fn emit(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&HEAD);
        out.extend_from_slice(&[PING, self.tag, 0, 0]);
    }
}

impl Pong {
    /// Reads a whole datagram.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(datagram: &[u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(datagram);
        if octets.array()? != HEAD || octets.u8()? != PONG {
            return Err(Invalid("not an ASF presence pong"));
        }
        let tag = octets.u8()?;
        // Reserved, length, enterprise number, OEM defined.
        octets.take(10)?;
        let has_ipmi = octets.u8()? & 0x80 != 0;
        octets.take(7)?;
        Ok(Self { tag, has_ipmi })
    }

    /// Writes a whole datagram.
    pub fn emit(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&HEAD);
        out.extend_from_slice(&[PONG, self.tag, 0, 16, 0x00, 0x00, 0x11, 0xbe, 0, 0, 0, 0]);
        // Supported entities: IPMI, ASF 1.0. No interactions.
        let entities = if self.has_ipmi { 0x81 } else { 0x01 };
        out.extend_from_slice(&[entities, 0, 0, 0, 0, 0, 0, 0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ping_and_pong_are_read_as_they_are_written() {
        let (mut ping, mut pong) = (Vec::new(), Vec::new());
        Ping { tag: 7 }.emit(&mut ping);
        assert_eq!(Ping::parse(&ping), Ok(Ping { tag: 7 }));
        for has_ipmi in [true, false] {
            pong.clear();
            Pong { tag: 7, has_ipmi }.emit(&mut pong);
            assert_eq!(Pong::parse(&pong), Ok(Pong { tag: 7, has_ipmi }));
        }
        assert!(Pong::parse(&ping).is_err() && Ping::parse(&pong).is_err());
        assert_eq!((ping.len(), pong.len()), (12, 28));
    }
}
