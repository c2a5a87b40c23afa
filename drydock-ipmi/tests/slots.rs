//! No session is left open at ipmi_sim, however a call ends: it is asked how many it has.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::{
    account::{Account, Kg},
    client::{Bmc, Client, ErrorKind},
    command::{Command, Malformed, Repeat, Request},
    crypto::Suite,
    wire::NetFn,
};
use std::{sync::Arc, time::Duration};
use support::{
    fleet::{Equipment, Fleet},
    relay::{Clear, Relay, Way},
};

const WITHIN: Duration = Duration::from_secs(20);

/// How many sessions are open, the asking one among them (Get Session Info, IPMI 2.0 §22.20).
#[derive(Debug)]
struct OpenSessions;

impl Command for OpenSessions {
    type Answer = u8;

    fn name(&self) -> &'static str {
        "Get Session Info"
    }

    fn request(&self) -> Request {
        Request::new(NetFn::APP, 0x3d, [0x00])
    }

    fn repeat(&self) -> Repeat {
        Repeat::Freely
    }

    fn answer(&self, data: &[u8]) -> Result<u8, Malformed> {
        data.get(2).copied().ok_or(Malformed("too short"))
    }
}

fn account(password: &str, k_g: &str) -> Arc<Account> {
    let account = Account::new("admin", password).unwrap();
    Arc::new(account.with_k_g(Kg::new(k_g).unwrap()))
}

fn right() -> Arc<Account> {
    account("password", "nineteen-octets-key")
}

fn client() -> Client {
    Client::builder().suites([Suite::THREE]).build().unwrap()
}

fn fleet() -> Option<Fleet> {
    let equipment = Equipment {
        k_g: Some("nineteen-octets-key"),
        ..Equipment::default()
    };
    Fleet::start(1, &equipment)
}

async fn open_sessions(fleet: &Fleet) -> u8 {
    let client = client();
    let bmc = client.bmc(fleet.bmcs()[0], right());
    let open = bmc.run(&OpenSessions, WITHIN).await.unwrap();
    client.close().await;
    open - 1
}

#[tokio::test]
async fn a_session_is_seen_while_it_is_kept_warm() {
    let Some(fleet) = fleet() else { return };
    let client = client();
    let bmc = client.bmc(fleet.bmcs()[0], right());
    bmc.power_status(WITHIN).await.unwrap();
    assert_eq!(open_sessions(&fleet).await, 1);
    client.close().await;
    assert_eq!(open_sessions(&fleet).await, 0);
}

#[tokio::test]
async fn dropping_the_last_handle_closes() {
    let Some(fleet) = fleet() else { return };
    let client = client();
    let bmc = client.bmc(fleet.bmcs()[0], right());
    let second: Bmc = bmc.clone();
    bmc.power_status(WITHIN).await.unwrap();
    drop(bmc);
    assert_eq!(open_sessions(&fleet).await, 1, "there is another handle");
    drop(second);
    client.close().await;
    assert_eq!(open_sessions(&fleet).await, 0);
}

#[tokio::test]
async fn failed_logins_leave_nothing() {
    let Some(fleet) = fleet() else { return };
    let client = client();
    for account in [
        account("passw0rd", "nineteen-octets-key"),
        account("password", "another-key"),
    ] {
        let bmc = client.bmc(fleet.bmcs()[0], account);
        let error = bmc.power_status(WITHIN).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error}");
    }
    client.close().await;
    assert_eq!(open_sessions(&fleet).await, 0);
}

/// Calls are dropped after each count of packets that a login and a power status have.
#[tokio::test]
async fn calls_dropped_at_any_point_leave_nothing() {
    let Some(fleet) = fleet() else { return };
    for packets in 0..=10 {
        let relay = Relay::start(fleet.bmcs()[0], Clear);
        let client = client();
        let bmc = client.bmc(relay.address, right());
        {
            let call = bmc.power_status(WITHIN);
            tokio::pin!(call);
            let passed = async {
                while relay.counts.packets() < packets {
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! {
                biased;
                _ = &mut call => {}
                () = passed => {}
            }
        }
        drop(bmc);
        client.close().await;
        // What ends a login has no answer, and the relay may still have it.
        let mut open = open_sessions(&fleet).await;
        for _ in 0..100 {
            if open == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            open = open_sessions(&fleet).await;
        }
        assert_eq!(open, 0, "after {packets} packets");
    }
}

/// After that many replies to a session's login nothing comes back any more, and the call's time ends.
#[derive(Debug)]
struct Cut {
    replies: usize,
    /// Close Session has to get through all the same: only what comes back is cut.
    seen: usize,
}

impl Way for Cut {
    fn to_bmc(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        vec![datagram.to_vec()]
    }

    fn to_client(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        self.seen += 1;
        (self.seen <= self.replies)
            .then(|| datagram.to_vec())
            .into_iter()
            .collect()
    }
}

/// The session stands at the BMC, and its replies are lost: it is closed without hearing of it.
#[tokio::test]
async fn calls_that_run_out_of_time_leave_nothing() {
    let Some(fleet) = fleet() else { return };
    // Open Session, RAKP 2, RAKP 4, and perhaps Set Session Privilege Level are answered.
    for replies in [3, 4] {
        let way = Cut { replies, seen: 0 };
        let relay = Relay::start(fleet.bmcs()[0], way);
        let client = client();
        let bmc = client.bmc(relay.address, right());
        let within = Duration::from_millis(300);
        let error = bmc.power_status(within).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        drop(bmc);
        client.close().await;
        assert_eq!(open_sessions(&fleet).await, 0, "after {replies} replies");
    }
}
