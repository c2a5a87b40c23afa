//! Captures: datagrams as files that `tshark` and Wireshark read, without any right to raw sockets.
//!
//! A capture is the classic pcap format with link type `LINKTYPE_RAW` (101): each packet begins with its IPv4 or IPv6
//! header. Addresses, ports, lengths and checksums are right; what no socket tells (identification, time to live) is made up.
//! Bytes and times come in, bytes go out: this module has no clock and writes no file. Datagrams come from a tap of a
//! session, as they were on the wire or in their plain form, in which secrets are masked.
//!
//! ```
//! use drydock_ipmi::capture::Capture;
//! use std::time::Duration;
//!
//! let mut capture = Capture::new();
//! let (console, bmc) = ("10.40.0.8:40000".parse()?, "10.40.0.11:623".parse()?);
//! capture.packet(Duration::from_secs(1_800_000_000), console, bmc, &[6, 0, 0xff, 7]);
//! // The file's head, the packet's, IPv4's and UDP's, and the datagram.
//! assert_eq!(capture.take().len(), 24 + 16 + 20 + 8 + 4);
//! assert!(capture.take().is_empty(), "each byte is given once");
//! # Ok::<(), std::net::AddrParseError>(())
//! ```

mod headers;

use std::{net::SocketAddr, time::Duration};

/// Microseconds, in the byte order of the numbers that follow (draft-ietf-opsawg-pcap §4).
const MAGIC: u32 = 0xa1b2_c3d4;

/// Each packet begins with its IP header (`LINKTYPE_RAW`).
const LINK_TYPE: u32 = 101;

/// The longest packet that there can be, and a little more.
const LONGEST: u32 = 0x4_0000;

/// A capture that grows by a packet at a time; what it consists of is fetched with [`Capture::take`].
#[derive(Debug, Clone)]
pub struct Capture {
    out: Vec<u8>,
    packets: u64,
}

impl Capture {
    /// A capture without packets.
    pub fn new() -> Self {
        let mut out = Vec::new();
        out.extend(MAGIC.to_le_bytes());
        out.extend(2_u16.to_le_bytes());
        out.extend(4_u16.to_le_bytes());
        // Two fields that are always 0.
        out.extend([0; 8]);
        out.extend(LONGEST.to_le_bytes());
        out.extend(LINK_TYPE.to_le_bytes());
        Self { out, packets: 0 }
    }

    /// Adds the packet that carried a datagram at this time since 1970 (UTC), of which microseconds are kept.
    pub fn packet(&mut self, at: Duration, from: SocketAddr, to: SocketAddr, datagram: &[u8]) {
        let number = u16::try_from(self.packets & 0xffff).unwrap_or_default();
        let packet = headers::packet(from, to, number, datagram);
        // What it counts by ends in 2106.
        let seconds = u32::try_from(at.as_secs()).unwrap_or(u32::MAX);
        let length = u32::try_from(packet.len()).unwrap_or(LONGEST);
        for field in [seconds, at.subsec_micros(), length, length] {
            self.out.extend(field.to_le_bytes());
        }
        self.out.extend(packet);
        self.packets = self.packets.saturating_add(1);
    }

    /// How many packets it has been given.
    pub fn packets(&self) -> u64 {
        self.packets
    }

    /// What has come to the capture since it was last asked; all of it in order is the file.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}

impl Default for Capture {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const DATAGRAM: [u8; 5] = [6, 0, 0xff, 7, 1];

    fn captured(from: &str, to: &str) -> Vec<u8> {
        let mut capture = Capture::new();
        let at = Duration::new(1_800_000_000, 123_456_789);
        capture.packet(at, from.parse().unwrap(), to.parse().unwrap(), &DATAGRAM);
        capture.take()
    }

    fn number(octets: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(octets[at..at + 4].try_into().unwrap())
    }

    #[test]
    fn the_head_of_the_file_says_what_follows() {
        let file = Capture::new().take();
        assert_eq!(file.len(), 24);
        assert_eq!((number(&file, 0), number(&file, 20)), (0xa1b2_c3d4, 101));
    }

    #[test]
    fn a_packet_has_its_time_and_its_length_twice() {
        let file = captured("127.0.0.1:40000", "127.0.0.1:623");
        let fields: Vec<u32> = [24, 28, 32, 36]
            .map(|at| number(&file, at))
            .into_iter()
            .collect();
        assert_eq!(fields, [1_800_000_000, 123_456, 33, 33]);
        assert_eq!(file.len(), 24 + 16 + 33);
        assert!(file.ends_with(&DATAGRAM));
    }

    #[test]
    fn pieces_that_were_taken_are_the_file_that_was_not() {
        let (from, to) = ("[fd00::8]:40000", "[fd00::11]:623");
        let mut capture = Capture::new();
        let mut file = capture.take();
        let at = Duration::new(1_800_000_000, 123_456_789);
        capture.packet(at, from.parse().unwrap(), to.parse().unwrap(), &DATAGRAM);
        file.extend(capture.take());
        assert_eq!(file, captured(from, to));
        assert_eq!(file[40] >> 4, 6);
        assert_eq!(capture.packets(), 1);
    }
}
