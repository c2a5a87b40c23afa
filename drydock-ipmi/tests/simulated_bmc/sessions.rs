//! Who gets a session, for how long, and what it may do.

use crate::desk::{Desk, account, seconds, settings};
use drydock_ipmi::{
    account::{Kg, Lookup},
    crypto::Suite,
    session::{Event, Failure},
    testing::{Closed, Effect, Privilege, SimulatedBmc},
    wire::{CompletionCode, NetFn},
};

const CLOSE: (NetFn, u8) = (NetFn::APP, 0x3c);
const STATUS: (NetFn, u8) = (NetFn::CHASSIS, 0x01);

fn closed(bmc: &SimulatedBmc) -> Vec<Closed> {
    bmc.log()
        .filter_map(|(_, effect)| match effect {
            Effect::SessionClosed { why, .. } => Some(*why),
            _ => None,
        })
        .collect()
}

#[test]
fn both_suites_and_both_lookups_open_a_session_which_close_ends() {
    for suite in [Suite::THREE, Suite::SEVENTEEN] {
        for lookup in [Lookup::NameOnly, Lookup::NameAndPrivilege] {
            let account = account("oper", "operpw", Privilege::Operator).with_lookup(lookup);
            let mut desk = Desk::sit(settings(), account, suite);
            assert!(desk.is_open(), "{suite}");
            assert_eq!(desk.bmc.open_sessions().len(), 1);
            desk.ok(STATUS.0, STATUS.1, &[]);
            desk.session.close(desk.now);
            desk.wait(seconds(10));
            assert_eq!(desk.events.last(), Some(&Event::Closed));
            assert_eq!(desk.bmc.slots_taken(), 0);
            assert_eq!(closed(&desk.bmc), [Closed::Asked]);
        }
    }
}

#[test]
fn who_is_not_known_gets_no_session_and_holds_no_slot() {
    let key = || Some(Kg::new("the BMC's key").unwrap());
    let failure = |name: &str, password: &str, privilege| {
        let desk = Desk::sit(settings(), account(name, password, privilege), Suite::THREE);
        assert!(desk.bmc.open_sessions().is_empty(), "{name}");
        desk.failure()
    };
    assert_eq!(
        failure("oper", "wrong", Privilege::User),
        Some(Failure::WrongPassword)
    );
    assert!(matches!(
        failure("nobody", "", Privilege::User),
        Some(Failure::UnknownUser { .. })
    ));
    assert!(matches!(
        failure("ro", "ropw", Privilege::Administrator),
        Some(Failure::UnknownUser { .. } | Failure::PrivilegeRefused { .. })
    ));
    let mut with_key = settings();
    with_key.k_g = key();
    let admin = || account("admin", "password", Privilege::Operator);
    let desk = Desk::sit(with_key.clone(), admin(), Suite::SEVENTEEN);
    assert_eq!(desk.failure(), Some(Failure::WrongKg));
    let desk = Desk::sit(with_key, admin().with_k_g(key().unwrap()), Suite::SEVENTEEN);
    assert!(desk.is_open());
    let mut old = settings();
    old.suites = vec![Suite::THREE];
    let desk = Desk::sit(old, admin(), Suite::SEVENTEEN);
    assert!(matches!(
        desk.failure(),
        Some(Failure::SuiteRefused { suite: 17, .. })
    ));
}

#[test]
fn slots_are_full_until_sessions_are_idle_for_sixty_seconds() {
    let mut one_slot = settings();
    one_slot.slots = 1;
    let first = Desk::in_session(one_slot);
    let id = first.bmc.open_sessions()[0];
    let admin = || account("admin", "password", Privilege::Administrator);
    // Another console, at the same BMC at the same time.
    let mut second = Desk::before(first.bmc, admin(), Suite::SEVENTEEN);
    assert!(
        matches!(second.failure(), Some(Failure::NoSlot { .. })),
        "{:?}",
        second.events
    );
    assert!(
        second
            .bmc
            .log()
            .any(|(_, effect)| *effect == Effect::SlotsFull)
    );
    assert_eq!(second.bmc.open_sessions(), [id]);
    let last = second.bmc.poll_timeout().unwrap();
    second.now = last - seconds(1);
    second.skip(seconds(0));
    assert_eq!(second.bmc.open_sessions(), [id]);
    second.skip(seconds(1));
    assert_eq!(second.bmc.slots_taken(), 0);
    assert_eq!(closed(&second.bmc), [Closed::Idle]);
}

#[test]
fn privilege_decides_what_a_session_may_do() {
    let status = (NetFn::CHASSIS, 0x01, &[][..], Privilege::User);
    let identify = (NetFn::CHASSIS, 0x04, &[0][..], Privilege::Operator);
    let power = (NetFn::CHASSIS, 0x02, &[1][..], Privilege::Operator);
    let boot = (NetFn::CHASSIS, 0x08, &[3, 0x08][..], Privilege::Operator);
    let clear = (
        NetFn::STORAGE,
        0x47,
        &[0, 0, b'C', b'L', b'R', 0][..],
        Privilege::Operator,
    );
    let enable = (NetFn::APP, 0x47, &[4, 1][..], Privilege::Administrator);
    let users = [
        ("ro", "ropw", Privilege::User),
        ("oper", "operpw", Privilege::Operator),
        ("admin", "password", Privilege::Administrator),
    ];
    for (name, password, privilege) in users {
        let mut desk = Desk::sit(settings(), account(name, password, privilege), Suite::THREE);
        for (net_fn, command, data, needed) in [status, identify, power, boot, clear, enable] {
            let answer = desk.ask(net_fn, command, data).unwrap().completion;
            let expected = if privilege >= needed {
                CompletionCode::OK
            } else {
                CompletionCode::PRIVILEGE
            };
            assert_eq!(answer, expected, "{name}, {command:#x}");
        }
        // More than the limit is not given.
        let more = privilege.number() + 1;
        assert_eq!(
            desk.refused(NetFn::APP, 0x3b, &[more]),
            CompletionCode(0x81)
        );
    }
}

#[test]
fn only_an_administrator_closes_the_session_of_another() {
    let mut reader = Desk::sit(
        settings(),
        account("ro", "ropw", Privilege::User),
        Suite::THREE,
    );
    assert_eq!(
        reader.refused(CLOSE.0, CLOSE.1, &[1, 2, 3, 4]),
        CompletionCode(0x87)
    );
    let victim = reader.bmc.open_sessions()[0];
    let admin = account("admin", "password", Privilege::Administrator);
    let mut admin = Desk::before(reader.bmc, admin, Suite::SEVENTEEN);
    assert_eq!(admin.bmc.open_sessions().len(), 2);
    admin.ok(CLOSE.0, CLOSE.1, &victim.to_le_bytes());
    assert_eq!(admin.bmc.open_sessions().len(), 1);
    assert_ne!(admin.bmc.open_sessions()[0], victim);
}

#[test]
fn what_comes_again_is_answered_and_not_done_again() {
    let mut desk = Desk::in_session(settings());
    desk.ok(NetFn::CHASSIS, 0x02, &[1]);
    let datagram = desk.sent.last().unwrap().clone();
    // The very same datagram: its sequence number is used up.
    assert_eq!(desk.bmc.handle(desk.now, desk.peer, &datagram), []);
    // Cut, flipped, or from before: nothing either.
    for end in 0..datagram.len() {
        assert_eq!(desk.bmc.handle(desk.now, desk.peer, &datagram[..end]), []);
        let mut flipped = datagram.clone();
        flipped[end] ^= 1;
        assert_eq!(
            desk.bmc.handle(desk.now, desk.peer, &flipped),
            [],
            "octet {end}"
        );
    }
    assert_eq!(controls(&desk.bmc), 1);
    // A request that comes again under a new number, as its answer was lost, gets the same answer.
    desk.bmc.faults_mut().late = 1.0;
    desk.bmc.faults_mut().late_by = seconds(2);
    desk.ok(NetFn::CHASSIS, 0x02, &[0]);
    assert_eq!(controls(&desk.bmc), 2);
}

#[test]
fn a_login_that_comes_again_takes_one_slot() {
    let mut desk = Desk::in_session(settings());
    let login: Vec<Vec<u8>> = desk.sent.iter().take(3).cloned().collect();
    let mut bmc = SimulatedBmc::new(settings());
    let now = seconds(1);
    for datagram in &login {
        let first = bmc.handle(now, desk.peer, datagram);
        assert_eq!(bmc.handle(now, desk.peer, datagram), first);
        assert_eq!((first.len(), bmc.slots_taken()), (1, 1));
    }
    assert_eq!(
        bmc.open_sessions().len(),
        1,
        "from one seed the same session"
    );
    desk.bmc.faults_mut().silent_to_repeated_rakp3 = true;
    assert_eq!(desk.bmc.handle(desk.now, desk.peer, &login[2]), []);
}

#[test]
fn a_login_that_is_not_ended_gives_its_slot_back() {
    let desk = Desk::in_session(settings());
    let mut bmc = SimulatedBmc::new(settings());
    bmc.handle(seconds(0), desk.peer, &desk.sent[0]);
    assert_eq!(bmc.poll_timeout(), Some(seconds(10)));
    bmc.handle_timeout(seconds(10));
    assert_eq!(
        (bmc.slots_taken(), closed(&bmc)),
        (0, vec![Closed::Unfinished])
    );
}

fn controls(bmc: &SimulatedBmc) -> usize {
    bmc.log()
        .filter(|(_, effect)| matches!(effect, Effect::PowerAsked { .. }))
        .count()
}
