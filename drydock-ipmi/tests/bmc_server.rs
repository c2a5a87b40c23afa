//! Many simulated BMCs in one process, on real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod support;

use drydock_ipmi::testing::{BmcServer, BmcSettings, Privilege, SimulatedBmc};
use std::{fs, net::SocketAddr, time::Duration};
use tokio::{net::UdpSocket, time::timeout};

/// "Is there anything that speaks RMCP?"
const PING: [u8; 12] = [6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 0, 0, 0];
/// EMFILE.
const TOO_MANY_FILES: i32 = 24;
/// Nothing needs so long unless it hangs.
const HANGS: Duration = Duration::from_secs(60);

fn bmcs(many: u64) -> impl Iterator<Item = SimulatedBmc> {
    let settings = BmcSettings::default().user("admin", "secret", Privilege::Administrator);
    (0..many).map(move |seed| {
        let mut settings = settings.clone();
        settings.seed = seed;
        SimulatedBmc::new(settings)
    })
}

/// KiB of this process in memory.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// How many of these answer.
async fn answers(addresses: &[SocketAddr]) -> usize {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut answered = 0;
    // A socket's buffer holds only so many answers.
    for some in addresses.chunks(100) {
        for address in some {
            socket.send_to(&PING, address).await.unwrap();
        }
        for _ in some {
            let mut buffer = [0; 64];
            let Ok(received) = timeout(HANGS, socket.recv_from(&mut buffer)).await else {
                return answered;
            };
            let (length, from) = received.unwrap();
            assert!(length == 28 && some.contains(&from));
            answered += 1;
        }
    }
    answered
}

#[tokio::test]
async fn ten_thousand_bmcs_answer_in_one_process() {
    let before = resident();
    let server = match BmcServer::start(bmcs(10_000)).await {
        Ok(server) => server,
        Err(error) if error.raw_os_error() == Some(TOO_MANY_FILES) => {
            return support::peer::missing("10,000 sockets: raise the limit of open files");
        }
        Err(error) => panic!("{error}"),
    };
    assert_eq!(answers(server.addresses()).await, 10_000);
    if let (Some(before), Some(after)) = (before, resident()) {
        let each = (after - before) * 1024 / 10_000;
        assert!(each < 8 * 1024, "{each} octets a BMC");
    }
}

#[tokio::test]
async fn a_dropped_server_leaves_its_addresses() {
    let server = BmcServer::start(bmcs(3)).await.unwrap();
    let addresses = server.addresses().to_vec();
    assert_eq!(answers(&addresses).await, 3);
    drop(server);
    let free = async {
        for address in addresses {
            while UdpSocket::bind(address).await.is_err() {
                tokio::task::yield_now().await;
            }
        }
    };
    timeout(HANGS, free).await.expect("the addresses are free");
}

#[tokio::test]
async fn what_a_test_changes_takes_effect() {
    let server = BmcServer::start(bmcs(2)).await.unwrap();
    server.bmc(0).unwrap().faults_mut().delay = Duration::from_millis(20);
    assert_eq!(
        answers(server.addresses()).await,
        2,
        "also the one that answers later"
    );
    assert!(server.bmc(2).is_none());
    assert_eq!(server.bmcs().count(), 2);
}
