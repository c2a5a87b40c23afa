//! The IP and UDP headers of a datagram, made of its addresses.

use std::net::{IpAddr, SocketAddr};

/// The protocol number of UDP.
const UDP: u8 = 17;

/// How far a packet goes; no socket says how far it could.
const TIME_TO_LIVE: u8 = 64;

/// The most octets that a datagram has on IPv4: what does not fit into its lengths cannot have been sent.
const LONGEST: usize = 65_507;

/// The packet that carries the datagram.
pub(super) fn packet(from: SocketAddr, to: SocketAddr, number: u16, datagram: &[u8]) -> Vec<u8> {
    let datagram = datagram.get(..LONGEST).unwrap_or(datagram);
    let (source, target) = (from.ip().to_canonical(), to.ip().to_canonical());
    let pseudo = match (source, target) {
        (IpAddr::V4(source), IpAddr::V4(target)) => [source.octets(), target.octets()].concat(),
        (source, target) => [v6(source), v6(target)].concat(),
    };
    let udp = udp(&pseudo, (from.port(), to.port()), datagram);
    let mut packet = match pseudo.len() {
        8 => v4_header(&pseudo, number, udp.len()),
        _ => v6_header(&pseudo, udp.len()),
    };
    packet.extend(udp);
    packet
}

fn v6(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// RFC 791 §3.1.
fn v4_header(addresses: &[u8], number: u16, length: usize) -> Vec<u8> {
    let head = |checksum: u16| {
        // Version 4, five words long; no service asked for.
        let mut header = vec![0x45, 0];
        header.extend(short(length.saturating_add(20)));
        header.extend(number.to_be_bytes());
        // It is not to be cut in pieces.
        header.extend([0x40, 0, TIME_TO_LIVE, UDP]);
        header.extend(checksum.to_be_bytes());
        header.extend(addresses);
        header
    };
    head(checksum([head(0).as_slice()]))
}

/// RFC 8200 §3.
fn v6_header(addresses: &[u8], length: usize) -> Vec<u8> {
    let mut header = vec![0x60, 0, 0, 0];
    header.extend(short(length));
    header.extend([UDP, TIME_TO_LIVE]);
    header.extend(addresses);
    header
}

/// RFC 768. The pseudo header of IPv4 and that of IPv6 give one sum.
fn udp(pseudo: &[u8], (from, to): (u16, u16), datagram: &[u8]) -> Vec<u8> {
    let length = short(datagram.len().saturating_add(8));
    let head = |checksum: u16| {
        let [from, to, checksum] = [from, to, checksum].map(u16::to_be_bytes);
        [from, to, length, checksum].concat()
    };
    let unsummed = head(0);
    let parts = [pseudo, &[0, UDP], &length, &unsummed, datagram];
    // 0 means that there is none.
    let sum = match checksum(parts) {
        0 => 0xffff,
        sum => sum,
    };
    let mut packet = head(sum);
    packet.extend(datagram);
    packet
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

/// The one's complement of the one's complement sum (RFC 1071); only the last part may be of odd length.
fn checksum<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u16 {
    let words = parts.into_iter().flat_map(|part| part.chunks(2));
    let sum = words.fold(0_u32, |sum, word| {
        let word = match *word {
            [high, low] => u16::from_be_bytes([high, low]),
            [high] => u16::from_be_bytes([high, 0]),
            _ => 0,
        };
        sum.wrapping_add(u32::from(word))
    });
    let folded = |sum: u32| (sum & 0xffff).wrapping_add(sum >> 16);
    !u16::try_from(folded(folded(sum))).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn of(from: &str, to: &str, datagram: &[u8]) -> Vec<u8> {
        packet(from.parse().unwrap(), to.parse().unwrap(), 1, datagram)
    }

    /// A sum over what it is part of is 0.
    fn udp_is_right(addresses: &[u8], udp: &[u8]) -> bool {
        checksum([addresses, &[0, UDP], &short(udp.len()), udp]) == 0
    }

    #[test]
    fn the_example_of_rfc_1071_has_its_sum() {
        let octets = [0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(checksum([octets.as_slice()]), !0xddf2);
    }

    #[test]
    fn a_packet_of_ipv4_has_right_lengths_and_sums() {
        for datagram in [[].as_slice(), &[1], &[1, 2], &[0xff; 301]] {
            let packet = of("10.40.0.8:40000", "10.40.0.11:623", datagram);
            assert_eq!(packet.len(), 28 + datagram.len());
            assert_eq!(packet[2..4], short(packet.len()));
            assert_eq!(checksum([&packet[..20]]), 0);
            assert!(udp_is_right(&packet[12..20], &packet[20..]), "{packet:?}");
            assert_eq!(packet[20..24], [0x9c, 0x40, 0x02, 0x6f]);
        }
    }

    #[test]
    fn a_packet_of_ipv6_has_right_lengths_and_sums() {
        let packet = of("[fd00::8]:40000", "[fd00::11]:623", &[1, 2, 3]);
        assert_eq!((packet.len(), packet[0], packet[6]), (51, 0x60, UDP));
        assert_eq!(packet[4..6], [0, 11]);
        assert!(udp_is_right(&packet[8..40], &packet[40..]));
    }

    #[test]
    fn an_ipv4_address_in_an_ipv6_socket_is_an_ipv4_address() {
        let mapped = of("[::ffff:10.0.0.1]:1", "[::ffff:10.0.0.2]:2", &[7]);
        assert_eq!(mapped, of("10.0.0.1:1", "10.0.0.2:2", &[7]));
        // One of each has no form but that of IPv6.
        assert_eq!(of("10.0.0.1:1", "[fd00::2]:2", &[7]).len(), 49);
    }

    #[test]
    fn what_is_longer_than_a_datagram_is_cut() {
        let packet = of("10.0.0.1:1", "10.0.0.2:2", &vec![0; 70_000]);
        assert_eq!(packet.len(), 65_535);
        assert_eq!(packet[2..4], [0xff, 0xff]);
    }
}
