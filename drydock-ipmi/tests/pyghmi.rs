//! The client against pyghmi's BMC: suite 3, power and boot device by an implementation that shares no code with the others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::{
    account::Account,
    client::{Client, ErrorKind},
    command::{
        boot::{BootDevice, BootFlags, SetBoot},
        chassis::ChassisControl,
    },
    crypto::Suite,
};
use std::{sync::Arc, time::Duration};
use support::pyghmi::Pyghmi;

const WITHIN: Duration = Duration::from_secs(20);

fn client() -> Client {
    Client::builder().suites([Suite::THREE]).build().unwrap()
}

fn account(password: &str) -> Arc<Account> {
    Arc::new(Account::new("admin", password).unwrap())
}

#[tokio::test]
async fn the_power_is_read_and_set() {
    let Some(pyghmi) = Pyghmi::start() else {
        return;
    };
    let client = client();
    let bmc = client.bmc(pyghmi.bmc, account("password"));
    assert!(!bmc.power_status(WITHIN).await.unwrap().is_on());
    assert!(bmc.ensure_power(true, WITHIN).await.unwrap());
    assert!(!bmc.ensure_power(true, WITHIN).await.unwrap());
    bmc.power(ChassisControl::Cycle, WITHIN).await.unwrap();
    bmc.power(ChassisControl::SoftShutdown, WITHIN)
        .await
        .unwrap();
    assert!(!bmc.power_status(WITHIN).await.unwrap().is_on());
    client.close().await;
    assert_eq!(pyghmi.events(), "on\ncycle\nsoft");
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let Some(pyghmi) = Pyghmi::start() else {
        return;
    };
    let client = client();
    let bmc = client.bmc(pyghmi.bmc, account("passw0rd"));
    let error = bmc.power_status(WITHIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error}");
    assert!(error.to_string().contains("password"), "{error}");
    client.close().await;
}

/// This BMC keeps the device and nothing else, and says so when it is read back.
#[tokio::test]
async fn the_boot_device_is_set_and_what_is_not_kept_is_told() {
    let Some(pyghmi) = Pyghmi::start() else {
        return;
    };
    let client = client();
    let bmc = client.bmc(pyghmi.bmc, account("password"));
    let flags = BootFlags::once(BootDevice::Pxe);
    let set = bmc.hold(&mut SetBoot::new(flags), WITHIN).await.unwrap();
    println!("{set:?}");
    assert_eq!(pyghmi.events(), "boot network");
    client.close().await;
}
