//! Logging in, asking, closing: what a BMC that does as it is told gets, and what happens when it refuses or is silent.

use crate::bmc::{Bmc, World, account, ms};
use drydock_ipmi::{
    account::{Kg, Lookup, Password},
    command::{Repeat, Response},
    crypto::Suite,
    session::{Event, Failure, Refused, Step},
    wire::{CompletionCode, PayloadType, Privilege, Status},
};

const SUITES: [Suite; 2] = [Suite::THREE, Suite::SEVENTEEN];

fn answer(data: &[u8]) -> Response {
    Response {
        completion: CompletionCode::OK,
        data: data.to_vec(),
    }
}

/// The failure that a login ends with, after which nothing is left open.
fn failure(world: &mut World) -> Failure {
    world.carry();
    world.starve();
    match world.events.as_slice() {
        [Event::Failed(failure), Event::Closed] => *failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_session_opens_answers_and_closes() {
    for suite in SUITES
        .into_iter()
        .chain([0, 1, 2, 15, 16].map(|n| Suite::insecure(n).unwrap()))
    {
        let mut world = World::open(suite);
        let now = world.now;
        let ticket = world
            .session
            .request(now, &World::echo(b"one"), Repeat::Freely)
            .unwrap();
        world.carry();
        let response = answer(b"one");
        assert_eq!(
            world.events,
            [Event::Answered { ticket, response }],
            "{suite}"
        );
        assert_eq!(world.session.poll_timeout(), None);
        world.events.clear();
        world.session.close(world.now);
        world.carry();
        assert_eq!(world.events, [Event::Closed]);
        assert_eq!((world.bmc.taken, world.session.poll_timeout()), (0, None));
        assert_eq!(world.session.dropped().total(), 0);
        // Six of the login and privilege, two a command, two to close.
        assert_eq!(world.bmc.received.len(), 6);
    }
}

#[test]
fn k_g_and_the_other_lookup_work() {
    for suite in SUITES {
        let mut bmc = Bmc::new(suite);
        let k_g = || Kg::new("key of the BMC").unwrap();
        bmc.k_g = Some(k_g());
        let account = account()
            .with_lookup(Lookup::NameAndPrivilege)
            .with_k_g(k_g());
        let mut world = World::new(account, bmc);
        world.carry();
        assert!(matches!(
            world.events.as_slice(),
            [Event::Established { .. }]
        ));
    }
}

#[test]
fn a_user_is_not_raised() {
    let mut world = World::new(
        account().with_privilege(Privilege::User),
        Bmc::new(Suite::THREE),
    );
    world.carry();
    assert!(matches!(
        world.events.as_slice(),
        [Event::Established { .. }]
    ));
    assert_eq!(world.bmc.asked, []);
}

#[test]
fn a_wrong_password_is_told_before_ours_is_proved() {
    for suite in SUITES {
        let mut bmc = Bmc::new(suite);
        bmc.password = Password::new("another").unwrap();
        let mut world = World::new(account(), bmc);
        assert_eq!(failure(&mut world), Failure::WrongPassword);
        // The one RAKP Message 3 is the error that frees the slot: it holds no proof.
        let rakp3 = world
            .bmc
            .received
            .iter()
            .filter(|kind| **kind == PayloadType::Rakp3);
        assert_eq!((rakp3.count(), world.bmc.taken), (1, 0));
        assert!(world.bmc.keys.is_none());
    }
}

#[test]
fn a_wrong_k_g_is_told() {
    let mut bmc = Bmc::new(Suite::SEVENTEEN);
    bmc.k_g = Some(Kg::new("key").unwrap());
    let mut world = World::new(account(), bmc);
    assert_eq!(failure(&mut world), Failure::WrongKg);
    // The BMC has opened it, and believes nothing of ours by which it could be closed.
    assert!(world.bmc.is_open && world.bmc.asked.is_empty());
}

#[test]
fn refusals_say_what_they_mean() {
    let login = |spoil: fn(&mut Bmc)| {
        let mut bmc = Bmc::new(Suite::THREE);
        spoil(&mut bmc);
        let account = account().with_lookup(Lookup::NameAndPrivilege);
        let mut world = World::new(account, bmc);
        let failure = failure(&mut world);
        assert_eq!(world.bmc.taken, 0, "{failure}");
        failure
    };
    let (step, status) = (Step::OpenSession, Status::NO_RESOURCES);
    assert_eq!(
        login(|bmc| bmc.is_full = true),
        Failure::NoSlot { step, status }
    );
    let status = Status::UNAUTHORIZED_NAME;
    assert_eq!(
        login(|bmc| bmc.users.clear()),
        Failure::UnknownUser { status }
    );
    let status = Some(Status::UNAUTHORIZED_ROLE);
    let refused = Failure::PrivilegeRefused {
        step: Step::Rakp1,
        status,
        completion: None,
    };
    assert_eq!(login(|bmc| bmc.limit = Privilege::User), refused);
}

#[test]
fn a_level_that_is_refused_in_the_session_frees_the_slot() {
    let mut bmc = Bmc::new(Suite::THREE);
    bmc.limit = Privilege::User;
    let mut world = World::new(account(), bmc);
    let completion = Some(CompletionCode(0x81));
    let refused = Failure::PrivilegeRefused {
        step: Step::SetPrivilege,
        status: None,
        completion,
    };
    assert_eq!(failure(&mut world), refused);
    assert_eq!(world.bmc.taken, 0);
    let text = refused.to_string();
    assert!(
        text.contains("above the limit") && text.contains("lower privilege"),
        "{text}"
    );
}

#[test]
fn a_suite_that_is_refused_or_changed_is_told() {
    let mut world = World::new(account(), Bmc::new(Suite::THREE));
    world.bmc.suite = Suite::SEVENTEEN;
    let status = Status::NO_CIPHER_SUITE;
    assert_eq!(
        failure(&mut world),
        Failure::SuiteRefused { suite: 3, status }
    );
    let asked = Suite::SEVENTEEN.algorithms();
    for number in [0, 1, 2, 3, 15, 16] {
        let answered = Suite::insecure(number).unwrap().algorithms();
        let mut world = World::new(account(), Bmc::new(Suite::SEVENTEEN));
        world.bmc.answers_algorithms = Some(answered);
        assert_eq!(failure(&mut world), Failure::Downgrade { asked, answered });
        assert_eq!(world.bmc.taken, 0);
        assert!(!world.bmc.received.contains(&PayloadType::Rakp1));
    }
}

#[test]
fn each_step_is_sent_three_times_with_tags_of_their_own() {
    for (answered, step) in [Step::OpenSession, Step::Rakp1, Step::Rakp3]
        .into_iter()
        .enumerate()
    {
        let mut world = World::new(account(), Bmc::new(Suite::THREE));
        for _ in 0..answered {
            let sent = world.sent();
            let reply = world.bmc.handle(&sent[0]);
            world.deliver(&reply[0]);
        }
        let begun = world.now;
        let mut sent = Vec::new();
        for _ in 0..3 {
            sent.extend(world.sent());
            world.wait();
        }
        let mut tags: Vec<u8> = sent.iter().map(|datagram| datagram[16]).collect();
        tags.dedup();
        assert_eq!(tags.len(), 3, "{step}");
        assert!(sent.iter().all(|again| again[17..] == sent[0][17..]));
        let least = if answered == 0 {
            500 + 750 + 1125
        } else {
            200 + 300 + 450
        };
        let waited = world.now - begun;
        assert!(
            waited >= ms(least) && waited < ms(least * 9 / 8),
            "{step} {waited:?}"
        );
        let left = world.sent();
        assert_eq!(
            world.events,
            [Event::Failed(Failure::NoAnswer { step }), Event::Closed]
        );
        // What it may have opened is freed.
        for datagram in left {
            world.bmc.handle(&datagram);
        }
        assert_eq!(world.bmc.taken, 0, "{step}");
    }
}

#[test]
fn an_open_session_whose_proof_was_not_confirmed_is_closed() {
    let mut world = World::new(account(), Bmc::new(Suite::THREE));
    world.carry_bent(|reply| match reply[5] & 0x3f {
        0x15 => vec![],
        _ => vec![reply],
    });
    assert!(world.bmc.is_open && world.events.is_empty());
    while world.events.is_empty() {
        world.wait();
        world.carry_bent(|_| vec![]);
    }
    assert_eq!((world.bmc.is_open, world.bmc.taken), (false, 0));
    assert_eq!(world.bmc.asked[0].0, 0x3c);
}

#[test]
fn what_may_be_repeated_is_sent_again_with_its_number() {
    let mut world = World::open(Suite::SEVENTEEN);
    let before = world.bmc.asked.len();
    let now = world.now;
    let ticket = world
        .session
        .request(now, &World::echo(b"x"), Repeat::Freely)
        .unwrap();
    for _ in 0..3 {
        world.carry_bent(|_| vec![]);
        world.wait();
    }
    world.carry();
    let asked = &world.bmc.asked[before..];
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|again| *again == asked[0]));
    let numbers: Vec<u32> = world.bmc.sequences[before..].to_vec();
    assert!(
        numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]),
        "{numbers:?}"
    );
    let response = answer(b"x");
    assert_eq!(world.events, [Event::Answered { ticket, response }]);
    // Answers to the earlier sendings come late, and are nobody's.
    let late = world.replies[before].clone();
    world.deliver(&late);
    assert_eq!(world.events.len(), 1);
}

#[test]
fn what_must_not_be_repeated_is_sent_once() {
    let mut world = World::open(Suite::THREE);
    let before = world.bmc.asked.len();
    let now = world.now;
    let never = world
        .session
        .request(now, &World::echo(b"off"), Repeat::Never)
        .unwrap();
    let freely = world
        .session
        .request(now, &World::echo(b"?"), Repeat::Freely)
        .unwrap();
    for _ in 0..20 {
        world.carry_bent(|_| vec![]);
        world.wait();
    }
    let once = world.bmc.asked[before..]
        .iter()
        .filter(|asked| asked.2 == b"off");
    assert_eq!(once.count(), 1);
    let (ticket, indeterminate) = (never, true);
    assert!(world.events.contains(&Event::Unanswered {
        ticket,
        indeterminate
    }));
    let (ticket, indeterminate) = (freely, false);
    assert!(world.events.contains(&Event::Unanswered {
        ticket,
        indeterminate
    }));
    assert_eq!(world.events.len(), 2);
}

#[test]
fn sixty_four_are_under_way_at_most_and_each_gets_its_own_answer() {
    let mut world = World::open(Suite::THREE);
    let now = world.now;
    let ask = |world: &mut World, n: u8| {
        world
            .session
            .request(now, &World::echo(&[n]), Repeat::Freely)
    };
    let tickets: Vec<_> = (0..64).map(|n| ask(&mut world, n).unwrap()).collect();
    assert_eq!(ask(&mut world, 64), Err(Refused::TooMany));
    // In sixteens backwards: the window reaches so far.
    let mut replies: Vec<_> = (world.sent().iter())
        .flat_map(|sent| world.bmc.handle(sent))
        .collect();
    replies.chunks_mut(16).for_each(<[_]>::reverse);
    replies.iter().for_each(|reply| world.deliver(reply));
    assert_eq!(world.events.len(), 64);
    for (n, ticket) in tickets.into_iter().enumerate() {
        let response = answer(&[n as u8]);
        assert!(
            world.events.contains(&Event::Answered { ticket, response }),
            "{n}"
        );
    }
    assert!(ask(&mut world, 65).is_ok());
}

#[test]
fn a_cancelled_request_is_answered_to_nobody() {
    let mut world = World::open(Suite::THREE);
    let now = world.now;
    let ticket = world
        .session
        .request(now, &World::echo(b"x"), Repeat::Freely)
        .unwrap();
    world.session.cancel(ticket);
    world.carry();
    assert_eq!(
        (world.events.len(), world.session.dropped().unasked),
        (0, 1)
    );
    assert_eq!(world.session.poll_timeout(), None);
}

#[test]
fn closing_gives_up_what_is_under_way_and_needs_no_answer() {
    let mut world = World::open(Suite::THREE);
    let now = world.now;
    let ask = |world: &mut World, repeat| {
        world
            .session
            .request(now, &World::echo(b"x"), repeat)
            .unwrap()
    };
    let (freely, never) = (
        ask(&mut world, Repeat::Freely),
        ask(&mut world, Repeat::Never),
    );
    world.session.close(now);
    world.session.close(now);
    assert_eq!(
        world
            .session
            .request(now, &World::echo(b"x"), Repeat::Freely),
        Err(Refused::NotOpen)
    );
    world.starve();
    let unanswered = |ticket, indeterminate| Event::Unanswered {
        ticket,
        indeterminate,
    };
    assert_eq!(
        world.events,
        [
            unanswered(freely, false),
            unanswered(never, true),
            Event::Closed
        ]
    );
}

#[test]
fn closing_an_unfinished_login_leaves_no_slot_taken() {
    for answered in 0..5 {
        for is_answered in [true, false] {
            let mut world = World::new(account(), Bmc::new(Suite::SEVENTEEN));
            for _ in 0..answered {
                for datagram in world.sent() {
                    for reply in world.bmc.handle(&datagram) {
                        world.deliver(&reply);
                    }
                }
            }
            // The next is under way already when the owner loses interest.
            let under_way = world.sent();
            let replies: Vec<_> = under_way
                .iter()
                .flat_map(|sent| world.bmc.handle(sent))
                .collect();
            world.session.close(world.now);
            if is_answered {
                replies.iter().for_each(|reply| world.deliver(reply));
            }
            while world.events.last() != Some(&Event::Closed) {
                world.carry();
                if world.events.last() != Some(&Event::Closed) {
                    assert!(world.wait());
                }
            }
            world.carry();
            assert!(
                !world
                    .events
                    .iter()
                    .any(|event| matches!(event, Event::Failed(_)))
            );
            // Of an Open Session that was never answered nobody knows the id.
            if answered > 0 || is_answered {
                assert_eq!(
                    (world.bmc.taken, world.bmc.is_open),
                    (0, false),
                    "{answered}"
                );
            }
        }
    }
}

#[test]
fn console_payloads_pass_through() {
    let mut world = World::open(Suite::THREE);
    world
        .session
        .send_payload(world.now, PayloadType::Sol, b"\x01\0\0\0ls\n");
    world.carry();
    assert_eq!(world.bmc.consoled, [b"\x01\0\0\0ls\n"]);
    let datagram = world.bmc.seal(PayloadType::Sol, b"\x01\0\0\0file");
    world.deliver(&datagram);
    world.deliver(&datagram);
    let (kind, data) = (PayloadType::Sol, b"\x01\0\0\0file".to_vec());
    assert_eq!(world.events, [Event::Payload { kind, data }]);
}

#[test]
fn a_refusal_without_an_id_is_understood() {
    // As ipmi_sim answers Open Session when it does not have the suite: tag and status, and no more.
    let mut world = World::new(account(), Bmc::new(Suite::SEVENTEEN));
    let tag = world.sent()[0][16];
    let refusal = |tag| {
        [
            b"\x06\0\xff\x07\x06\x11\0\0\0\0\0\0\0\0\x02\0",
            &[tag, 0x04][..],
        ]
        .concat()
    };
    world.deliver(&refusal(tag.wrapping_add(1)));
    assert_eq!(
        (world.events.len(), world.session.dropped().foreign),
        (0, 1)
    );
    world.deliver(&refusal(tag));
    let (suite, status) = (17, Status::INVALID_AUTHENTICATION);
    let failed = Event::Failed(Failure::SuiteRefused { suite, status });
    assert_eq!(world.events, [failed, Event::Closed]);
}
