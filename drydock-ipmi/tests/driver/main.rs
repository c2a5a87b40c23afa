//! The driver over simulated BMCs on loopback: the conformance suite, what it owes beyond that, and what it refuses.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg(all(feature = "driver", feature = "testing"))]

mod rig;

use drydock_core::{
    driver::{BootDevice, Context, ErrorKind, OobAction, OobDriver, PowerAction, PowerState},
    testing::{
        conformance::{self, Violation},
        fixture,
    },
};
use drydock_ipmi::{
    command::boot::BootFlags,
    driver::IpmiDriver,
    testing::{BmcServer, BmcSettings, Faults, Privilege, SimulatedBmc},
};
use rig::{PASSWORD, Rig, USUAL, WithSecrets, context, site};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

async fn a_little(time: Duration) {
    tokio::time::sleep(time.min(Duration::from_millis(30))).await;
}

#[tokio::test]
async fn it_is_a_driver() {
    let rig = Rig::new(USUAL, Faults::default()).await;
    let driver = WithSecrets(rig.driver.clone());
    let found = conformance::oob(&driver, &rig.nodes(), a_little).await;
    assert_eq!(found, [] as [Violation; 0]);
    rig.ends().await;
}

#[tokio::test]
async fn it_is_a_driver_over_busy_and_forgetful_bmcs() {
    let mut faults = Faults::default();
    // It is busy already when the session's level is raised.
    faults.busy = 2;
    faults.refuses_boot_parameter_3 = true;
    faults.rakp2_length_off_by_one = true;
    let rig = Rig::new(USUAL, faults).await;
    let driver = WithSecrets(rig.driver.clone());
    driver.observe(&Context::detached("x"), &rig.nodes()).await;
    for mut bmc in rig.server.bmcs() {
        bmc.faults_mut().busy = 3;
    }
    let found = conformance::oob(&driver, &rig.nodes(), a_little).await;
    assert_eq!(found, [] as [Violation; 0]);
    rig.ends().await;
}

#[tokio::test]
async fn what_it_cannot_do_it_refuses_when_it_is_planned_and_when_it_is_called() {
    for oob in [
        "type: ipmi, network: oob, credential: {secret: bmc-password}",
        "type: ipmi, network: oob, account: drydock",
        "type: ipmi, account: drydock, credential: {secret: bmc-password}",
        "type: ipmi, network: absent, account: drydock, credential: {secret: bmc-password}",
        "type: ipmi, network: oob, account: much-longer-than-16, credential: {secret: bmc-password}",
        "type: ipmi, network: oob, account: drydock, credential: {secret: bmc-password}, cipher_suite: 0",
        "type: ipmi, network: oob, account: drydock, credential: {secret: bmc-password}, cipher_suite: 8",
        "type: ipmi, network: oob, account: drydock, credential: {secret: bmc-password}, privilege: root",
        "type: ipmi, network: oob, account: looker, credential: {secret: bmc-password}, privilege: user",
    ] {
        let rig = Rig::new(oob, Faults::default()).await;
        let driver = WithSecrets(rig.driver.clone());
        let node = rig.node("a");
        let no = driver.supports(&node, OobAction::PowerOff).unwrap_err();
        assert!(no.reason.starts_with("a: "), "{oob}: {}", no.reason);
        let error = driver
            .set_power(&Context::detached("x"), &node, PowerAction::Off)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(
            rig.server.bmc(0).unwrap().log().count(),
            0,
            "nothing is sent"
        );
    }
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_outside_the_network_of_the_design() {
    let outside = site(USUAL).replace("address: 10.40.0.11", "address: 10.41.0.11");
    let loaded = fixture::load(&[("site.yaml", &outside)]);
    let driver = IpmiDriver::builder(&loaded.resolved)
        .translate(|address| panic!("{address} was to be spoken to"))
        .build();
    let node = loaded.resolved.nodes["a"].clone();
    let error = driver.observe(&context().build(), &[node]).await.pop();
    let error = error.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "a: the address 10.41.0.11 of its BMC is outside network oob, 10.40.0.0/24: nothing is sent there; correct the \
         address or the network"
    );
}

#[tokio::test]
async fn an_observation_says_what_bmc_it_is() {
    let rig = Rig::new(USUAL, Faults::default()).await;
    let seen = rig.see("a").await.unwrap();
    assert_eq!((seen.power, seen.next_boot), (PowerState::Off, None));
    let facts: Vec<_> = seen
        .facts
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(
        facts,
        [
            ("firmware", "2.11"),
            ("ipmi", "2.0"),
            ("manufacturer", "Dell"),
            ("product", "0x0100")
        ]
    );
    rig.ends().await;
}

#[tokio::test]
async fn health_is_read_where_it_is_asked_for() {
    let rig = Rig::with(USUAL, Faults::default(), |builder| builder.health(true)).await;
    let seen = rig.see("a").await.unwrap();
    let fact = |name: &str| seen.facts.get(name).map(|fact| fact.as_str());
    assert_eq!(fact("health.chassis"), Some("ok"), "{seen:?}");
    assert!(fact("health.sensors").is_some() && fact("restart.cause").is_some());
    assert!(
        fact("health.sel").unwrap().contains(" records, "),
        "{seen:?}"
    );
    assert!(["ok", "warning", "critical"].contains(&fact("health").unwrap()));
    rig.ends().await;
}

#[tokio::test]
async fn a_bmc_that_is_busy_when_its_session_is_closed_is_asked_again() {
    let rig = Rig::new(USUAL, Faults::default()).await;
    rig.see("a").await.unwrap();
    rig.server.bmc(0).unwrap().faults_mut().busy = 2;
    rig.ends().await;
}

#[tokio::test]
async fn many_are_seen_at_once_and_a_dead_one_takes_nobody_with_it() {
    let rig = Rig::new(USUAL, Faults::default()).await;
    rig.server.bmc(1).unwrap().faults_mut().dead = true;
    let cx = context()
        .time(Duration::ZERO, Duration::from_secs(3))
        .build();
    let seen = rig.driver.observe(&cx, &rig.nodes()).await;
    assert!(seen[0].is_ok() && seen[2].is_ok(), "{seen:?}");
    let error = seen[1].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(
        error.to_string().starts_with("b: BMC 127.0.0.1:"),
        "{error}"
    );
}

#[tokio::test]
async fn power_is_asked_for_once_and_only_where_it_is_needed() {
    let rig = Rig::new(USUAL, Faults::default()).await;
    let (cx, node) = (context().build(), rig.node("a"));
    rig.driver
        .set_power(&cx, &node, PowerAction::Off)
        .await
        .unwrap();
    assert_eq!(rig.controls(), 0, "it is off");
    rig.driver
        .set_power(&cx, &node, PowerAction::On)
        .await
        .unwrap();
    assert_eq!(rig.controls(), 1);
    while rig.see("a").await.unwrap().power != PowerState::On {
        a_little(Duration::MAX).await;
    }
    rig.driver
        .set_power(&cx, &node, PowerAction::On)
        .await
        .unwrap();
    assert_eq!(rig.controls(), 1, "it is on");
    rig.ends().await;
}

#[tokio::test]
async fn a_call_that_is_over_or_cancelled_asks_for_nothing() {
    let rig = Rig::new(USUAL, Faults::default()).await;
    let node = rig.node("a");
    // It is over when the BMC has been looked at: not before, as it would be where the driver asked too early.
    let asked = Arc::new(AtomicBool::new(false));
    let was = asked.clone();
    let server = rig.server.clone();
    let over = context().over(move || {
        assert_eq!(server.bmc(0).unwrap().open_sessions().len(), 1);
        was.store(true, Ordering::SeqCst);
        true
    });
    let over = over.build();
    let error = rig
        .driver
        .set_power(&over, &node, PowerAction::On)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(asked.load(Ordering::SeqCst));
    let boot = rig
        .driver
        .set_next_boot(&over, &node, BootDevice::Pxe)
        .await;
    assert_eq!(boot.unwrap_err().kind(), ErrorKind::Unavailable);

    let (cancel, cancelled) = tokio::sync::watch::channel(true);
    let cx = context().cancel(cancelled).build();
    let error = rig
        .driver
        .set_power(&cx, &node, PowerAction::On)
        .await
        .unwrap_err();
    assert!(error.to_string().starts_with("a: cancelled"), "{error}");
    drop(cancel);
    assert_eq!(rig.controls(), 0);
    assert_eq!(rig.server.bmc(0).unwrap().boot_flags(), None::<BootFlags>);
    rig.ends().await;
}

#[tokio::test]
async fn a_power_action_without_an_answer_is_indeterminate() {
    let rig = Rig::new(USUAL, Faults::default()).await;
    let node = rig.node("a");
    let server = rig.server.clone();
    // It dies between the look and the action.
    let cx = context()
        .time(Duration::ZERO, Duration::from_secs(3))
        .over(move || {
            server.bmc(0).unwrap().faults_mut().dead = true;
            false
        });
    let error = rig
        .driver
        .set_power(&cx.build(), &node, PowerAction::On)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Indeterminate, "{error}");
    assert!(error.to_string().contains("look at the machine"), "{error}");
}

#[tokio::test]
async fn a_boot_device_that_is_not_kept_is_an_error_although_the_bmc_says_ok() {
    let mut faults = Faults::default();
    faults.boot_lies = true;
    let rig = Rig::new(USUAL, faults).await;
    let (cx, node) = (context().build(), rig.node("a"));
    let error = rig
        .driver
        .set_next_boot(&cx, &node, BootDevice::Pxe)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().contains("read back"), "{error}");
    rig.ends().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_account_is_told_without_its_secrets() {
    let with = |secret: &str| USUAL.replace("bmc-password", secret);
    for (oob, kind, told) in [
        (
            with("wrong-password"),
            ErrorKind::Unauthorized,
            "the password is wrong",
        ),
        (
            with("long-password"),
            ErrorKind::Unauthorized,
            "IPMI allows 20",
        ),
        (with("absent"), ErrorKind::Unauthorized, "secret `absent`"),
        (
            format!("{USUAL}, privilege: administrator"),
            ErrorKind::Unauthorized,
            "privilege",
        ),
        (
            format!("{USUAL}, k_g: {{secret: wrong-password}}"),
            ErrorKind::Unauthorized,
            "K_g",
        ),
    ] {
        let rig = Rig::new(&oob, Faults::default()).await;
        let error = rig.see("a").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(told), "{oob}: {error}");
        for secret in [PASSWORD, "another"] {
            assert!(!format!("{error}{error:?}{:?}", rig.driver).contains(secret));
        }
        rig.driver.close().await;
    }
}

#[tokio::test]
async fn the_suite_of_the_design_is_the_only_one_that_is_tried() {
    for (suite, works) in [("3", true), ("17", false)] {
        let oob = format!("{USUAL}, cipher_suite: {suite}");
        let rig = Rig::new(&oob, Faults::default()).await;
        rig.driver.close().await;
        // A BMC that has suite 3 alone.
        let mut settings = BmcSettings::default().user("drydock", PASSWORD, Privilege::Operator);
        settings.suites.retain(|suite| suite.number() == 3);
        let server = BmcServer::start([SimulatedBmc::new(settings)])
            .await
            .unwrap();
        let place = server.addresses()[0];
        let driver = IpmiDriver::builder(&rig.design)
            .translate(move |_| place)
            .build();
        let seen = driver.observe(&context().build(), &[rig.node("a")]).await;
        assert_eq!(seen[0].is_ok(), works, "{seen:?}");
        driver.close().await;
    }
}
