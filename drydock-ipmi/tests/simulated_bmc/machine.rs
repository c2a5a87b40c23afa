//! Power takes its time, and boot options last as long as they should.

use crate::desk::{Desk, seconds, settings};
use drydock_ipmi::{
    command::{
        boot::{BootDevice, BootFlags},
        chassis::ChassisControl,
    },
    testing::{BmcSettings, Effect, Firmware, Machine, SimulatedBmc},
    wire::{CompletionCode, NetFn},
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const CONTROL: u8 = 0x02;
const SET_BOOT: u8 = 0x08;
const PXE_EFI: [u8; 6] = [5, 0xa0, 0x04, 0, 0, 0];

fn slow() -> BmcSettings {
    let mut settings = settings();
    settings.delays.on = seconds(3);
    settings.delays.off = seconds(2);
    settings.delays.soft_off = Some(seconds(5));
    settings.delays.cycle = seconds(4);
    settings
}

/// The times at which it turned on or off.
fn turns(bmc: &SimulatedBmc) -> Vec<(u64, bool)> {
    bmc.log()
        .filter_map(|(at, effect)| match effect {
            Effect::TurnedOn => Some((at.as_secs(), true)),
            Effect::TurnedOff => Some((at.as_secs(), false)),
            _ => None,
        })
        .collect()
}

#[test]
fn power_actions_take_their_time() {
    let mut desk = Desk::in_session(slow());
    let mut at = |time: u64, action: u8| {
        desk.skip(seconds(time) - desk.now);
        desk.ok(NetFn::CHASSIS, CONTROL, &[action]);
    };
    at(1, 1); // on
    at(2, 1); // again, which changes nothing
    at(10, 2); // cycle
    at(30, 5); // soft off
    at(40, 1);
    at(50, 0); // off
    desk.skip(seconds(10));
    let expected = [
        (4, true),
        (12, false),
        (16, true),
        (35, false),
        (43, true),
        (52, false),
    ];
    assert_eq!(turns(&desk.bmc), expected);
    assert_eq!(
        desk.refused(NetFn::CHASSIS, CONTROL, &[3]),
        CompletionCode::NOT_NOW
    );
}

#[test]
fn boot_options_are_for_one_start_within_sixty_seconds() {
    let mut desk = Desk::in_session(settings());
    desk.ok(NetFn::CHASSIS, SET_BOOT, &PXE_EFI);
    let told = BootFlags::once(BootDevice::Pxe).efi();
    assert_eq!(desk.bmc.boot_flags(), Some(told));
    desk.ok(NetFn::CHASSIS, CONTROL, &[1]);
    desk.skip(seconds(1));
    desk.ok(NetFn::CHASSIS, CONTROL, &[3]);
    let started = |bmc: &SimulatedBmc| -> Vec<Option<BootFlags>> {
        let started = |(_, effect): &(Duration, Effect)| match effect {
            Effect::Started { from } => Some(*from),
            _ => None,
        };
        bmc.log().filter_map(started).collect()
    };
    assert_eq!(started(&desk.bmc), [Some(told), None]);
    // Parameter 5 is as it was, but no longer valid.
    assert_eq!(
        desk.ok(NetFn::CHASSIS, 0x09, &[5, 0, 0]),
        [1, 5, 0x20, 4, 0, 0, 0]
    );

    desk.ok(NetFn::CHASSIS, SET_BOOT, &PXE_EFI);
    desk.skip(seconds(59));
    assert_eq!(desk.bmc.boot_flags(), Some(told));
    desk.skip(seconds(1));
    assert_eq!(desk.bmc.boot_flags(), None);
    assert!(
        desk.bmc
            .log()
            .any(|(_, effect)| *effect == Effect::BootOptionsExpired)
    );
}

#[test]
fn parameter_three_keeps_boot_options_valid() {
    let mut desk = Desk::in_session(settings());
    desk.ok(NetFn::CHASSIS, SET_BOOT, &[3, 0x08]);
    desk.ok(NetFn::CHASSIS, SET_BOOT, &PXE_EFI);
    desk.skip(seconds(1000));
    assert!(desk.bmc.boot_flags().is_some());
}

/// A machine of a host: it does all at once, and remembers.
#[derive(Debug, Default)]
struct Told {
    on: bool,
    starts: u32,
    done: Arc<Mutex<Vec<ChassisControl>>>,
}

impl Machine for Told {
    fn control(&mut self, _: Duration, action: ChassisControl) {
        self.on = action != ChassisControl::Off;
        self.starts += u32::from(self.on);
        self.done.lock().unwrap().push(action);
    }

    fn advance(&mut self, _: Duration, firmware: &mut Firmware<'_>) {
        for _ in 0..std::mem::take(&mut self.starts) {
            firmware.start();
        }
    }

    fn is_on(&self) -> bool {
        self.on
    }

    fn poll_timeout(&self) -> Option<Duration> {
        None
    }

    fn type_in(&mut self, _: &[u8]) {}

    fn print(&mut self, _: usize) -> Vec<u8> {
        Vec::new()
    }
}

#[test]
fn a_host_brings_its_own_machine() {
    let done = Arc::new(Mutex::new(Vec::new()));
    let machine = Told {
        done: Arc::clone(&done),
        ..Told::default()
    };
    let admin = crate::desk::account(
        "admin",
        "password",
        drydock_ipmi::testing::Privilege::Operator,
    );
    let bmc = SimulatedBmc::before(settings(), Box::new(machine));
    let mut desk = Desk::before(bmc, admin, drydock_ipmi::crypto::Suite::THREE);
    desk.ok(NetFn::CHASSIS, SET_BOOT, &PXE_EFI);
    desk.ok(NetFn::CHASSIS, CONTROL, &[1]);
    assert_eq!(desk.ok(NetFn::CHASSIS, 0x01, &[])[0] & 1, 1);
    desk.ok(NetFn::CHASSIS, CONTROL, &[0]);
    assert_eq!(
        *done.lock().unwrap(),
        [ChassisControl::On, ChassisControl::Off]
    );
    assert_eq!(desk.bmc.boot_flags(), None, "the start used it up");
}
