//! The outermost form of a datagram (IPMI 2.0 §13.1, §13.6).

use super::{Invalid, PayloadType, Ping, Pong, V15, V20, v20};
use crate::octets::Octets;

/// Everything that a datagram can be, read without keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Packet<'a> {
    /// ASF: is anybody there?
    Ping(Ping),
    /// ASF: yes.
    Pong(Pong),
    /// A probe in the wrapper of v1.5.
    V15(V15<'a>),
    /// RMCP+.
    V20(V20<'a>),
}

impl<'a> Packet<'a> {
    /// Reads a whole datagram.
    ///
    /// # Errors
    /// When it is none of these: another version or class of RMCP, an acknowledgement, cut short.
    pub fn parse(datagram: &'a [u8]) -> Result<Self, Invalid> {
        let mut head = Octets::new(datagram);
        let ([version, _, _, class], format) = (head.array::<4>()?, head.u8()?);
        match (version, class, format) {
            (0x06, 0x07, v20::FORMAT) => V20::parse(datagram).map(Self::V20),
            (0x06, 0x07, _) => V15::parse(datagram).map(Self::V15),
            (0x06, 0x06, _) => (Ping::parse(datagram).map(Self::Ping))
                .or_else(|_| Pong::parse(datagram).map(Self::Pong)),
            _ => Err(Invalid("not a packet of IPMI or ASF over RMCP 1.0")),
        }
    }
}

/// The console's session id that a BMC's datagram is for: in a session the wrapper says it, during the login the payload.
///
/// Nothing is checked by that; it only says whom to give the datagram to. None if it holds no id. That may also be a refusal
/// of Open Session by a BMC such as `ipmi_sim`, which ends after its status: it is for whoever logs in at the address that it
/// came from, and its tag says for which of them.
pub fn addressee(datagram: &[u8]) -> Option<u32> {
    let packet = V20::parse(datagram).ok()?;
    let from_payload = || Octets::new(packet.payload.get(4..)?).u32().ok();
    match packet.payload_type {
        PayloadType::Ipmi | PayloadType::Sol => Some(packet.session_id),
        PayloadType::OpenSessionResponse | PayloadType::Rakp2 | PayloadType::Rakp4 => {
            from_payload()
        }
        _ => None,
    }
    .filter(|id| *id != 0)
}
