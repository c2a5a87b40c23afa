//! The client through relays that harm or lose datagrams, before BMCs of ours and of ipmi_sim.
//!
//! `DRYDOCK_RELAY_LOGINS` says how many logins are harmed.
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
    client::{Bmc, Client, Error},
    command::app::{GetDeviceId, GetSystemGuid},
    crypto::Suite,
    testing::{BmcServer, BmcSettings, Privilege, SimulatedBmc},
};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};
use support::{
    fleet::{Equipment, Fleet},
    peer,
    relay::{Harm, Loss, Relay},
    sim_files,
};
use tokio::task::JoinSet;

const WITHIN: Duration = Duration::from_secs(10);
/// Two calls and a close end long before; nothing here is meant to take a time.
const HANGS: Duration = Duration::from_secs(90);

/// What a BMC says of itself; no two have the same GUID.
type Said = (String, [u8; 16]);

/// As [`Account`] has it by default: OPERATOR, looked up by name and privilege, or as the BMC has it.
fn account() -> Arc<Account> {
    let account = Account::new("admin", "password").unwrap();
    Arc::new(account.with_privilege(Privilege::Administrator))
}

async fn ask(bmc: &Bmc) -> Result<Said, Error> {
    let guid = bmc.run(&GetSystemGuid, WITHIN).await?;
    let device = bmc.run(&GetDeviceId, WITHIN).await?;
    Ok((format!("{device:?}"), guid.0))
}

#[derive(Debug, Default)]
struct Tally {
    answered: usize,
    failed: BTreeMap<String, usize>,
}

/// So many logins at each BMC, one after the other, all BMCs at once. None hangs, and none learns what is not so.
async fn log_in(bmcs: Vec<(SocketAddr, Said)>, times: usize) -> Tally {
    let client = Client::builder().build().unwrap();
    let mut tasks = JoinSet::new();
    for (address, truth) in bmcs {
        let bmc = client.bmc(address, account());
        tasks.spawn(async move {
            let mut outcomes = Vec::new();
            for _ in 0..times {
                let login = async {
                    let outcome = ask(&bmc).await;
                    bmc.close().await;
                    outcome
                };
                let outcome = tokio::time::timeout(HANGS, login).await;
                let outcome = outcome.unwrap_or_else(|_| panic!("{address} hangs"));
                if let Ok(said) = &outcome {
                    assert_eq!(*said, truth, "{address}: a wrong answer");
                }
                outcomes.push(outcome);
            }
            outcomes
        });
    }
    let mut tally = Tally::default();
    while let Some(outcomes) = tasks.join_next().await {
        for outcome in outcomes.unwrap() {
            match outcome {
                Ok(_) => tally.answered += 1,
                Err(error) => {
                    // Without its address.
                    let error = error.to_string();
                    let (_, error) = error.split_once(": ").expect("an address first");
                    *tally.failed.entry(error.to_owned()).or_default() += 1;
                }
            }
        }
    }
    tokio::time::timeout(HANGS, client.close())
        .await
        .expect("close hangs");
    assert_eq!(client.counters().sessions, 0);
    tally
}

/// What the BMCs say where nobody stands between.
async fn truths(bmcs: &[SocketAddr]) -> Vec<Said> {
    let client = Client::builder().build().unwrap();
    let mut truths = Vec::new();
    for bmc in bmcs {
        let bmc = client.bmc(*bmc, account());
        truths.push(ask(&bmc).await.unwrap());
    }
    client.close().await;
    truths
}

async fn simulated(count: usize) -> BmcServer {
    let bmcs = (1..=count as u64).map(|seed| {
        let mut settings =
            BmcSettings::default().user("admin", "password", Privilege::Administrator);
        settings.seed = seed;
        SimulatedBmc::new(settings)
    });
    BmcServer::start(bmcs).await.unwrap()
}

fn harmed(bmcs: &[SocketAddr]) -> Vec<Relay> {
    let seeds = 1..;
    let relays = bmcs.iter().zip(seeds);
    relays
        .map(|(bmc, seed)| Relay::start(*bmc, Harm::new(25, seed)))
        .collect()
}

fn with(relays: &[Relay], truths: Vec<Said>) -> Vec<(SocketAddr, Said)> {
    let addresses = relays.iter().map(|relay| relay.address);
    addresses.zip(truths).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn harmed_logins_end_in_time_and_with_the_truth() {
    let logins = peer::number("DRYDOCK_RELAY_LOGINS", 100);
    let count = logins.min(100);
    let server = simulated(count).await;
    let truths = truths(server.addresses()).await;
    assert_eq!(truths[0].1, server.bmc(0).unwrap().guid());
    let relays = harmed(server.addresses());
    let tally = log_in(with(&relays, truths), logins.div_ceil(count)).await;
    println!("{tally:#?}");
    // Most come through, or nothing was tried.
    assert!(tally.answered * 2 > logins, "{tally:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn harmed_logins_at_ipmi_sim_end_in_time_and_with_the_truth() {
    let logins = peer::number("DRYDOCK_RELAY_LOGINS", 100) / 10;
    let count = logins.clamp(1, 20);
    let Some(fleet) = Fleet::start(count, &Equipment::default()) else {
        return;
    };
    let truths = truths(fleet.bmcs()).await;
    let guid: String = truths[0]
        .1
        .iter()
        .map(|octet| format!("{octet:02x}"))
        .collect();
    assert_eq!(guid, sim_files::guid(0));
    let relays = harmed(fleet.bmcs());
    let tally = log_in(with(&relays, truths), logins.div_ceil(count)).await;
    println!("{tally:#?}");
    assert!(tally.answered * 2 > logins, "{tally:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_of_forty_log_in_where_a_tenth_is_lost_each_way() {
    let Some(fleet) = Fleet::start(20, &Equipment::default()) else {
        return;
    };
    let server = simulated(20).await;
    let bmcs = [fleet.bmcs(), server.addresses()].concat();
    let truths = truths(&bmcs).await;
    let relays: Vec<Relay> = (bmcs.iter().zip(1..))
        .map(|(bmc, seed)| Relay::start(*bmc, Loss::new(10, seed)))
        .collect();
    let tally = log_in(with(&relays, truths), 1).await;
    assert_eq!(tally.answered, 40, "{tally:#?}");
}

/// It has no suite 17, and refuses it with two octets that name no session.
#[tokio::test]
async fn a_bmc_that_has_suite_3_alone_is_asked_for_17_first() {
    let Some(fleet) = Fleet::start(1, &Equipment::default()) else {
        return;
    };
    let client = Client::builder().build().unwrap();
    let bmc = client.bmc(fleet.bmcs()[0], account());
    ask(&bmc).await.unwrap();
    assert_eq!(bmc.memory().suite, Some(Suite::THREE));
    bmc.close().await;
    // The suite is remembered: the second login asks for it at once.
    let before = client.counters();
    ask(&bmc).await.unwrap();
    let after = client.counters();
    assert_eq!(after.logins, before.logins + 1);
    assert_eq!(after.sent, before.sent + 4 + 2);
    client.close().await;
}
