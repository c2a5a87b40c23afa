//! The foreign programs among themselves: what our tests start works before our code meets it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use std::{net::SocketAddr, process::Command};
use support::{
    fleet::{Equipment, Fleet},
    peer,
    pyghmi::Pyghmi,
    relay::{Clear, Relay},
};

/// What ipmitool says, with suite 3 as `admin`.
fn ipmitool(bmc: SocketAddr, arguments: &str) -> Option<String> {
    let program = peer::find("ipmitool", "ipmitool")?;
    let (host, port) = (bmc.ip().to_string(), bmc.port().to_string());
    let done = Command::new(program)
        .args(["-I", "lanplus", "-C", "3", "-U", "admin", "-P", "password"])
        .args(["-H", &host, "-p", &port])
        .args(arguments.split(' '))
        .output()
        .expect("ipmitool");
    let said = [done.stdout, done.stderr].concat();
    Some(String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_simulator_has_power_sensors_events_and_a_fru() {
    let equipment = Equipment {
        machine: true,
        ..Equipment::default()
    };
    let Some(fleet) = Fleet::start(2, &equipment) else {
        return;
    };
    let bmc = fleet.bmcs()[1];
    let Some(before) = ipmitool(bmc, "chassis power status") else {
        return;
    };
    assert_eq!(before.trim(), "Chassis Power is off");
    ipmitool(bmc, "chassis power on").unwrap();
    assert_eq!(
        ipmitool(bmc, "chassis power status").unwrap().trim(),
        "Chassis Power is on"
    );
    assert_eq!(fleet.machine(1, "power"), "1");
    assert_eq!(fleet.machine(0, "power"), "0");
    let sensors = ipmitool(bmc, "sdr list full").unwrap();
    for expected in [
        "CPU1 Temp        | 45 degrees C",
        "FAN1             | 8000 RPM",
        "12V              | 12 Volts",
    ] {
        assert!(sensors.contains(expected), "{expected}\n{sensors}");
    }
    let events = ipmitool(bmc, "sel list").unwrap();
    assert_eq!(events.lines().count(), 3, "{events}");
    let fru = ipmitool(bmc, "fru print 0").unwrap();
    for expected in ["CHSER01", "BRDSER01", "LabServer", "SN-0001", "ASSET"] {
        assert!(fru.contains(expected), "{expected}\n{fru}");
    }
    let guid = ipmitool(bmc, "raw 6 0x37").unwrap();
    assert_eq!(
        guid.split_whitespace().collect::<String>(),
        support::sim_files::guid(1)
    );
}

#[test]
fn a_bmc_of_pyghmi_switches_power() {
    let Some(pyghmi) = Pyghmi::start() else {
        return;
    };
    // ipmitool asks more than this BMC knows: the status is enough.
    let Some(status) = ipmitool(pyghmi.bmc, "chassis power status") else {
        return;
    };
    assert!(status.contains("Chassis Power is off"), "{status}");
    assert_eq!(pyghmi.events(), "");
}

#[test]
fn a_relay_counts_what_passes() {
    let Some(fleet) = Fleet::start(1, &Equipment::default()) else {
        return;
    };
    let relay = Relay::start(fleet.bmcs()[0], Clear);
    let Some(status) = ipmitool(relay.address, "chassis power status") else {
        return;
    };
    assert_eq!(status.trim(), "Chassis Power is off");
    assert!(relay.counts.packets() >= 14, "{:?}", relay.counts);
}
