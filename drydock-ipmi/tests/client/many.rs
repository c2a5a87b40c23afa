//! Many BMCs at a time.

use super::*;
use drydock_ipmi::client::ErrorKind;
use std::{net::UdpSocket, time::Instant};
use tokio::task::JoinSet;

async fn fleet(count: u64, is_dead: impl Fn(u64) -> bool) -> BmcServer {
    let bmcs = (0..count).map(|seed| {
        let mut settings = settings();
        settings.seed = seed;
        settings.faults.dead = is_dead(seed);
        SimulatedBmc::new(settings)
    });
    BmcServer::start(bmcs).await.unwrap()
}

/// The states of all of them, each with the time it took.
async fn sweep(client: &Client, fleet: &BmcServer) -> Vec<(Result<bool, Error>, Duration)> {
    let account = account("right");
    let begun = tokio::time::Instant::now();
    let mut asked = JoinSet::new();
    for address in fleet.addresses() {
        let bmc = client.bmc(*address, Arc::clone(&account));
        asked.spawn(async move {
            let status = bmc.power_status(WITHIN).await;
            (status.map(|status| status.is_on()), begun.elapsed())
        });
    }
    asked.join_all().await
}

#[tokio::test(start_paused = true)]
async fn so_many_are_in_flight_and_the_others_queue() {
    let fleet = fleet(50, |_| false).await;
    for bmc in 0..50 {
        fleet.bmc(bmc).unwrap().faults_mut().delay = Duration::from_millis(10);
    }
    let client = Client::builder().in_flight(5).sockets(1).build().unwrap();
    let watched = async {
        let mut most = 0;
        for _ in 0..2000 {
            most = most.max(fleet.bmcs().filter(|bmc| bmc.slots_taken() > 0).count());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        most
    };
    let (answers, most) = tokio::join!(sweep(&client, &fleet), watched);
    assert!(answers.iter().all(|(status, _)| status.is_ok()));
    // And those that are being closed.
    assert!((5..=10).contains(&most), "{most}");
    client.close().await;
    assert!(fleet.bmcs().all(|bmc| bmc.slots_taken() == 0));
}

#[tokio::test(start_paused = true)]
async fn the_dead_do_not_keep_the_living_waiting() {
    let fleet = fleet(400, |seed| seed % 2 == 0).await;
    for bmc in 0..400 {
        fleet.bmc(bmc).unwrap().faults_mut().delay = Duration::from_millis(5);
    }
    let client = Client::builder().in_flight(20).build().unwrap();
    let answers = sweep(&client, &fleet).await;
    let mut slowest = Duration::ZERO;
    for (number, (answer, took)) in answers.into_iter().enumerate() {
        match answer {
            Ok(_) => slowest = slowest.max(took),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Unavailable, "{number}: {error}"),
        }
    }
    // The dead give back their places after 0.4 s; if they held them for 10 s, it would be a hundred.
    assert!(slowest < Duration::from_secs(6), "{slowest:?}");
}

#[tokio::test(start_paused = true)]
async fn what_strangers_send_is_counted_and_dropped() {
    let pair = Pair::new(settings()).await;
    pair.status().await.unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    // Its socket is one of those that this process has.
    let before = pair.client.counters();
    let table = std::fs::read_to_string("/proc/net/udp").unwrap();
    let ports = table.lines().skip(1).filter_map(|line| {
        let local = line.split_whitespace().nth(1)?;
        u16::from_str_radix(local.split(':').nth(1)?, 16).ok()
    });
    let mut sent = 0;
    for port in ports.filter(|port| *port > 1024) {
        for datagram in [
            &[][..],
            &[6, 0, 0xff, 7, 6, 0xc0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0],
        ] {
            sent += usize::from(stranger.send_to(datagram, ("127.0.0.1", port)).is_ok());
        }
    }
    settle().await;
    pair.status().await.unwrap();
    let after = pair.client.counters();
    assert!(
        sent > 0 && after.strangers >= before.strangers + 2,
        "{after:?}"
    );
    assert_eq!((after.received, after.sessions), (before.received + 1, 1));
}

/// As many as the process may have sockets for: 10,000 in continuous integration.
#[tokio::test]
async fn thousands_are_swept_without_a_failure() {
    let count = std::env::var("DRYDOCK_BMCS").map_or(300, |count| count.parse().unwrap());
    let fleet = fleet(count, |_| false).await;
    let client = Client::builder().build().unwrap();
    let begun = Instant::now();
    let answers = sweep(&client, &fleet).await;
    let took = begun.elapsed();
    assert_eq!(
        answers.iter().filter(|(status, _)| status.is_ok()).count(),
        count as usize
    );
    client.close().await;
    let counters = client.counters();
    assert_eq!(
        (counters.logins, counters.sessions),
        (count, 0),
        "in {took:?}"
    );
    assert!(fleet.bmcs().all(|bmc| bmc.slots_taken() == 0));
}
