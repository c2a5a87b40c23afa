//! The datagrams of a capture that tshark wrote on loopback: Ethernet, IPv4, UDP.

use std::{fs, path::Path};

/// The UDP port of the BMCs in the recorded captures.
const BMC: u16 = 9623;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) is_to_bmc: bool,
    pub(crate) datagram: Vec<u8>,
}

/// The capture of that name beside the tests.
pub(crate) fn fixture(name: &str) -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let file = fs::read(folder.join(name)).expect("a fixture");
    let recorded = read(&file);
    assert!(!recorded.is_empty(), "{name} is empty");
    recorded
}

/// Panics on what is not such a capture.
fn read(file: &[u8]) -> Vec<Recorded> {
    assert_eq!(file[..4], [0xd4, 0xc3, 0xb2, 0xa1], "a little-endian pcap");
    assert_eq!(file[20..24], [1, 0, 0, 0], "Ethernet");
    let (mut rest, mut recorded) = (&file[24..], Vec::new());
    while let Some((head, after)) = rest.split_at_checked(16) {
        let length = u32::from_le_bytes(head[8..12].try_into().expect("four")) as usize;
        let (frame, after) = after.split_at(length);
        rest = after;
        let packet = &frame[14..];
        let (ip_head, total) = (usize::from(packet[0] & 0x0f) * 4, number(&packet[2..4]));
        let udp = &packet[ip_head..usize::from(total)];
        recorded.push(Recorded {
            is_to_bmc: number(&udp[2..4]) == BMC,
            datagram: udp[8..].to_vec(),
        });
    }
    recorded
}

fn number(octets: &[u8]) -> u16 {
    u16::from_be_bytes([octets[0], octets[1]])
}
