//! Each fault does what it says, and nothing does so without it.

use crate::desk::{Desk, account, seconds, settings};
use drydock_ipmi::{
    account::Account,
    command::boot::{BootDevice, BootFlags},
    crypto::Suite,
    session::Failure,
    testing::{BmcSettings, Effect, Faults, Privilege, SimulatedBmc},
    wire::{CompletionCode, NetFn},
};

fn admin() -> Account {
    account("admin", "password", Privilege::Administrator)
}

fn with(fault: impl FnOnce(&mut Faults)) -> BmcSettings {
    let mut settings = settings();
    fault(&mut settings.faults);
    settings
}

#[test]
fn the_dead_do_not_answer() {
    let desk = Desk::sit(with(|faults| faults.dead = true), admin(), Suite::THREE);
    assert!(!desk.is_open());
    assert_eq!((desk.bmc.slots_taken(), desk.bmc.log().count()), (0, 0));
}

#[test]
fn loss_duplication_and_repeats_are_survived_by_a_session() {
    for seed in 0..40 {
        let mut settings = with(|faults| {
            faults.loss = 0.1;
            faults.duplication = 0.2;
            faults.repeated = 0.2;
            faults.delay = std::time::Duration::from_millis(5);
        });
        settings.seed = seed;
        let mut desk = Desk::sit(settings, admin(), Suite::SEVENTEEN);
        for _ in 0..20 {
            if desk.is_open() || desk.failure().is_some() {
                break;
            }
            desk.wait(seconds(10));
        }
        if desk.is_open() {
            desk.ask(NetFn::CHASSIS, 0x02, &[1]);
            let asked = |(_, effect): &&(_, Effect)| matches!(effect, Effect::PowerAsked { .. });
            assert!(desk.bmc.log().filter(asked).count() <= 1, "seed {seed}");
        }
    }
}

#[test]
fn it_lies_about_power_and_boot() {
    let mut desk = Desk::in_session(with(|faults| {
        faults.power_lies = true;
        faults.boot_lies = true;
    }));
    desk.ok(NetFn::CHASSIS, 0x02, &[1]);
    desk.ok(NetFn::CHASSIS, 0x08, &[5, 0x80, 4, 0, 0, 0]);
    desk.skip(seconds(10));
    assert!(!desk.bmc.is_on());
    assert_eq!(desk.bmc.boot_flags(), None);
    let lied = |(_, effect): &(_, Effect)| {
        matches!(
            effect,
            Effect::PowerAsked {
                carried_out: false,
                ..
            }
        )
    };
    assert!(desk.bmc.log().any(lied));
}

#[test]
fn what_was_set_reverts() {
    let mut desk = Desk::in_session(with(|faults| faults.reverts_after = Some(seconds(5))));
    desk.ok(NetFn::CHASSIS, 0x02, &[1]);
    desk.ok(NetFn::CHASSIS, 0x08, &[5, 0xc0, 4, 0, 0, 0]);
    desk.skip(seconds(1));
    assert!(desk.bmc.is_on());
    desk.skip(seconds(5));
    desk.skip(seconds(1));
    assert!(!desk.bmc.is_on());
    assert_eq!(desk.bmc.boot_flags(), None);
}

#[test]
fn boot_options_lose_what_the_bmc_does_not_keep() {
    let all = [5, 0xe0, 8, 0, 0, 0];
    let kept = |fault: fn(&mut Faults)| {
        let mut desk = Desk::in_session(with(fault));
        desk.ok(NetFn::CHASSIS, 0x08, &all);
        desk.bmc.boot_flags().unwrap()
    };
    let disk = BootFlags::once(BootDevice::Disk);
    assert_eq!(kept(|_| {}), disk.efi().persistent());
    assert_eq!(kept(|faults| faults.loses_efi = true), disk.persistent());
    assert_eq!(kept(|faults| faults.loses_persistent = true), disk.efi());
    let mut desk = Desk::in_session(with(|faults| faults.refuses_boot_parameter_3 = true));
    assert_eq!(
        desk.refused(NetFn::CHASSIS, 0x08, &[3, 8]),
        CompletionCode(0x80)
    );
}

#[test]
fn logins_meet_the_faults_of_logins() {
    let desk = Desk::sit(
        with(|faults| faults.rakp2_length_off_by_one = true),
        admin(),
        Suite::THREE,
    );
    assert!(desk.is_open(), "our session copes with it");
    let mut only_3 = with(|faults| faults.wrong_suite_is_no_resource = true);
    only_3.suites = vec![Suite::THREE];
    let desk = Desk::sit(only_3, admin(), Suite::SEVENTEEN);
    assert!(matches!(desk.failure(), Some(Failure::NoSlot { .. })));
    let desk = Desk::sit(
        with(|faults| faults.answers_suite = Some(3)),
        admin(),
        Suite::SEVENTEEN,
    );
    assert!(matches!(desk.failure(), Some(Failure::Downgrade { .. })));
}

#[test]
fn probes_get_no_answer() {
    // Get Channel Authentication Capabilities, as every client sends it.
    let probe = [
        6, 0, 0xff, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0x20, 0x18, 0xc8, 0x81, 0, 0x38, 0x8e, 4, 0xb5,
    ];
    let peer = "127.0.0.1:4000".parse().unwrap();
    let mut bmc = SimulatedBmc::new(settings());
    let answers = bmc.handle(seconds(0), peer, &probe);
    assert_eq!(answers[0].datagram[21..25], [1, 0x80, 0x04, 0x02]);
    bmc.faults_mut().silent_auth_capabilities = true;
    assert_eq!(bmc.handle(seconds(0), peer, &probe), []);
}

#[test]
fn slots_are_never_given_back() {
    let mut desk = Desk::in_session(with(|faults| faults.never_frees_slots = true));
    desk.skip(seconds(10_000));
    assert_eq!(desk.bmc.slots_taken(), 1);
}

#[test]
fn records_are_read_as_badly_as_at_real_ones() {
    let mut settings = with(|faults| {
        faults.sel_loops = true;
        faults.last_sdr_times_out = true;
        faults.longest_read = Some(16);
        faults.busy = 1;
    });
    settings.is_on = true;
    let mut desk = Desk::sit(settings, admin(), Suite::THREE);
    if !desk.is_open() {
        // The one "busy" met Set Session Privilege Level.
        desk = Desk::before(desk.bmc, admin(), Suite::THREE);
    }
    let event = [0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 1, 1, 1, 0x59, 0x60, 0x55];
    desk.bmc.add_event(desk.now, event).unwrap();
    let entry = desk.ok(NetFn::STORAGE, 0x43, &[0, 0, 0, 0, 0, 0xff]);
    assert_eq!(entry[..2], [1, 0], "the last names the first");
    let long = desk.refused(NetFn::STORAGE, 0x23, &[0, 0, 0, 0, 0, 0xff]);
    assert_eq!(long, CompletionCode::CANNOT_RETURN);
    let last = desk.refused(NetFn::STORAGE, 0x23, &[0, 0, 0xff, 0xff, 0, 5]);
    assert_eq!(last, CompletionCode::TIMEOUT);
    let id = desk.ok(NetFn::STORAGE, 0x22, &[]);
    let read = [id[0], id[1], 1, 0, 5, 5];
    desk.bmc.faults_mut().cancels_reservations = 1;
    let cancelled = CompletionCode::RESERVATION_CANCELLED;
    assert_eq!(desk.refused(NetFn::STORAGE, 0x23, &read), cancelled);
    assert_eq!(desk.ok(NetFn::STORAGE, 0x23, &read).len(), 7);
}

#[test]
fn late_answers_come_late() {
    let mut desk = Desk::in_session(settings());
    desk.bmc.faults_mut().late = 1.0;
    desk.bmc.faults_mut().late_by = seconds(1);
    let before = desk.now;
    desk.ok(NetFn::CHASSIS, 0x01, &[]);
    assert!(desk.now >= before + seconds(1));
}
