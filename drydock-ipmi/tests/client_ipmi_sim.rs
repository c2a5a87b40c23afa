//! The client against ipmi_sim, a BMC that is not ours.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::{
    account::{Account, Kg, Lookup},
    client::{Bmc, Client, Console, ConsoleOptions, ErrorKind},
    command::{
        boot::{BootDevice, BootFlags, SetBoot},
        chassis::ChassisControl,
    },
    crypto::Suite,
    wire::Privilege,
};
use std::{sync::Arc, time::Duration};
use support::fleet::{Equipment, Fleet};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinSet,
};

const WITHIN: Duration = Duration::from_secs(20);

fn account(name: &str, password: &str) -> Arc<Account> {
    Arc::new(Account::new(name, password).unwrap())
}

fn admin() -> Arc<Account> {
    let account = Account::new("admin", "password").unwrap();
    Arc::new(account.with_privilege(Privilege::Administrator))
}

fn client() -> Client {
    Client::builder().suites([Suite::THREE]).build().unwrap()
}

/// One BMC with a machine and a console.
fn whole() -> Option<Fleet> {
    let equipment = Equipment {
        machine: true,
        console: true,
        ..Equipment::default()
    };
    Fleet::start(1, &equipment)
}

async fn is_on(bmc: &Bmc) -> bool {
    bmc.power_status(WITHIN).await.unwrap().is_on()
}

#[tokio::test]
async fn a_power_status_takes_twelve_packets_cold_and_two_warm() {
    let Some(fleet) = whole() else { return };
    let client = client();
    let bmc = client.bmc(fleet.bmcs()[0], account("oper", "operpw"));
    let packets = || client.counters().sent + client.counters().received;
    assert!(!is_on(&bmc).await);
    assert_eq!(packets(), 10);
    assert!(!is_on(&bmc).await);
    assert_eq!(packets(), 12);
    bmc.close().await;
    assert_eq!((packets(), client.counters().sessions), (14, 0));
    assert!(!is_on(&bmc).await);
    assert_eq!(packets(), 24);
    client.close().await;
    assert_eq!((packets(), client.counters().logins), (26, 2));
    let closed = bmc.power_status(WITHIN).await.unwrap_err();
    assert_eq!(closed.kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn the_power_is_set_and_the_boot_device_too() {
    let Some(fleet) = whole() else { return };
    let client = client();
    let bmc = client.bmc(fleet.bmcs()[0], admin());
    assert!(bmc.ensure_power(true, WITHIN).await.unwrap());
    assert!(!bmc.ensure_power(true, WITHIN).await.unwrap());
    assert_eq!(fleet.machine(0, "power"), "1");
    bmc.power(ChassisControl::Off, WITHIN).await.unwrap();
    assert!(!is_on(&bmc).await);
    // It keeps the device and loses the rest.
    let set = SetBoot::new(BootFlags::once(BootDevice::Pxe).efi());
    let set = bmc.hold(&mut set.clone(), WITHIN).await.unwrap();
    assert_eq!(set.read.device, BootDevice::Pxe);
    let lost = bmc
        .set_boot_device(BootFlags::once(BootDevice::Pxe).efi(), WITHIN)
        .await;
    let lost = lost.unwrap_err();
    assert_eq!(lost.kind(), ErrorKind::Rejected);
    assert!(lost.to_string().contains("does not boot by EFI"), "{lost}");
    client.close().await;
}

#[tokio::test]
async fn the_device_and_its_log_are_read_and_the_log_is_cleared() {
    let Some(fleet) = whole() else { return };
    let client = client();
    let bmc = client.bmc(fleet.bmcs()[0], admin());
    let device = bmc.device_id(WITHIN).await.unwrap();
    assert_eq!(device.manufacturer, 0x2a7c);
    assert_eq!(bmc.sel(WITHIN).await.unwrap().records.len(), 3);
    assert_eq!(bmc.sensors(WITHIN).await.unwrap().len(), 4);
    let fru = bmc.fru(0, WITHIN).await.unwrap();
    assert!(fru.product.is_some(), "{fru:?}");
    bmc.clear_sel(WITHIN).await.unwrap();
    assert_eq!(bmc.sel_info(WITHIN).await.unwrap().entries, 0);
    client.close().await;
}

#[tokio::test]
async fn failures_say_what_is_wrong() {
    let Some(fleet) = whole() else { return };
    let client = client();
    let failure = async |account| {
        let error = client
            .bmc(fleet.bmcs()[0], account)
            .power_status(WITHIN)
            .await
            .unwrap_err();
        (error.kind(), error.to_string())
    };
    let at = format!("BMC {}: Get Chassis Status: ", fleet.bmcs()[0]);
    let (kind, text) = failure(account("oper", "wrong")).await;
    assert_eq!(kind, ErrorKind::Unauthorized);
    assert!(
        text.starts_with(&(at.clone() + "RAKP 1/2: the password is wrong; ")),
        "{text}"
    );
    let (kind, text) = failure(account("nobody", "operpw")).await;
    assert_eq!(kind, ErrorKind::Unauthorized);
    assert!(
        text.starts_with(&(at.clone() + "RAKP 1/2: the BMC has no such user")),
        "{text}"
    );
    let k_g = Account::new("oper", "operpw")
        .unwrap()
        .with_k_g(Kg::new("wrong").unwrap());
    let (kind, text) = failure(Arc::new(k_g)).await;
    assert_eq!(kind, ErrorKind::Unauthorized);
    assert!(text.contains("K_g is wrong"), "{text}");
    // By name alone it gives anybody any level; by name and privilege only the user's own.
    let by_both = Account::new("ro", "ropw")
        .unwrap()
        .with_lookup(Lookup::NameAndPrivilege);
    let (kind, text) = failure(Arc::new(by_both)).await;
    assert_eq!(kind, ErrorKind::Unauthorized);
    assert!(text.contains("the BMC has no such user"), "{text}");
    client.close().await;
}

#[tokio::test]
async fn a_console_is_typed_at_and_read() {
    let Some(fleet) = whole() else { return };
    let client = client();
    let bmc = client.bmc(fleet.bmcs()[0], admin());
    let mut console = bmc
        .console(ConsoleOptions::default(), WITHIN)
        .await
        .unwrap();
    console.write_all(b"hello\r").await.unwrap();
    console.flush().await.unwrap();
    read_until(&mut console, b"hello").await;
    // Another client is refused, and may take it over.
    let other = self::client();
    let bmc2 = other.bmc(fleet.bmcs()[0], admin());
    let taken = bmc2
        .console(ConsoleOptions::default(), WITHIN)
        .await
        .unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::Busy, "{taken}");
    let options = ConsoleOptions::default().take_over();
    let mut second = bmc2.console(options, WITHIN).await.unwrap();
    second.write_all(b"BIG\r").await.unwrap();
    read_until(&mut second, b"01023 ").await;
    second.shutdown().await.unwrap();
    drop(second);
    drop(console);
    client.close().await;
    other.close().await;
    assert_eq!(client.counters().sessions + other.counters().sessions, 0);
}

async fn read_until(console: &mut Console, part: &[u8]) {
    let mut seen = Vec::new();
    while !contains(&seen, part) {
        let mut octets = [0; 3000];
        let read = tokio::time::timeout(WITHIN, console.read(&mut octets)).await;
        let many = read.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&seen)));
        seen.extend(&octets[..many.unwrap()]);
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn many_are_asked_at_once() {
    let Some(fleet) = Fleet::start(
        support::peer::number("DRYDOCK_SIMS", 40),
        &Equipment::default(),
    ) else {
        return;
    };
    let client = client();
    let account = account("oper", "operpw");
    let mut asked = JoinSet::new();
    for bmc in fleet.bmcs() {
        let bmc = client.bmc(*bmc, Arc::clone(&account));
        asked.spawn(async move { bmc.power_status(WITHIN).await });
    }
    for answer in asked.join_all().await {
        assert!(!answer.unwrap().is_on());
    }
    client.close().await;
    let counters = client.counters();
    assert_eq!(
        counters.sent + counters.received,
        12 * fleet.bmcs().len() as u64
    );
}
