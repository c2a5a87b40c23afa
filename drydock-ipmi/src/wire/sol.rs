//! The head of a Serial-over-LAN packet (IPMI 2.0 §15.9, table 15-2).

use super::Invalid;
use crate::octets::Octets;

/// A packet of Serial over LAN, in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SolPacket<'a> {
    /// Its number, 1 to 15; 0 if it carries nothing but an acknowledgement.
    pub sequence: u8,
    /// The number of the packet that is acknowledged, 1 to 15; 0 if none is.
    pub acknowledged: u8,
    /// How many characters of that packet were accepted.
    pub accepted: u8,
    /// From the console: operations (bit 6 NACK, 4 break, and others). From the BMC: status (bit 6 NACK, 5 no transfer
    /// possible, 4 SOL deactivated, and others).
    pub bits: u8,
    /// The characters.
    pub characters: &'a [u8],
}

impl<'a> SolPacket<'a> {
    /// The bit for "not accepted", in both directions.
    pub const NACK: u8 = 0x40;

    /// Reads a whole payload.
    ///
    /// # Errors
    /// When it is too short.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Invalid> {
        let mut octets = Octets::new(payload);
        let [sequence, acknowledged, accepted, bits] = octets.array()?;
        Ok(Self {
            sequence: sequence & 0x0f,
            acknowledged: acknowledged & 0x0f,
            accepted,
            bits,
            characters: octets.rest(),
        })
    }

    /// Writes a whole payload.
    pub fn emit(&self, out: &mut Vec<u8>) {
        let head = [
            self.sequence & 0x0f,
            self.acknowledged & 0x0f,
            self.accepted,
            self.bits,
        ];
        out.extend_from_slice(&head);
        out.extend_from_slice(self.characters);
    }
}
