//! What captures see: everything that is sent and believed, opened, and without credentials.

use crate::bmc::{Bmc, PASSWORD, World, account};
use drydock_ipmi::{
    command::{Repeat, Request},
    crypto::Suite,
    session::{Direction, Event, Tap},
    wire::{Message, NetFn, PayloadType, V20},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

type Seen = Arc<Mutex<Vec<(Direction, Vec<u8>, Vec<u8>)>>>;

struct Watch(Seen);

impl Tap for Watch {
    fn packet(&mut self, _: Duration, direction: Direction, datagram: &[u8], plain: &[u8]) {
        let seen = (direction, datagram.to_vec(), plain.to_vec());
        self.0.lock().unwrap().push(seen);
    }
}

#[test]
fn a_tap_sees_all_packets_opened_and_no_credential() {
    let mut world = World::new(account(), Bmc::new(Suite::SEVENTEEN));
    let seen = Seen::default();
    world.session.tap(world.now, Box::new(Watch(seen.clone())));
    world.carry();
    let now = world.now;
    let mut rotate = Request::new(NetFn::APP, 0x47, [&[2, 2][..], b"new-password"].concat());
    rotate.is_secret = true;
    let mut secret = Request::new(NetFn::STORAGE, 0x11, b"new-password".to_vec());
    secret.is_secret = true;
    for request in [rotate, secret, World::echo(b"plain")] {
        world
            .session
            .request(now, &request, Repeat::Freely)
            .unwrap();
    }
    let sent = world.sent();
    // Noise is no part of a session.
    world.deliver(b"noise");
    assert_eq!(sent.len(), 3);
    for datagram in &sent {
        let answer = world.bmc.handle(datagram).remove(0);
        world.deliver(&answer);
    }
    let seen = seen.lock().unwrap();
    let kinds: Vec<_> = (seen.iter())
        .map(|(_, _, plain)| V20::parse(plain).unwrap().payload_type)
        .collect();
    let login = [
        PayloadType::OpenSessionRequest,
        PayloadType::OpenSessionResponse,
        PayloadType::Rakp1,
        PayloadType::Rakp2,
        PayloadType::Rakp3,
        PayloadType::Rakp4,
    ];
    assert_eq!(kinds[..6], login);
    assert_eq!(kinds[6..], [PayloadType::Ipmi; 8]);
    let ways = [Direction::Sent, Direction::Received];
    for (n, (way, datagram, plain)) in seen.iter().enumerate().take(8) {
        assert_eq!(*way, ways[n % 2]);
        let (sealed, shown) = (V20::parse(datagram).unwrap(), V20::parse(plain).unwrap());
        assert_eq!(
            (sealed.session_id, sealed.sequence),
            (shown.session_id, shown.sequence)
        );
        assert!(!shown.is_encrypted && !shown.is_authenticated && shown.trailer.is_empty());
    }
    for secret in [&b"new-password"[..], PASSWORD.as_bytes()] {
        let shows = |plain: &[u8]| plain.windows(secret.len()).any(|part| part == secret);
        assert!(!seen.iter().any(|(_, _, plain)| shows(plain)));
    }
    let data = |n: usize| {
        Message::parse(V20::parse(&seen[n].2).unwrap().payload)
            .unwrap()
            .data
    };
    assert_eq!(data(8), [&[2, 2][..], &[0; 12]].concat());
    assert_eq!(data(9), [0; 12]);
    assert_eq!(data(10), b"plain");
    // Their answers, which this BMC begins with the completion code and ends with what was asked.
    assert_eq!(data(11), [&[0, 2][..], &[0; 13]].concat());
    assert_eq!(data(12), [0; 13]);
    assert_eq!(data(13), b"\0plain");
    // The proofs of RAKP 2, 3 and 4.
    for (n, head) in [(3, 40), (4, 8), (5, 8)] {
        let payload = V20::parse(&seen[n].2).unwrap().payload;
        assert!(
            payload.len() > head && payload[head..].iter().all(|octet| *octet == 0),
            "{n}"
        );
        assert!(
            V20::parse(&seen[n].1).unwrap().payload[head..]
                .iter()
                .any(|octet| *octet != 0)
        );
    }
    assert!(matches!(
        world.events.as_slice(),
        [
            Event::Established { .. },
            Event::Answered { .. },
            Event::Answered { .. },
            Event::Answered { .. }
        ]
    ));
}
