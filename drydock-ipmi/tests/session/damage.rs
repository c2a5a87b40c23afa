//! A valid reply in which one thing is broken is dropped, and the one that follows unbroken is believed: a test a rule.

use crate::bmc::{Bmc, World, account};
use drydock_ipmi::{
    account::Kg,
    command::Repeat,
    crypto::Suite,
    session::{Event, Failure, Step},
    wire::{CompletionCode, Message, OpenSessionResponse, PayloadType, Privilege, Rakp3, V20},
};

/// Where a payload begins in a datagram.
const PAYLOAD: usize = 16;

/// A login of which so many steps are done, and the reply to the next.
fn login(steps: usize) -> (World, Vec<u8>) {
    let mut world = World::new(account(), Bmc::new(Suite::THREE));
    for _ in 0..steps {
        let sent = world.sent();
        let reply = world.bmc.handle(&sent[0]).remove(0);
        world.deliver(&reply);
    }
    let sent = world.sent();
    let reply = world.bmc.handle(&sent[0]).remove(0);
    (world, reply)
}

/// A session with a request under way, and the reply to it.
fn asked(suite: Suite) -> (World, Vec<u8>) {
    let mut world = World::open(suite);
    let now = world.now;
    world
        .session
        .request(now, &World::echo(b"data"), Repeat::Freely)
        .unwrap();
    let sent = world.sent();
    let reply = world.bmc.handle(&sent[0]).remove(0);
    (world, reply)
}

/// The reply with these octets turned.
fn turned(reply: &[u8], at: usize, by: u8) -> Vec<u8> {
    let mut turned = reply.to_vec();
    turned[at] ^= by;
    turned
}

/// Nothing comes of the damaged one; what the good one brings is as ever.
fn is_dropped(world: &mut World, damaged: &[u8], what: &str) {
    let before = world.session.dropped().total();
    world.deliver(damaged);
    assert_eq!(world.events, [], "{what}");
    assert_eq!(world.sent(), Vec::<Vec<u8>>::new(), "{what}");
    assert_eq!(world.session.dropped().total(), before + 1, "{what}");
}

#[test]
fn a_reply_of_the_login_is_for_this_session_this_step_and_this_tag() {
    for steps in 0..3 {
        let (mut world, reply) = login(steps);
        let damages = [
            (0, 0x01, "version of RMCP"),
            (3, 0x01, "class of RMCP"),
            (4, 0x06, "format"),
            (5, 0x80, "encrypted"),
            (5, 0x40, "authenticated"),
            (5, 0x20, "unknown payload type"),
            (5, 0x06, "another payload type"),
            (6, 0x01, "in a session"),
            (14, 0x40, "longer than the datagram"),
            (15, 0x80, "much longer than the datagram"),
            (PAYLOAD, 0x01, "tag"),
            (PAYLOAD + 4, 0x01, "console's id"),
            (PAYLOAD + 7, 0x80, "console's id"),
        ];
        for (at, by, what) in damages {
            is_dropped(&mut world, &turned(&reply, at, by), what);
        }
        for length in 0..reply.len() {
            is_dropped(&mut world, &reply[..length], "cut");
        }
        // A payload that is shorter by its own account.
        for shorter in [1, 8, 30] {
            let mut short = reply.clone();
            short[14] -= shorter.min(short[14]);
            is_dropped(&mut world, &short, "short");
        }
        world.deliver(&reply);
        world.carry();
        assert!(
            matches!(world.events.as_slice(), [Event::Established { .. }]),
            "{steps}"
        );
    }
}

#[test]
fn what_rakp_2_brings_has_to_fit_its_proof() {
    let (_, reply) = login(1);
    // The BMC's random number, its GUID, its proof.
    for at in (PAYLOAD + 8)..reply.len() {
        let (mut world, reply) = login(1);
        world.deliver(&turned(&reply, at, 0x04));
        world.carry();
        assert_eq!(
            world.events,
            [Event::Failed(Failure::WrongPassword), Event::Closed],
            "{at}"
        );
        assert!(world.bmc.keys.is_none());
    }
}

#[test]
fn what_rakp_4_brings_has_to_be_its_proof() {
    let (_, reply) = login(2);
    for at in (PAYLOAD + 8)..reply.len() {
        let (mut world, reply) = login(2);
        world.deliver(&turned(&reply, at, 0x04));
        world.carry();
        assert_eq!(
            world.events,
            [Event::Failed(Failure::WrongKg), Event::Closed],
            "{at}"
        );
        // The BMC had opened the session.
        assert_eq!((world.bmc.is_open, world.bmc.taken), (false, 0), "{at}");
    }
}

#[test]
fn a_bmc_whose_id_is_zero_has_opened_nothing() {
    let (mut world, reply) = login(0);
    let packet = V20::parse(&reply).unwrap();
    let mut response = OpenSessionResponse::parse(packet.payload).unwrap();
    response.outcome.as_mut().unwrap().bmc_id = 0;
    let (mut payload, mut datagram) = (Vec::new(), Vec::new());
    response.emit(&mut payload);
    V20::outside(PayloadType::OpenSessionResponse, &payload).emit(&mut datagram);
    world.deliver(&datagram);
    let failed = Failure::Malformed {
        step: Step::OpenSession,
        what: "its session id is 0",
    };
    assert_eq!(world.events, [Event::Failed(failed), Event::Closed]);
}

#[test]
fn of_two_slots_that_a_bmc_opened_one_is_freed() {
    for is_same in [false, true] {
        let (mut world, first) = login(0);
        world.wait();
        let again = world.sent();
        let mut second = world.bmc.handle(&again[0]).remove(0);
        let spare = world.bmc.bmc_id;
        if is_same {
            // A BMC that knows a repeated request: its id is that of the first answer.
            second[PAYLOAD + 8..PAYLOAD + 12].copy_from_slice(&first[PAYLOAD + 8..PAYLOAD + 12]);
        }
        world.deliver(&first);
        let rakp1 = world.sent();
        assert_eq!(
            V20::parse(&rakp1[0]).unwrap().payload_type,
            PayloadType::Rakp1
        );
        (0..3).for_each(|_| world.deliver(&second));
        world.deliver(&first);
        let sent = world.sent();
        let freed: Vec<_> = (sent.iter())
            .map(|datagram| {
                let packet = V20::parse(datagram).unwrap();
                assert_eq!(packet.payload_type, PayloadType::Rakp3);
                let rakp3 = Rakp3::parse(packet.payload).unwrap();
                assert!(rakp3.outcome.is_err());
                rakp3.bmc_id
            })
            .collect();
        assert_eq!(freed, if is_same { vec![] } else { vec![spare] });
        assert_eq!(world.events, []);
    }
}

#[test]
fn rakp_2_may_be_one_octet_too_long_as_some_bmcs_send_it() {
    for is_there in [true, false] {
        let (mut world, mut reply) = login(1);
        reply[14] += 1;
        if is_there {
            reply.push(0);
        }
        world.deliver(&reply);
        world.carry();
        assert!(matches!(
            world.events.as_slice(),
            [Event::Established { .. }]
        ));
    }
}

#[test]
fn a_proof_of_a_wrong_length_is_told_when_no_other_comes() {
    let (mut world, mut reply) = login(2);
    reply[14] += 8;
    reply.extend([0; 8]);
    is_dropped(&mut world, &reply, "proof of 20 octets");
    world.starve();
    let what = "its proof is too short or too long";
    let failed = Failure::Malformed {
        step: Step::Rakp3,
        what,
    };
    assert_eq!(world.events, [Event::Failed(failed), Event::Closed]);
}

#[test]
fn an_opened_session_without_algorithms_is_told_when_no_other_answer_comes() {
    let (mut world, mut reply) = login(0);
    reply.truncate(PAYLOAD + 12);
    reply[14..16].copy_from_slice(&[12, 0]);
    is_dropped(&mut world, &reply, "no algorithms");
    world.starve();
    let failed = Failure::Malformed {
        step: Step::OpenSession,
        what: "it is cut short, or not in its form",
    };
    assert_eq!(world.events, [Event::Failed(failed), Event::Closed]);
}

#[test]
fn an_earlier_rakp_2_is_nobodys_once_the_bmc_was_asked_again() {
    let (mut world, early) = login(1);
    world.wait();
    let again = world.sent();
    let late = world.bmc.handle(&again[0]).remove(0);
    is_dropped(&mut world, &early, "of the first RAKP 1");
    world.deliver(&late);
    world.carry();
    assert!(matches!(
        world.events.as_slice(),
        [Event::Established { .. }]
    ));
}

#[test]
fn no_bit_of_an_answer_can_be_turned_and_none_is_cut() {
    for suite in [Suite::THREE, Suite::SEVENTEEN] {
        let (mut world, reply) = asked(suite);
        for at in 4..reply.len() {
            for bit in 0..8 {
                is_dropped(&mut world, &turned(&reply, at, 1 << bit), "a bit");
            }
        }
        for length in 0..reply.len() {
            is_dropped(&mut world, &reply[..length], "cut");
        }
        for many in [1, 4, 12, 16, 300] {
            is_dropped(&mut world, &[&reply[..], &vec![0; many]].concat(), "longer");
        }
        world.deliver(&reply);
        assert!(matches!(world.events.as_slice(), [Event::Answered { .. }]));
    }
}

#[test]
fn an_answer_is_for_this_session_and_under_its_keys() {
    let (mut world, reply) = asked(Suite::THREE);
    let payload = echoed(&world, |message| message);
    world.bmc.console_id += 1;
    let other = world.bmc.seal(PayloadType::Ipmi, &payload);
    is_dropped(&mut world, &other, "of another session under the same keys");
    world.bmc.console_id = 0;
    let none = world.bmc.seal(PayloadType::Ipmi, &payload);
    is_dropped(&mut world, &none, "outside of a session");
    // The same BMC, logged into by somebody else with another K_g.
    let mut bmc = Bmc::new(Suite::THREE);
    bmc.k_g = Some(Kg::new("k").unwrap());
    let mut other = World::new(account().with_k_g(Kg::new("k").unwrap()), bmc);
    other.carry();
    let foreign = other.bmc.seal(PayloadType::Ipmi, &payload);
    is_dropped(&mut world, &foreign, "under other keys");
    let mut open = Vec::new();
    let unprotected = V20 {
        session_id: other.bmc.console_id,
        sequence: 9,
        ..V20::outside(PayloadType::Ipmi, &payload)
    };
    unprotected.emit(&mut open);
    is_dropped(&mut world, &open, "without protection");
    assert_eq!(world.session.dropped().forged, 2);
    world.deliver(&reply);
    assert!(matches!(world.events.as_slice(), [Event::Answered { .. }]));
}

/// The BMC's answer to the request under way, with something changed.
fn echoed(world: &World, change: impl FnOnce(Message<'static>) -> Message<'static>) -> Vec<u8> {
    let (command, sequence, _) = world.bmc.asked.last().unwrap();
    let message = Message {
        to: 0x81,
        net_fn: 0x0b,
        to_lun: 0,
        from: 0x20,
        sequence: *sequence,
        from_lun: 0,
        command: *command,
        data: b"\0data",
    };
    let mut payload = Vec::new();
    change(message).emit(&mut payload);
    payload
}

#[test]
fn a_number_counts_once_and_must_not_be_far() {
    let (mut world, reply) = asked(Suite::SEVENTEEN);
    let payload = echoed(&world, |message| message);
    // The privilege was answered as 1, and this is 2.
    for far in [18, 34, 1000, 0x8000_0001, u32::MAX - 15, 0] {
        let datagram = world.bmc.seal_as(far, PayloadType::Ipmi, &payload);
        is_dropped(&mut world, &datagram, "far off");
    }
    let again = world.bmc.seal_as(1, PayloadType::Ipmi, &payload);
    is_dropped(&mut world, &again, "a number that was used");
    assert_eq!(world.session.dropped().repeated, 7);
    world.deliver(&reply);
    assert!(matches!(world.events.as_slice(), [Event::Answered { .. }]));
    // The same datagram again, while a request of the same form is under way.
    world.events.clear();
    let now = world.now;
    world
        .session
        .request(now, &World::echo(b"data"), Repeat::Freely)
        .unwrap();
    world.sent();
    is_dropped(&mut world, &reply, "replayed");
    // Sixteen on is near enough.
    let near = echoed(&world, |message| Message {
        sequence: message.sequence + 1,
        ..message
    });
    let near = world.bmc.seal_as(18, PayloadType::Ipmi, &near);
    world.deliver(&near);
    assert!(matches!(world.events.as_slice(), [Event::Answered { .. }]));
}

#[test]
fn an_answer_is_to_what_was_asked() {
    let (mut world, reply) = asked(Suite::THREE);
    type Change = fn(Message<'static>) -> Message<'static>;
    let changes: [(&str, Change); 8] = [
        ("rqSeq", |message| Message {
            sequence: message.sequence ^ 1,
            ..message
        }),
        ("network function", |message| Message {
            net_fn: 0x07,
            ..message
        }),
        ("a request", |message| Message {
            net_fn: 0x0a,
            ..message
        }),
        ("logical unit", |message| Message {
            from_lun: 1,
            ..message
        }),
        ("our logical unit", |message| Message {
            to_lun: 1,
            ..message
        }),
        ("command", |message| Message {
            command: 0x11,
            ..message
        }),
        ("no completion code", |message| Message {
            data: b"",
            ..message
        }),
        ("close", |message| Message {
            net_fn: 0x07,
            command: 0x3c,
            ..message
        }),
    ];
    for (what, change) in changes {
        let payload = echoed(&world, change);
        let datagram = world.bmc.seal(PayloadType::Ipmi, &payload);
        is_dropped(&mut world, &datagram, what);
    }
    for (at, what) in [(2, "checksum of the head"), (11, "checksum")] {
        let payload = turned(&echoed(&world, |message| message), at, 0x20);
        let datagram = world.bmc.seal(PayloadType::Ipmi, &payload);
        is_dropped(&mut world, &datagram, what);
    }
    for length in 0..7 {
        let payload = echoed(&world, |message| message)[..length].to_vec();
        // Numbers must not run away from that of the good one, which is still to come.
        let sequence = world.bmc.sequences.len() as u32 + 10 + length as u32;
        let datagram = world.bmc.seal_as(sequence, PayloadType::Ipmi, &payload);
        is_dropped(&mut world, &datagram, "short");
    }
    world.deliver(&reply);
    assert!(matches!(world.events.as_slice(), [Event::Answered { .. }]));
}

#[test]
fn an_answer_that_comes_after_many_others_is_not_anothers() {
    let (mut world, _) = asked(Suite::SEVENTEEN);
    // Nobody waits for it any more, and the BMC has it still in hand.
    let old = echoed(&world, |message| message);
    let ask = |world: &mut World| {
        let (now, other) = (world.now, World::echo(b"other"));
        let asked = world.session.request(now, &other, Repeat::Freely);
        asked.unwrap()
    };
    world.wait();
    world.carry();
    for _ in 0..63 {
        ask(&mut world);
        world.carry();
    }
    world.events.clear();
    let ticket = ask(&mut world);
    let sent = world.sent();
    let late = world.bmc.seal(PayloadType::Ipmi, &old);
    is_dropped(&mut world, &late, "late");
    let own = world.bmc.handle(&sent[0]).remove(0);
    world.deliver(&own);
    assert!(
        matches!(&world.events[..], [Event::Answered { ticket: own, response }] if *own == ticket && response.data == b"other")
    );
}

#[test]
fn a_level_that_is_set_lower_than_asked_for_is_refused() {
    for (granted, is_enough) in [
        (Privilege::User, false),
        (Privilege::Operator, true),
        (Privilege::Administrator, true),
    ] {
        let mut bmc = Bmc::new(Suite::THREE);
        bmc.grants = Some(granted);
        let mut world = World::new(account(), bmc);
        world.carry();
        let refused = Failure::PrivilegeRefused {
            step: Step::SetPrivilege,
            status: None,
            completion: Some(CompletionCode::OK),
        };
        match is_enough {
            true => assert!(matches!(world.events[..], [Event::Established { .. }])),
            false => assert_eq!(world.events, [Event::Failed(refused), Event::Closed]),
        }
    }
}

#[test]
fn messages_of_a_login_have_no_place_in_a_session() {
    let (mut world, reply) = asked(Suite::THREE);
    let (_, rakp4) = login(2);
    is_dropped(&mut world, &rakp4, "RAKP 4");
    let sealed = world.bmc.seal(PayloadType::Rakp4, &rakp4[PAYLOAD..]);
    is_dropped(&mut world, &sealed, "a sealed RAKP 4");
    world.deliver(&reply);
    assert!(matches!(world.events.as_slice(), [Event::Answered { .. }]));
}
