//! What takes several commands, asked of a BMC that is not ours (`ipmi_sim`) and of a simulated one with faults.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::{
    account::{Account, Password},
    client::{Bmc, Client},
    command::{
        Command, WalkEnd,
        app::{Channel, GetChannelAccess, ReadCipherSuites, Setting},
        event::{Health, Threshold},
        fru::ReadFru,
        lan::ReadLan,
        sdr::{ReadSdrs, SdrSource, Sdrs},
        sel::{EraseSel, ReadSel},
        sensor::{ReadSensors, Sensor, SensorReading, SensorState},
        sol::ReadSol,
        user::{PasswordOperation, ReadUsers, SetUserPassword, UserId},
        watchdog::GetWatchdog,
    },
    crypto::Suite,
    testing::{BmcServer, BmcSettings, Faults, SimulatedBmc},
    wire::Privilege,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use support::fleet::{Equipment, Fleet};

const WITHIN: Duration = Duration::from_secs(20);
const LAN: Channel = Channel::new(1).unwrap();

fn account(name: &str, password: &str, privilege: Privilege) -> Arc<Account> {
    let account = Account::new(name, password).unwrap();
    Arc::new(account.with_privilege(privilege))
}

fn bmc_of(address: SocketAddr, account: Arc<Account>) -> Bmc {
    let client = Client::builder().suites([Suite::THREE]).build().unwrap();
    client.bmc(address, account)
}

fn bmc_at(address: SocketAddr) -> Bmc {
    bmc_of(
        address,
        account("admin", "password", Privilege::Administrator),
    )
}

async fn simulated(faults: Faults) -> (BmcServer, Bmc) {
    let mut settings = BmcSettings::default().user("admin", "password", Privilege::Administrator);
    settings.faults = faults;
    let server = BmcServer::start([SimulatedBmc::new(settings)])
        .await
        .unwrap();
    let bmc = bmc_at(server.addresses()[0]);
    (server, bmc)
}

async fn sdrs(bmc: &Bmc) -> Sdrs {
    let mut read = ReadSdrs::new(SdrSource::Repository);
    bmc.hold(&mut read, WITHIN).await.unwrap()
}

async fn sensors(bmc: &Bmc) -> Vec<SensorReading> {
    let sensors = Sensor::all(&sdrs(bmc).await.records);
    let mut read = ReadSensors::new(sensors).with_thresholds();
    bmc.hold(&mut read, WITHIN).await.unwrap()
}

/// `name: value unit (state)`.
fn told(readings: &[SensorReading]) -> Vec<String> {
    let told = readings.iter().map(|reading| {
        let (name, state) = (&reading.sensor.name, reading.state);
        match reading.value {
            Some(value) => format!("{name}: {value} {} ({state})", reading.sensor.unit),
            None => {
                let states: Vec<_> = reading.states.iter().map(|state| state.text).collect();
                format!("{name}: {} ({state})", states.join(", "))
            }
        }
    });
    told.collect()
}

#[tokio::test]
async fn all_that_ipmi_sim_has_is_read() {
    let Some(fleet) = Fleet::start(1, &Equipment::default()) else {
        return;
    };
    let bmc = bmc_at(fleet.bmcs()[0]);
    let records = sdrs(&bmc).await;
    assert_eq!((records.end, records.unreadable), (WalkEnd::Last, 0));
    let readings = sensors(&bmc).await;
    let values = [
        "CPU1 Temp: 45 °C (ok)",
        "FAN1: 8000 RPM (ok)",
        "12V: 12 V (ok)",
    ];
    assert_eq!(told(&readings)[..3], values);
    assert_eq!(told(&readings)[3], "PSU1: present (ok)");
    let limits = [0.0, 5.0, 10.0, 80.0, 90.0, 100.0];
    let expected: Vec<_> = Threshold::ALL.into_iter().zip(limits).collect();
    assert_eq!(readings[0].thresholds, expected);

    let sel = bmc.hold(&mut ReadSel::new(), WITHIN).await.unwrap();
    let texts: Vec<_> = sel.records.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "temperature 0x01: upper non-critical going high (raw reading 0x55, threshold 0x50)",
            "power supply 0x04: present",
            "power supply 0x04: present, ended",
        ]
    );
    assert_eq!(sel.records[0].health(), Health::Warning);
    bmc.hold(&mut EraseSel::new(), WITHIN).await.unwrap();
    let sel = bmc.hold(&mut ReadSel::new(), WITHIN).await.unwrap();
    assert_eq!((sel.records.len(), sel.end), (0, WalkEnd::Last));

    let fru = bmc.hold(&mut ReadFru::new(0), WITHIN).await.unwrap();
    assert_eq!(fru.faults, []);
    assert_eq!(fru.chassis.unwrap().serial.to_string(), "CHSER01");
    assert_eq!(fru.board.unwrap().product.to_string(), "LabBoard");
    assert_eq!(fru.product.unwrap().serial.to_string(), "SN-0001");
}

#[tokio::test]
async fn users_lan_and_passwords_of_ipmi_sim_are_read_and_set() {
    let Some(fleet) = Fleet::start(1, &Equipment::default()) else {
        return;
    };
    let bmc = bmc_at(fleet.bmcs()[0]);
    let users = bmc.hold(&mut ReadUsers::new(LAN), WITHIN).await.unwrap();
    assert_eq!(
        (users[1].name.as_str(), users[2].name.as_str()),
        ("admin", "oper")
    );
    assert_eq!(users[2].access.privilege, Some(Privilege::Operator));
    let lan = bmc.hold(&mut ReadLan::new(LAN), WITHIN).await.unwrap();
    assert!(lan.cipher_suites.contains(&3));
    let suites = bmc
        .hold(&mut ReadCipherSuites::new(LAN), WITHIN)
        .await
        .unwrap();
    assert!(
        suites
            .iter()
            .any(|suite| suite.number == 3 && suite.integrity == [1])
    );
    let (channel, setting) = (LAN, Setting::Present);
    let access = GetChannelAccess { channel, setting };
    let access = bmc.run(&access, WITHIN).await.unwrap();
    assert_eq!(access.privilege_limit, Some(Privilege::Administrator));
    assert!(!bmc.run(&GetWatchdog, WITHIN).await.unwrap().is_running());

    // It calls any password right that it is asked about, so a login says whether it was set.
    let user = UserId::new(3).unwrap();
    let operation = PasswordOperation::Set(Password::new("new-secret").unwrap());
    let set = SetUserPassword { user, operation };
    bmc.run(&set, WITHIN).await.unwrap();
    let oper = |password| account("oper", password, Privilege::Operator);
    let old = bmc_of(fleet.bmcs()[0], oper("operpw"));
    assert!(old.power_status(WITHIN).await.is_err());
    let new = bmc_of(fleet.bmcs()[0], oper("new-secret"));
    assert!(new.power_status(WITHIN).await.is_ok());
}

#[tokio::test]
async fn a_password_is_set_and_tested() {
    for password in ["short", "sixteencharacter", "twenty characters it"] {
        let password = Password::new(password).unwrap();
        let (_server, bmc) = simulated(Faults::default()).await;
        let user = UserId::new(2).unwrap();
        let run = async |operation| bmc.run(&SetUserPassword { user, operation }, WITHIN).await;
        run(PasswordOperation::Set(password.clone())).await.unwrap();
        run(PasswordOperation::Test(password)).await.unwrap();
        let old = Password::new("password").unwrap();
        let wrong = run(PasswordOperation::Test(old)).await.unwrap_err();
        assert!(
            wrong.to_string().contains("it is not the password"),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn all_that_a_simulated_bmc_has_is_read() {
    let (server, bmc) = simulated(Faults::default()).await;
    let readings = sensors(&bmc).await;
    assert_eq!(
        told(&readings),
        [
            "CPU1 Temp: 42 °C (ok)",
            "Inlet Temp: 23 °C (ok)",
            "FAN1: 5400 RPM (ok)",
            "12V: 12.06 V (ok)",
            "PSU1: present (ok)",
        ]
    );
    assert!(
        readings[1]
            .thresholds
            .contains(&(Threshold::LowerCritical, -5.0))
    );
    server.bmc(0).unwrap().set_reading(1, Some(90));
    server.bmc(0).unwrap().set_reading(2, Some(0xf6));
    server.bmc(0).unwrap().set_reading(3, None);
    let readings = sensors(&bmc).await;
    assert_eq!(
        told(&readings)[..2],
        [
            "CPU1 Temp: 90 °C (warning)",
            "Inlet Temp: -10 °C (critical)"
        ]
    );
    assert_eq!(readings[2].state, SensorState::Unavailable);

    let fru = bmc.hold(&mut ReadFru::new(0), WITHIN).await.unwrap();
    assert_eq!(fru.faults, []);
    assert_eq!(fru.product.unwrap().product.to_string(), "Simulated Server");
    let lan = bmc.hold(&mut ReadLan::new(LAN), WITHIN).await.unwrap();
    assert!(lan.address.is_some_and(|address| address.is_loopback()));
    assert_eq!(lan.cipher_suites, [3, 17]);
    let suites = bmc
        .hold(&mut ReadCipherSuites::new(LAN), WITHIN)
        .await
        .unwrap();
    assert_eq!(
        suites.iter().map(|suite| suite.number).collect::<Vec<_>>(),
        [3, 17]
    );
    assert!(
        bmc.hold(&mut ReadSol::new(LAN), WITHIN)
            .await
            .unwrap()
            .enabled
    );
    let users = bmc.hold(&mut ReadUsers::new(LAN), WITHIN).await.unwrap();
    assert!(users.iter().any(|user| user.name == "admin"));
}

#[tokio::test]
async fn records_are_read_in_parts_where_the_bmc_cannot_return_them_whole() {
    let (_server, bmc) = simulated(Faults::default()).await;
    let whole = sdrs(&bmc).await;
    let fru = bmc.hold(&mut ReadFru::new(0), WITHIN).await.unwrap();
    for longest in [16, 20, 32, 60] {
        let mut faults = Faults::default();
        faults.longest_read = Some(longest);
        faults.cancels_reservations = 3;
        let (server, bmc) = simulated(faults).await;
        bmc.power_status(WITHIN).await.unwrap();
        server.bmc(0).unwrap().faults_mut().busy = 2;
        assert_eq!(sdrs(&bmc).await, whole, "{longest}");
        let again = bmc.hold(&mut ReadFru::new(0), WITHIN).await.unwrap();
        assert_eq!(again, fru, "{longest}");
    }
    let mut faults = Faults::default();
    faults.last_sdr_times_out = true;
    let (_server, bmc) = simulated(faults).await;
    let cut = sdrs(&bmc).await;
    assert_eq!(cut.end, WalkEnd::Gone);
    assert_eq!(cut.records, whole.records[..whole.records.len() - 1]);
}

#[tokio::test]
async fn a_log_that_leads_in_a_circle_is_read_once_and_can_be_cleared() {
    let mut faults = Faults::default();
    faults.sel_loops = true;
    let (server, bmc) = simulated(faults).await;
    for sensor in 1..=3 {
        let record = [
            0, 0, 2, 0, 0, 0, 0, 0x20, 0, 4, 1, sensor, 1, 0x57, 0x55, 0x50,
        ];
        server.bmc(0).unwrap().add_event(Duration::ZERO, record);
    }
    let sel = bmc.hold(&mut ReadSel::new(), WITHIN).await.unwrap();
    assert_eq!((sel.records.len(), sel.end), (3, WalkEnd::Looping));
    server.bmc(0).unwrap().faults_mut().cancels_reservations = 2;
    bmc.hold(&mut EraseSel::new(), WITHIN).await.unwrap();
    let sel = bmc.hold(&mut ReadSel::new(), WITHIN).await.unwrap();
    assert!(
        sel.records.len() <= 1,
        "but for the entry that it was cleared"
    );
}

#[test]
fn what_changes_something_for_good_is_never_sent_twice_unseen() {
    use drydock_ipmi::command::{Repeat, chassis::ChassisControl, sel::ClearSel};
    for control in (0..6).filter_map(ChassisControl::new) {
        assert_eq!(control.repeat(), Repeat::Never, "{}", control.name());
    }
    let clear = |begin| {
        ClearSel {
            reservation: 1,
            begin,
        }
        .repeat()
    };
    assert_eq!((clear(true), clear(false)), (Repeat::Never, Repeat::Freely));
}
