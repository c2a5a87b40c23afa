//! IPMI messages inside a LAN packet (IPMI 2.0 §13.8, table 13-8), which are those of the IPMB.

use super::Invalid;
use crate::octets::Octets;

/// The slave address of a BMC (IPMI 2.0 §5.5).
pub const BMC_ADDRESS: u8 = 0x20;
/// The software id of a remote console (IPMI 2.0 §5.5).
pub const CONSOLE_ADDRESS: u8 = 0x81;

/// A request or a response. Both have the same form; the network function of a response is odd, and its data begins with
/// the completion code.
///
/// ```
/// use drydock_ipmi::wire::{BMC_ADDRESS, CONSOLE_ADDRESS, Message, NetFn};
/// let get_device_id = Message {
///     to: BMC_ADDRESS,
///     net_fn: NetFn::APP.request(),
///     to_lun: 0,
///     from: CONSOLE_ADDRESS,
///     sequence: 1,
///     from_lun: 0,
///     command: 0x01,
///     data: &[],
/// };
/// let mut payload = Vec::new();
/// get_device_id.emit(&mut payload);
/// assert_eq!(Message::parse(&payload), Ok(get_device_id));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// Whom it is for.
    pub to: u8,
    /// The network function with its lowest bit: odd for responses.
    pub net_fn: u8,
    /// The logical unit it is for, 0 to 3.
    pub to_lun: u8,
    /// Whom it is from.
    pub from: u8,
    /// rqSeq, six bits: what a response is known by.
    pub sequence: u8,
    /// The logical unit it is from, 0 to 3.
    pub from_lun: u8,
    /// The command.
    pub command: u8,
    /// The rest.
    pub data: &'a [u8],
}

/// What makes the sum of all octets zero (IPMI 2.0 §13.8).
fn checksum(octets: &[u8]) -> u8 {
    let sum = octets
        .iter()
        .fold(0u8, |sum, octet| sum.wrapping_add(*octet));
    sum.wrapping_neg()
}

impl<'a> Message<'a> {
    /// Reads a whole payload.
    ///
    /// # Errors
    /// When it is too short, or one of its two checksums is wrong.
    pub fn parse(payload: &'a [u8]) -> Result<Self, Invalid> {
        let (sum, covered) = payload.split_last().ok_or(Invalid("an empty message"))?;
        let mut octets = Octets::new(covered);
        let head = octets.array::<3>()?;
        let body = octets.rest();
        if checksum(&head) != 0 {
            return Err(Invalid("the checksum of the message's head is wrong"));
        }
        if checksum(body) != *sum {
            return Err(Invalid("the checksum of the message is wrong"));
        }
        let [to, net_fn, _] = head;
        let mut octets = Octets::new(body);
        let [from, sequence, command] = octets.array()?;
        Ok(Self {
            to,
            net_fn: net_fn >> 2,
            to_lun: net_fn & 0x03,
            from,
            sequence: sequence >> 2,
            from_lun: sequence & 0x03,
            command,
            data: octets.rest(),
        })
    }

    /// Writes a whole payload.
    pub fn emit(&self, out: &mut Vec<u8>) {
        let head = [self.to, (self.net_fn << 2) | (self.to_lun & 0x03)];
        out.extend_from_slice(&head);
        out.push(checksum(&head));
        let body = [
            self.from,
            (self.sequence << 2) | (self.from_lun & 0x03),
            self.command,
        ];
        out.extend_from_slice(&body);
        out.extend_from_slice(self.data);
        // Both sums are sums: that of the whole is that of its parts.
        out.push(checksum(&body).wrapping_add(checksum(self.data)));
    }

    /// The response to this request, with this completion code in front of its data.
    #[must_use]
    pub fn response(&self, code_and_data: &'a [u8]) -> Self {
        Self {
            to: self.from,
            net_fn: self.net_fn | 1,
            to_lun: self.from_lun,
            from: self.to,
            sequence: self.sequence,
            from_lun: self.to_lun,
            command: self.command,
            data: code_and_data,
        }
    }
}
