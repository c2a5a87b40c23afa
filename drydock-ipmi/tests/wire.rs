//! Whatever is written is read again, and whatever octets come, no parser panics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

use drydock_ipmi::{
    account::{Kg, Password},
    crypto::{Exchange, Rejected, SessionKeys, Suite, open, seal},
    wire::{
        Algorithms, Authentication, Confidentiality, Integrity, Invalid, Message,
        OpenSessionRequest, OpenSessionResponse, OpenedSession, Packet, PayloadType, Ping, Pong,
        Privilege, Rakp1, Rakp2, Rakp2Offer, Rakp3, Rakp4, SolPacket, Status, V15, V20, addressee,
    },
};
use proptest::{collection::vec, prelude::*};

fn emitted(emit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    emit(&mut out);
    out
}

fn octets(most: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..=most)
}

fn algorithms() -> impl Strategy<Value = Algorithms> {
    (0..0x40u8, 0..0x40u8, 0..0x40u8).prop_map(|(authentication, integrity, confidentiality)| {
        Algorithms {
            authentication: Authentication(authentication),
            integrity: Integrity(integrity),
            confidentiality: Confidentiality(confidentiality),
        }
    })
}

fn payload_type() -> impl Strategy<Value = PayloadType> {
    let types: Vec<_> = (0..0x40).filter_map(PayloadType::new).collect();
    prop::sample::select(types)
}

fn suite() -> impl Strategy<Value = Suite> {
    let suites: Vec<_> = (0..=0xff).filter_map(Suite::insecure).collect();
    prop::sample::select(suites)
}

fn keys(suite: Suite, nonce: [u8; 16]) -> SessionKeys {
    let exchange = Exchange {
        suite,
        console_id: 1,
        bmc_id: 2,
        console_nonce: &nonce,
        bmc_nonce: &[5; 16],
        guid: &[6; 16],
        role: 4,
        name: b"admin",
    };
    exchange.keys(
        &Password::new("password").unwrap(),
        Some(&Kg::new("k").unwrap()),
    )
}

proptest! {
    // PROPTEST_CASES makes it longer.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn packets_are_read_as_they_are_written(
        payload_type in payload_type(),
        bits in any::<(bool, bool)>(),
        session_id in any::<u32>(),
        sequence in any::<u32>(),
        payload in octets(300),
        trailer in octets(40),
    ) {
        let packet = V20 {
            payload_type,
            is_encrypted: bits.0,
            is_authenticated: bits.1,
            session_id,
            sequence,
            payload: &payload,
            trailer: &trailer,
        };
        let datagram = emitted(|out| packet.emit(out));
        prop_assert_eq!(V20::parse(&datagram), Ok(packet));
        prop_assert_eq!(Packet::parse(&datagram), Ok(Packet::V20(packet)));
        let payload = &payload[..payload.len().min(255)];
        let old = V15 { sequence, session_id, payload };
        let datagram = emitted(|out| old.emit(out));
        prop_assert_eq!(Packet::parse(&datagram), Ok(Packet::V15(old)));
    }

    #[test]
    fn messages_are_read_as_they_are_written(
        addresses in any::<(u8, u8)>(),
        luns in (0..4u8, 0..4u8),
        net_fn in 0..0x40u8,
        sequence in 0..0x40u8,
        command in any::<u8>(),
        data in octets(300),
    ) {
        let message = Message {
            to: addresses.0,
            net_fn,
            to_lun: luns.0,
            from: addresses.1,
            sequence,
            from_lun: luns.1,
            command,
            data: &data,
        };
        let payload = emitted(|out| message.emit(out));
        prop_assert_eq!(Message::parse(&payload), Ok(message));
        prop_assert_eq!(payload.len(), data.len() + 7);
        // Each octet counts in one of the two checksums.
        for at in 0..payload.len() {
            let mut damaged = payload.clone();
            damaged[at] ^= 0x10;
            prop_assert!(Message::parse(&damaged).is_err());
        }
    }

    #[test]
    fn the_login_is_read_as_it_is_written(
        tag in any::<u8>(),
        ids in (1..=u32::MAX, any::<u32>()),
        level in 0..6u8,
        algorithms in algorithms(),
        status in 1..=0xffu8,
        role in any::<u8>(),
        nonce in any::<[u8; 16]>(),
        guid in any::<[u8; 16]>(),
        name in octets(16),
        code in octets(40),
    ) {
        let (console_id, bmc_id) = ids;
        let privilege = Privilege::new(level);
        let request = OpenSessionRequest { tag, privilege, console_id, algorithms };
        let payload = emitted(|out| request.emit(out));
        prop_assert_eq!(OpenSessionRequest::parse(&payload), Ok(request));
        prop_assert_eq!(payload.len(), 32);

        let opened = OpenedSession { privilege: level, bmc_id, algorithms };
        for outcome in [Ok(opened), Err(Status(status))] {
            let response = OpenSessionResponse { tag, console_id, outcome };
            let payload = emitted(|out| response.emit(out));
            prop_assert_eq!(OpenSessionResponse::parse(&payload), Ok(response));
            let datagram = emitted(|out| V20::outside(PayloadType::OpenSessionResponse, &payload).emit(out));
            prop_assert_eq!(addressee(&datagram), Some(console_id));
        }

        let rakp1 = Rakp1 { tag, bmc_id, nonce, role, name: &name };
        let payload = emitted(|out| rakp1.emit(out));
        prop_assert_eq!(Rakp1::parse(&payload), Ok(rakp1));

        let offer = Rakp2Offer { nonce, guid, code: &code };
        for outcome in [Ok(offer), Err(Status(status))] {
            let rakp2 = Rakp2 { tag, console_id, outcome };
            let payload = emitted(|out| rakp2.emit(out));
            prop_assert_eq!(Rakp2::parse(&payload), Ok(rakp2));
        }
        for outcome in [Ok(&code[..]), Err(Status(status))] {
            let (rakp3, rakp4) = (Rakp3 { tag, bmc_id, outcome }, Rakp4 { tag, console_id, outcome });
            let payload = emitted(|out| rakp3.emit(out));
            prop_assert_eq!(Rakp3::parse(&payload), Ok(rakp3));
            let payload = emitted(|out| rakp4.emit(out));
            prop_assert_eq!(Rakp4::parse(&payload), Ok(rakp4));
        }
    }

    #[test]
    fn console_packets_are_read_as_they_are_written(
        numbers in (0..16u8, 0..16u8),
        accepted in any::<u8>(),
        bits in any::<u8>(),
        characters in octets(300),
    ) {
        let packet = SolPacket {
            sequence: numbers.0,
            acknowledged: numbers.1,
            accepted,
            bits,
            characters: &characters,
        };
        let payload = emitted(|out| packet.emit(out));
        prop_assert_eq!(SolPacket::parse(&payload), Ok(packet));
    }

    #[test]
    fn no_octets_make_a_parser_panic(octets in octets(120), at_rmcp in any::<bool>()) {
        let mut octets = octets;
        if at_rmcp {
            // Far enough in to reach what is behind the first look.
            let head = [0x06, 0x00, 0xff, 0x07, 0x06];
            octets.splice(0..octets.len().min(5), head);
        }
        let _ = Packet::parse(&octets);
        let _ = V15::parse(&octets);
        let _ = V20::parse(&octets);
        let _ = Ping::parse(&octets);
        let _ = Pong::parse(&octets);
        let _ = addressee(&octets);
        let _ = Message::parse(&octets);
        let _ = OpenSessionRequest::parse(&octets);
        let _ = OpenSessionResponse::parse(&octets);
        let _ = Rakp1::parse(&octets);
        let _ = Rakp2::parse(&octets);
        let _ = Rakp3::parse(&octets);
        let _ = Rakp4::parse(&octets);
        let _ = SolPacket::parse(&octets);
        for suite in (0..=17).filter_map(Suite::insecure) {
            let _ = open(&keys(suite, [0; 16]), &octets);
        }
    }

    #[test]
    fn what_is_sealed_is_opened_by_the_same_keys_only(
        suite in suite(),
        session_id in 1..=u32::MAX,
        sequence in any::<u32>(),
        payload in octets(200),
        iv in any::<[u8; 16]>(),
        flip in any::<prop::sample::Index>(),
        bit in 0..8u8,
    ) {
        let keys_of = |nonce| keys(suite, [nonce; 16]);
        let kind = PayloadType::Ipmi;
        let mut datagram = Vec::new();
        seal(&keys_of(1), kind, session_id, sequence, &payload, &iv, &mut datagram);
        let opened = open(&keys_of(1), &datagram).unwrap();
        prop_assert_eq!((opened.payload_type, opened.sequence), (kind, sequence));
        prop_assert_eq!(opened.payload, payload);
        if suite.algorithms().integrity == Integrity::NONE {
            return Ok(());
        }
        prop_assert_eq!(open(&keys_of(2), &datagram), Err(Rejected::Forged));
        // No bit can be turned, but for those of RMCP's reserved octet and sequence, which nobody reads.
        let mut damaged = datagram.clone();
        let at = 4 + flip.index(datagram.len() - 4);
        damaged[at] ^= 1 << bit;
        prop_assert!(open(&keys_of(1), &damaged).is_err());
        for length in 0..datagram.len() {
            prop_assert!(open(&keys_of(1), &datagram[..length]).is_err());
        }
        damaged.clone_from(&datagram);
        damaged.push(0);
        prop_assert!(open(&keys_of(1), &damaged).is_err());
    }
}

/// A packet whose AuthCode is right, made of octets that are not.
fn authenticated(suite: Suite, encrypted: &[u8], integrity_pad: &[u8], next_header: u8) -> Vec<u8> {
    let kind = 0xc0;
    let length = (encrypted.len() as u16).to_le_bytes();
    let head = [
        &[6, 0, 0xff, 7, 6, kind, 1, 0, 0, 0, 1, 0, 0, 0],
        &length[..],
    ]
    .concat();
    let trailer = [integrity_pad, &[integrity_pad.len() as u8, next_header]].concat();
    let mut datagram = [&head, encrypted, &trailer].concat();
    let code = hmac(suite, &datagram[4..]);
    datagram.extend(code);
    datagram
}

/// HMAC with K1 of the keys of these tests, as the specification describes it.
fn hmac(suite: Suite, covered: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mac = |key: &[u8], parts: &[&[u8]]| -> Vec<u8> {
        match suite.number() {
            3 => {
                let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key).unwrap();
                parts.iter().for_each(|part| mac.update(part));
                mac.finalize().into_bytes().to_vec()
            }
            _ => {
                let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
                parts.iter().for_each(|part| mac.update(part));
                mac.finalize().into_bytes().to_vec()
            }
        }
    };
    let sik = mac(b"k", &[&[0; 16], &[5; 16], &[4, 5], b"admin"]);
    let k1 = mac(&sik, &[&[1; 20]]);
    let length = if suite.number() == 3 { 12 } else { 16 };
    mac(&k1, &[covered])[..length].to_vec()
}

/// Encrypted as it is, pad and all.
fn encrypted(suite: Suite, clear: &[u8]) -> Vec<u8> {
    // The payload of a sealed packet, its own pad cut off: whole blocks decrypt for themselves.
    let mut datagram = Vec::new();
    seal(
        &keys(suite, [0; 16]),
        PayloadType::Ipmi,
        1,
        1,
        clear,
        &[9; 16],
        &mut datagram,
    );
    datagram[16..16 + 16 + clear.len()].to_vec()
}

#[test]
fn pads_and_lengths_are_checked_although_the_authcode_is_right() {
    for suite in [Suite::THREE, Suite::SEVENTEEN] {
        let keys = keys(suite, [0; 16]);
        let pads: Vec<u8> = (1..16).collect();
        let whole = |last: &[u8]| {
            [
                &[7; 16][..last.len() - last.len() + 16 - last.len() % 16],
                last,
            ]
            .concat()
        };
        let open = |encrypted: &[u8], pad: &[u8], next| {
            open(&keys, &authenticated(suite, encrypted, pad, next)).map(|opened| opened.payload)
        };
        let good = |clear: &[u8]| encrypted(suite, clear);
        let ff = [0xff; 2];
        // The same form as `seal` makes, by another way: the test's own AuthCode and pads are right.
        assert_eq!(
            open(&good(&whole(&[1, 2, 2])), &ff, 7),
            Ok(vec![7; 13]),
            "{suite}"
        );
        assert_eq!(
            open(&good(&[&pads[..], &[15]].concat()), &ff, 7),
            Ok(vec![])
        );
        for wrong in [
            &[1, 3, 2][..], // a pad octet is wrong
            &[2, 1, 2],     // they are out of order
            &[16],          // a pad as long as a block
            &[200],         // longer than all there is
            &[0xff],
        ] {
            let opened = open(&good(&whole(wrong)), &ff, 7);
            assert!(
                matches!(opened, Err(Rejected::Malformed(_))),
                "{wrong:?} {opened:?}"
            );
        }
        // Only an initialisation vector, or less, or no whole blocks.
        for length in [0, 1, 15, 16, 17, 31, 33] {
            let opened = open(&vec![1; length], &ff, 7);
            assert!(
                matches!(opened, Err(Rejected::Malformed(_))),
                "{length} {opened:?}"
            );
        }
        // The integrity pad.
        let sealed = good(&whole(&[0]));
        for (pad, next) in [(&[0xff; 4][..], 7), (&[0xff; 2], 6), (&[0xff; 200], 7)] {
            let opened = open(&sealed, pad, next);
            assert!(
                matches!(opened, Err(Rejected::Malformed(_))),
                "{pad:?} {opened:?}"
            );
        }
    }
}

#[test]
fn a_packet_has_to_be_protected_as_agreed() {
    let packet = |suite: u8| {
        let mut datagram = Vec::new();
        let keys = keys(Suite::insecure(suite).unwrap(), [0; 16]);
        seal(
            &keys,
            PayloadType::Ipmi,
            1,
            1,
            b"payload",
            &[9; 16],
            &mut datagram,
        );
        datagram
    };
    for (agreed, weaker) in [(3, [0, 1, 2]), (17, [0, 15, 16])] {
        let keys = keys(Suite::new(agreed).unwrap(), [0; 16]);
        assert!(open(&keys, &packet(agreed)).is_ok());
        for weaker in weaker {
            assert_eq!(open(&keys, &packet(weaker)), Err(Rejected::Unprotected));
        }
    }
}

#[test]
fn a_length_that_is_one_too_large_is_read_outside_of_sessions_only() {
    let mut datagram = emitted(|out| V20::outside(PayloadType::Rakp2, b"payload").emit(out));
    datagram[14] += 1;
    assert_eq!(V20::parse(&datagram).unwrap().payload, b"payload");
    datagram[14] += 1;
    assert_eq!(
        V20::parse(&datagram),
        Err(Invalid("shorter than its format"))
    );
    datagram[14] -= 1;
    datagram[6] = 1;
    assert_eq!(
        V20::parse(&datagram),
        Err(Invalid("shorter than its format"))
    );
}
