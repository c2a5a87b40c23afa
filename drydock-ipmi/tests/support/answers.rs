//! Waiting until BMCs answer, and finding addresses that nobody has.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// Get Channel Authentication Capabilities outside of a session (IPMI 2.0 §22.13): every BMC answers it.
const QUESTION: [u8; 23] = [
    0x06, 0x00, 0xff, 0x07, // RMCP, IPMI
    0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x09, // no session, 9 octets
    0x20, 0x18, 0xc8, 0x81, 0x00, 0x38, 0x8e, 0x04, 0xb5,
];

/// Outside of the range from which the kernel gives ports.
pub(crate) const PORT: u16 = 9623;

/// So many addresses of loopback at which nobody listens, in blocks of 250: `127.A.B.[1-250]`.
pub(crate) fn free(count: usize) -> Vec<SocketAddr> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut found = Vec::new();
    while found.len() < count {
        // Several processes of tests run at the same time.
        let block = std::process::id()
            .wrapping_mul(37)
            .wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let (a, b) = (64 + (block >> 8) % 128, block % 256);
        let octets = (1..=250).map(|c| Ipv4Addr::new(127, a as u8, b as u8, c));
        let block: Vec<SocketAddr> = octets
            .take(count - found.len())
            .map(|address| SocketAddr::V4(SocketAddrV4::new(address, PORT)))
            .collect();
        if block.iter().all(|address| UdpSocket::bind(address).is_ok()) {
            found.extend(block);
        }
    }
    found
}

/// Returns when all answer.
///
/// # Panics
/// If some do not within a minute and a half.
pub(crate) fn wait(bmcs: &[SocketAddr]) {
    let hangs = Instant::now() + Duration::from_secs(90);
    let socket = UdpSocket::bind("0.0.0.0:0").expect("a socket");
    socket
        .set_read_timeout(Some(Duration::from_millis(50)))
        .expect("a time limit");
    let mut silent: BTreeSet<SocketAddr> = bmcs.iter().copied().collect();
    while !silent.is_empty() {
        assert!(
            Instant::now() < hangs,
            "{} BMCs do not answer",
            silent.len()
        );
        // Few at a time: a socket holds only so many answers.
        for bmc in silent.iter().take(100).copied().collect::<Vec<_>>() {
            // Refused, as long as nobody listens there.
            let _ = socket.send_to(&QUESTION, bmc);
        }
        let mut answer = [0; 128];
        while let Ok((_, bmc)) = socket.recv_from(&mut answer) {
            silent.remove(&bmc);
        }
    }
}
